#!/bin/bash
# Runs static x86-64 Linux programs on an emulated CPU with AVX-512 (F, CD, DQ, BW, VL).
#
#   avx512.sh 'PROGRAM [ARGS]'...      each argument is one command line, run in order
#
# Bochs emulates a whole PC, which boots a stock Debian kernel with an initramfs made of
# the programs. Their output is streamed. Exits 0 only if every program exited 0; a guest
# that crashes or does not finish in time is a failure.
#
# PROGRAM (a path without spaces) must need no shared library, e.g. one built with
#   RUSTFLAGS="-C target-feature=+crt-static" cargo ... --target x86_64-unknown-linux-gnu
# ARGS are shell words. The guest has no network, no other files, and an empty /tmp.
# It runs about 100 million instructions a second, and f32 FMAs at 60 million lanes a
# second, so use release builds and moderate sizes.
#
# Needs root on Debian, for apt. The first run builds Bochs, which takes some minutes.
#
#   AVX512_DIR      what to keep between runs    (default: target/avx512 in the repository)
#   AVX512_TIMEOUT  seconds for the whole guest  (default: 1800)
#   AVX512_MEM      guest memory in MiB          (default: 1024)
set -euo pipefail

[ $# -gt 0 ] || { echo "usage: $0 'PROGRAM [ARGS]'..." >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
root=$(git -C "$here" rev-parse --show-toplevel 2>/dev/null || echo "$here")
dir=${AVX512_DIR:-$root/target/avx512}
mkdir -p "$dir"
dir=$(cd "$dir" && pwd)
case $dir in *[[:space:]]*) echo "AVX512_DIR must not contain spaces: $dir" >&2; exit 2 ;; esac

work=$(mktemp -d "$dir/run.XXXXXX")
emulator=""
keep=""
cleanup() {
    [ -z "$emulator" ] || kill "$emulator" 2>/dev/null || true
    [ -n "$keep" ] || rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

updated=""
update() { [ -n "$updated" ] || apt-get update -qq >&2; updated=1; }
need() {
    [ "$(dpkg-query -W -f '${db:Status-Status}\n' "$@" 2>/dev/null | grep -cx installed)" = $# ] && return
    update
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >"$work/apt" 2>&1 ||
        { cat "$work/apt" >&2; return 1; }
}
need bochsbios vgabios isolinux syslinux-common xorriso cpio busybox-static

# Bookworm's own Bochs (2.7) cannot be used: its f64 FMA returns 0 when the sum cancels to less than about 2^-64 of the
# product. Version 3.0 is right and, built without the debugger, three times as fast. Its source comes from the next Debian
# release, by way of separate apt lists, so that the system's lists stay as they are.
if [ ! -x "$dir/bochs" ]; then
    need g++ make xz-utils debian-archive-keyring
    update # the next command reads the lists that this one fetches
    mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Label: Debian' 'Component: main' | sort -u | head -n 1)
    src=$work/bochs
    mkdir -p "$src"/{lists/partial,cache/archives/partial,build}
    echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror trixie main" >"$src/sources.list"
    apt=(apt-get -qq -o Dir::Etc::SourceList="$src/sources.list" -o Dir::Etc::SourceParts=/dev/null
        -o Dir::State::Lists="$src/lists" -o Dir::Cache="$src/cache" -o APT::Sandbox::User=root)
    "${apt[@]}" update
    # Only the upstream sources: Debian's changes to them are about paths and documentation.
    (cd "$src" && "${apt[@]}" source --tar-only --download-only bochs/trixie)
    tar -xf "$src"/bochs_*.orig.tar.* -C "$src/build" --strip-components=1
    echo 'avx512: building Bochs' >&2
    (cd "$src/build" && ./configure --enable-cpu-level=6 --enable-x86-64 --enable-avx --enable-evex \
        --enable-all-optimizations --disable-smp --disable-plugins --disable-docbook \
        --without-x --with-nogui CFLAGS=-O2 CXXFLAGS=-O2 && make -j"$(nproc)" bochs) >"$src/log" 2>&1 ||
        { tail -n 40 "$src/log" >&2; exit 1; }
    mv "$src/build/bochs" "$dir/bochs"
    rm -r "$src"
fi

# The kernel is only unpacked, not installed. The cloud flavour has few drivers to start and
# is compressed with LZ4, which counts because the guest itself has to unpack it.
if [ ! -s "$dir/linux" ]; then
    update
    kernel=$(apt-cache depends linux-image-cloud-amd64 | sed -n 's/^ *Depends: //p' | head -n 1)
    mkdir "$work/deb"
    (cd "$work/deb" && apt-get download -qq -o APT::Sandbox::User=root "$kernel" && dpkg -x "$kernel"_*.deb .)
    mv "$work"/deb/boot/vmlinuz-* "$dir/linux"
fi

# The initramfs: busybox, the programs, and an /init that runs them.
fs=$work/fs
mkdir -p "$fs"/{bin,dev,proc,sys,tmp,t} "$work/iso"
cp /bin/busybox "$fs/bin/"
cat >"$fs/init" <<'INIT'
#!/bin/busybox sh
busybox mount -t devtmpfs dev /dev
busybox mount -t proc proc /proc
busybox mount -t sysfs sys /sys
# There was no console before, so name the one to write to; and do not turn \n into \r\n.
exec </dev/null >/dev/ttyS0 2>&1
busybox stty -F /dev/ttyS0 -onlcr
export HOME=/tmp PATH=/bin RUST_BACKTRACE=1
cd /tmp
run() { n=$1; shift; echo "avx512: $n starts"; "$@"; s=$?; echo; echo "avx512: $n exited $s"; }
# Without AVX-512, tests that look for it would pass without checking anything.
busybox grep -qw avx512f /proc/cpuinfo || run() { echo 'avx512: not enabled in the guest'; }
INIT
n=0
for line in "$@"; do
    n=$((n + 1))
    program=${line%% *}
    name=$(basename "$program")
    mkdir "$fs/t/$n"
    # Debug information is most of a Rust test binary, and all of it goes through the boot loader.
    strip -o "$fs/t/$n/$name" "$program" 2>/dev/null || cp "$program" "$fs/t/$n/$name"
    chmod +x "$fs/t/$n/$name"
    echo "run $n /t/$n/$name${line#"$program"}" >>"$fs/init"
done
# Powering off does not wait for the serial line, hence the pause.
printf '%s\n' 'echo "avx512: end"' 'busybox sleep 0.5' 'busybox poweroff -f' >>"$fs/init"
chmod +x "$fs/init"
(cd "$fs" && find . | cpio -o -H newc --quiet) >"$work/iso/initrd"

# tsc, clocksource: the CPU model claims a TSC of 3.5 GHz, far from ips below, so use the HPET.
# cryptomgr: without self tests of the kernel's ciphers the boot takes half the time.
# panic, reboot: with reset_on_triple_fault=0 below, a crashed guest ends instead of rebooting.
cp "$dir/linux" /usr/lib/ISOLINUX/isolinux.bin /usr/lib/syslinux/modules/bios/ldlinux.c32 "$work/iso/"
cat >"$work/iso/isolinux.cfg" <<'CFG'
DEFAULT test
PROMPT 0
LABEL test
 LINUX linux
 INITRD initrd
 APPEND console=ttyS0,115200 quiet loglevel=1 panic=-1 reboot=triple tsc=unstable clocksource=hpet cryptomgr.notests
CFG
xorriso -as mkisofs -quiet -o "$work/boot.iso" -b isolinux.bin -c boot.cat \
    -no-emul-boot -boot-load-size 4 -boot-info-table "$work/iso" 2>"$work/xorriso" ||
    { cat "$work/xorriso" >&2; exit 1; }

# ips is how many instructions make an emulated second: low enough that the delays in the
# BIOS and the drivers are short. On the newer CPU models (icelake_u, tigerlake,
# sapphire_rapids) the kernel hangs.
cat >"$work/bochsrc" <<RC
config_interface: textconfig
display_library: nogui
romimage: file=/usr/share/bochs/BIOS-bochs-latest
vgaromimage: file=/usr/share/vgabios/vgabios.bin
memory: guest=${AVX512_MEM:-1024}, host=${AVX512_MEM:-1024}
cpu: model=corei7_skylake_x, count=1, ips=50000000, reset_on_triple_fault=0
clock: sync=none
ata0-master: type=cdrom, path=$work/boot.iso, status=inserted
boot: cdrom
com1: enabled=1, mode=file, dev=$work/serial
speaker: enabled=0
log: $work/log
panic: action=fatal
error: action=ignore
info: action=ignore
debug: action=ignore
RC
: >"$work/serial"
# --foreground keeps the emulator in this process group, so that it ends with this script; and the traps above run at once
# only during "wait".
timeout --foreground "${AVX512_TIMEOUT:-1800}" "$dir/bochs" -q -f "$work/bochsrc" </dev/null >"$work/screen" 2>&1 &
emulator=$!
tail -n +1 -s 0.1 -f --pid=$emulator "$work/serial" &
printer=$!
wait "$emulator" || true # Bochs never exits 0; only the guest's own words count.
wait "$printer" || true
emulator=""

failed=0
for ((i = 1; i <= n; i++)); do
    status=$(sed -n "s/^avx512: $i exited \([0-9]*\)\r*$/\1/p" "$work/serial" | tail -n 1)
    [ "$status" = 0 ] || { failed=1; echo "avx512: FAILED (exit status ${status:-none}): ${!i}" >&2; }
done
[ $failed = 0 ] || { keep=1; echo "avx512: the emulator's files are in $work" >&2; }
exit $failed
