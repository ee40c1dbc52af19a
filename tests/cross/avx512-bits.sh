#!/usr/bin/env bash
# The digests of all functions on an emulated CPU that has AVX-512; see avx512.sh.
set -euo pipefail
cd "$(dirname "$0")/../.."
# A static program, since the emulated machine has nothing else on it. Only the test is compiled so: the crate need not be
# compiled anew.
program=$(cargo rustc --release --test same_bits --message-format=json-render-diagnostics -- -C target-feature=+crt-static |
    sed -n 's/.*"executable":"\([^"]*\)".*/\1/p')
mkdir -p target/avx512
tests/cross/avx512.sh "$program golden board backends --nocapture" | tee target/avx512/output
# It must have been among them, and the digests computed.
grep -q '^test backends::are_those_of_the_machine \.\.\. avx512 ' target/avx512/output
grep -q '^test golden::golden \.\.\. ok' target/avx512/output
