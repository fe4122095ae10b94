#!/usr/bin/env bash
# Prints the partition description of guests, as device-tree source for dtc. docs/partitions.md says what it means.
#
#   tools/describe-guests.sh [stats=yes] [dump-device-trees=yes] GUEST ...
#
# where each GUEST is the words
#
#   name=NAME kernel=FILE kernel-size=BYTES memory=MIB harts=N on-fault=WORD
#   [initrd=FILE initrd-size=BYTES] [bootargs=TEXT] [on-watchdog=WORD] [restart-limit=N] [restart-window=SECONDS]
#   [fed-watchdog=MS] [timer-watchdog=MS]
#
# The files are named in the source, not read: their sizes are asked for because they may not be there yet.
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

# How many words of 4 bytes of the blob are before what comes next: a header of 14, and then the nodes.
words=14

# Counts the start of a node with a name of $1 bytes, or a property of $1 bytes.
count_node() {
    words=$((words + 1 + ($1 + 4) / 4))
}
count_property() {
    words=$((words + 3 + ($1 + 3) / 4))
}

# Prints property $1 of the guest: a number of one cell, or a text.
print_cell() {
    printf '        %s = <%s>;\n' "$1" "${is[$1]}"
    count_property 4
}
print_text() {
    printf '        %s = %s;\n' "$1" "$(quoted "${is[$1]}")"
    count_property $((${#is[$1]} + 1))
}

# Prints one of the two properties that are there in any case and take an odd number of words.
print_odd() {
    if [[ ! $memory_is_there ]]; then
        printf '        memory = /bits/ 64 <(%s << 20)>;\n' "${is[memory]}"
        count_property 8
        memory_is_there=yes
    elif [[ ! $on_fault_is_there ]]; then
        print_text on-fault  # each of its words does
        on_fault_is_there=yes
    fi
}

# Prints property $1, the contents of a file, at a multiple of 8 bytes of the blob, from which it is copied in half the
# time. There is nothing to align by but what stands before.
print_image() {
    (((words + 3) % 2 == 0)) || print_odd
    printf '        %s = /incbin/(%s);\n' "$1" "$(quoted "${is[$1]}")"
    count_property "${is[$1-size]}"
}

# Prints the guest that `is` has the words of.
print_guest() {
    local memory_is_there="" on_fault_is_there="" property
    printf '\n    %s {\n' "${is[name]}"
    count_node ${#is[name]}
    print_image kernel
    [[ ! ${is[initrd]:-} ]] || print_image initrd
    print_odd
    print_cell harts
    [[ ! ${is[bootargs]:-} ]] || print_text bootargs
    print_odd
    [[ ! ${is[on-watchdog]:-} ]] || print_text on-watchdog
    for property in restart-limit restart-window fed-watchdog timer-watchdog; do
        [[ ! ${is[$property]:-} ]] || print_cell "$property"
    done
    printf '    };\n'
    words=$((words + 1))
}

main() {
    local mark
    declare -A is=()
    printf '%s\n' '/dts-v1/;' '/ {' '    compatible = "bulkhead,partitions";'
    count_node 0
    count_property 20
    for mark in stats dump-device-trees; do
        if [[ ${1:-} == "$mark="* ]]; then
            if [[ ${1#*=} ]]; then
                printf '    %s;\n' "$mark"
                count_property 0
            fi
            shift
        fi
    done
    while (($#)); do
        is[${1%%=*}]=${1#*=}
        shift
        if (($# == 0)) || [[ $1 == name=* ]]; then
            print_guest
            is=()
        fi
    done
    printf '};\n'
}

if [[ ! " $*" =~ " name=" ]]; then
    sed -n '4,11s/^# *//p' "$0" >&2
    exit 2
fi
main "$@"
