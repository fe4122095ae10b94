#!/usr/bin/env bash
# Fetches Debian's riscv64 Linux and busybox, makes an initrd with a shell, and prints the folder with both.
#
#   tools/fetch-linux.sh            makes Image and initrd where they are missing
#   tools/fetch-linux.sh --where    prints the folder, and fetches nothing
#
# The folder is ${XDG_CACHE_HOME:-~/.cache}/bulkhead/linux. The mirror is the one that this machine's apt takes Debian
# from, and apt checks the signatures; no architecture is added to the machine, and nothing is installed. Where nothing
# can be fetched, one can put an Image and an initrd of one's own there; standard error says so, and the status is 1.
set -euo pipefail
export LC_ALL=C

release=trixie
kernel_package=linux-image-riscv64
cache=${XDG_CACHE_HOME:-$HOME/.cache}/bulkhead/linux

fail() {
    printf 'Linux cannot be fetched: %s\n' "$*" >&2
    printf 'Put a riscv64 Linux and an initrd with a shell there yourself, as %s and %s.\n' \
        "$cache/Image" "$cache/initrd" >&2
    exit 1
}

# Prints the mirror that this machine takes Debian from, whichever release that is.
debian_mirror() {
    # The format is apt's own: nothing in it is for the shell to expand.
    # shellcheck disable=SC2016
    apt-get indextargets --format '$(ORIGIN) $(CODENAME) $(COMPONENT) $(SITE)' 'Created-By: Packages' |
        awk '$1 == "Debian" && $2 !~ /-/ && $3 == "main" { print $4; exit }'
}

# Runs command $1 of apt with a configuration of its own, in directory $state: another architecture, its sources, its
# lists, and nothing installed.
private_apt() {
    "$1" -qq -o Dir::Etc::SourceList="$state/sources.list" -o Dir::Etc::SourceParts=/dev/null \
        -o Dir::Etc::Preferences=/dev/null -o Dir::Etc::PreferencesParts=/dev/null \
        -o Dir::State::Lists="$state/lists" -o Dir::State::Status="$state/status" -o Dir::Cache="$state/cache" \
        -o APT::Architecture=riscv64 -o APT::Architectures=riscv64 -o Acquire::Languages=none \
        -o Debug::NoLocking=1 -o APT::Sandbox::User="$(id -un)" "${@:2}" </dev/null
}

# Downloads packages $@ into $state.
download() {
    (cd "$state" && private_apt apt-get download "$@") >"$state/log" 2>&1 || fail "$(tail -n 1 "$state/log")"
}

# Brings Image and busybox into $cache. The kernel's own package is named by the one that is always there.
fetch() {
    local mirror options="" keyring=/usr/share/keyrings/debian-archive-keyring.gpg packages deb
    if ! command -v apt-get >/dev/null || ! command -v dpkg-deb >/dev/null; then
        fail "it comes from Debian, and there is no apt-get here"
    fi
    mirror=$(debian_mirror)
    [[ $mirror ]] || fail "apt names no Debian mirror here (has apt-get update been run?)"
    [[ -e $keyring ]] && options="[signed-by=$keyring] "
    printf 'Fetching Debian'\''s riscv64 Linux, some 110 MB, into %s\n' "$cache" >&2
    mkdir -p "$state/lists/partial" "$state/cache/archives/partial"
    : >"$state/status"
    printf "deb $options%s %s main\n" "$mirror" "$release" >"$state/sources.list"
    private_apt apt-get -o APT::Update::Error-Mode=any update >"$state/log" 2>&1 || fail "$(tail -n 1 "$state/log")"
    mapfile -t packages < <(private_apt apt-cache depends "$kernel_package" |
        awk '$1 == "Depends:" && $2 ~ /^linux-image-/ { print $2 }')
    ((${#packages[@]} == 1)) || fail "Debian's $kernel_package depends on ${#packages[@]} kernels"
    download "${packages[0]}" busybox-static

    for deb in "$state"/*.deb; do
        dpkg-deb --fsys-tarfile "$deb"
    done >"$state/files.tar"
    # Two archives, one behind the other.
    tar -x -i -f "$state/files.tar" -C "$state" --wildcards './boot/vmlinu*' '*/bin/busybox' 2>"$state/log" ||
        fail "$(tail -n 1 "$state/log")"
    find "$state/boot" -name 'vmlinu*' -exec mv {} "$state/Image" \;
    find "$state" -path '*/bin/busybox' -exec mv {} "$state/busybox" \;
    [[ -s $state/Image && -s $state/busybox ]] || fail "Debian's packages have no kernel and no busybox in them"
    # The last one is what says that all is there.
    mv "$state/busybox" "$cache/busybox"
    mv "$state/Image" "$cache/Image"
}

# --- the initrd -------------------------------------------------------------------------------------------------

# busybox's init: what it starts, and on which line. `-` makes the shell a login shell with a controlling terminal,
# without which Ctrl-C does nothing. An empty first field is the console, whichever that is.
inittab() {
    cat <<'END'
::sysinit:/bin/busybox sh /etc/set-up
::respawn:-/bin/sh
END
}

set_up() {
    cat <<'END'
/bin/busybox --install -s
mount -t devtmpfs devtmpfs /dev
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mkdir -p /dev/pts /tmp
mount -t devpts devpts /dev/pts
hostname linux
echo
harts=$(grep -c '^processor' /proc/cpuinfo)
memory=$(awk '/^MemTotal/ { print int($2 / 1024) }' /proc/meminfo)
echo "$(uname -sr): harts: $harts, free for programs: $memory MiB"
echo "This is busybox's shell. Type poweroff to end Linux, reboot to start it again."
echo
END
}

profile() {
    cat <<'END'
export HOME=/root PATH=/sbin:/usr/sbin:/bin:/usr/bin PS1='\w # '
cd
END
}

# Writes zeros up to the next multiple of 4 behind $1 bytes.
pad() {
    head -c $(((4 - $1 % 4) % 4)) /dev/zero
}

inode=0

# Writes an entry of a cpio archive in the format "newc": mode $1, name $2, content
# file $3 or none, device numbers $4 and $5. Written here because cpio would need root to put a device into one.
entry() {
    local mode=$1 name=$2 content=${3:-/dev/null} size=0
    [[ $content == /dev/null ]] || size=$(stat -c %s "$content")
    inode=$((inode + 1))
    printf '070701'
    printf '%08x' "$inode" "$mode" 0 0 1 0 "$size" 0 0 "${4:-0}" "${5:-0}" $((${#name} + 1)) 0
    printf '%s\0' "$name"
    pad $((110 + ${#name} + 1))
    cat "$content"
    pad "$size"
}

# Makes $cache/initrd with $cache/busybox.
make_initrd() {
    local folder directory=$((8#40755)) file=$((8#100644)) program=$((8#100755)) link=$((8#120777)) device=$((8#20600))
    inittab >"$state/inittab"
    set_up >"$state/set-up"
    profile >"$state/profile"
    printf 'bin/busybox' >"$state/init"
    {
        for folder in bin dev etc proc root sbin sys tmp usr usr/bin usr/sbin; do
            entry "$directory" "$folder"
        done
        # Linux opens it for /init, before /dev is mounted.
        entry "$device" dev/console "" 5 1
        entry "$program" bin/busybox "$cache/busybox"
        for folder in inittab set-up profile; do
            entry "$file" "etc/$folder" "$state/$folder"
        done
        entry "$link" init "$state/init"
        entry 0 'TRAILER!!!'
    } >"$state/initrd"
    mv "$state/initrd" "$cache/initrd"
}

main() {
    state=$cache/new
    mkdir -p "$cache"
    exec 9>"$cache/lock"
    flock 9
    rm -rf "$state"
    mkdir "$state"
    trap 'rm -rf "$state"' EXIT
    [[ -s $cache/Image ]] || fetch
    if [[ -s $cache/busybox ]]; then
        # Ours, and made anew each time, so that it is the one that this file describes.
        make_initrd
    elif [[ ! -s $cache/initrd ]]; then
        fail "there is $cache/Image, but no $cache/initrd"
    fi
    printf '%s\n' "$cache"
}

case "$*" in
"") main ;;
--where) printf '%s\n' "$cache" ;;
*)
    printf 'usage: tools/fetch-linux.sh [--where]\n' >&2
    exit 2
    ;;
esac
