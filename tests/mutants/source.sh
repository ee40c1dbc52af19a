#!/usr/bin/env bash
# Usage: tests/mutants/source.sh [FILE...]        by default all of src/math and src/kernel
#
# Changes one operator of the source after the other, and fails if there is one that neither explained.txt explains nor any of
# these tests notices: same_bits, half, memory, limits, errors_before_effects. Needs cargo-mutants (`cargo install
# cargo-mutants`). Some 700 mutants, eleven seconds of a core for most of them; operators on vectors in src/math are left to
# lanes.sh, which does them in one program.
#
# Functions replaced as a whole are left out: such mutants hardly ever compile, and golden cannot miss them.
source "$(dirname "$0")/copy.sh" mutants-source
files=()
[ $# -gt 0 ] || set -- 'src/math/*.rs' 'src/kernel/**/*.rs'
for file in "$@"; do files+=(--file "$file"); done
on_vectors='src/math/(bce|exp|focal|log1p|logistic|probability)\.rs.*(replace [-+*/&|] with|delete -)'

mutate() {
    env GOLDEN=write cargo test --quiet --test same_bits golden
    # Its status is that there are some, explained or not.
    cargo mutants --iterate --jobs "$(nproc)" --baseline skip "${files[@]}" \
        --exclude-re ' -> ' --exclude-re 'with \(\)' --exclude-re "$on_vectors" --cargo-arg=--test=same_bits "$@" ||
        [ -s mutants.out/missed.txt ] || [ -s mutants.out/timeout.txt ]
}

# What was neither noticed nor explained: cargo-mutants tries all that it does not find among those caught.
again() {
    local mutant
    {
        cat mutants.out/timeout.txt
        while read -r mutant; do
            if grep -qxF "$(in_line <<<"$mutant")" <(explained); then echo "$mutant"; fi
        done <mutants.out/missed.txt
    } >>mutants.out/caught.txt
    mutate "$@"
}

unfused() {
    change src/backend/kind.rs 's/detection::fma()/false/; s/super::scalar_fma::run/super::scalar::run/'
}

one_type() {
    change tests/common/mod.rs "s/\\\$name::<f[0-9]*>/\$name::<$1>/"
    change tests/same_bits/golden.rs "s/spawn(found::<f[0-9]*>)/spawn(found::<$1>)/; s/= found::<f64>()/= Vec::new()/
        s/\.expect(\"a backend of each kind\")/.unwrap_or(0)/"
}

# First of all on one scalar backend, one type after the other, which takes a third of the time. Compiling takes longer than
# running, and much of it is debug information.
export CARGO_PROFILE_TEST_DEBUG=false
unfused
change Cargo.toml '/^\[profile\.test\.package\.logit-loss\]/,/^opt-level/s/1/0/; /^\[profile\.dev\.package/,/^opt-level/d'
one_type f32
rm -rf mutants.out
mutate --timeout 60
one_type f64
again --timeout 60
# Then where registers have several lanes.
cp "$root"/src/backend/{kind,mod}.rs src/backend/
without_avx
unfused
one_type f32
again --timeout 200
# Then where they fuse, with all features and the tests of what golden has none of.
original
without_avx
fewer_inputs
change tests/same_bits/losses.rs '/^for_all_families!($/,/^);/d'
again --timeout 600 --all-features --cargo-arg=--test={half,memory,limits,errors_before_effects}
in_line <mutants.out/missed.txt | unexplained
