#!/usr/bin/env bash
# Writes a flash image with a partition description behind the kernel. docs/flash.md has the layout.
#
#   tools/add-to-flash.sh hypervisor-flash.img system.dtb new.img
#
# The new image is as large as the old one, which has none.
set -euo pipefail
export LC_ALL=C

page=4096

# Prints the 64-bit number at byte $2 of file $1.
number_at() {
    od -An -tu8 --endian=little -j "$2" -N 8 -- "$1" | tr -d ' \n'
}

# Prints number $1 as the bytes of a 64-bit word, as printf's escapes.
word() {
    local i
    for ((i = 0; i < 8; i++)); do
        printf '\\x%02x' $(($1 >> 8 * i & 255))
    done
}

main() {
    local flash=$1 description=$2 new=$3 bank offset size
    bank=$(stat -L -c %s -- "$flash")
    size=$(stat -L -c %s -- "$description")
    [[ $(head -c 16 -- "$flash" | tail -c 8) == BULKHEAD && $(number_at "$flash" 40) == 0 ]] 2>/dev/null || {
        printf '%s is no flash image of ours without a description\n' "$flash" >&2
        return 1
    }
    offset=$((($(number_at "$flash" 16) + $(number_at "$flash" 24) + page - 1) / page * page))
    if ((offset + size > bank)); then
        printf '%s has %s bytes, and the flash has %s left behind the kernel: %s short\n' \
            "$description" "$size" $((bank - offset)) $((offset + size - bank)) >&2
        return 1
    fi
    cp --sparse=always -- "$flash" "$new"
    dd if="$description" of="$new" bs="$page" seek=$((offset / page)) conv=notrunc status=none
    # shellcheck disable=SC2059 # The escapes are the format.
    printf "$(word "$offset")$(word "$size")" | dd of="$new" bs=8 seek=4 conv=notrunc status=none
}

if (($# != 3)) || [[ ! -r $1 || ! -r $2 ]]; then
    printf 'usage: tools/add-to-flash.sh hypervisor-flash.img system.dtb new.img\n' >&2
    exit 2
fi
main "$@"
