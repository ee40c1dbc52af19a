#!/usr/bin/env bash
# Usage: tests/inlined.sh PROGRAM
#
# Looks at the machine code of every kernel that PROGRAM was linked with (x86-64). Code that is not inlined into the
# wrapper that turns its instructions on falls back to the baseline's, silently and many times slower. So no kernel may
# call anything but what is cold or done once for a chunk, and each must work in the registers of its backend.
set -euo pipefail

{
    # Calls across the crate's object files go through a table of addresses: where its entries lead, and what is there.
    objdump --dynamic-reloc "$1" | sed -n 's/^0*\([0-9a-f]*\) R_X86_64_RELATIVE .*+0x0*\([0-9a-f]*\)$/@entry \1 \2/p'
    nm --demangle "$1" | sed -n 's/^0*\([0-9a-f]*\) [tTwW] /@symbol \1 /p'
    objdump --disassemble --demangle --no-show-raw-insn "$1"
} | awk '
    $1 == "@entry" { entry[$2] = $3; next }
    $1 == "@symbol" { symbol[$2] = $0; next }
    function finish() {
        if (backend == "") return
        kernels[backend]++
        if (register[backend] != "" && !wide) { print "no " register[backend] " in " name; bad++ }
        if (calls != "") { print name " calls" calls; bad++ }
    }
    BEGIN {
        register["avx2"] = "%ymm"; register["avx512"] = "%zmm"; register["wide"] = "%xmm"
        register["scalar"] = "%xmm"; register["scalar_fma"] = "%xmm"
        # Copies of the last, partial row, and of factors that repeat, several rows at a time; the fold at the end of a
        # chunk, of 512 rows or more; clearing of buffers.
        allowed = "Streams<T>::gather|Streams<T>::scatter|Factors<T>::fill|LaneSums<T>::fold|<memset|<memcpy"
    }
    /^[0-9a-f]+ <.*>:$/ {
        finish(); backend = ""; calls = ""; wide = 0; name = $2
        if (match($0, /backend::(avx2|avx512|wide|scalar|scalar_fma)::run/)) {
            backend = substr($0, RSTART + 9, RLENGTH - 14)
        }
        next
    }
    backend != "" {
        if (index($0, register[backend])) wide = 1
        # Addresses that are kept in a register.
        if ($2 == "mov" && $0 ~ /\(%rip\),%/) { held = $3; sub(/.*,/, "", held); target[held] = $0 }
        called = $0
        if ($2 ~ /^call/ && $3 ~ /^\*%/) { called = target[substr($3, 2)] }
        if ($2 ~ /^call/ && called ~ /# [0-9a-f]+ /) {
            at = called; sub(/.*# /, "", at); sub(/ .*/, "", at)
            if (at in entry) called = symbol[entry[at]]
        }
        if ($2 ~ /^call/ && called !~ allowed) calls = calls "\n    " $0
    }
    END {
        finish()
        for (backend in register) {
            printf "%-10s %3d kernels\n", backend, kernels[backend]
            if (kernels[backend] == 0) { print "no kernel of " backend " found"; bad++ }
        }
        exit bad > 0
    }'
