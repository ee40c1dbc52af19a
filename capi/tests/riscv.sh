#!/usr/bin/env bash
# The interface for C on an emulated RISC-V CPU with the instructions of an ESP32-C3: its test and its examples; then what
# one call takes of the flash. Needs root on Debian, for apt, and rustup.
source "$(dirname "$0")/../../tests/cross/setup.sh"
rust
debian gcc-riscv64-unknown-elf picolibc-riscv64-unknown-elf
emulator qemu-system-riscv
target=riscv32imc-unknown-none-elf
library "$target"
built=target/capi/$target
archive=$built/release/liblogit_loss.a
CARGO_PROFILE_RELEASE_OPT_LEVEL=s cargo +web build --quiet --release --manifest-path capi/Cargo.toml --target-dir target/capi \
    --target "$target"

# link PROGRAM OPTION... SOURCE
link() {
    riscv64-unknown-elf-gcc -std=c99 -Os -Wall -Wextra -Wpedantic -Werror -march=rv32imc -mabi=ilp32 -ffunction-sections \
        -fdata-sections --specs=picolibc.specs --crt0=semihost --oslib=semihost -Icapi/include "${@:2}" "$archive" \
        -Wl,--gc-sections,--defsym=__flash=0x80000000,--defsym=__flash_size=4M,--defsym=__ram=0x80400000,--defsym=__ram_size=4M \
        -o "$1"
}

# run PROGRAM: without atomics and floating point, which an ESP32-C3 does not have either. What it prints comes as errors.
run() {
    timeout 300 qemu-system-riscv32 -M virt -cpu rv32,a=false,f=false,d=false,zawrs=false,zfa=false -bios none -nographic \
        -semihosting-config enable=on,target=native -kernel "$1" 2>&1
}

for source in capi/tests/capi.c capi/examples/first.c capi/examples/train.c; do
    program=$built/$(basename "$source" .c)
    link "$program" "$source"
    printf '%s, %s: ' "$target" "$source"
    run "$program"
done
# A failure must be seen: the test, with other values.
link "$built/sabotaged" -DSABOTAGE capi/tests/capi.c
! run "$built/sabotaged" >/dev/null || { echo "failures are not seen"; exit 1; }

# flash OPTION
flash() {
    link "$built/size" -D"$1" capi/tests/board/size.c
    riscv64-unknown-elf-size "$built/size" | awk 'NR == 2 { print $1 + $2 }'
}
nothing=$(flash NOTHING)
echo "$target: one loss with gradient in f32 takes $(($(flash BCE) - nothing)) bytes of flash," \
    "focal $(($(flash FOCAL) - nothing)), asymmetric $(($(flash ASYMMETRIC) - nothing))"
