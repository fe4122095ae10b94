#!/usr/bin/env bash
# Prints the partition description of one guest, as device-tree source for dtc. docs/partitions.md says what it means.
#
#   tools/describe-guest.sh name=NAME harts=N memory=MIB on-fault=WORD kernel=FILE kernel-size=BYTES
#                           [initrd=FILE] [bootargs=TEXT] [dump-device-trees=yes]
#
# The files are named in the source, not read: kernel-size is asked for because the kernel may not be there yet.
set -euo pipefail
export LC_ALL=C

# Prints $1 as a string of device-tree source. Only what is printable stands there as it is.
quoted() {
    local text=$1 i character
    printf '"'
    for ((i = 0; i < ${#text}; i++)); do
        character=${text:i:1}
        case $character in
        [\"\\]) printf '\\%s' "$character" ;;
        [[:print:]]) printf '%s' "$character" ;;
        # In octal, of three digits: a hexadecimal one would take in digits that follow.
        *) printf '\\%03o' "'$character" ;;
        esac
    done
    printf '"'
}

# What the blob consists of, in words of 4 bytes: a property of $1 bytes, and the start of a node with a name of $1.
property_words() {
    echo $((3 + ($1 + 3) / 4))
}
node_words() {
    echo $((1 + ($1 + 4) / 4))
}

main() {
    local argument
    declare -A is=()
    for argument in "$@"; do
        is[${argument%%=*}]=${argument#*=}
    done

    # The blob lies at whole pages, and what is in it is copied in half the time from a multiple of 8. There is nothing
    # to align by but what stands before: `model` and `memory` each take an odd number of words.
    local model="run.sh" before between=""
    local header=14 compatible=20 marks=0
    [[ ! ${is[dump-device-trees]:-} ]] || marks=$(property_words 0)
    before=$((header + $(node_words 0) + $(property_words "$compatible") + marks + $(node_words ${#is[name]}) + 3))
    ((before % 2)) || model=""
    ((((is[kernel-size] + 3) / 4 + 3) % 2 == 0)) || between=yes

    local memory="        memory = /bits/ 64 <(${is[memory]} << 20)>;"
    printf '%s\n' '/dts-v1/;' '/ {' '    compatible = "bulkhead,partitions";'
    [[ ! $model ]] || printf '    model = "%s";\n' "$model"
    [[ ! ${is[dump-device-trees]:-} ]] || printf '    dump-device-trees;\n'
    printf '\n    %s {\n' "${is[name]}"
    printf '        kernel = /incbin/(%s);\n' "$(quoted "${is[kernel]}")"
    [[ ! $between ]] || printf '%s\n' "$memory"
    [[ ! ${is[initrd]:-} ]] || printf '        initrd = /incbin/(%s);\n' "$(quoted "${is[initrd]}")"
    [[ $between ]] || printf '%s\n' "$memory"
    printf '        harts = <%s>;\n' "${is[harts]}"
    [[ ! ${is[bootargs]:-} ]] || printf '        bootargs = %s;\n' "$(quoted "${is[bootargs]}")"
    printf '        on-fault = "%s";\n    };\n};\n' "${is[on-fault]}"
}

if (($# < 6)); then
    printf 'usage: tools/describe-guest.sh %s\n                               %s\n' \
        'name=NAME harts=N memory=MIB on-fault=WORD kernel=FILE kernel-size=BYTES' \
        '[initrd=FILE] [bootargs=TEXT] [dump-device-trees=yes]' >&2
    exit 2
fi
main "$@"
