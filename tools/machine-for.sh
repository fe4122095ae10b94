#!/usr/bin/env bash
# Prints how many harts and how much memory QEMU's machine wants for a partition description, such as "3 448M".
#
#   tools/machine-for.sh system.dtb           the blob being in the machine's memory, as its initrd
#   tools/machine-for.sh --flash system.dtb   the blob being in the machine's flash
#
# What is wrong with a description is the hypervisor's to say: a value that cannot be counts here as one that is not
# there.
set -euo pipefail
export LC_ALL=C

# include/hv/vm/placement.hpp, include/hv/vm/description.hpp and docs/partitions.md.
max_harts=32 max_harts_of_a_guest=8 max_memory=$((254 << 30))
ram_start=$((2 << 30)) mebibyte=$((1 << 20)) large_page=$((2 << 20)) step=$((64 << 20))

harts=0 hart_ids=0 last_hart_id=-1 memory=0
places=()  # where guests lie that are mapped one to one: base and end, by turns

# Prints the number that bytes $@, in hexadecimal digits, are.
number() {
    local byte value=0
    for byte; do
        value=$((value << 8 | 16#$byte))
    done
    echo "$value"
}

round_up() {
    echo $((($1 + $2 - 1) / $2 * $2))
}

# Counts $1 bytes of memory, if they are any number that can be.
count_memory() {
    if (($1 > 0 && $1 <= max_memory)); then
        memory=$((memory + $(round_up "$1" "$large_page")))
    fi
}

# Counts a guest that names no harts but says how many, in bytes $@.
count_harts() {
    local value=1
    (($# != 4)) || value=$(number "$@")
    ((value >= 1 && value <= max_harts_of_a_guest)) || value=1
    harts=$((harts + value))
}

# Counts harts by their ids, in bytes $@.
count_hart_ids() {
    local id
    while (($# >= 4)); do
        id=$(number "${@:1:4}")
        hart_ids=$((hart_ids + 1))
        ((id <= last_hart_id || id >= max_harts)) || last_hart_id=$id
        shift 4
    done
}

# Counts a guest's memory: bytes $@ are a size, or a base and a size.
count_guest_memory() {
    local base size
    if (($# == 16)); then
        base=$(number "${@:1:8}") size=$(number "${@:9:8}")
        if ((base >= ram_start && base < ram_start + max_memory && size > 0 && size <= max_memory)); then
            places+=("$base" $((base + size)))
            count_memory "$size"
        fi
    elif (($# == 8)); then
        count_memory "$(number "$@")"
    fi
}

# Where the machine's memory must end at least, so that all places are in it, and QEMU's device tree behind them.
end_of_places() {
    local i end=$ram_start
    for ((i = 1; i < ${#places[@]}; i += 2)); do
        ((places[i] + 16 * mebibyte <= end)) || end=$((places[i] + 16 * mebibyte))
    done
    echo "$end"
}

# Does an initrd of $2 bytes, in a machine with $1 bytes of memory, lie on one of the places?
initrd_is_in_the_way() {
    local i initrd
    # [qemu] riscv_load_initrd: behind the kernel's entry, by half of the memory.
    initrd=$((ram_start + (2 << 20) + ($1 / 2 < 512 * mebibyte ? $1 / 2 : 512 * mebibyte)))
    for ((i = 0; i < ${#places[@]}; i += 2)); do
        ((places[i + 1] <= initrd || initrd + $2 <= places[i])) || return 0
    done
    return 1
}

# Counts a child of the root that has these bytes as its size (of a shared region), hart-ids, harts and memory.
count_node() {
    # The bytes are words.
    # shellcheck disable=SC2086
    if [[ $1 ]]; then
        set -- $1
        (($# != 8)) || count_memory "$(number "$@")"
    else
        if [[ $2 ]]; then
            count_hart_ids $2
        else
            count_harts $3
        fi
        count_guest_memory $4
    fi
}

# Counts all that blob $1 describes.
count_all() {
    local name names=() asked=() values=() i
    mapfile -t names < <(fdtget -l "$1" / 2>/dev/null)
    for name in "${names[@]}"; do
        asked+=("/$name" size "/$name" hart-ids "/$name" harts "/$name" memory)
    done
    # One line for each; where one cannot be read, none.
    mapfile -t values < <(fdtget -t bx -d "" "$1" "${asked[@]}" 2>/dev/null)
    for ((i = 0; i + 3 < ${#values[@]}; i += 4)); do
        count_node "${values[@]:i:4}"
    done
}

main() {
    local blob=0 smp ram
    [[ $1 == --flash ]] || blob=$(stat -L -c %s -- "$1")
    count_all "${!#}"
    smp=$((harts + hart_ids > last_hart_id + 1 ? harts + hart_ids : last_hart_id + 1))
    ((smp >= 1)) || smp=1
    ((smp <= max_harts)) || smp=$max_harts
    # 128 MiB: the firmware, the hypervisor, and what lies unused between the pieces of the guests' memory.
    ram=$((memory + 128 * mebibyte + $(round_up "$blob" $((16 * mebibyte)))))
    ((ram >= $(end_of_places) - ram_start)) || ram=$(($(end_of_places) - ram_start))
    ram=$(round_up "$ram" "$step")
    # Up to 1 GiB, more memory moves the initrd.
    while ((blob > 0 && ram < 1 << 30)) && initrd_is_in_the_way "$ram" "$blob"; do
        ram=$((ram + step))
    done
    echo "$smp $((ram / mebibyte))M"
}

if (($# < 1 || $# > 2)) || [[ ! -r ${!#} ]]; then
    printf 'usage: tools/machine-for.sh [--flash] system.dtb\n' >&2
    exit 2
fi
main "$@"
