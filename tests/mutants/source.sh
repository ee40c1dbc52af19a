#!/usr/bin/env bash
# Usage: tests/mutants/source.sh [FILE...]        by default all of src/math and src/driver
#
# Changes one operator of the source after the other, and fails if there is one that none of these tests notices and
# explained.txt does not explain: golden and parallel of same_bits, half, memory, limits, errors_before_effects, unit tests. Needs
# cargo-mutants (`cargo install cargo-mutants`). A thousand mutants, in two hours with two cores.
#
# Functions replaced as a whole are left out: most such mutants do not compile, and they would take as long again.
source "$(dirname "$0")/copy.sh" mutants-source
files=()
[ $# -gt 0 ] || set -- 'src/math/*.rs' 'src/driver/**/*.rs'
for file in "$@"; do files+=(--file "$file"); done

# Tries all that is not in mutants.out among those caught before, with the tests that these options of cargo choose.
mutate() {
    # Its status is that there are some that nothing noticed.
    cargo mutants --iterate --jobs "$(nproc)" --baseline skip "${files[@]}" --exclude-re ' -> ' --exclude-re 'with \(\)' \
        "${@/#/--cargo-arg=}" --timeout "$limit" || [ -s mutants.out/missed.txt ] || [ -s mutants.out/timeout.txt ]
    cat mutants.out/timeout.txt >>mutants.out/caught.txt
}

golden() {
    env GOLDEN=write cargo test --quiet --test same_bits golden
    mutate --test=same_bits
}

# one_type TYPE OTHER: without the plans of the other, the crate takes half the time to compile.
one_type() {
    local plans
    cp "$root"/src/driver/formulas/*.rs src/driver/formulas/
    for plans in activation asymmetric bce focal probability weight; do
        # Bodies, and not the arguments where there are so many that each has a line.
        change src/driver/formulas/$plans.rs "/Plans for $2/,/^}/s/^        .*[^,]$/        unimplemented!()/"
    done
    change tests/common/mod.rs "s/\\\$name::<f[0-9]*>/\$name::<$1>/"
    change tests/same_bits/golden.rs "s/spawn(found::<f[0-9]*>)/spawn(found::<$1>)/; s/= found::<f64>()/= Vec::new()/
        s/\.expect(\"a backend of each kind\")/.unwrap_or(0)/"
}

# First of all on one scalar backend, one type after the other, which takes a third of the time. Compiling takes longer than
# running, and much of it is debug information.
export CARGO_PROFILE_TEST_DEBUG=false
without avx2 wide
change Cargo.toml '/^\[profile\.test\.package\.logit-loss\]/,/^opt-level/s/1/0/; /^\[profile\.dev\.package/,/^opt-level/d'
# Ten times as long as golden takes: some mutants never end.
limit=20
one_type f32 f64
rm -rf mutants.out
golden
one_type f64 f32
golden
# Then where registers have several lanes.
without avx2
one_type f32 f64
limit=60
golden
# Then where they are in groups, or fuse.
without
limit=120
golden
# Then the tests of what golden has none of, which are too slow without optimisation.
without avx2 wide
limit=200
cp "$root"/Cargo.toml .
cp "$root"/src/driver/formulas/*.rs src/driver/formulas/
cp "$root"/tests/common/mod.rs tests/common/
mutate --features=half --lib --test={half,memory,limits,errors_before_effects}
# At last what only several threads take.
cp "$root"/tests/same_bits/main.rs tests/same_bits/
change tests/same_bits/main.rs '/^mod [^clp]/d'
change tests/same_bits/losses.rs '/^for_all_families/,/^);/d'
change tests/same_bits/parallel.rs 's/N::CHUNK - 1, N::CHUNK, N::CHUNK + 1, \(2 .*\), 7 .*\]/\1]/'
mutate --features=rayon --test=same_bits
conclude mutants.out/missed.txt <(cat mutants.out/{previously_,}caught.txt)
