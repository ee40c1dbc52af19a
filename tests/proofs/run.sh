#!/usr/bin/env bash
# Usage: tests/proofs/run.sh [FILE]
#
# Proves the statements of README.md beside it for the constants in src/math/coefficients.rs (or in FILE, which shows that
# the script fails when a constant is changed). Prints what failed.
set -euo pipefail
source=$(realpath "${1:-$(dirname "$0")/../../src/math/coefficients.rs}")
cd "$(dirname "$0")"
export LC_ALL=C
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT

fail() {
    echo "FAILED: $*"
    exit 1
}

for tool in sollya gappa; do
    command -v "$tool" >/dev/null || fail "no $tool: apt-get install sollya gappa"
done

# Writes the constants of a type as Sollya's definitions. Sollya reads 8 hexadecimal digits as the bits of an f32, and 16 as
# those of an f64.
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
    } >"$work/constants.$type"
    for name in LOG2_E LN2_HI LN2_LO ROUNDING ROUNDING_HALF EXP_ZERO EXP_LIMIT EXP LOG1P LOG1P_OF_FRACTION; do
        grep -q "^$name = .*;$" "$work/constants.$type" || fail "no $name of $type in $source"
    done
}

# Runs Sollya on the constants of a type and on the given files, and writes its output to a file.
run_sollya() {
    local out=$1
    shift
    cat "$work/constants.$type" common.sollya "$@" - <<<'write("done\n"); quit;' >"$work/script.sollya"
    sollya --warnonstderr "$work/script.sollya" >"$out" 2>"$work/warnings" </dev/null || fail "sollya $*"
    [ ! -s "$work/warnings" ] || { cat "$work/warnings"; fail "sollya warns of $*"; }
    [ "$(tail -n 1 "$out")" = "done" ] || { cat "$out"; fail "sollya did not end $*"; }
    ! grep '^not ' "$out" || fail "the source has other constants than $*"
}

# Prints section $2 of template $1.
section() {
    awk -v wanted="$2" -v section=1 '/^---$/ { section++; next } section == wanted && !/^#/' "$1"
}

# Gives Gappa a template, with the values of the type and these. Fails if it is not proven, or if a hint is no equality.
prove() {
    local template=$1 multiplied=
    shift
    [ "$arithmetic" = fused ] || multiplied=rnd
    printf 'value %s\n' "$@" | cat "$work/values.$type" - >"$work/all"
    awk -v multiplied="$multiplied" -f expand.awk "$work/all" "$template" >"$work/script.gappa" || fail "$template"
    run_gappa "${quiet[@]}"
}

run_gappa() {
    gappa -Eprecision=200 -Echange-threshold=0.0001 "$@" "$work/script.gappa" >"$work/out" 2>&1 &&
        ! grep -q 'trivially equal' "$work/out"
}

not_proven() {
    tail -n 5 "$work/out" | cut -c 1-200
    fail "$*"
}

# Proves that the reduced argument is as shared.gappa assumes, for both numbers that round, up to their limits. From half of
# ln 2 to 1/2, n is -1.
reduction() {
    local type=$1 quiet=() magic limit
    while read -r magic limit; do
        { prove reduction.gappa "MAGIC $magic" "FROM 0.346573" "TO 0.5" 'AND_N /\ n in [-1, -1]' &&
            prove reduction.gappa "MAGIC $magic" "FROM 0.5" "TO $limit" "AND_N"; } ||
            not_proven "the reduction of $type, $arithmetic, with $magic"
    done <<<$'ROUNDING EXP_LIMIT\nROUNDING_HALF EXP_ZERO'
}

# Gappa trusts the hints it is given, and takes long to see whether the two sides are equal if they contain polynomials. So
# the check is made once for each formula, with names for the values of the polynomials.
hints_are_equalities() {
    grep -Ev '^(horner|exact|START)' "$1" |
        sed 's/^{.*/{ s in [1, 1] -> s in [1, 2] }/; s/FORMAT/ieee_64/' >"$work/script.gappa"
    run_gappa -Wno-null-denominator -Wno-unbound-variable
}

# The template of each formula, and the procedure of pieces.sollya that cuts its range.
declare -A formulas=(
    [exponential]='exponential pieces(proc(e) { return e; }, true, 0)'
    [log1p]='log1p pieces(proc(e) { return log1p(e); }, true, 1/2)'
    [softplus_positive]='log1p pieces_of_sum()'
    [sigmoid_negative]='sigmoid_negative pieces(proc(e) { return e / (1 + e); }, true, 1/2)'
    [sigmoid_positive]='sigmoid_positive pieces(proc(e) { return 1 / (1 + e); }, false, 1/2)'
    [hessian]='hessian pieces(proc(e) { return e / (1 + e)^2; }, true, 1/2)'
)

# Proves that the error of a formula is at most `most` ULP, and at most `at_power` just below a power of two.
formula() {
    local type=$1 name=$2 most=$3 at_power=${4:-$3} template cut n low high least power allowed start tau count=0
    local quiet=(-Wno-hint-difference -Wno-null-denominator)
    read -r template cut <<<"${formulas[$name]}"
    echo "most = $most; at_power = $at_power; $cut;" >"$work/cut.sollya"
    run_sollya "$work/pieces" pieces.sollya "$work/cut.sollya"
    {
        section shared.gappa 1
        section "$template.gappa" 1
        echo "{ $(section shared.gappa 2) $(section "$template.gappa" 2) -> |v - S| <= MOST }"
        section shared.gappa 3
        section "$template.gappa" 3
    } >"$work/formula.gappa"
    hints_are_equalities "$work/formula.gappa" || not_proven "a hint of $template.gappa"
    tau=0
    [ "$arithmetic" = fused ] || tau=HALF_ULP
    while read -r n low high least power allowed; do
        [ "$n" != "done" ] || continue
        start=
        [ "$n" != 0 ] || start='s = rnd(a);'
        prove "$work/formula.gappa" "LOWEST $low" "HIGHEST $high" "LEAST_POWER $least" "POWER $power" \
            "MOST $allowed" "START $start" "PRODUCT_ERROR $tau" ||
            not_proven "$name of $type, $arithmetic, n = $n, reduced argument from $low to $high"
        count=$((count + 1))
    done <"$work/pieces"
    [ "$count" -gt 0 ] || fail "no pieces of $name"
    echo "$type $arithmetic $name: at most $most ULP, $at_power just below a power of two, in $count pieces ($SECONDS s)"
}

# Proves the rows of README.md.
proven() {
    local type=$1 name bounds rows=0
    while IFS='|' read -r name bounds; do
        # shellcheck disable=SC2086
        formula "$type" $name $bounds
        rows=$((rows + 1))
    done < <(awk -F ' *[|] *' -v type="$type" -v arithmetic="$arithmetic" \
        '$2 ~ /^`/ && $3 == type && $4 == arithmetic { gsub("`", "", $2); print $2 "|" $5 " " $6 }' README.md)
    [ "$rows" = "${#formulas[@]}" ] || fail "README.md has $rows rows of $type, not ${#formulas[@]}"
}

# Checks that the polynomials of a type are those of Sollya, and that their errors are those in the source.
polynomials() {
    local type=$1 name error count=0
    constants "$type" "$([ "$type" = f32 ] && echo SG || echo D)"
    run_sollya "$work/constant_values" values.sollya
    run_sollya "$work/approximation" approximation.sollya
    cat "$work/constant_values" "$work/approximation" | grep '^value ' >"$work/values.$type"
    while read -r _ name error; do
        grep -A1 -Fx "    // Error below 2^-$error." "$source" | grep -q " = &${name}_${type^^};" ||
            fail "the error of $name of $type is below 2^-$error, and the source says something else"
        echo "$type $name: error below 2^-$error ($SECONDS s)"
        count=$((count + 1))
    done < <(grep '^error ' "$work/approximation")
    [ "$count" = 3 ] || fail "$count polynomials of $type"
}

for type in f32 f64; do
    polynomials "$type"
done
for type in f32 f64; do
    for arithmetic in fused unfused; do
        reduction "$type"
        proven "$type"
    done
done
echo "all proven ($SECONDS s)"
