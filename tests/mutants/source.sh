#!/usr/bin/env bash
# Usage: tests/mutants/source.sh [FILE...]        by default all of src/math and src/kernel
#
# Changes one operator of the source after the other, and fails if there is one that neither `golden` of tests/same_bits
# notices nor explained.txt explains. Needs cargo-mutants (`cargo install cargo-mutants`). About 850 mutants, ten seconds
# for each; those of vectors, lanes.sh does in one.
#
# Functions replaced as a whole are left out: such mutants hardly ever compile, and golden cannot miss them.
source "$(dirname "$0")/copy.sh" mutants-source
files=()
[ $# -gt 0 ] || set -- 'src/math/*.rs' 'src/kernel/**/*.rs'
for file in "$@"; do files+=(--file "$file"); done

# Compiling takes longer than running, and most of it is debug information.
export CARGO_PROFILE_TEST_DEBUG=false
change Cargo.toml '/^\[profile\.test\.package\.logit-loss\]/,/^opt-level/s/1/0/'
env GOLDEN=write cargo test --quiet --test same_bits golden

# Its status is that there are some, explained or not.
mutate() {
    rm -rf mutants.out
    cargo mutants --in-place --baseline skip --timeout 400 --exclude-re ' -> ' --exclude-re 'with \(\)' "${files[@]}" "$@" \
        --cargo-arg=--test=same_bits -- golden || [ -s mutants.out/missed.txt ] || [ -s mutants.out/timeout.txt ]
}
mutate
# Some can only be noticed where a register has several lanes, with which it takes twice as long to compile.
again=()
while read -r mutant; do again+=(--re "^$(sed 's/[][().*+?|^$\\{}]/\\&/g' <<<"$mutant")\$"); done <mutants.out/missed.txt
if [ ${#again[@]} -gt 0 ]; then
    cp "$root"/src/backend/{kind,mod}.rs src/backend/
    without_avx
    mutate "${again[@]}"
fi
sed 's/:[0-9]*:[0-9]*: /: /' mutants.out/missed.txt | unexplained
