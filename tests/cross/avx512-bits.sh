#!/usr/bin/env bash
# Compares AVX-512 bit for bit with the other backends, on an emulated CPU that has it; see avx512.sh.
set -euo pipefail
cd "$(dirname "$0")/../.."
# A static program, since the emulated machine has nothing else on it.
RUSTFLAGS="-C target-feature=+crt-static" cargo build --release --target x86_64-unknown-linux-gnu \
    --target-dir target/static --example backends
mkdir -p target/avx512
program=target/static/x86_64-unknown-linux-gnu/release/examples/backends
tests/cross/avx512.sh "$program" | tee target/avx512/output
# It must have been among them.
grep -q '^avx512 ' target/avx512/output
