#!/usr/bin/env bash
# Usage: tests/linked.sh [TARGET [CARGO OPTION...]]        with the toolchain TOOLCHAIN, if there is one
#
# Links every public function, for both types and all labels, into one program without libraries (tests/linked), and looks
# at what came with them: nothing may panic, allocate, or be missing. With CRATE=capi, every function of the interface for C.
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
# What cannot be reached from these is left out; what is not there is listed.
"$linker" -flavor gnu --gc-sections "${roots[@]/#/--undefined=}" --entry="${roots[0]}" --warn-unresolved-symbols \
    --error-limit=0 -o "$program" "${library[@]}" 2>"$program.missing"

# A compiler calls these whatever the program; on microcontrollers they come with it. The last is for unwinding, which core
# is ready for where it comes compiled.
missing=$(sed -n 's/^rust-lld: warning: undefined symbol: //p' "$program.missing" |
    grep -vxE 'memcpy|memmove|memset|memcmp|bcmp|rust_eh_personality' || true)
nm --demangle "$program" >"$program.symbols"
kernels=$(grep -c 'logit_loss::simd::[a-z0-9_]*::run' "$program.symbols" || true)
found=$(sed 's/^[0-9a-f ]* [a-zA-Z] //' "$program.symbols" |
    grep -E 'core::(panicking|fmt|result|option)|_fail|panic|rust_begin_unwind|alloc' || true)
echo "$target: ${#roots[@]} roots, $kernels kernels, $(grep -c ' [tT] [^$]' "$program.symbols") functions"
[ "$kernels" -gt 0 ] || { echo "no kernels: nothing was looked at"; exit 1; }
[ -z "$missing$found" ] || { printf 'must not be there:\n%s\n%s\n' "$missing" "$found"; cat "$program.missing"; exit 1; }
