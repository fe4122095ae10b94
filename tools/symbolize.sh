#!/usr/bin/env bash
# Reads what a machine wrote on its serial line, and prints the backtraces in it with function names and lines.
#
#   tools/symbolize.sh hypervisor.elf [system.dtb] < serial.log
#
# A frame is printed as `    #0 0x0000000080201234 in hv::panic_at(...) at src/arch/panic.cpp:81`, and the functions
# that were inlined there each on a line of its own. With the partition description, also the reports on guests whose
# kernel is an ELF file with symbols. Prints nothing where there is no backtrace.
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

# Prints each line of standard input as a function and its place: the first behind the words $1, those that it was
# inlined into below.
print_functions() {
    local line first=yes
    while read -r line; do
        if [[ $first ]]; then
            printf '    %s in %s\n' "$1" "$line"
        else
            printf '       inlined into %s\n' "$line"
        fi
        first=""
    done
}

# Prints the frame on line $2 of a backtrace of program $1; $3 is the address that trapped, empty where none did.
print_frame() {
    local elf=$1 frame=${2#"${2%%#*}"} trapped=$3 number address place
    read -r number address <<<"$frame"
    # A return address is behind the call that it belongs to, and may already be on another line.
    place=$address
    [[ $address == "$trapped" ]] || place=$(printf '%#x' $((address - 1)))
    print_functions "$number $address" < <(describe "$elf" "$place")
}

# --- guests -----------------------------------------------------------------------------------------------------

# Prints the kernel of guest $2 of blob $1 in the words of dtc's tools: bytes as hexadecimal digits with blanks between.
kernel_digits() {
    fdtget -t bx "$1" "/$2" kernel 2>/dev/null || true
}

declare -A elf_of=()  # by guest: its kernel with symbols, or nothing

# Sets `elf` to the kernel of guest $2 of blob $1, if that is an ELF file with symbols.
find_elf() {
    if [[ ! ${elf_of[$2]+there} ]]; then
        elf_of[$2]=""
        if [[ $(kernel_digits "$1" "$2" | head -c 11) == "7f 45 4c 46" ]]; then
            # Each byte becomes an escape of printf's: \x7f.
            printf '%b' "$(kernel_digits "$1" "$2" | sed 's/^/ /; s/ /\\x/g')" >"$scratch/$2"
            [[ ! $(riscv64-linux-gnu-nm --defined-only "$scratch/$2" 2>/dev/null) ]] || elf_of[$2]=$scratch/$2
        fi
    fi
    elf=${elf_of[$2]}
}

# Prints the virtual address of program $1 that is loaded at address $2, or that address where it is a virtual one.
virtual_address() {
    local type virtual physical size
    while read -r type _ virtual physical _ size _; do
        [[ $type == LOAD ]] || continue
        if (($2 >= physical && $2 < physical + size && physical != virtual)); then
            printf '%#018x' $(($2 - physical + virtual))
            return
        fi
    done < <(riscv64-linux-gnu-readelf -lW "$1" 2>/dev/null)
    printf '%s' "$2"
}

# Does address $2 of program $1 lie in a section of code?
is_code() {
    local address size flags
    while read -r _ _ address _ size _ flags _; do
        [[ $flags != *X* ]] || (($2 < 16#$address || $2 >= 16#$address + 16#$size)) || return 0
    done < <(riscv64-linux-gnu-readelf -SW "$1" 2>/dev/null | sed -nE 's/^ *\[ *[0-9]+\] *//p')
    return 1
}

declare -A names_at=()  # by ELF file and address: what print_functions reads

# Sets `names` for address $2 of the guest with kernel $1, whose role there is $3: pc, ra, or empty for a return address.
find_names() {
    local place=$2 key
    [[ $3 == *pc ]] || place=$(printf '%#018x' $(($2 - 1)))
    key="$1 $place"
    if [[ ! ${names_at[$key]+there} ]]; then
        place=$(virtual_address "$1" "$place")
        names_at[$key]=""
        ! is_code "$1" "$place" || names_at[$key]=$(describe "$1" "$place")
    fi
    names=${names_at[$key]}
}

# The report that we are in: the kernel of its guest, or nothing; and its first line, until that is printed.
report_elf="" report_header=""

# Begins the report on guest $3 of blob $1 that has $2 as its first line.
begin_report() {
    local elf=""
    [[ ! $1 ]] || find_elf "$1" "$3"
    report_elf=$elf report_header=$2
}

# Prints what line $1 of a report says with names: the registers at its start, and the backtrace.
print_report_line() {
    local address role names
    if [[ $1 =~ ^"  "(original )?mode:.*\ at\ pc\ (0x[0-9a-f]{16})$ ]]; then
        role=${BASH_REMATCH[1]}pc address=${BASH_REMATCH[2]}
    elif [[ $1 =~ ^"    at "(0x[0-9a-f]{16})(, ra)?$ ]]; then
        role=${BASH_REMATCH[2]#, } address=${BASH_REMATCH[1]}
    else
        return 0
    fi
    find_names "$report_elf" "$address" "$role"
    [[ $names ]] || return 0
    [[ ! $report_header ]] || printf '%s\n' "$report_header"
    report_header=""
    print_functions "$address${role:+, $role}" <<<"$names"
}

# ----------------------------------------------------------------------------------------------------------------

main() {
    local elf=$1 blob=${2:-} line trapped="" inside=""
    scratch=$(mktemp -d "${TMPDIR:-/tmp}/bulkhead-symbols.XXXXXX")
    # shellcheck disable=SC2064 # The name is known now.
    trap "rm -rf -- $(printf %q "$scratch")" EXIT
    while IFS= read -r line || [[ $line ]]; do
        line=${line%$'\r'}
        if [[ $line =~ ^guest\ ([A-Za-z0-9,._+-]{1,31}),\ vCPU\ [0-9]+:\  ]]; then
            begin_report "$blob" "$line" "${BASH_REMATCH[1]}"
        elif [[ $line != "  "* ]]; then
            report_elf=""
        fi
        [[ ! $report_elf ]] || print_report_line "$line"
        if [[ $line =~ ^[[:space:]]+#[0-9]+\ 0x[0-9a-f]{16}$ && $inside ]]; then
            print_frame "$elf" "$line" "$trapped"
        elif [[ $line == "  backtrace:" ]]; then
            inside=yes
            printf '%s\n' "$line"
        else
            inside=""
            [[ $line != panic:* ]] || trapped=""
            [[ ! $line =~ sepc\ (0x[0-9a-f]{16}) ]] || trapped=${BASH_REMATCH[1]}
        fi
    done
}

if (($# < 1 || $# > 2)) || [[ ! -r $1 || ! -r ${2:-$1} ]]; then
    printf 'usage: tools/symbolize.sh hypervisor.elf [system.dtb] < serial.log\n' >&2
    exit 2
fi
main "$@"
