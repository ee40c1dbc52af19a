#!/usr/bin/env bash
# Usage: tests/proofs/run.sh [FILE]
#
# Proves what README.md beside it says, of the constants that are in src/math/coefficients.rs (or in FILE, which is how to
# see that it fails when one of them is changed). Prints what failed.
set -euo pipefail
source=$(realpath "${1:-$(dirname "$0")/../../src/math/coefficients.rs}")
cd "$(dirname "$0")"
export LC_ALL=C
work=$(mktemp -d)
trap '[ -n "${KEEP:-}" ] || rm -r "$work"' EXIT

fail() {
    echo "FAILED: $*"
    exit 1
}

for tool in sollya gappa; do
    command -v "$tool" >/dev/null || fail "no $tool: apt-get install sollya gappa"
done

# The constants of a type, as Sollya's definitions. It takes 8 hexadecimal digits for the bits of an f32, 16 for an f64.
constants() {
    local type=$1 format=$2 name
    {
        sed -n "/^impl Constants for $type /,/^}/s/^    const \([A-Z0-9_]*\): Self = \(.*\);.*/\1 = \2/p" "$source" |
            grep -E '^(LOG2_E|LN2_HI|LN2_LO|ROUNDING|ROUNDING_HALF|EXP_ZERO|EXP_LIMIT) ' |
            sed -E "s/Self::from_bits\((.*)\)/\1/; s/core::$type::consts::LOG2_E/log2(exp(1))/
                s/= (.*)/= round(\1, $format, RN);/; s/([0-9a-f])_([0-9a-f])/\1\2/g"
        sed -nE "/^const [A-Z0-9_]*: \[$type; [0-9]+\] = \[/,/^\];/p" "$source" |
            sed -E "s/^const ([A-Z0-9_]*)_F[0-9]+: .*/\1 = [|/; s/^ *$type::from_bits\((.*)\),.*/\1,/; s/^\];/|];/; /^0x/s/_//g" |
            tr -d '\n' | sed 's/,|\];/|];\n/g'
        echo "short = $([ "$type" = f32 ] && echo true || echo false);"
    } >"$work/constants"
    for name in LOG2_E LN2_HI LN2_LO ROUNDING ROUNDING_HALF EXP_ZERO EXP_LIMIT EXP LOG1P LOG1P_OF_FRACTION; do
        grep -q "^$name = .*;$" "$work/constants" || fail "no $name of $type in $source"
    done
}

# Runs Sollya on the constants of a type and what is given, and leaves what it prints in a file.
run_sollya() {
    local out=$1
    shift
    { cat "$work/constants" common.sollya "$@"; echo "write(\"done\\n\"); quit;"; } >"$work/script.sollya"
    sollya --warnonstderr "$work/script.sollya" >"$out" 2>"$work/warnings" </dev/null || fail "sollya $*"
    [ ! -s "$work/warnings" ] || { cat "$work/warnings"; fail "sollya warns of $*"; }
    [ "$(tail -n 1 "$out")" = done ] || { cat "$out"; fail "sollya did not end $*"; }
    ! grep '^not ' "$out" || fail "the source has other constants than $*"
}

# Section $2 of template $1.
section() {
    awk -v wanted="$2" -v section=1 '/^---$/ { section++; next } section == wanted && !/^#/' "$1"
}

# Whether Gappa proves a template, with the values of the type and these. A hint it cannot follow is no proof.
prove() {
    local template=$1
    shift
    printf 'value %s\n' "$@" | cat "$work/values" - >"$work/all"
    awk -v multiplied= -f expand.awk "$work/all" "$template" >"$work/script.gappa" || fail "$template"
    gappa -Eprecision=200 -Echange-threshold=0.0001 "$work/script.gappa" >"$work/out" 2>&1 &&
        ! grep -q 'trivially equal' "$work/out"
}

# That the reduced argument is what shared.gappa takes it for. Below half of log2(e) nothing is to be reduced. From
# there to 1/2, n is -1.
reduction() {
    prove reduction.gappa "MAGIC $2" "FROM 0.346573" "TO 0.5" 'AND_N /\ n in [-1, -1]' &&
        prove reduction.gappa "MAGIC $2" "FROM 0.5" "TO $3" "AND_N" || { cat "$work/out"; fail "reduction of $1"; }
}

# For pieces.sollya: f, whether it is divided by 2^n, how much of an ULP the last rounding can take.
declare -A pieces=(
    [exponential]='proc(e) { return e; }, true, 0'
    [log1p]='proc(e) { return log1p(e); }, true, 1/2'
    [sigmoid_negative]='proc(e) { return e / (1 + e); }, true, 1/2'
    [sigmoid_positive]='proc(e) { return 1 / (1 + e); }, false, 1/2'
    [hessian]='proc(e) { return e / (1 + e)^2; }, true, 1/2'
)

# The error of a formula is at most `most` ULP, and `at_power` just below a power of two.
formula() {
    local type=$1 name=$2 most=$3 at_power=$4 n low high least power allowed start count=0
    echo "pieces(${pieces[$name]}, $most, $at_power);" >"$work/formula.sollya"
    run_sollya "$work/pieces" pieces.sollya "$work/formula.sollya"
    {
        section shared.gappa 1
        section "$name.gappa" 1
        echo "{ $(section shared.gappa 2) $(section "$name.gappa" 2) -> |v - S| <= MOST }"
        section shared.gappa 3
        section "$name.gappa" 3
    } >"$work/formula.gappa"
    while read -r n low high least power allowed; do
        [ "$n" != done ] || continue
        start=
        [ "$n" != 0 ] || start='s=rnd(a);'
        prove "$work/formula.gappa" "LOWEST $low" "HIGHEST $high" "LEAST_POWER $least" "POWER $power" "MOST $allowed" "START $start" ||
            { tail -n 3 "$work/out"; fail "$name of $type, n = $n, reduced argument from $low to $high"; }
        count=$((count + 1))
    done <"$work/pieces"
    echo "$type $name: at most $most ULP, $at_power just below a power of two, in $count pieces"
}

for type in f32 f64; do
    constants "$type" "$([ "$type" = f32 ] && echo SG || echo D)"
    run_sollya "$work/constant_values" values.sollya
    run_sollya "$work/approximation" approximation.sollya
    cat "$work/constant_values" "$work/approximation" | grep '^value ' >"$work/values"
    while read -r _ name error; do
        # The source says so above the constant.
        grep -A1 -Fx "    // Error below 2^-$error." "$source" | grep -q " = &${name}_${type^^};" ||
            fail "the error of $name is 2^-$error in $type, and the source says something else"
        echo "$type $name: error below 2^-$error"
    done < <(grep '^error ' "$work/approximation")
    reduction "$type" ROUNDING EXP_LIMIT
    reduction "$type" ROUNDING_HALF EXP_ZERO
    rows=0
    while IFS='|' read -r _ name f32 f64 _; do
        read -r most at_power <<<"${!type}"
        formula "$type" "$(tr -d '` ' <<<"$name")" "$most" "$at_power"
        rows=$((rows + 1))
    done < <(grep '^| `' README.md)
    [ "$rows" = "${#pieces[@]}" ] || fail "README.md has $rows rows of ${#pieces[@]}"
done
echo "all proven ($SECONDS s)"
