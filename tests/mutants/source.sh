#!/usr/bin/env bash
# Usage: tests/mutants/source.sh [FILE...]        by default all of src/math and src/kernel
#
# Changes one operator of the source after the other, and fails if there is one that neither tests/same_bits nor tests/half.rs
# nor tests/memory notices, nor explained.txt explains. Needs cargo-mutants (`cargo install cargo-mutants`). Some 700 mutants,
# eleven seconds of a core for most of them; operators on vectors in src/math are left to lanes.sh, which does them in one program.
#
# Functions replaced as a whole are left out: such mutants hardly ever compile, and golden cannot miss them.
source "$(dirname "$0")/copy.sh" mutants-source
files=()
[ $# -gt 0 ] || set -- 'src/math/*.rs' 'src/kernel/**/*.rs'
for file in "$@"; do files+=(--file "$file"); done
on_vectors='src/math/(bce|exp|focal|log1p|logistic|probability)\.rs.*(replace [-+*/&|] with|delete -)'

mutate() {
    env GOLDEN=write cargo test --quiet --test same_bits golden
    rm -rf mutants.out
    # Its status is that there are some, explained or not.
    cargo mutants --jobs "$(nproc)" --baseline skip "${files[@]}" \
        --exclude-re ' -> ' --exclude-re 'with \(\)' --exclude-re "$on_vectors" --cargo-arg=--test=same_bits "$@" ||
        [ -s mutants.out/missed.txt ] || [ -s mutants.out/timeout.txt ]
}

# What was neither noticed nor explained.
again() {
    local mutant left=()
    while read -r mutant; do
        grep -qxF "$(without_place <<<"$mutant")" <(explained) ||
            left+=(--re "^$(sed 's/[][().*+?|^$\\{}]/\\&/g' <<<"$mutant")\$")
    done <mutants.out/missed.txt
    [ ${#left[@]} -gt 0 ] || exit 0
    mutate "$@" "${left[@]}"
}

unfused() {
    change src/backend/kind.rs 's/detection::fma()/false/; s/super::scalar_fma::run/super::scalar::run/'
}

# First of all in f32 on one scalar backend, which takes a third of the time. Compiling takes longer than running, and much
# of it is debug information.
export CARGO_PROFILE_TEST_DEBUG=false
unfused
change tests/common/mod.rs 's/\$name::<f64>/$name::<f32>/'
change tests/same_bits/golden.rs 's/= found::<f64>()/= Vec::new()/; s/\.expect("a backend of each kind")/.unwrap_or(0)/'
change Cargo.toml '/^\[profile\.test\.package\.logit-loss\]/,/^opt-level/s/1/0/; /^\[profile\.dev\.package/,/^opt-level/d'
mutate --timeout 60
# Then where registers have several lanes.
cp "$root"/src/backend/{kind,mod}.rs src/backend/
without_avx
unfused
again --timeout 200
# Then everything there is.
original
again --timeout 600 --all-features --cargo-arg=--test=half --cargo-arg=--test=memory
without_place <mutants.out/missed.txt | unexplained
