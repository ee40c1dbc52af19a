#!/usr/bin/env bash
# Usage: tests/proofs/run.sh
#
# Proves the bounds of tests/proofs/README.md for the coefficients and constants that are in src/math/coefficients.rs,
# which it reads from there.
set -euo pipefail
cd "$(dirname "$0")"
export LC_ALL=C
source=../../src/math/coefficients.rs
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT

for tool in sollya gappa; do
    command -v "$tool" >/dev/null || { echo "no $tool: apt-get install sollya gappa"; exit 1; }
done

# What a type's source has, as Sollya's definitions.
constants() {
    local type=$1 digits=$2 format=$3
    {
        sed -n "/^impl Constants for $type /,/^}/s/^    const \([A-Z0-9_]*\): Self = \(.*\);.*/\1 = \2/p" "$source" |
            grep -E '^(LOG2_E|LN2_HI|LN2_LO|ROUNDING|ROUNDING_HALF|EXP_ZERO|EXP_LIMIT|BELOW_SQRT_2) ' |
            sed -E "s/([0-9a-f])_([0-9a-f])/\1\2/g; s/([0-9a-f])_([0-9a-f])/\1\2/g; s/BELOW_SQRT2/BELOW_SQRT_2/
                s/Self::from_bits\((.*)\)/\1/; s/core::$type::consts::LOG2_E/log2(exp(1))/; s/= (.*)/= round(\1, $format, RN);/"
        sed -nE "/^const [A-Z0-9_]*: \[$type; [0-9]+\] = \[/,/^\];/p" "$source" |
            sed -E "s/^const ([A-Z0-9_]*)_F[0-9]+: .*/\1 = [|/; s/^ *$type::from_bits\((.*)\),.*/\1,/; s/^\];/|];/; s/_([0-9a-f]{4})/\1/g" |
            tr -d '\n' | sed 's/,|\];/|];\n/g'
    } >"$work/$type.constants"
}

# Runs Sollya on the constants of a type and what is given.
run_sollya() {
    local type=$1
    shift
    local short=false
    [ "$type" = f32 ] && short=true
    { cat "$work/$type.constants"; echo "short = $short;"; cat common.sollya "$@"; } >"$work/script.sollya"
    sollya --warnonstderr "$work/script.sollya" 2>&1
}
for type in f32 f64; do
constants $type 8 $([ $type = f32 ] && echo SG || echo D)
run_sollya $type approximation.sollya
done
