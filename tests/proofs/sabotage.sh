#!/usr/bin/env bash
# Usage: tests/proofs/sabotage.sh
#
# Checks that run.sh fails if the lowest bit of one coefficient is flipped in a copy of the source (the first, the third or
# the last of each polynomial), if another constant is one off, and if a comment has another error. Takes some minutes.
set -euo pipefail
cd "$(dirname "$0")"
source=../../src/math/coefficients.rs
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT

must_fail() {
    ! cmp -s "$source" "$work/copy.rs" || { echo "nothing was changed for: $*"; exit 1; }
    if ./run.sh "$work/copy.rs" >"$work/out" 2>&1; then
        echo "NOT SEEN: $*"
        exit 1
    fi
    grep -q '^FAILED: ' "$work/out" || { cat "$work/out"; echo "run.sh broke, and did not fail, with: $*"; exit 1; }
    echo "seen: $*: $(tail -n 1 "$work/out")"
}

for type in f32 f64; do
    for name in EXP LOG1P LOG1P_OF_FRACTION; do
        for which in 1 3 last; do
            awk -v head="const ${name}_${type^^}: " -v which="$which" '
                index($0, head) == 1 { inside = 1; n = 0 }
                inside && /from_bits/ {
                    line[++n] = NR
                    # The digits of a pair differ in the lowest bit.
                    digit = substr($0, match($0, /\)/) - 1, 1)
                    at = index("1032547698badcfe", digit)
                    flipped[n] = substr($0, 1, RSTART - 2) substr("0123456789abcdef", at, 1) substr($0, RSTART)
                }
                inside && /^];/ { inside = 0; k = which == "last" ? n : which; chosen = line[k]; text = flipped[k] }
                { all[NR] = $0 }
                END { for (i = 1; i <= NR; i++) print i == chosen ? text : all[i] }
            ' "$source" >"$work/copy.rs"
            must_fail "$name of $type, coefficient $which"
        done
    done
done
sed '/^impl Constants for f32/,/^}/s/\(const LN2_LO: .*\)8e-6/\19e-6/' "$source" >"$work/copy.rs"
must_fail "LN2_LO of f32"
sed '/^impl Constants for f64/,/^}/s/\(const ROUNDING_HALF: .*\)1534/\11535/' "$source" >"$work/copy.rs"
must_fail "ROUNDING_HALF of f64"
sed 's/below 2^-59\.1\./below 2^-59.2./' "$source" >"$work/copy.rs"
must_fail "the error of LOG1P_OF_FRACTION in a comment"
