#!/usr/bin/env bash
# Usage: tests/cross/targets.sh [TARGET...]        by default all that are here
#
# Compiles the library, with `core` alone, for targets of firmware, kernels, phones, browsers and desktops on which no other
# script runs a program. Checks that x86 without SSE2, where results would be wrong, is refused.
source "$(dirname "$0")/setup.sh"
rust
targets=(
    x86_64-unknown-none x86_64-unknown-uefi i686-unknown-uefi
    aarch64-unknown-none aarch64-unknown-none-softfloat armv7r-none-eabihf
    riscv32imc-unknown-none-elf riscv64gc-unknown-none-elf
    aarch64-apple-ios aarch64-linux-android i686-linux-android
    wasm32-unknown-unknown
    x86_64-pc-windows-msvc
)
refused=i586-unknown-linux-gnu
[ $# -eq 0 ] || targets=("$@")

# Nothing is run, so an unoptimised build is enough, and faster. The folder is separate, for the reason in linux.sh.
export CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_DEV_DEBUG=false
library "${targets[@]}" "$refused"
build() {
    cargo +web build --target-dir target/targets "$@"
}
build "${targets[@]/#/--target=}"

if build --target "$refused" 2>target/targets/refused; then
    echo "$refused: compiled, but must be refused"
    exit 1
fi
grep 'error: logit-loss needs SSE2 on x86' target/targets/refused || { cat target/targets/refused; exit 1; }
echo "${#targets[@]} targets compiled, $refused refused"
