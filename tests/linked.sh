#!/usr/bin/env bash
# Usage: tests/linked.sh [TARGET [CARGO OPTION...]]        with the toolchain TOOLCHAIN, if there is one
#
# Links every public function, for both types and all labels, into one program without libraries (tests/linked), and checks
# its symbols: nothing may panic, allocate, or be missing. With CRATE=capi, it links every function of the interface for C.
set -euo pipefail
cd "$(dirname "$0")/.."
export LC_ALL=C
host=$(rustc -vV | sed -n 's/^host: //p')
target=${1:-$host}
crate=${CRATE:-tests/linked}
folder=target/${crate##*/}
linker=$(rustc --print sysroot)/lib/rustlib/$host/bin/rust-lld
program=$folder/$target/program

cargo ${TOOLCHAIN:+"+$TOOLCHAIN"} build --release --manifest-path "$crate/Cargo.toml" --target-dir "$folder" --target "$target" "${@:2}"
library=("$folder/$target"/release/lib*.a)
mapfile -t roots < <(nm --defined-only "${library[@]}" 2>/dev/null | sed -nE 's/.* [TDR] (ALL|logit_loss_[a-z0-9_]+)$/\1/p' | sort -u)
# The linker drops what these roots do not reach, and lists the symbols that are missing.
"$linker" -flavor gnu --gc-sections "${roots[@]/#/--undefined=}" --entry="${roots[0]}" --warn-unresolved-symbols \
    --error-limit=0 -o "$program" "${library[@]}" 2>"$program.missing"

# Compilers call the first four in any program, and a microcontroller's toolchain provides them. core, as it comes compiled,
# refers to the last for unwinding.
missing=$(sed -n 's/^rust-lld: warning: undefined symbol: //p' "$program.missing" |
    grep -vxE 'memcpy|memmove|memset|memcmp|bcmp|rust_eh_personality' || true)
nm --demangle "$program" >"$program.symbols"
kernels=$(grep -c 'logit_loss::simd::[a-z0-9_]*::run' "$program.symbols" || true)
found=$(sed 's/^[0-9a-f ]* [a-zA-Z] //' "$program.symbols" |
    grep -E 'core::(panicking|fmt|result|option)|_fail|panic|rust_begin_unwind|alloc' || true)
echo "$target: ${#roots[@]} roots, $kernels kernels, $(grep -c ' [tT] [^$]' "$program.symbols") functions"
[ "$kernels" -gt 0 ] || { echo "no kernels found, so nothing was checked"; exit 1; }
[ -z "$missing$found" ] || { printf 'must not be linked:\n%s\n%s\n' "$missing" "$found"; cat "$program.missing"; exit 1; }
