#!/usr/bin/env bash
# Runs one program on several CPUs: without AVX2, with AVX2 but not AVX-512, and this one. It must find the CPU's backends,
# and run no other instructions.
source "$(dirname "$0")/setup.sh"
emulator qemu-user
# emulated CPU BACKENDS [ARGUMENT OF cargo test...]
emulated() {
    # shellcheck disable=SC2097,SC2098
    BACKENDS=$2 CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUNNER="qemu-x86_64 -cpu $1" \
        cargo test --release --all-features "${@:3}"
}
# Only the digests of all functions: the other tests of same_bits take many minutes, and run the same code.
digests=(--test same_bits -- golden board backends)
emulated Nehalem "sse2 scalar scalar-fma" "${digests[@]}"
# With AVX alone the same code runs as on Nehalem, so it is enough to check what the program finds.
emulated SandyBridge "sse2 scalar scalar-fma" --test same_bits backends
emulated Haswell "avx2 sse2 scalar scalar-fma" "${digests[@]}"

has() { grep -qw "$1" /proc/cpuinfo; }
here="sse2 scalar scalar-fma"
if has avx2 && has fma; then here="avx2 $here"; fi
if has avx512f && has avx512dq; then here="avx512 $here"; fi
BACKENDS=$here cargo test --release --all-features --test same_bits backends
