#!/usr/bin/env bash
# Usage: tests/mutants/lanes.sh
#
# Replaces each operation on vectors in src/math and src/driver by another one, one at a time. Fails if there is a mutant
# that neither tests/same_bits nor tests/limits or tests/labels notices, and that explained.txt does not explain. All mutants
# are in one program (lanes.rs), which is told the place to change. Takes an hour; with EVERY=64 in the environment it tries
# only every 64th.
source "$(dirname "$0")/copy.sh" mutants-lanes

cp "$mutants/lanes.rs" src/simd/mutants.rs
change src/simd/mod.rs 's/^mod lanes;/&\nmod mutants;/'
operations=$(sed -n 's/^    \([a-z_]*\)(.* = .*;$/\1/p' src/simd/mutants.rs | paste -sd'|')
all_that_follows='/^\/\/ In all that follows/,$'
change src/simd/lanes.rs -E "$all_that_follows s/^    #\[cfg_attr\(not\(unoptimized\), inline\(always\)\)\]/    #[track_caller]\n&/
    $all_that_follows s/\bL::($operations)\(/super::mutants::\1::<L>(/"

modules cgmw
env GOLDEN=write cargo test --quiet --test same_bits golden
programs=$(cargo test --test same_bits --test limits --test labels --no-run 2>&1)
program() {
    timeout 300 "$(sed -n "s|.*Executable.*(\(.*/$1-.*\))$|\1|p" <<<"$programs")" "${@:2}"
}
# Golden notices the most, so it runs first.
passes() {
    {
        program same_bits golden && program limits && program labels && program same_bits --skip golden
    } >/dev/null 2>&1
}
passes
MUTANTS=list program same_bits golden --nocapture 2>&1 | sed -n 's/.*mutant \(src\/\(math\|driver\)\/.*\)/\1/p' | sort -u | awk -v every="${EVERY:-1}" 'NR % every == 0' >places
echo "$(wc -l <places) operations"
[ -s places ]

export -f passes program
export programs
# shellcheck disable=SC2016
xargs -P "$(nproc)" -n 1 bash -c 'MUTANT=$0 passes && echo "$0" || true' <places >missed
sort missed | comm -13 - places >noticed
conclude missed noticed
