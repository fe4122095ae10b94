#!/usr/bin/env bash
# Fetches QEMU 10 from Debian 12's backports, beside the installed QEMU, and prints the path of a program to run it.
#
#   QEMU="$(tools/fetch-qemu.sh)" ./run.sh
#
# Nothing is installed: the packages are unpacked under ${XDG_CACHE_HOME:-~/.cache}/bulkhead, once. Debian's packages of
# two versions share file names, so they cannot be installed side by side. Where it cannot be fetched, one line on
# standard error says why, and the status is 1.
set -euo pipefail
export LC_ALL=C

package=qemu-system-riscv
cache=${XDG_CACHE_HOME:-$HOME/.cache}/bulkhead/qemu-backports
program=$cache/qemu-system-riscv64

fail() {
    printf 'QEMU 10 cannot be fetched: %s\n' "$*" >&2
    exit 1
}

# Prints the mirror that this machine takes Debian's release $1 from.
debian_mirror() {
    # The format is apt's own: nothing in it is for the shell to expand.
    # shellcheck disable=SC2016
    apt-get indextargets --format '$(ORIGIN) $(CODENAME) $(COMPONENT) $(SITE)' 'Created-By: Packages' |
        awk -v codename="$1" '$1 == "Debian" && $2 == codename && $3 == "main" { print $4; exit }'
}

# Runs apt-get with a configuration of its own, in directory $1: its sources, its lists, its downloads. Only what is
# installed comes from the machine, so that just what is missing is fetched.
private_apt() {
    local state=$1
    shift
    apt-get -qq -o Dir::Etc::SourceList="$state/sources.list" -o Dir::Etc::SourceParts=/dev/null \
        -o Dir::Etc::Preferences=/dev/null -o Dir::Etc::PreferencesParts=/dev/null \
        -o Dir::State::Lists="$state/lists" -o Dir::Cache="$state/cache" -o Acquire::Languages=none \
        -o Debug::NoLocking=1 -o APT::Sandbox::User="$(id -un)" "$@" </dev/null
}

# Downloads the packages for release $1 into directory $2 and unpacks them in its subdirectory root.
download() {
    local codename=$1 state=$2 mirror options="" keyring=/usr/share/keyrings/debian-archive-keyring.gpg deb
    mirror=$(debian_mirror "$codename")
    [[ -n $mirror ]] || fail "apt names no Debian mirror here (has apt-get update been run?)"
    [[ -e $keyring ]] && options="[signed-by=$keyring] "
    mkdir -p "$state/lists/partial" "$state/cache/archives/partial" "$state/root"
    printf "deb $options$mirror %s main\n" "$codename" "$codename-backports" >"$state/sources.list"
    private_apt "$state" -o APT::Update::Error-Mode=any update >"$state/log" 2>&1 || fail "$(tail -n 1 "$state/log")"
    private_apt "$state" --yes --no-install-recommends --download-only install "$package/$codename-backports" \
        >"$state/log" 2>&1 || fail "$(tail -n 1 "$state/log")"
    for deb in "$state"/cache/archives/*.deb; do
        dpkg -x "$deb" "$state/root"
    done
}

# Writes the program $1, which runs the QEMU unpacked in $cache/root with its own modules, firmware and libraries.
write_program() {
    local libraries
    libraries=$(cd "$cache/root/usr/lib" && echo *-linux-gnu/qemu)
    libraries=${libraries%/qemu}
    # QEMU also looks for modules where Debian installs them, and complains of those of the installed version: the
    # path in the program is changed, byte for byte as long, to one that does not exist.
    sed -i "s|/usr/lib/$libraries/qemu|/not/lib/$libraries/qemu|" "$cache/root/usr/bin/qemu-system-riscv64"
    # "$here" and "$@" are for that program to expand.
    # shellcheck disable=SC2016
    printf '%s\n' '#!/bin/sh' \
        '# Runs the QEMU that tools/fetch-qemu.sh unpacked beside this file.' \
        'here=$(dirname "$(readlink -f "$0")")/root' \
        "lib=$libraries" \
        'export QEMU_MODULE_DIR="$here/usr/lib/$lib/qemu"' \
        'export LD_LIBRARY_PATH="$here/usr/lib/$lib:$here/lib/$lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"' \
        'exec "$here/usr/bin/qemu-system-riscv64" -L "$here/usr/share/qemu" "$@"' >"$1"
    chmod +x "$1"
}

fetched() {
    [[ -x $program ]] && "$program" --version >/dev/null 2>&1
}

main() {
    local codename="" state=$cache/new
    if fetched; then
        printf '%s\n' "$program"
        return
    fi
    # shellcheck source=/dev/null
    [[ -r /etc/os-release ]] && codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
    [[ $codename == bookworm ]] || fail "it comes from Debian 12's backports, and this is not Debian 12"

    mkdir -p "$cache"
    exec 9>"$cache/lock"
    flock 9
    if ! fetched; then
        rm -rf "$state"
        mkdir -p "$state"
        download "$codename" "$state"
        rm -rf "$cache/root"
        mv "$state/root" "$cache/root"
        write_program "$state/program"
        mv "$state/program" "$program"
        rm -rf "$state"
        fetched || fail "what was fetched does not run"
    fi
    printf '%s\n' "$program"
}

main
