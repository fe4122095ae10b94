#!/usr/bin/env bash
# Reads what a machine wrote on its serial line, and prints the backtraces in it with function names and lines.
#
#   tools/symbolize.sh hypervisor.elf < serial.log
#
# A frame is printed as `    #0 0x0000000080201234 in hv::panic_at(...) at src/arch/panic.cpp:81`, and the functions
# that were inlined there each on a line of its own. Prints nothing where there is no backtrace.
set -euo pipefail
export LC_ALL=C

root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)

# Prints the name of the function of program $1 that address $2 lies in. (addr2line takes any local label for one.)
function_at() {
    riscv64-linux-gnu-nm -C -n --defined-only "$1" |
        awk -v address="$(printf '%016x' "$2")" '
            ($1 "") > (address "") { exit }  # as strings: 80207e50 is also a number
            $2 ~ /[TtWw]/ && $3 !~ /^[.$]/ { name = substr($0, 20) }
            END { print name == "" ? "??" : name }'
}

# Prints the functions and places of address $2 of program $1, the innermost inlined one first, one a line.
describe() {
    riscv64-linux-gnu-addr2line -e "$1" -f -C -i "$2" | paste -d '\t' - - |
        awk -F '\t' -v root="$root/" -v outermost="$(function_at "$1" "$2")" '
            {
                if (NR > 1) print name " at " place
                name = $1
                place = index($2, root) == 1 ? substr($2, length(root) + 1) : $2
                sub(/ \(discriminator [0-9]+\)/, "", place)
            }
            END { print outermost " at " place }'
}

# Prints the frame on line $2 of a backtrace of program $1; $3 is the address that trapped, empty where none did.
print_frame() {
    local elf=$1 frame=${2#"${2%%#*}"} trapped=$3 number address place first=yes
    read -r number address <<<"$frame"
    # A return address is behind the call that it belongs to, and may already be on another line.
    place=$address
    [[ $address == "$trapped" ]] || place=$(printf '%#x' $((address - 1)))
    while read -r line; do
        if [[ $first ]]; then
            printf '    %s %s in %s\n' "$number" "$address" "$line"
        else
            printf '       inlined into %s\n' "$line"
        fi
        first=""
    done < <(describe "$elf" "$place")
}

main() {
    local elf=$1 line trapped="" inside=""
    while IFS= read -r line || [[ $line ]]; do
        line=${line%$'\r'}
        if [[ $line =~ ^[[:space:]]+#[0-9]+\ 0x[0-9a-f]{16}$ && $inside ]]; then
            print_frame "$elf" "$line" "$trapped"
        elif [[ $line == "  backtrace:" ]]; then
            inside=yes
            printf '%s\n' "$line"
        else
            inside=""
            [[ $line == panic:* ]] && trapped=""
            [[ $line =~ sepc\ (0x[0-9a-f]{16}) ]] && trapped=${BASH_REMATCH[1]}
        fi
    done
}

if (($# != 1)) || [[ ! -r ${1:-} ]]; then
    printf 'usage: tools/symbolize.sh hypervisor.elf < serial.log\n' >&2
    exit 2
fi
main "$1"
