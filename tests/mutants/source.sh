#!/usr/bin/env bash
# Usage: tests/mutants/source.sh [FILE...]        by default all of src/math and src/driver
#
# Changes one operator of the source at a time, and fails if there is a mutant that none of these tests notices and
# explained.txt does not explain: unit tests, same_bits, half, memory, limits, labels, errors_before_effects. Needs
# cargo-mutants (`cargo install cargo-mutants`). It tries fourteen hundred mutants, which takes two cores several hours: start
# it for the files that have changed.
#
# Mutants that replace whole functions are left out: most of them do not compile, and they would take as long again.
source "$(dirname "$0")/copy.sh" mutants-source
files=()
[ $# -gt 0 ] || set -- 'src/math/*.rs' 'src/driver/**/*.rs'
for file in "$@"; do files+=(--file "$file"); done

# Tries all mutants that mutants.out does not list as caught, with the tests that these options of cargo choose.
mutate() {
    # cargo-mutants fails if there are mutants that no test noticed.
    cargo mutants --iterate --jobs "$(nproc)" --baseline skip "${files[@]}" --exclude-re ' -> ' --exclude-re 'with \(\)' \
        "${@/#/--cargo-arg=}" --timeout "$limit" || [ -s mutants.out/missed.txt ] || [ -s mutants.out/timeout.txt ]
    cat mutants.out/timeout.txt >>mutants.out/caught.txt
}

golden() {
    env GOLDEN=write cargo test --quiet --test same_bits golden
    mutate --test=same_bits
}

# one_type TYPE OTHER: removes the plans of OTHER, so that the crate compiles in half the time.
one_type() {
    local plans
    cp "$root"/src/driver/formulas/*.rs src/driver/formulas/
    for plans in activation asymmetric bce focal probability weight; do
        # Replaces the bodies, but no arguments that have lines of their own.
        change src/driver/formulas/$plans.rs "/Plans for $2/,/^}/s/^        .*[^,]$/        unimplemented!()/"
    done
    change tests/common/mod.rs "s/\\\$name::<f[0-9]*>/\$name::<$1>/"
    change tests/same_bits/golden.rs "s/spawn(found::<f[0-9]*>)/spawn(found::<$1>)/; s/= found::<f64>()/= Vec::new()/
        s/\.expect(\"a backend of each kind\")/.unwrap_or(0)/"
}

# The first runs use one scalar backend and one type at a time, which takes a third of the time. Compiling takes longer than
# running, and debug information is much of it.
export CARGO_PROFILE_TEST_DEBUG=false
without avx2 wide
change Cargo.toml '/^\[profile\.test\.package\.logit-loss\]/,/^opt-level/s/1/0/; /^\[profile\.dev\.package/,/^opt-level/d'
# Ten times as long as golden takes, since some mutants never end.
limit=20
one_type f32 f64
rm -rf mutants.out
golden
one_type f64 f32
golden
# The next run has the tests of what golden leaves out, which are too slow without optimisation.
limit=200
cp "$root"/Cargo.toml .
cp "$root"/src/driver/formulas/*.rs src/driver/formulas/
cp -r "$root"/tests .
mutate --features=half --lib --test={half,memory,limits,labels,errors_before_effects}
# The next run has the code that only several threads use.
modules clpsw
change tests/same_bits/losses.rs '/^for_all_families/,/^);/d'
change tests/same_bits/parallel.rs 's/N::CHUNK - 1, N::CHUNK, N::CHUNK + 1, \(2 .*\), 7 .*\]/\1]/'
mutate --features=rayon --test={same_bits,labels}
# The last run has a backend with vectors, which fuses.
without avx512 wide
modules cgm
mutate --test={same_bits,memory,errors_before_effects}
conclude mutants.out/missed.txt <(cat mutants.out/{previously_,}caught.txt)
