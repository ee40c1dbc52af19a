#!/usr/bin/env bash
# Usage: tests/inlined.sh PROGRAM
#
# Checks the machine code of every block function in PROGRAM (x86-64, without the feature `half`, whose conversions in
# software are functions of their own). Code that is not inlined into the function that enables its instructions falls back
# to the baseline's, silently and many times slower. So no block function may call or jump to another function, and each must
# use the registers of its backend.
set -euo pipefail

objdump --disassemble --demangle --no-show-raw-insn "$1" | awk '
    function finish() {
        if (backend == "") return
        functions[backend]++
        if (!wide) { print "no " register[backend] " in " name; bad++ }
        if (calls != "") { print name " calls" calls; bad++ }
    }
    BEGIN {
        register["avx2"] = "%ymm"; register["avx512"] = "%zmm"; register["wide"] = "%xmm"
        register["scalar"] = "%xmm"
    }
    /^[0-9a-f]+ <.*>:$/ {
        finish()
        backend = ""; calls = ""; wide = 0; name = substr($0, 1, length($0) - 1)
        if (match($0, /<logit_loss::simd::[a-z0-9_]+::run>/)) {
            backend = substr($0, RSTART + 19, RLENGTH - 25)
            # Jumps within the function are allowed.
            own = "<logit_loss::simd::" backend "::run+0x"
        }
        next
    }
    backend != "" {
        if (index($0, register[backend])) wide = 1
        # The compiler calls memset to clear the terms of a piece, for each vector of lanes of a block.
        if ($2 ~ /^(call|jmp)/ && !index($0, own) && $0 !~ /<memset@/) calls = calls "\n    " $0
    }
    END {
        finish()
        for (backend in register) {
            printf "%-10s %3d block functions\n", backend, functions[backend]
            if (functions[backend] == 0) { print "no block function of " backend " found"; bad++ }
        }
        exit bad > 0
    }'
