#!/usr/bin/env bash
# Unpacks a kernel: writes what is inside to standard output, or says how it is packed. The hypervisor unpacks nothing.
#
#   tools/unpack-kernel.sh IMAGE >Image
#   tools/unpack-kernel.sh --format IMAGE     prints one of the words of format_of, or nothing where it is not packed
#
# A packing is known by its first bytes, whatever the file is called, and packings may be nested. What is not packed is
# written as it is. The status is 1 where the image is damaged, and standard error then says how.
set -euo pipefail
export LC_ALL=C

root=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")

fail() {
    printf '%s\n' "$*" >&2
    exit 1
}

# Prints how file $1 is packed: the name of a program's format, or zboot, Linux as an EFI program that unpacks itself.
format_of() {
    local hex
    hex=$(od -An -v -tx1 -N16 -- "$1" | tr -d ' \n')
    case $hex in
    1f8b*) echo gzip ;;
    fd377a585a00*) echo xz ;;
    28b52ffd*) echo zstd ;;
    425a68*) echo bzip2 ;;
    04224d18* | 02214c18*) echo lz4 ;;  # its frame, and the older one that Linux uses
    894c5a4f000d0a1a0a*) echo lzop ;;
    # No magic number: the usual properties byte, whole 64 KiB of dictionary, and a size unsaid or below 4 GiB.
    5d0000????ffffffffffffffff* | 5d0000????????????00000000*) echo lzma ;;
    4d5a????7a696d67*) echo zboot ;;  # MZ..zimg
    esac
}

# Prints the 32-bit number at byte $2 of file $1.
number_at() {
    od -An -tu4 --endian=little -j "$2" -N 4 -- "$1" | tr -d ' \n'
}

# Writes what the EFI program $1 carries. Its header says where that lies: bytes from the start, and how many.
unpack_zboot() {
    local offset size there
    offset=$(number_at "$1" 8)
    size=$(number_at "$1" 12)
    there=$(stat -L -c %s -- "$1")
    if [[ ! $offset || ! $size ]] || ((size == 0 || offset + size > there)); then
        printf 'its header says %s bytes at %s, and it has %s in all\n' "${size:-0}" "${offset:-0}" "$there" >&2
        return 1
    fi
    # Not in a pipeline: head would end before tail has written all.
    head -c "$size" < <(tail -c "+$((offset + 1))" -- "$1" 2>/dev/null)
}

# Writes what file $2 of format $1 holds.
unpack_one() {
    local status=0
    case $1 in
    gzip)
        gzip -dc <"$2" || status=$?
        return $((status == 2 ? 0 : status))  # 2: something follows, as where a loader's padding does
        ;;
    xz) xz -dc <"$2" ;;
    lzma) xz --format=lzma -dc <"$2" ;;
    zstd) zstd -dc <"$2" ;;
    bzip2) bzip2 -dc <"$2" ;;
    lz4) lz4 -dc <"$2" ;;
    lzop) lzop -dc <"$2" ;;
    zboot) unpack_zboot "$2" ;;
    esac
}

main() {
    local image=$1 file=$1 format depth scratch
    scratch=$(mktemp -d "${TMPDIR:-/tmp}/bulkhead-unpack.XXXXXX")
    # shellcheck disable=SC2064 # It is this function's own, so it is expanded now.
    trap "rm -rf -- $(printf %q "$scratch")" EXIT
    for ((depth = 1; ; depth++)); do
        format=$(format_of "$file")
        [[ $format ]] || break
        ((depth <= 8)) || fail "$image is packed more than 8 times"
        if [[ $format != zboot && $format != gzip ]]; then
            "$root/tools/install-packages.sh" "$format"
        fi
        if ! unpack_one "$format" "$file" >"$scratch/$depth" 2>"$scratch/errors"; then
            fail "$image is packed with $format, and damaged: $(grep -m 1 . "$scratch/errors")"
        fi
        [[ -s $scratch/$depth ]] || fail "$image is packed with $format, and nothing is in it"
        [[ $file == "$image" ]] || rm -f -- "$file"
        file=$scratch/$depth
    done
    cat -- "$file"
}

if (($# == 2)) && [[ $1 == --format && -r $2 && ! -d $2 ]]; then
    format_of "$2"
elif (($# == 1)) && [[ -r $1 && ! -d $1 ]]; then
    main "$1"
else
    printf 'usage: tools/unpack-kernel.sh [--format] IMAGE\n' >&2
    exit 2
fi
