#!/usr/bin/env bash
# Usage: tests/counts.sh [--write]
#
# Counts the instructions of every call in benches/counts.rs, under callgrind, and the bytes of machine code, and
# compares them with benches/counts.md; a difference of more than 3 %, for better or worse, fails. --write writes them there.
set -euo pipefail
cd "$(dirname "$0")/.."
export LC_ALL=C
table=benches/counts.md
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT

program=$(cargo bench --bench counts --no-run 2>&1 | tee -a /dev/stderr | sed -n 's/.*Executable.*(\(.*\))$/\1/p')

# Without the environment, whose size moves the stack; and without `rep stos`, which libc uses on some CPUs only, and which
# valgrind counts once for each repetition.
env -i GLIBC_TUNABLES=glibc.cpu.hwcaps=-ERMS,-FSRM "$(command -v valgrind)" --quiet --tool=callgrind --zero-before=counts::counted --dump-after=counts::counted \
    --combine-dumps=yes --callgrind-out-file="$work/dumps" "$program" >"$work/calls"
# callgrind writes one dump for each call, and one for the rest of the program.
sed -n 's/^totals: //p' "$work/dumps" | head -n -1 >"$work/counts"
[ "$(wc -l <"$work/calls")" = "$(wc -l <"$work/counts")" ] || { echo "not as many counts as calls"; exit 1; }
paste "$work/calls" "$work/counts" >"$work/new"

# Block functions have one name for each backend; all other functions of the crate are one row.
readelf --syms --wide --demangle "$program" | awk '
    BEGIN { driver = "driver and interface" }
    $4 == "FUNC" && /logit_loss::/ && !seen[$2]++ {
        what = driver
        if (match($0, /logit_loss::simd::[a-z0-9_]+::run$/)) what = substr($0, RSTART + 18, RLENGTH - 23)
        # The module has the name of the crate that it uses.
        sub(/^wide$/, "sse2", what)
        functions[what]++; bytes[what] += $3
    }
    END {
        n = split("avx512 avx2 sse2 scalar", all, " "); all[++n] = driver
        for (i = 1; i <= n; i++) {
            what = all[i]; row = what
            if (!functions[what]) { print "no functions: " what >"/dev/stderr"; exit 1 }
            if (what != driver) { row = "block functions, " what }
            print "bytes\t" row "\t\tfunctions\t" functions[what] "\nbytes\t" row "\t\tbytes\t" bytes[what]
        }
    }' >>"$work/new"

compiler=$(rustc --version)
if [ "${1-}" = --write ]; then
    awk -F'\t' -v compiler="$compiler" -v libc="$(ldd --version | sed -n '1s/.* //p')" \
        -v valgrind="$(valgrind --version | sed 's/.*-//')" '
        { value[$1, $2, $3, $4] = $5 }
        !(($1, $2, $3) in seen) { seen[$1, $2, $3]; rows[$1] = rows[$1] "\n" $2 "\t" $3 }
        function print_table(table, columns,    column, row, rest, i, k, n, m) {
            n = split(columns, column, " ")
            printf "\n| %-60s | %-4s |", "function", "type"
            for (i = 1; i <= n; i++) printf " %10s |", column[i]
            printf "\n|%s|%s|", substr("-" blank, 1, 62), "------"
            for (i = 1; i <= n; i++) printf "%s:|", substr(blank, 1, 11)
            print ""
            m = split(substr(rows[table], 2), row, "\n")
            for (k = 1; k <= m; k++) {
                split(row[k], rest, "\t")
                printf "| %-60s | %-4s |", rest[1], rest[2]
                for (i = 1; i <= n; i++) printf " %10s |", value[table, rest[1], rest[2], column[i]]
                print ""
            }
        }
        END {
            blank = sprintf("%80s", ""); gsub(/ /, "-", blank)
            print "# Instructions and bytes\n"
            print "Written by `tests/counts.sh --write`; `tests/counts.sh` fails where one differs by more than 3 %, for better or worse."
            print "Compiled by " compiler "; libc " libc ", valgrind " valgrind "."
            print "Other compilers make other code: with one, see whether it is better, and write the table anew."
            print "\n## Instructions of a call with 1,024 elements (1,023 where there are 3 classes)\n"
            print "valgrind knows no AVX-512."
            print_table("instructions", "avx2 sse2 scalar")
            print "\n## Instructions of a call with few elements, on the backend that is chosen for them (without AVX-512)"
            print_table("short", "1 8 16 32")
            print "\n## Bytes of machine code, for both types together"
            print_table("bytes", "functions bytes")
        }' "$work/new" >"$table"
    exit
fi

awk -F'|' -v compiler="$compiler" '
    function trimmed(text) { gsub(/^ +| +$/, "", text); return text }
    function differs(text) { print text; bad++ }
    FILENAME == ARGV[1] && /^## / { table++; header = 0 }
    FILENAME == ARGV[1] && /^Compiled by / { by = $0 }
    FILENAME == ARGV[1] && /^\| / {
        if (!header++) { for (i = 4; i < NF; i++) column[i] = trimmed($i); next }
        for (i = 4; i < NF; i++) {
            if (trimmed($i) != "") old[table, trimmed($2), trimmed($3), column[i]] = trimmed($i)
        }
    }
    FILENAME != ARGV[1] {
        split($0, new, "\t")
        place = number[new[1]] SUBSEP new[2] SUBSEP new[3] SUBSEP new[4]
        what = new[2] " " new[3] ", " new[4] ", " new[1] ": "
        if (!(place in old)) { differs(what new[5] ", not in the table"); next }
        percent = (new[5] - old[place]) / old[place] * 100
        if (percent > 3 || percent < -3) differs(sprintf("%s%d -> %d (%+.1f %%)", what, old[place], new[5], percent))
        delete old[place]
    }
    BEGIN { number["instructions"] = 1; number["short"] = 2; number["bytes"] = 3 }
    END {
        for (place in old) { split(place, part, SUBSEP); differs(part[2] " " part[3] ", " part[4] ": gone") }
        if (bad) {
            print "\n" bad " differ from the table. It was: " by "\nThis is " compiler "."
            print "If that is as it should be: tests/counts.sh --write"
        }
        exit bad > 0
    }' "$table" "$work/new"
