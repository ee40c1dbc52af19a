#!/usr/bin/env bash
# Usage: tests/firmware/run.sh BOARD IMAGE [CARGO OPTION...]
#
# Builds one of src/bin for a board and runs it there, emulated. PART is the function that `cost` measures, or the single
# type that `promises` checks, for boards that have no room for both.
source "$(dirname "$0")/../cross/setup.sh"
board=$1 image=$2
case $board in
mps2-an386 | mps2-an500) target=thumbv7em-none-eabihf memory=mps2 ;;
mps2-an505) target=thumbv8m.main-none-eabihf memory=mps2-an505 ;;
mps2-an385) target=thumbv7m-none-eabi memory=mps2 ;;
microbit) target=thumbv6m-none-eabi memory=microbit ;;
*) echo "$board: unknown board"; exit 1 ;;
esac
rust
library "$target"
emulator qemu-system-arm

folder=$PWD/target/firmware
name=$(variable "$target")
declare -x "CARGO_TARGET_${name}_LINKER=$(rust_linker)" MEMORY=$memory
cd tests/firmware
cargo +web build --release --target "$target" --target-dir "$folder" --bin "$image" "${@:3}"
# Each instruction takes 2^5 ns.
timeout 600 qemu-system-arm -M "$board" -nographic -icount shift=5 -semihosting-config enable=on,target=native \
    -kernel "$folder/$target/release/$image"
