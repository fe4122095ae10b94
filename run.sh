#!/usr/bin/env bash
# Builds Bulkhead if needed and boots it in QEMU, with this terminal as the machine's serial line. See --help.
set -euo pipefail
export LC_ALL=C

root=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
qemu_program=${QEMU:-qemu-system-riscv64}

help() {
    cat <<'END'
usage: ./run.sh [options] [system.dts | system.dtb] [-- QEMU arguments]

Builds the hypervisor where needed and boots it in QEMU's virt machine. This terminal is the machine's serial line:
every key goes there, Ctrl-C too; Ctrl-A X ends QEMU. Without a guest named here, the one that is built in runs.

The guests, all of them by a file:
  system.dts, system.dtb   a partition description, docs/partitions.md: as source, or as dtc has compiled it.
                           /incbin/("linux/Image") and /incbin/("linux/initrd") are Debian's Linux, fetched once

Or one by one, each with its options behind it:
  --linux                  Debian's riscv64 Linux with a busybox shell, fetched once
  --guest IMAGE            another one: a Linux Image, an ELF file or a raw binary, packed or not
  --name NAME              its name                                         (guest, or linux; then guest2, ...)
  --initrd FILE            its initrd                                       (none, or the shell)
  --append TEXT            its bootargs; with --linux, added to those that it needs
  --memory SIZE            its memory, such as 256M or 1G                   (256M)
  --harts N                its harts, 1 to 8                                (1)
  --on-fault WORD          what ends with it: stop, restart, halt-machine   (stop)
  --fed-watchdog MS        it fails if it does not call for so long         (off)
  --timer-watchdog MS      it fails if its timer is due for so long         (off)
  --on-watchdog WORD       what then ends with it, as above                 (stop)
  --restart-limit N        after so many restarts it is stopped             (3)
  --restart-window S       those of the last so many seconds count          (all)

The machine:
  --smp N                  harts, 1 to 32                                   (the guests')
  --ram SIZE               memory, such as 128M or 2G                       (128M, and what the guests need)
  --stats                  print what each guest cost, when all have ended
  --dump-dtb               print the device trees that the guests would be given, and start none
  --flash                  boot from the machine's flash, not with -kernel
  --gdb                    wait for gdb, and print the command to type
  --toolchain gcc|clang    the compiler                                     (gcc)
  --build-type TYPE        Release or Debug                                 (Release)
  --dry-run                print the guests' description and the QEMU command, and build and boot nothing
  --help                   print this

What follows -- goes to QEMU as it is. $QEMU names another QEMU to use than the installed one.
The exit status is QEMU's, except that a panic is never 0; it is 2 where an option is wrong. docs/partitions.md has
more on what a guest is given.
END
}

say() {
    printf 'run.sh: %s\n' "$*" >&2
}

usage_error() {
    say "$*"
    printf 'Try ./run.sh --help.\n' >&2
    exit 2
}

# --- options ----------------------------------------------------------------------------------------------------

declare -A chosen=([--toolchain]=gcc [--build-type]=Release)
size='[1-9][0-9]{0,6}[MG]' number='[1-9][0-9]{0,6}' action='stop|restart|halt-machine'
declare -A allowed=(
    [--smp]='[1-9]|[12][0-9]|3[0-2]'  # max_harts, include/hv/arch/hart.hpp
    [--ram]=$size
    [--toolchain]='gcc|clang'
    [--build-type]='Release|Debug'
    # What a partition description may say: docs/partitions.md.
    [--guest]='.+'
    [--name]='[A-Za-z0-9,._+-]{1,31}'
    [--initrd]='.+'
    [--append]='.*'
    [--memory]=$size
    [--harts]='[1-8]'
    [--on-fault]=$action
    [--fed-watchdog]=$number
    [--timer-watchdog]=$number
    [--on-watchdog]=$action
    [--restart-limit]=$number
    [--restart-window]=$number
)
declare -A wanted=(
    [--smp]='a number of harts, 1 to 32'
    [--ram]='a size, such as 128M or 2G'
    [--toolchain]='gcc or clang'
    [--build-type]='Release or Debug'
    [--guest]='a file'
    [--name]='1 to 31 letters, digits and , . _ + -'
    [--initrd]='a file'
    [--append]='a text (--append=TEXT, where it starts with --)'
    [--memory]='a size, 4M to 1024G'
    [--harts]='a number of harts, 1 to 8'
    [--on-fault]='stop, restart or halt-machine'
    [--fed-watchdog]='milliseconds, 1 to 3600000'
    [--timer-watchdog]='milliseconds, 1 to 3600000'
    [--on-watchdog]='stop, restart or halt-machine'
    [--restart-limit]='a number, 1 to 1000000'
    [--restart-window]='seconds, 1 to 1000000'
)
of_a_guest=(--name --initrd --append --memory --harts --on-fault --fed-watchdog --timer-watchdog --on-watchdog
    --restart-limit --restart-window)
stats="" dump="" flash="" gdb="" dry_run="" qemu_arguments=()
system=""  # the file that describes all guests
blob=""    # the file with the compiled description
# The guests of the command line, from 1: their images, where "" is Linux; and the values of their options, by number
# and option. What stands before the first one has number 0.
guests=0
declare -A image=() given=()

# Takes value $2 for option $1.
take_value() {
    [[ $2 =~ ^(${allowed[$1]})$ ]] || usage_error "$1 cannot be '$2': it takes ${wanted[$1]}"
    if [[ $1 == --guest ]]; then
        guests=$((guests + 1))
        image[$guests]=$2
    elif [[ " ${of_a_guest[*]} " == *" $1 "* ]]; then
        given[$guests $1]=$2
    else
        chosen[$1]=$2
    fi
}

parse_options() {
    while (($#)); do
        case $1 in
        --linux)
            guests=$((guests + 1))
            image[$guests]=""
            ;;
        --stats) stats=yes ;;
        --dump-dtb) dump=yes ;;
        --flash) flash=yes ;;
        --gdb) gdb=yes ;;
        --dry-run) dry_run=yes ;;
        --help | -h)
            help
            exit 0
            ;;
        --)
            qemu_arguments=("${@:2}")
            return
            ;;
        -*)
            # An option with a value, which is the next argument or stands behind =.
            [[ ${allowed[${1%%=*}]:-} ]] || usage_error "unknown option '$1'"
            if [[ $1 == *=* ]]; then
                take_value "${1%%=*}" "${1#*=}"
            elif (($# == 1)) || [[ $2 == --* ]]; then
                usage_error "$1 needs a value: ${wanted[$1]}"
            else
                take_value "$1" "$2"
                shift
            fi
            ;;
        *)
            [[ ! $system ]] || usage_error "'$system' and '$1' are two systems, and there can be one"
            [[ $1 ]] || usage_error "unexpected argument ''"
            system=$1
            ;;
        esac
        shift
    done
}

# Prints size $1, such as 128M or 2G, in MiB.
mebibytes() {
    local number=${1%[MG]}
    [[ $1 == *M ]] || number=$((number * 1024))
    echo "$number"
}

# Refuses what does not go together.
check_options() {
    local option
    if ((guests == 0)) || [[ $system ]]; then
        for option in "${!given[@]}"; do
            option=${option#* }
            [[ ! $system ]] || usage_error "$option is about a guest, and of those '$system' says all"
            usage_error "$option is about a guest: it needs --guest or --linux"
        done
        [[ ! $system || $guests == 0 ]] || usage_error "'$system' describes all guests, and here is one more"
    fi
    if [[ $system ]]; then
        check_system
    elif ((guests > 0)); then
        check_guests
    else
        [[ ! $dump ]] || usage_error "--dump-dtb is about guests: it needs --guest, --linux or a description"
        [[ ! $stats ]] || usage_error "--stats is about guests: it needs --guest, --linux or a description"
    fi
}

# Refuses a file that can be neither source nor blob of a description.
check_system() {
    [[ -e $system ]] || usage_error "'$system': there is no such file"
    [[ -f $system ]] || usage_error "'$system' is not a file"
    [[ -r $system ]] || usage_error "'$system' cannot be read"
    is_compiled || ! grep -qaP '\x00' -- "$(absolute "$system")" ||
        usage_error "'$system' is neither a device-tree source nor a blob. If it is a guest's image: --guest '$system'"
}

# Is the description a blob? By its first bytes, whatever it is called.
is_compiled() {
    [[ $(od -An -v -tx1 -N4 -- "$system" | tr -d ' \n') == d00dfeed ]]
}

# Refuses guests of the command line that cannot be together, and sets what was left to us.
check_guests() {
    local i option memory memories="" mebibytes=0 harts=0
    for option in "${of_a_guest[@]}"; do
        [[ -v given["0 $option"] ]] || continue
        ((guests == 1)) || usage_error "$option stands before the first guest: it must be behind the one it is about"
        given[1 $option]=${given[1 $option]-${given[0 $option]}}
    done
    name_guests
    for ((i = 1; i <= guests; i++)); do
        memory=${given[$i --memory]:=256M}
        if (($(mebibytes "$memory") < 4 || $(mebibytes "$memory") > 1024 * 1024)); then
            usage_error "--memory cannot be '$memory': it takes ${wanted[--memory]}"
        fi
        memories+=${memories:+ + }$memory
        mebibytes=$((mebibytes + $(mebibytes "$memory")))
        harts=$((harts + ${given[$i --harts]:=1}))
    done
    if ((harts > ${chosen[--smp]:-32})); then
        usage_error "--harts $harts${memories//[^+]/} is more than the machine's --smp ${chosen[--smp]:-32}"
    fi
    if [[ ${chosen[--ram]:-} ]] && (($(mebibytes "${chosen[--ram]}") <= mebibytes)); then
        usage_error "--memory $memories leaves the hypervisor nothing of the machine's --ram ${chosen[--ram]}"
    fi
}

# Gives a name to each guest that has none: guest, or linux, then guest2, guest3, ...
name_guests() {
    local i number name
    declare -A taken=()
    for ((i = 1; i <= guests; i++)); do
        name=${given[$i --name]:-}
        [[ ! $name || ! ${taken[$name]:-} ]] || usage_error "--name $name is there twice, and names must differ"
        [[ ! $name ]] || taken[$name]=yes
    done
    for ((i = 1; i <= guests; i++)); do
        [[ ! ${given[$i --name]:-} ]] || continue
        number="" name=guest
        [[ ${image[$i]} ]] || name=linux
        while [[ ${taken[$name$number]:-} ]]; do
            number=$((${number:-1} + 1))
        done
        given[$i --name]=$name$number
        taken[$name$number]=yes
    done
}

# --- the guests -------------------------------------------------------------------------------------------------

# Sets `bytes` to the size of file $2, which option $1 names, and refuses what cannot be the guest's with memory $3.
check_file() {
    [[ -e $2 ]] || usage_error "$1 '$2': there is no such file"
    [[ -f $2 ]] || usage_error "$1 '$2' is not a file"
    [[ -r $2 ]] || usage_error "$1 '$2' cannot be read"
    bytes=$(stat -L -c %s -- "$2")
    check_size "$1 '$2'" "$3"
}

# Refuses what is empty, or larger than the guest's memory $2: it has `bytes`, and is called $1.
check_size() {
    ((bytes > 0)) || usage_error "$1 is empty"
    ((bytes <= $(mebibytes "$2") << 20)) || usage_error "$1 has $bytes bytes, and --memory $2 is less"
    # dtc counts them in 32 bits.
    ((bytes < 1 << 30)) || usage_error "$1 has $bytes bytes; $(((1 << 30) - 1)) are the most"
}

# Sets `linux_folder`, where Linux and its initrd are.
find_linux() {
    linux_folder=$("$root/tools/fetch-linux.sh" --where)
    if [[ $dry_run ]]; then
        [[ -e $linux_folder/Image && -e $linux_folder/initrd ]] || {
            say "Linux is not there yet, and a dry run fetches nothing: tools/fetch-linux.sh does"
            exit 1
        }
    else
        "$root/tools/fetch-linux.sh" >/dev/null || exit 1
    fi
}

guest_words=()        # the guests, for tools/describe-guests.sh
declare -A packed=()  # kernels that were packed, by the file that they were unpacked into

# Adds guest $1 to `guest_words`. A kernel that is packed is unpacked into file $2.
choose_guest() {
    local bytes kernel_size kernel=${image[$1]} initrd=${given[$1 --initrd]:-} bootargs=${given[$1 --append]:-} option
    local memory=${given[$1 --memory]} linux_folder
    if [[ ! $kernel ]]; then
        find_linux
        kernel=$linux_folder/Image initrd=${initrd:-$linux_folder/initrd}
        # earlycon: messages from the very start. panic=1: Linux then restarts, where it would wait for ever.
        bootargs="earlycon console=ttyS0 panic=1${bootargs:+ $bootargs}"
    fi
    ((${#bootargs} <= 2047)) || usage_error "--append makes ${#bootargs} characters of bootargs; 2047 are the most"
    check_file --guest "$kernel" "$memory"
    kernel_size=$bytes
    [[ ! $("$root/tools/unpack-kernel.sh" --format "$(absolute "$kernel")") ]] || unpack_kernel "$memory" "$2"
    guest_words+=("name=${given[$1 --name]}" "harts=${given[$1 --harts]}" "memory=$(mebibytes "$memory")"
        "on-fault=${given[$1 --on-fault]:-stop}" "kernel=$(absolute "$kernel")" "kernel-size=$kernel_size"
        "bootargs=$bootargs")
    if [[ $initrd ]]; then
        check_file --initrd "$initrd" "$memory"
        guest_words+=("initrd=$(absolute "$initrd")" "initrd-size=$bytes")
    fi
    for option in --on-watchdog --restart-limit --restart-window --fed-watchdog --timer-watchdog; do
        [[ ! ${given[$1 $option]:-} ]] || guest_words+=("${option#--}=${given[$1 $option]}")
    done
}

# Unpacks `kernel` of a guest with memory $1 into file $2, which it then is.
unpack_kernel() {
    packed[$2]=$kernel
    "$root/tools/unpack-kernel.sh" "$(absolute "$kernel")" >"$2" || usage_error "--guest '$kernel' cannot be unpacked"
    bytes=$(stat -c %s -- "$2")
    check_size "--guest '$kernel', unpacked," "$1"
    kernel=$2
    kernel_size=$bytes
}

# Prints the partition description of the guests of the command line.
describe_guests() {
    "$root/tools/describe-guests.sh" "stats=$stats" "dump-device-trees=$dump" "${guest_words[@]}"
}

# Where a file is, so that its name depends on nothing and begins no option.
absolute() {
    [[ $1 == /* ]] || printf '%s/' "$PWD"
    printf '%s' "$1"
}

# Makes the blob of source $2, which may stand behind more of dtc's options; $1 is what it is called.
compile() {
    local words
    if ! words=$(dtc -q -I dts -O dtb -o "$blob" "${@:2}" 2>&1); then
        [[ ! $words ]] || printf '%s\n' "$words" >&2
        say "$1 could not be compiled; dtc's words are above"
        exit 1
    fi
}

# Sets `source`, what dtc is given to make the blob of `system`, or nothing where that is a blob, and `marks`, the
# properties that are then added.
read_system() {
    local linux_folder
    source=() marks=(${stats:+stats} ${dump:+dump-device-trees})
    is_compiled && return
    linux_folder=$("$root/tools/fetch-linux.sh" --where)
    ! grep -qE '"linux/(Image|initrd)"' -- "$(absolute "$system")" || find_linux
    # dtc looks into the source's own folder first.
    source=(-i "${linux_folder%/*}" "$(absolute "$system")")
}

# Makes the blob that carries all guests: those of `system`, or those of the command line. What is unpacked for it goes
# into files whose names start with $1. Sets the machine's size where none was chosen.
make_description() {
    local i mark size in_flash=()
    if [[ ! $system ]]; then
        for ((i = 1; i <= guests; i++)); do
            choose_guest "$i" "$1$i"
        done
        compile "the guests' description" - < <(describe_guests)
    else
        read_system
        if ((${#source[@]})); then
            compile "'$system'" "${source[@]}"
        elif ((${#marks[@]})); then
            cat -- "$(absolute "$system")" >"$blob"
        else
            blob=$(absolute "$system")
        fi
        for mark in "${marks[@]}"; do
            fdtput "$blob" / "$mark" 2>/dev/null || true  # what is no blob is the hypervisor's to refuse
        done
    fi
    [[ ! $flash ]] || in_flash=(--flash)
    size=$("$root/tools/machine-for.sh" "${in_flash[@]}" "$blob")
    : "${chosen[--smp]:=${size% *}}" "${chosen[--ram]:=${size#* }}"
}

# Prints the commands that make the blob as make_description has made it.
show_description() {
    local mark file
    for file in "${!packed[@]}"; do
        printf '%s >%s\n' "$(print_command "$root/tools/unpack-kernel.sh" "$(absolute "${packed[$file]}")")" \
            "$(print_command "$file")"
    done
    if [[ ! $system ]]; then
        printf "%s <<'END'\n%s\nEND\n" "$(print_command dtc -q -I dts -O dtb -o "$blob" -)" "$(describe_guests)"
        return
    fi
    if ((${#source[@]})); then
        print_command dtc -q -I dts -O dtb -o "$blob" "${source[@]}"
    elif ((${#marks[@]})); then
        printf '%s >%s\n' "$(print_command cat "$(absolute "$system")")" "$(print_command "$blob")"
    fi
    for mark in "${marks[@]}"; do
        print_command fdtput "$blob" / "$mark"
    done
}

# --- build ------------------------------------------------------------------------------------------------------

# Runs a build step with its output in a file, which is shown only if it fails. Flags meant for programs of this
# machine must not reach the kernel.
quietly() {
    if ! env -u CFLAGS -u CXXFLAGS -u ASMFLAGS -u CPPFLAGS -u LDFLAGS "$@" >"$state/build.log" 2>&1 </dev/null; then
        grep -vE '^\[[0-9]+/[0-9]+\] ' "$state/build.log" >&2 || true
        say "the build failed; its output is above"
        exit 1
    fi
}

# Builds target $1 in $build, one run.sh at a time.
build_target() {
    mkdir -p "$build"
    exec 9>"$build/.lock"
    flock 9
    # A clone that was moved, or copied with its build folder: CMake would refuse.
    if [[ -e $build/CMakeCache.txt ]] && ! grep -qFx "CMAKE_HOME_DIRECTORY:INTERNAL=$root" "$build/CMakeCache.txt"; then
        find "$build" -mindepth 1 -delete
    fi
    if [[ ! -e $build/build.ninja ]]; then
        say "building the kernel in build/$preset"
        quietly cmake -S "$root" -B "$build" --preset "$preset"
    fi
    quietly cmake --build "$build" --target "$1"
    exec 9>&-
}

# --- the machine ------------------------------------------------------------------------------------------------

# Sets `command`, the whole QEMU command line; with --flash, for the image $flash_image.
compose_command() {
    command=("$qemu_program" -M virt -smp "${chosen[--smp]:-1}" -m "${chosen[--ram]:-128M}" -nographic -no-reboot
        -chardev "stdio,id=console,mux=on,signal=off" -serial chardev:console -mon "chardev=console,mode=readline")
    if [[ $flash ]]; then
        # A comma inside a value is doubled for QEMU.
        command+=(-drive "if=pflash,format=raw,unit=0,readonly=on,file=${flash_image//,/,,}")
    else
        command+=(-kernel "$build/hypervisor.bin")
        [[ ! $blob ]] || command+=(-initrd "$blob")
    fi
    if [[ $gdb ]]; then
        # A socket in the file system: no port to clash over, and no other user of this computer can connect.
        command+=(-S -chardev "socket,id=gdb,server=on,wait=off,path=${gdb_socket//,/,,}" -gdb chardev:gdb)
    fi
    command+=("${qemu_arguments[@]}")
}

# Prints the words "$@" so that they can be pasted into a shell: quoted where that is needed.
print_command() {
    local word words=()
    for word; do
        [[ $word =~ ^[A-Za-z0-9_./:=,+@%-]+$ ]] || printf -v word '%q' "$word"
        words+=("$word")
    done
    printf '%s\n' "${words[*]}"
}

# Prints what would be run, as lines that can be pasted into a shell.
show_commands() {
    local scratch
    scratch=$(mktemp -u "${TMPDIR:-/tmp}/bulkhead.XXXXXX")
    gdb_socket=$scratch.gdb
    if [[ $has_guests ]]; then
        if ! command -v dtc >/dev/null || ! command -v fdtget >/dev/null; then
            say "there is no dtc yet, and a dry run installs nothing: tools/install-packages.sh guest does"
            exit 1
        fi
        # Made to know its size, and gone when we end.
        # shellcheck disable=SC2064 # The name is known now.
        trap "rm -f -- $(printf %q "$scratch").*" EXIT
        blob=$scratch.dtb
        make_description "$scratch.kernel"
        show_description
    fi
    flash_image=$build/hypervisor-flash.img
    if [[ $flash && $blob ]]; then
        flash_image=$scratch.img
        print_command "$root/tools/add-to-flash.sh" "$build/hypervisor-flash.img" "$blob" "$flash_image"
    fi
    compose_command
    print_command "${command[@]}"
}

# Becomes the program "$@", which the kernel kills when run.sh ends, however that happens. Always run with &.
bound_to_us() {
    # shellcheck disable=SC2016 # The inner shell expands these: it checks that run.sh did not end in between.
    exec setpriv --pdeathsig KILL bash -c '[[ $PPID == "$0" ]] || exit 1; exec "$@"' "$$" "$@"
}

machine="" relay="" keeper="" watcher="" terminal=""

# Starts QEMU as `machine`. Its output goes through `relay`, whose death says that nobody reads any more, where QEMU
# itself would go on for ever. `keeper` keeps its start, and its end, where a panic is. `watcher` ends when the pipe
# that is our output is closed, so that a machine which writes nothing is ended too.
start_machine() {
    mkfifo "$state/serial" "$state/copy"
    : >"$state/empty"
    # shellcheck disable=SC2016 # The inner shell expands these.
    bound_to_us bash -c 'head -c 64K >"$0/start" && tail -c 1M >"$0/end"' "$state" <"$state/copy" &
    keeper=$!
    bound_to_us env --default-signal=PIPE tee "$state/copy" <"$state/serial" 2>/dev/null &
    relay=$!
    if [[ -p /dev/stdout ]]; then
        bound_to_us env --default-signal=PIPE tail -f "$state/empty" </dev/null 2>/dev/null &
        watcher=$!
    fi
    # QEMU makes its standard input non-blocking. A terminal is opened anew for it, as our output may be the same one.
    local input=""
    if [[ -t 0 ]]; then
        terminal=$(stty -g)
        input=$(tty) && [[ -r $input && -w $input ]] || input=""
    fi
    if [[ $input ]]; then
        bound_to_us "${command[@]}" <"$input" >"$state/serial" &
    else
        bound_to_us "${command[@]}" <&0 >"$state/serial" &
    fi
    machine=$!
}

# Ends QEMU, politely first, and puts the terminal back. Called however run.sh ends.
clean_up() {
    local i
    trap '' HUP INT QUIT TERM PIPE TTOU
    if [[ $machine ]] && kill -TERM "$machine" 2>/dev/null; then
        for ((i = 0; i < 20; i++)); do
            kill -0 "$machine" 2>/dev/null || break
            sleep 0.1
        done
    fi
    for i in "$machine" "$relay" "$keeper" "$watcher"; do
        # Waited for, so that bash does not report their deaths.
        [[ -z $i ]] || { kill -KILL "$i" && wait "$i"; } 2>/dev/null || true
    done
    [[ -z $terminal ]] || stty "$terminal" 2>/dev/null || true
    rm -rf "$state"
}

# Ends run.sh by signal $1, as who sent it expects.
end_by_signal() {
    clean_up
    trap - EXIT "$1"
    kill -s "$1" "$$"
    exit $((128 + $(kill -l "$1")))  # who started us ignores the signal, and so do we
}

# Waits for QEMU to end, and returns its status; ends run.sh where nobody reads its output any more.
wait_for_machine() {
    local ended="" status=0
    wait -n -p ended "$machine" "$relay" ${watcher:+"$watcher"} || status=$?
    if [[ $ended == "$relay" && $status == 0 ]]; then
        ended=$machine  # all was written, because QEMU has just ended
        wait "$machine" || status=$?
    fi
    [[ $ended == "$machine" ]] || end_by_signal PIPE
    machine=""
    wait "$relay" "$keeper" || true
    return "$status"
}

# Did the hypervisor say that it failed? Its words count up to the line that a guest starts; then any line may be a
# guest's, and a machine on which guests run has a finisher, by which QEMU's status tells.
said_that_it_failed() {
    local failure='^(panic|cannot boot):' start='^guest [^ ]+: .* of memory at 0x'
    if grep -aqE "$start" "$state/start"; then
        sed -E "/$start/q" "$state/start" | grep -aqE "$failure"
    else
        grep -aqhE "$failure" "$state/start" "$state/end"
    fi
}

# Boots what was built, and returns QEMU's status, or 1 where that is 0 after a panic.
boot() {
    local status=0
    start_machine
    if [[ $gdb ]]; then
        say "the machine waits for gdb (Debian package gdb-multiarch). In another terminal:"
        printf '\n    gdb-multiarch %q -x %q -ex %q\n\n' "$build/hypervisor.elf" "$root/tools/bulkhead-gdb.py" \
            "target remote $gdb_socket" >&2
    fi
    wait_for_machine || status=$?
    if grep -aqE '^  backtrace[:,]' "$state/start" "$state/end"; then
        cat "$state/start" "$state/end" |
            "$root/tools/symbolize.sh" "$build/hypervisor.elf" ${blob:+"$blob"} >&2 || true
    fi
    if ((status == 0)) && said_that_it_failed; then
        status=1
    fi
    return "$status"
}

# Prints the device tree of guest $1 as source: $2 bytes that the hypervisor has printed.
print_device_tree() {
    # Every two digits become an escape of printf's: \xd0.
    printf '%b' "$(sed -nE "/^device tree of $1: /,/^device tree of /s/^dtb: ([0-9a-f]+)$/\1/p" "$state/output" |
        sed 's/../\\x&/g' | tr -d '\n')" >"$state/device-tree"
    [[ $(stat -c %s "$state/device-tree") == "$2" ]] && dtc -q -I dtb -O dts "$state/device-tree"
}

# Boots what was built, which prints the guests' device trees and ends, and prints those as source, with the guest's
# name before each where there are several.
show_device_trees() {
    local status=0 i trees=() name size
    boot </dev/null >"$state/output" || status=$?
    sed -i 's/\r$//' "$state/output"
    mapfile -t trees < <(sed -nE 's/^device tree of ([^ ]+): ([0-9]+) bytes.*/\1 \2/p' "$state/output")
    ((status != 0 || ${#trees[@]} != 0)) || status=1
    for ((i = 0; status == 0 && i < ${#trees[@]}; i++)); do
        read -r name size <<<"${trees[i]}"
        ((i == 0)) || echo
        ((${#trees[@]} == 1)) || printf '// %s\n' "$name"
        print_device_tree "$name" "$size" || status=1
    done
    if ((status != 0)); then
        cat "$state/output" >&2
        say "the hypervisor printed no device tree; its output is above"
    fi
    return "$status"
}

main() {
    parse_options "$@"
    check_options
    has_guests=$system
    ((guests == 0)) || has_guests=yes
    preset=${chosen[--toolchain]}
    [[ ${chosen[--build-type]} == Release ]] || preset+=-debug
    build=$root/build/$preset

    if [[ $dry_run ]]; then
        show_commands
        return 0
    fi

    local groups=("${chosen[--toolchain]}" ${has_guests:+guest})
    [[ ${QEMU:-} ]] || groups+=(qemu)
    "$root/tools/install-packages.sh" "${groups[@]}"
    command -v "$qemu_program" >/dev/null || usage_error "QEMU='$qemu_program': there is no such program"

    state=$(mktemp -d "${TMPDIR:-/tmp}/bulkhead.XXXXXX")
    trap clean_up EXIT
    local signal
    for signal in HUP INT QUIT TERM PIPE; do
        # shellcheck disable=SC2064 # The signal is known now.
        trap "end_by_signal $signal" "$signal"
    done
    if [[ $has_guests ]]; then
        blob=$state/system.dtb
        make_description "$state/kernel"
    fi
    if [[ $flash ]]; then
        build_target flash
        flash_image=$build/hypervisor-flash.img
        if [[ $blob ]]; then
            flash_image=$state/flash.img
            "$root/tools/add-to-flash.sh" "$build/hypervisor-flash.img" "$blob" "$flash_image" || exit 1
        fi
    else
        build_target hypervisor
    fi
    gdb_socket=$state/gdb
    compose_command
    if [[ $dump ]]; then
        show_device_trees
    else
        boot
    fi
}

# Where a standard stream is closed, QEMU would use its number for something else.
{ : 3<&0; } 2>/dev/null || exec </dev/null
{ : 3>&1; } 2>/dev/null || exec >/dev/null
{ : 3>&2; } 2>/dev/null || exec 2>/dev/null
main "$@"
