#!/usr/bin/env bash
# Sets up what the tests need, builds, and runs them: all, or the parts that are named. See --help.
set -euo pipefail
export LC_ALL=C

root=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")
parts=(host fuzz lint compile target guests boot)

help() {
    cat <<'END'
usage: tests/run.sh [options] [part ...]

  host      the pure folders on this machine, under ASan and UBSan, with GCC and with Clang
  fuzz      each fuzzer for a few seconds over its seeds
  lint      the layering rule, the image, CSR numbers, formatting, clang-tidy, shellcheck
  compile   what must not compile does not
  target    kernels that test themselves, with GCC and Clang, Release and Debug, on QEMU 7.2 and 10
  guests    small guests under the hypervisor and without it, on QEMU 7.2 and 10
  boot      whole boots, by run.sh and without it, on QEMU 7.2 and 10
  bench     the table of numbers; fails nothing, and is not among the default parts

Without a part, all but bench. `all` names them too.

  -k WORD   only tests with WORD in their names
  --list    print the names of the tests, and run none
  --help    print this

The last line is the counts: N passed, N failed, N skipped. The status is 1 where a test failed or none ran.
$QEMU names another QEMU to use than the installed one; HV_FUZZ_SECONDS how long each fuzzer runs (5).
HV_LINUX=all boots Linux in some 10 minutes on all machines, not on a few; HV_HOSTILE=all runs every hostile guest on
all machines, not on one and an eighth of them on each of the others.
HV_RANDOM_SEEDS=N runs N random guests from number HV_RANDOM_FROM on (12 from 1).
HV_RESTARTS=N restarts guests beside Linux N times (20).
END
}

usage_error() {
    printf 'tests/run.sh: %s\nTry tests/run.sh --help.\n' "$*" >&2
    exit 2
}

say() {
    printf '== %s\n' "$*"
}

chosen=() only="" list=""

parse_options() {
    while (($#)); do
        case $1 in
        host | fuzz | lint | compile | target | guests | boot | bench) chosen+=("$1") ;;
        all) chosen+=("${parts[@]}") ;;
        -k)
            (($# > 1)) || usage_error "-k needs a word"
            only=$2
            shift
            ;;
        --list) list=yes ;;
        --help | -h)
            help
            exit 0
            ;;
        -*) usage_error "unknown option '$1'" ;;
        *) usage_error "unknown part '$1'" ;;
        esac
        shift
    done
    ((${#chosen[@]})) || chosen=("${parts[@]}")
}

has_part() {
    [[ " ${chosen[*]} " == *" $1 "* ]]
}

# A step that did not end as it should, and left no JUnit file that says so, counts as a failed test.
note_failure() {
    printf '%s\n' "$2" >"$results/$1.failed"
    printf '%s\n' "$2" >&2
}

# Builds targets $2... (or all) of preset $1, warnings being errors. Output only where it fails.
build() {
    local preset=$1 folder=$root/build/$1 target
    shift
    local command=(cmake --build "$folder")
    for target in "$@"; do
        command+=(--target "$target")
    done
    mkdir -p "$folder"
    say "building $preset${1:+: $*}"
    if ! (
        cd "$root" && flock 9 && cmake --preset "$preset" -DHV_WERROR=ON &&
            "${command[@]}"
    ) >"$results/build.log" 2>&1 </dev/null 9>"$folder/.lock"; then
        grep -vE '^\[[0-9]+/[0-9]+\] ' "$results/build.log" >&2
        note_failure "build-$preset" "the build of $preset"
        return 1
    fi
}

# Runs the unit tests built by preset $1.
run_unit_tests() {
    local preset=$1
    build "$preset" unit-tests || return 0
    local command=("$root/build/$preset/unit-tests" --gtest_brief=1 ${only:+"--gtest_filter=*$only*"})
    if [[ $list ]]; then
        "${command[@]}" --gtest_list_tests
        return
    fi
    say "unit tests, $preset"
    local half
    for half in 0 1; do
        run_half_of_unit_tests "$preset" "$half" "${command[@]}" &
    done
    wait
}

# Half $2 of the unit tests of preset $1, by command $3...
run_half_of_unit_tests() {
    local name=unit-tests-$1-$2 half=$2 status=0
    shift 2
    GTEST_TOTAL_SHARDS=2 GTEST_SHARD_INDEX=$half "$@" --gtest_output="xml:$results/$name.xml" </dev/null || status=$?
    # A test that failed is in the file; a sanitizer's report ends the program before it writes one.
    [[ -e $results/$name.xml ]] || note_failure "$name" "the unit tests $name ended with status $status"
}

# Builds what the Python tests of the parts chosen will ask for, so that none waits for another's build.
build_for_pytest() {
    local preset
    if has_part fuzz; then
        build host-clang || true
    fi
    if has_part target; then
        for preset in gcc gcc-debug clang clang-debug; do
            build "$preset" hypervisor target-tests || true
        done
    fi
    if has_part guests; then
        build gcc hypervisor guest-tests hostile-guests random-guests || true
    fi
    if has_part boot; then
        build host bulkhead-check || true
    fi
    if has_part boot || has_part lint; then
        for preset in gcc gcc-debug clang clang-debug; do
            build "$preset" hypervisor flash || true
        done
    fi
}

# Runs the Python tests of folders $@, two at a time.
run_pytest() {
    local status=0
    local command=(/usr/bin/python3 -m pytest -q -rN -c "$root/tests/pytest.ini" --rootdir "$root/tests"
        ${only:+-k "$only"})
    if [[ $list ]]; then
        "${command[@]}" --collect-only "$@" </dev/null || true
        return
    fi
    build_for_pytest
    # Asked once here, so that a network that does not answer is waited for once.
    HV_QEMU_10=$("$root/tools/fetch-qemu.sh" 2>"$results/fetch.log") || say "$(tail -n 1 "$results/fetch.log")"
    HV_QEMU_10_REASON=$(tail -n 1 "$results/fetch.log")
    export HV_QEMU_10 HV_QEMU_10_REASON
    say "$(printf '%s ' "${@##*/}" | sed 's/ $//')"
    PYTHONDONTWRITEBYTECODE=1 "${command[@]}" -n 2 --junitxml="$results/pytest.xml" "$@" </dev/null || status=$?
    # 0: all passed; 1: some failed, and the file says so; 5: no test was chosen.
    if [[ ! -e $results/pytest.xml || ! $status =~ ^[015]$ ]]; then
        note_failure pytest "pytest ended with status $status"
    fi
}

main() {
    parse_options "$@"
    "$root/tools/install-packages.sh" tests
    results=$(mktemp -d "${TMPDIR:-/tmp}/bulkhead-tests.XXXXXX")
    trap 'rm -rf "$results"' EXIT

    if has_part host; then
        run_unit_tests host
        run_unit_tests host-clang
    fi
    local folders=()
    ! has_part fuzz || folders+=("$root/tests/fuzz")
    ! has_part lint || folders+=("$root/tests/lint")
    ! has_part compile || folders+=("$root/tests/compile_fail")
    ! has_part target || folders+=("$root/tests/target")
    ! has_part guests || folders+=("$root/tests/guests")
    ! has_part boot || folders+=("$root/tests/boot")
    if ((${#folders[@]})); then
        run_pytest "${folders[@]}"
    fi
    if has_part bench && [[ ! $list ]]; then
        say "benchmarks"
        "$root/tests/bench/run.py" </dev/null || note_failure bench "a benchmark could not be measured"
        if [[ ${chosen[*]} == bench ]]; then
            [[ ! -e $results/bench.failed ]]
            return
        fi
    fi
    [[ $list ]] || /usr/bin/python3 "$root/tests/report.py" "$results"
}

main "$@"
