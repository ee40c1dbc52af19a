#!/usr/bin/env bash
# Usage: tests/cross/linux.sh TARGET [ARGUMENT OF cargo test...]
#
# Runs tests on another machine with Linux, emulated.
source "$(dirname "$0")/setup.sh"
target=$1 cpu=""
# The compiler's prefix; the machine's name in packages and in the emulator; the backends that the tests must find.
case $target in
aarch64-*) machine="aarch64-linux-gnu arm64 aarch64 neon scalar" ;;
armv7-*) machine="arm-linux-gnueabihf armhf arm scalar" ;;
i686-*) machine="i686-linux-gnu i386 i386 sse2 scalar" cpu="-cpu Nehalem" ;;
riscv64gc-*) machine="riscv64-linux-gnu riscv64 riscv64 scalar" ;;
s390x-*) machine="s390x-linux-gnu s390x s390x scalar" ;;
*) echo "$target: unknown target"; exit 1 ;;
esac
read -r prefix package emulator BACKENDS <<<"$machine"
case " $* " in *reproducible*) BACKENDS+=" scalar-fma" ;; esac
export BACKENDS
debian "gcc-$prefix" "libc6-dev-$package-cross"
emulator qemu-user
rust
library "$target"

name=$(variable "$target")
declare -x "CARGO_TARGET_${name}_LINKER=$prefix-gcc" "CARGO_TARGET_${name}_RUNNER=qemu-$emulator $cpu -L /usr/$prefix"
# A separate folder, since the two toolchains would delete each other's files.
cargo +web test --target "$target" --target-dir target/web "${@:2}"
