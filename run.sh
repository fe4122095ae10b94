#!/usr/bin/env bash
# Builds Bulkhead if needed and boots it in QEMU, with this terminal as the machine's serial line. See --help.
set -euo pipefail
export LC_ALL=C

root=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
qemu_program=${QEMU:-qemu-system-riscv64}

help() {
    cat <<'END'
usage: ./run.sh [options] [-- QEMU arguments]

Builds the hypervisor where needed and boots it in QEMU's virt machine. This terminal is the machine's serial line:
every key goes there, Ctrl-C too; Ctrl-A X ends QEMU. Without a guest named here, the one that is built in runs.

The guest:
  --linux                  Debian's riscv64 Linux with a busybox shell, fetched once
  --guest IMAGE            another one: a Linux Image, an ELF file or a raw binary, packed or not
  --name NAME              its name                                         (guest, or linux)
  --initrd FILE            its initrd                                       (none, or the shell)
  --append TEXT            its bootargs; with --linux, added to those that it needs
  --memory SIZE            its memory, such as 256M or 1G                   (256M)
  --harts N                its harts, 1 to 8                                (1)
  --on-fault WORD          what ends with it: stop, restart, halt-machine   (stop)
  --dump-dtb               print the device tree that it would be given, and do not start it

The machine:
  --smp N                  harts, 1 to 32                                   (the guest's)
  --ram SIZE               memory, such as 128M or 2G                       (128M, and what the guest needs)
  --flash                  boot from the machine's flash, not with -kernel
  --gdb                    wait for gdb, and print the command to type
  --toolchain gcc|clang    the compiler                                     (gcc)
  --build-type TYPE        Release or Debug                                 (Release)
  --dry-run                print the guest's description and the QEMU command, and build and boot nothing
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
size='[1-9][0-9]{0,6}[MG]'
declare -A allowed=(
    [--smp]='[1-9]|[12][0-9]|3[0-2]'  # max_harts, include/hv/arch/hart.hpp
    [--ram]=$size
    [--toolchain]='gcc|clang'
    [--build-type]='Release|Debug'
    # What a partition description may say: include/hv/vm/description.hpp.
    [--guest]='.+'
    [--name]='[A-Za-z0-9,._+-]{1,31}'
    [--initrd]='.+'
    [--append]='.*'
    [--memory]=$size
    [--harts]='[1-8]'
    [--on-fault]='stop|restart|halt-machine'
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
)
of_a_guest=(--name --initrd --append --memory --harts --on-fault)
linux="" dump="" flash="" gdb="" dry_run="" qemu_arguments=()
has_guest="" blob="" packed_kernel=""

# Takes value $2 for option $1.
take_value() {
    [[ $2 =~ ^(${allowed[$1]})$ ]] || usage_error "$1 cannot be '$2': it takes ${wanted[$1]}"
    [[ $1 != --guest || ! ${chosen[--guest]:-} ]] || usage_error "--guest is there twice, and there can be one guest"
    chosen[$1]=$2
}

parse_options() {
    while (($#)); do
        case $1 in
        --linux) linux=yes ;;
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
        *) usage_error "unexpected argument '$1'" ;;
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
    if [[ $linux && ${chosen[--guest]:-} ]]; then
        usage_error "--linux and --guest are two guests, and there can be one"
    fi
    if [[ ! $linux && ! ${chosen[--guest]:-} ]]; then
        for option in "${of_a_guest[@]}"; do
            [[ ! -v chosen[$option] ]] || usage_error "$option is about a guest: it needs --guest or --linux"
        done
        [[ ! $dump ]] || usage_error "--dump-dtb is about a guest: it needs --guest or --linux"
        return 0
    fi
    has_guest=yes
    if [[ $flash ]]; then
        usage_error "--flash cannot be with a guest: QEMU then loads no initrd, in which the guest is handed over"
    fi
    local memory=${chosen[--memory]:=256M} harts=${chosen[--harts]:=1}
    if (($(mebibytes "$memory") < 4 || $(mebibytes "$memory") > 1024 * 1024)); then
        usage_error "--memory cannot be '$memory': it takes ${wanted[--memory]}"
    fi
    if [[ ${chosen[--smp]:-} ]] && ((chosen[--smp] < harts)); then
        usage_error "--harts $harts is more than the machine's --smp ${chosen[--smp]}"
    fi
    if [[ ${chosen[--ram]:-} ]] && (($(mebibytes "${chosen[--ram]}") <= $(mebibytes "$memory"))); then
        usage_error "--memory $memory leaves the hypervisor nothing of the machine's --ram ${chosen[--ram]}"
    fi
}

# --- the guest --------------------------------------------------------------------------------------------------

# Sets `bytes` to the size of file $2, which option $1 names, and refuses what cannot be a guest's.
check_file() {
    [[ -e $2 ]] || usage_error "$1 '$2': there is no such file"
    [[ -f $2 ]] || usage_error "$1 '$2' is not a file"
    [[ -r $2 ]] || usage_error "$1 '$2' cannot be read"
    bytes=$(stat -L -c %s -- "$2")
    check_size "$1 '$2'"
}

# Refuses what is empty, or larger than the guest: it has `bytes`, and is called $1.
check_size() {
    ((bytes > 0)) || usage_error "$1 is empty"
    ((bytes <= $(mebibytes "${chosen[--memory]}") << 20)) ||
        usage_error "$1 has $bytes bytes, and --memory ${chosen[--memory]} is less"
    # dtc counts them in 32 bits.
    ((bytes < 1 << 30)) || usage_error "$1 has $bytes bytes; $(((1 << 30) - 1)) are the most"
}

# Sets `linux_folder`, where Linux and its initrd are.
find_linux() {
    if [[ $dry_run ]]; then
        linux_folder=$("$root/tools/fetch-linux.sh" --where)
        [[ -e $linux_folder/Image && -e $linux_folder/initrd ]] || {
            say "Linux is not there yet, and a dry run fetches nothing: tools/fetch-linux.sh does"
            exit 1
        }
    else
        linux_folder=$("$root/tools/fetch-linux.sh") || exit 1
    fi
}

# Prints how much memory a machine wants that holds a guest and, $1 bytes long, what the guest is made of, in MiB.
ram_for() {
    local blob ram
    blob=$(((($1 + (1 << 24) - 1) >> 24) << 4))
    # 128 MiB: the firmware, the hypervisor, and what lies unused between the pieces of the guest's memory.
    ram=$(($(mebibytes "${chosen[--memory]}") + 128 + blob))
    echo "$(((ram + 63) / 64 * 64))M"
}

# Sets the guest's `kernel` and `initrd`, `kernel_size` and `bootargs`, and the machine's size where none was chosen. A
# kernel that is packed is unpacked into file $1.
choose_guest() {
    local bytes blob linux_folder
    kernel=${chosen[--guest]:-} initrd=${chosen[--initrd]:-} bootargs=${chosen[--append]:-}
    if [[ $linux ]]; then
        find_linux
        kernel=$linux_folder/Image initrd=${initrd:-$linux_folder/initrd}
        # earlycon: messages from the very start. panic=1: Linux then restarts, where it would wait for ever.
        bootargs="earlycon console=ttyS0 panic=1${bootargs:+ $bootargs}"
    fi
    ((${#bootargs} <= 2047)) || usage_error "--append makes ${#bootargs} characters of bootargs; 2047 are the most"
    check_file --guest "$kernel"
    kernel_size=$bytes
    [[ ! $("$root/tools/unpack-kernel.sh" --format "$(absolute "$kernel")") ]] || unpack_kernel "$1"
    blob=$kernel_size
    if [[ $initrd ]]; then
        check_file --initrd "$initrd"
        blob=$((blob + bytes))
    fi
    : "${chosen[--smp]:=${chosen[--harts]}}" "${chosen[--ram]:=$(ram_for "$blob")}"
}

# Unpacks `kernel` into file $1, which it then is.
unpack_kernel() {
    packed_kernel=$kernel
    "$root/tools/unpack-kernel.sh" "$(absolute "$kernel")" >"$1" || usage_error "--guest '$kernel' cannot be unpacked"
    bytes=$(stat -c %s -- "$1")
    check_size "--guest '$kernel', unpacked,"
    kernel=$1
    kernel_size=$bytes
}

# Prints the partition description of the guest.
describe_guest() {
    # Where the source lies is nothing that a file's name may depend on.
    "$root/tools/describe-guest.sh" "name=${chosen[--name]:-${linux:+linux}${chosen[--guest]:+guest}}" \
        "harts=${chosen[--harts]}" "memory=$(mebibytes "${chosen[--memory]}")" "on-fault=${chosen[--on-fault]:-stop}" \
        "kernel=$(absolute "$kernel")" "kernel-size=$kernel_size" ${initrd:+"initrd=$(absolute "$initrd")"} \
        "bootargs=$bootargs" "dump-device-trees=$dump"
}

absolute() {
    [[ $1 == /* ]] || printf '%s/' "$PWD"
    printf '%s' "$1"
}

# Compiles the description into the file $blob, which carries all that the guest is made of.
compile_description() {
    describe_guest >"$state/guest.dts"
    if ! dtc -q -I dts -O dtb -o "$blob" "$state/guest.dts" 2>"$state/dtc.log"; then
        cat "$state/dtc.log" >&2
        say "the guest's description could not be compiled; dtc's words are above"
        exit 1
    fi
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

# Sets `command`, the whole QEMU command line.
compose_command() {
    command=("$qemu_program" -M virt -smp "${chosen[--smp]:-1}" -m "${chosen[--ram]:-128M}" -nographic -no-reboot
        -chardev "stdio,id=console,mux=on,signal=off" -serial chardev:console -mon "chardev=console,mode=readline")
    if [[ $flash ]]; then
        # A comma inside a value is doubled for QEMU.
        command+=(-drive "if=pflash,format=raw,unit=0,readonly=on,file=${build//,/,,}/hypervisor-flash.img")
    else
        command+=(-kernel "$build/hypervisor.bin")
    fi
    [[ ! $blob ]] || command+=(-initrd "$blob")
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
    if [[ $has_guest ]]; then
        blob=$scratch.dtb
        # Unpacked to know its size, which the description depends on.
        trap 'rm -f -- "$kernel_copy"' EXIT
        kernel_copy=$scratch.kernel
        choose_guest "$kernel_copy"
        if [[ $packed_kernel ]]; then
            printf '%s >%s\n' "$(print_command "$root/tools/unpack-kernel.sh" "$(absolute "$packed_kernel")")" \
                "$(print_command "$kernel")"
        fi
        printf "%s <<'END'\n%s\nEND\n" "$(print_command dtc -q -I dts -O dtb -o "$blob" -)" "$(describe_guest)"
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
    if grep -aq '^  backtrace:' "$state/start" "$state/end"; then
        cat "$state/start" "$state/end" | "$root/tools/symbolize.sh" "$build/hypervisor.elf" >&2 || true
    fi
    if ((status == 0)) && said_that_it_failed; then
        status=1
    fi
    return "$status"
}

# Boots what was built, which prints the guest's device tree and ends, and prints that as source.
show_device_tree() {
    local status=0 size
    boot </dev/null >"$state/output" || status=$?
    size=$(sed -nE 's/^device tree of [^ ]+: ([0-9]+) bytes.*/\1/p' "$state/output")
    # Every two digits become an escape of printf's: \xd0.
    printf '%b' "$(sed -nE 's/\r$//; s/^dtb: ([0-9a-f]+)$/\1/p' "$state/output" | sed 's/../\\x&/g' | tr -d '\n')" \
        >"$state/device-tree"
    if ((status != 0)) || [[ ! $size || $(stat -c %s "$state/device-tree") != "$size" ]]; then
        cat "$state/output" >&2
        say "the hypervisor printed no device tree; its output is above"
        return $((status == 0 ? 1 : status))
    fi
    dtc -q -I dtb -O dts "$state/device-tree"
}

main() {
    parse_options "$@"
    check_options
    preset=${chosen[--toolchain]}
    [[ ${chosen[--build-type]} == Release ]] || preset+=-debug
    build=$root/build/$preset

    if [[ $dry_run ]]; then
        show_commands
        return 0
    fi

    local groups=("${chosen[--toolchain]}" ${has_guest:+guest})
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
    if [[ $has_guest ]]; then
        blob=$state/guest.dtb
        choose_guest "$state/kernel"
        compile_description
    fi
    if [[ $flash ]]; then
        build_target flash
    else
        build_target hypervisor
    fi
    gdb_socket=$state/gdb
    compose_command
    if [[ $dump ]]; then
        show_device_tree
    else
        boot
    fi
}

# Where a standard stream is closed, QEMU would use its number for something else.
{ : 3<&0; } 2>/dev/null || exec </dev/null
{ : 3>&1; } 2>/dev/null || exec >/dev/null
{ : 3>&2; } 2>/dev/null || exec 2>/dev/null
main "$@"
