#!/usr/bin/env bash
# Usage: tests/mutants/lanes.sh
#
# Replaces each operation on vectors in src/math and src/driver by another one, one at a time. Fails if there is a mutant
# that neither `golden` of tests/same_bits nor tests/limits, tests/accuracy or tests/labels notices, and that explained.txt
# does not explain. All mutants are in one program (lanes.rs), which is told the place to change. Takes a quarter of an hour;
# with EVERY=64 in the environment it tries only every 64th.
source "$(dirname "$0")/copy.sh" mutants-lanes

cp "$mutants/lanes.rs" src/simd/mutants.rs
change src/simd/mod.rs 's/^mod lanes;/&\nmod mutants;/'
operations=$(sed -n 's/^    \([a-z_]*\)(.* = .*;$/\1/p' src/simd/mutants.rs | paste -sd'|')
all_that_follows='/^\/\/ In all that follows/,$'
change src/simd/lanes.rs -E "$all_that_follows s/^    #\[cfg_attr\(not\(unoptimized\), inline\(always\)\)\]/    #[track_caller]\n&/
    $all_that_follows s/\bL::($operations)\(/super::mutants::\1::<L>(/"

env GOLDEN=write cargo test --quiet --test same_bits golden
programs=$(cargo test --test same_bits --test limits --test accuracy --test labels --no-run 2>&1 | sed -n 's/.*Executable.*(\(.*\))$/\1/p')
# The program with golden notices the most, so it runs first.
programs=$(grep same_bits <<<"$programs"; grep -v same_bits <<<"$programs")
passes() {
    local program
    for program in $programs; do
        timeout 300 "$program" >/dev/null 2>&1 || return 1
    done
}
passes
MUTANTS=list ${programs%%$'\n'*} --nocapture 2>&1 | sed -n 's/.*mutant \(src\/\(math\|driver\)\/.*\)/\1/p' | sort -u | awk -v every="${EVERY:-1}" 'NR % every == 0' >places
echo "$(wc -l <places) operations"
[ -s places ]

export -f passes
export programs
# shellcheck disable=SC2016
xargs -P "$(nproc)" -n 1 bash -c 'MUTANT=$0 passes && echo "$0" || true' <places >missed
sort missed | comm -13 - places >noticed
conclude missed noticed
