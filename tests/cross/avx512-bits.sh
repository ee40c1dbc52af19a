#!/usr/bin/env bash
# Computes the digests of all functions on an emulated CPU with AVX-512; see avx512.sh.
set -euo pipefail
cd "$(dirname "$0")/../.."
# The program is static, since the emulated machine has no libraries. Only the test gets the flag, so that the crate is not
# compiled again.
program=$(cargo rustc --release --test same_bits --message-format=json-render-diagnostics -- -C target-feature=+crt-static |
    sed -n 's/.*"executable":"\([^"]*\)".*/\1/p')
mkdir -p target/avx512
tests/cross/avx512.sh "$program golden board backends --nocapture" | tee target/avx512/output
# The emulated CPU must have had AVX-512, and the digests must have been computed.
grep -q '^test backends::are_those_of_the_machine \.\.\. avx512 ' target/avx512/output
grep -q '^test golden::golden \.\.\. ok' target/avx512/output
