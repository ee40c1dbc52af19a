#!/usr/bin/env bash
# Compares AVX-512 bit for bit with the other backends, on an emulated CPU that has it; see avx512.sh.
set -euo pipefail
cd "$(dirname "$0")/../.."
# A static program, since the emulated machine has nothing else on it. It is linked so; the crate need not be compiled anew.
cargo rustc --release --example backends -- -C target-feature=+crt-static
mkdir -p target/avx512
tests/cross/avx512.sh target/release/examples/backends | tee target/avx512/output
# It must have been among them.
grep -q '^avx512 ' target/avx512/output
