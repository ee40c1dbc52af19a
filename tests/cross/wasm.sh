#!/usr/bin/env bash
# Usage: tests/cross/wasm.sh plain|simd128 [ARGUMENT OF cargo test...]
#
# Runs tests in WebAssembly, with or without vectors.
source "$(dirname "$0")/setup.sh"
target=wasm32-wasip1
case $1 in
plain) flags="" BACKENDS="scalar" ;;
simd128) flags="-C target-feature=+simd128" BACKENDS="simd128 scalar" ;;
*) echo "$1: neither plain nor simd128"; exit 1 ;;
esac
case " $* " in *reproducible*) BACKENDS+=" scalar-fma" ;; esac
export BACKENDS
version=$(node --version || true)
[[ $version =~ ^v([0-9]+) && ${BASH_REMATCH[1]} -ge 20 ]] || { echo "needs node 20 or later, and found: $version"; exit 1; }
debian wasi-libc binutils
rust
library "$target"

# Puts the code that starts and ends a program where the compiler looks for it. Debian's C library is older than Rust's
# standard library, which refers to two functions of threads that this C library lacks; nothing here calls them.
folder=/usr/lib/rustlib/$target/lib/self-contained
if [ ! -e "$folder/libc.a" ]; then
    work=$(mktemp -d)
    cat >"$work/threads.rs" <<'RUST'
#![no_std]
#[unsafe(no_mangle)]
extern "C" fn pthread_join(_: usize, _: usize) -> i32 { 58 }
#[unsafe(no_mangle)]
extern "C" fn pthread_detach(_: usize) -> i32 { 58 }
RUST
    rustc +web --target $target --edition 2024 --crate-type lib --emit obj -o "$work/threads.o" "$work/threads.rs"
    mkdir -p "$folder"
    cp /usr/lib/wasm32-wasi/crt1-command.o /usr/lib/wasm32-wasi/crt1-reactor.o "$folder/"
    cp /usr/lib/wasm32-wasi/libc.a "$work/"
    ar r "$work/libc.a" "$work/threads.o"
    mv "$work/libc.a" "$folder/"
    rm -r "$work"
fi

declare -x "CARGO_TARGET_WASM32_WASIP1_LINKER=$(rust_linker)"
# Node ended with SIGSEGV once after all tests had passed. In one thread no compiler is at work when it exits, and that takes
# no longer.
export CARGO_TARGET_WASM32_WASIP1_RUNNER="node --no-warnings --single-threaded $PWD/tests/cross/wasi.mjs"
RUSTFLAGS="${RUSTFLAGS-} $flags" cargo +web test --target $target --target-dir "target/web-$1" "${@:2}"
