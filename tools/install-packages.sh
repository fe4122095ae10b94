#!/usr/bin/env bash
# Installs the Debian packages that building, running or testing needs, if it may; says which, if it may not.
#
#   tools/install-packages.sh GROUP ...     gcc, clang, check, qemu, guest, tests, or a format that kernels are packed in
#
# What is there already is left alone, whoever installed it. As root, or with a sudo that asks for no password, what is
# missing is named and installed. Otherwise the command to type is printed, and the status is 1.
set -euo pipefail
export LC_ALL=C

# One package a line: the group that needs it, its name, and the command or file (a pattern) that shows it is there.
needs() {
    cat <<'END'
gcc     cmake                   cmake
gcc     ninja-build             ninja
gcc     g++-riscv64-linux-gnu   riscv64-linux-gnu-g++
clang   cmake                   cmake
clang   ninja-build             ninja
clang   g++-riscv64-linux-gnu   riscv64-linux-gnu-g++
clang   clang                   clang++
clang   lld                     ld.lld
check   cmake                   cmake
check   ninja-build             ninja
check   g++                     g++
qemu    qemu-system-misc        qemu-system-riscv64
qemu    opensbi                 /usr/lib/riscv64-linux-gnu/opensbi/generic/fw_dynamic.bin
guest   device-tree-compiler    dtc
xz      xz-utils                xz
lzma    xz-utils                xz
zstd    zstd                    zstd
bzip2   bzip2                   bzip2
lz4     lz4                     lz4
lzop    lzop                    lzop
tests   cmake                   cmake
tests   ninja-build             ninja
tests   make                    make
tests   g++                     g++
tests   g++-riscv64-linux-gnu   riscv64-linux-gnu-g++
tests   clang-14                clang++-14
tests   lld-14                  ld.lld-14
tests   llvm-14                 llvm-objdump-14
tests   libclang-rt-14-dev      /usr/lib/llvm-14/lib/clang/*/include/fuzzer/FuzzedDataProvider.h
tests   clang-format-14         clang-format-14
tests   clang-tidy-14           clang-tidy-14
tests   shellcheck              shellcheck
tests   git                     git
tests   python3-pytest          /usr/lib/python3/dist-packages/pytest/__init__.py
tests   python3-pytest-xdist    /usr/lib/python3/dist-packages/xdist/__init__.py
tests   python3-pexpect         /usr/lib/python3/dist-packages/pexpect/__init__.py
tests   libgtest-dev            /usr/include/gtest/gtest.h
tests   libgmock-dev            /usr/include/gmock/gmock.h
tests   libbenchmark-dev        /usr/include/benchmark/benchmark.h
tests   libfdt-dev              /usr/include/libfdt.h
tests   device-tree-compiler    dtc
tests   qemu-system-misc        qemu-system-riscv64
tests   opensbi                 /usr/lib/riscv64-linux-gnu/opensbi/generic/fw_dynamic.bin
tests   u-boot-qemu             /usr/lib/u-boot/qemu-riscv64_smode/uboot.elf
tests   gdb-multiarch           gdb-multiarch
tests   xz-utils                xz
tests   zstd                    zstd
tests   bzip2                   bzip2
tests   lz4                     lz4
tests   lzop                    lzop
END
}

# Prints the packages of the groups $@ whose command or file is not there, each once.
missing() {
    local group package probe
    while read -r group package probe; do
        [[ " $* " == *" $group "* ]] || continue
        if [[ $probe == /* ]]; then
            compgen -G "$probe" >/dev/null || printf '%s\n' "$package"
        else
            command -v "$probe" >/dev/null || printf '%s\n' "$package"
        fi
    done < <(needs) | sort -u
}

# Runs apt-get as root, its output in $log.
apt_get() {
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 "$@" \
        >>"$log" 2>&1 </dev/null
}

install_packages() {
    # A machine fresh from an image may have no package lists, or old ones that name files which are gone.
    apt_get install --yes --no-install-recommends "$@" ||
        { apt_get update && apt_get install --yes --no-install-recommends "$@"; }
}

main() {
    local packages log as_root=()
    mapfile -t packages < <(missing "$@")
    ((${#packages[@]})) || return 0

    local command="apt-get install --no-install-recommends ${packages[*]}"
    if ! command -v apt-get >/dev/null; then
        printf 'Missing, under the names of Debian packages: %s\n' "${packages[*]}" >&2
        printf 'There is no apt-get here: install them by other means.\n' >&2
        return 1
    fi
    if ((EUID != 0)); then
        if ! sudo -n true 2>/dev/null </dev/null; then
            printf 'Missing Debian packages: %s\nInstall them with:\n\n    sudo %s\n\n' \
                "${packages[*]}" "$command" >&2
            return 1
        fi
        as_root=(sudo -n)
    fi

    printf 'Installing Debian packages: %s\n' "${packages[*]}" >&2
    log=$(mktemp)
    # shellcheck disable=SC2064 # $log is this function's own, so it is expanded now.
    trap "rm -f '$log'" EXIT
    if ! install_packages "${packages[@]}"; then
        cat "$log" >&2
        printf 'The packages could not be installed. The command was:\n\n    %s\n\n' "$command" >&2
        return 1
    fi
}

if (($# == 0)); then
    printf 'usage: tools/install-packages.sh GROUP ...\n' >&2
    exit 2
fi
main "$@"
