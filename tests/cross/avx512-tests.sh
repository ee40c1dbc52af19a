#!/usr/bin/env bash
# Runs the tests on an emulated CPU with AVX-512; see avx512.sh.
set -euo pipefail
cd "$(dirname "$0")/../.."
# Static programs, since the emulated machine has nothing else on it.
programs=$(RUSTFLAGS="-C target-feature=+crt-static" cargo test --release --target x86_64-unknown-linux-gnu \
    --target-dir target/static --test same_bits --test limits --test pytorch --no-run 2>&1 | tee /dev/stderr |
    sed -n 's/.*Executable.*(\(.*\))$/\1/p')
mapfile -t programs <<<"$programs"
tests/cross/avx512.sh "${programs[@]}"
