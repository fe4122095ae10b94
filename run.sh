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
every key goes there, Ctrl-C too; Ctrl-A X ends QEMU.

  --smp N                  harts, 1 to 32                                   (1)
  --ram SIZE               memory, such as 128M or 2G                       (128M)
  --flash                  boot from the machine's flash, not with -kernel
  --gdb                    wait for gdb, and print the command to type
  --toolchain gcc|clang    the compiler                                     (gcc)
  --build-type TYPE        Release or Debug                                 (Release)
  --dry-run                print the QEMU command, and build and boot nothing
  --help                   print this

What follows -- goes to QEMU as it is. $QEMU names another QEMU to use than the installed one.
The exit status is QEMU's, except that a panic is never 0; it is 2 where an option is wrong.
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

declare -A chosen=([--smp]=1 [--ram]=128M [--toolchain]=gcc [--build-type]=Release)
declare -A allowed=(
    [--smp]='[1-9]|[12][0-9]|3[0-2]'  # max_harts, include/hv/arch/hart.hpp
    [--ram]='[1-9][0-9]*[MG]'
    [--toolchain]='gcc|clang'
    [--build-type]='Release|Debug'
)
declare -A wanted=(
    [--smp]='a number of harts, 1 to 32'
    [--ram]='a size, such as 128M or 2G'
    [--toolchain]='gcc or clang'
    [--build-type]='Release or Debug'
)
flash="" gdb="" dry_run="" qemu_arguments=()

parse_options() {
    while (($#)); do
        case $1 in
        --smp | --ram | --toolchain | --build-type)
            if (($# == 1)) || [[ $2 == --* ]]; then
                usage_error "$1 needs a value: ${wanted[$1]}"
            fi
            [[ $2 =~ ^(${allowed[$1]})$ ]] || usage_error "$1 cannot be '$2': it takes ${wanted[$1]}"
            chosen[$1]=$2
            shift
            ;;
        --smp=* | --ram=* | --toolchain=* | --build-type=*)
            set -- "${1%%=*}" "${1#*=}" "${@:2}"
            continue
            ;;
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
        -*) usage_error "unknown option '$1'" ;;
        *) usage_error "unexpected argument '$1'" ;;
        esac
        shift
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

# Sets `command`, the whole QEMU command line.
compose_command() {
    command=("$qemu_program" -M virt -smp "${chosen[--smp]}" -m "${chosen[--ram]}" -nographic -no-reboot
        -chardev "stdio,id=console,mux=on,signal=off" -serial chardev:console -mon "chardev=console,mode=readline")
    if [[ $flash ]]; then
        # A comma inside a value is doubled for QEMU.
        command+=(-drive "if=pflash,format=raw,unit=0,readonly=on,file=${build//,/,,}/hypervisor-flash.img")
    else
        command+=(-kernel "$build/hypervisor.bin")
    fi
    if [[ $gdb ]]; then
        # A socket in the file system: no port to clash over, and no other user of this computer can connect.
        command+=(-S -chardev "socket,id=gdb,server=on,wait=off,path=${gdb_socket//,/,,}" -gdb chardev:gdb)
    fi
    command+=("${qemu_arguments[@]}")
}

# Prints `command` so that it can be pasted into a shell: quoted where that is needed.
print_command() {
    local word words=()
    for word in "${command[@]}"; do
        [[ $word =~ ^[A-Za-z0-9_./:=,+@%-]+$ ]] || printf -v word '%q' "$word"
        words+=("$word")
    done
    printf '%s\n' "${words[*]}"
}

# Becomes the program "$@", which the kernel kills when run.sh ends, however that happens. Always run with &.
bound_to_us() {
    # shellcheck disable=SC2016 # The inner shell expands these: it checks that run.sh did not end in between.
    exec setpriv --pdeathsig KILL bash -c '[[ $PPID == "$0" ]] || exit 1; exec "$@"' "$$" "$@"
}

machine="" relay="" keeper="" watcher="" terminal=""

# Starts QEMU as `machine`. Its output goes through `relay`, whose death says that nobody reads any more, where QEMU
# itself would go on for ever. `keeper` keeps the end of it, where a panic is. `watcher` ends when the pipe that is
# our output is closed, so that a machine which writes nothing is ended too.
start_machine() {
    mkfifo "$state/serial" "$state/copy"
    : >"$state/empty"
    bound_to_us tail -c 1M <"$state/copy" >"$state/log" &
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

# Boots what was built, and returns QEMU's status, or 1 where that is 0 after a panic.
boot() {
    local status=0
    start_machine
    if [[ $gdb ]]; then
        say "the machine waits for gdb (Debian package gdb-multiarch). In another terminal:"
        printf '\n    gdb-multiarch %q -ex %q\n\n' "$build/hypervisor.elf" "target remote $gdb_socket" >&2
    fi
    wait_for_machine || status=$?
    if grep -aq '^  backtrace:' "$state/log"; then
        "$root/tools/symbolize.sh" "$build/hypervisor.elf" <"$state/log" >&2 || true
    fi
    if ((status == 0)) && grep -aqE '^(panic|cannot boot):' "$state/log"; then
        status=1
    fi
    return "$status"
}

main() {
    parse_options "$@"
    preset=${chosen[--toolchain]}
    [[ ${chosen[--build-type]} == Release ]] || preset+=-debug
    build=$root/build/$preset

    if [[ $dry_run ]]; then
        gdb_socket=$(mktemp -u "${TMPDIR:-/tmp}/bulkhead-gdb.XXXXXX")
        compose_command
        print_command
        return 0
    fi

    local groups=("${chosen[--toolchain]}")
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
    if [[ $flash ]]; then
        build_target flash
    else
        build_target hypervisor
    fi
    gdb_socket=$state/gdb
    compose_command
    boot
}

# Where a standard stream is closed, QEMU would use its number for something else.
{ : 3<&0; } 2>/dev/null || exec </dev/null
{ : 3>&1; } 2>/dev/null || exec >/dev/null
{ : 3>&2; } 2>/dev/null || exec 2>/dev/null
main "$@"
