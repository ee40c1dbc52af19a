#!/usr/bin/env bash
# Usage: tests/left_out.sh        on x86-64, with AVX2
#
# Builds the library without one backend after the other, as docs/vendoring.md says. Checks that none of the backend's code
# is in the library, that all code of the others is, and that a program finds the others.
set -euo pipefail
cd "$(dirname "$0")/.."
export LC_ALL=C CARGO_PROFILE_DEV_DEBUG=false
folder=target/left_out
libraries=$folder/debug
mkdir -p "$folder"
echo 'fn main() { logit_loss::Backend::available().for_each(|backend| println!("{backend}")) }' >"$folder/available.rs"

# check "LEFT OUT" "MODULES THERE" "MODULES GONE" "FOUND": a program may also find avx512 before FOUND.
check() {
    local name flags="" here found
    for name in $1; do flags+=" --cfg logit_loss_no_$name"; done
    RUSTFLAGS="$flags -D warnings" cargo build --quiet --target-dir "$folder"
    nm --demangle "$libraries/liblogit_loss.rlib" 2>/dev/null >"$folder/symbols"
    here=$(sed -nE 's/.*logit_loss::simd::(avx512|avx2|wide|scalar)::run.*/\1/p' "$folder/symbols" |
        sort -u | paste -sd' ')
    [ "$here" = "$2" ] || { echo "without '$1': functions of '$here', expected those of '$2'"; exit 1; }
    for name in $3; do
        ! grep -i "simd::$name::" "$folder/symbols" || { echo "without '$1': this code of $name remains"; exit 1; }
    done
    rustc --edition 2024 --extern logit_loss="$libraries/liblogit_loss.rlib" -L dependency="$libraries/deps" \
        -o "$folder/available" "$folder/available.rs"
    found=$("$folder/available" | paste -sd' ')
    [ "${found#avx512 }" = "$4" ] || { echo "without '$1': found '$found', expected '$4'"; exit 1; }
    [[ $2 = *avx512* || $found != avx512* ]] || { echo "without '$1': $found"; exit 1; }
    echo "without '$1': $found"
}
check "" "avx2 avx512 scalar wide" "" "avx2 sse2 scalar"
check avx512 "avx2 scalar wide" avx512 "avx2 sse2 scalar"
check avx2 "scalar wide" "avx512 avx2" "sse2 scalar"
check wide "avx2 avx512 scalar" wide "avx2 scalar"
check "avx2 wide" scalar "avx512 avx2 wide" scalar
