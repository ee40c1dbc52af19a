#!/usr/bin/env bash
# Usage: tests/mutants.sh [FILE...]        by default all of src/math and src/kernel
#
# Changes one operator after the other, and fails if there is one that neither `golden` of tests/same_bits notices nor
# tests/mutants.txt explains. Needs cargo-mutants (`cargo install cargo-mutants`). About 950 mutants, a quarter of a minute
# for each.
#
# That is in a copy with the scalar backends alone, without optimisation and with fewer inputs. Functions replaced as a whole
# are left out: such mutants hardly ever compile, and golden cannot miss them.
set -euo pipefail
cd "$(dirname "$0")/.."
export LC_ALL=C
here=$PWD
copy=$here/target/mutants
files=()
[ $# -gt 0 ] || set -- 'src/math/*.rs' 'src/kernel/**/*.rs'
for file in "$@"; do files+=(--file "$file"); done

mkdir -p "$copy"
git ls-files -z | xargs -0 cp --parents -t "$copy"
cd "$copy"

# Changes a file, and fails if there was nothing to change.
change() {
    local file=$1 before
    before=$(cat "$file")
    sed -i "${@:2}" "$file"
    [ "$before" != "$(cat "$file")" ] || { echo "nothing to change in $file: ${*:2}"; exit 1; }
}
for backend in avx2 avx512; do
    change src/backend/mod.rs "s/detection::$backend()/false/"
    change src/backend/mod.rs "s/unsafe { $backend::run(kernel) }/scalar::run(kernel)/"
done
change src/backend/mod.rs '/all(any(target_arch = "x86", target_arch = "x86_64"), target_feature = "sse2"),/d'
change Cargo.toml '/^\[profile\.test\.package\.logit-loss\]/,/^opt-level/s/1/0/'
change tests/same_bits/main.rs '/^mod [^cg]/d; /^#\[cfg/d'
change tests/same_bits/golden.rs 's/1025, 3000\]/1100]/; s/2 \* N::CHUNK/N::CHUNK/; s/7000/700/'
env GOLDEN=write cargo test --quiet --test same_bits golden

# Its status is that there are some, explained or not.
rm -rf mutants.out
cargo mutants --in-place --baseline skip --timeout 400 --exclude-re ' -> ' --exclude-re 'with \(\)' "${files[@]}" \
    --cargo-arg=--test=same_bits -- golden || [ -s mutants.out/missed.txt ] || [ -s mutants.out/timeout.txt ]

sed 's/ *# .*//; /^$/d' "$here/tests/mutants.txt" | sort >mutants.out/explained.txt
unexplained=$(sed 's/:[0-9]*:[0-9]*: /: /' mutants.out/missed.txt | sort -u | comm -23 - mutants.out/explained.txt)
[ -z "$unexplained" ] || { printf 'not noticed, and not explained:\n%s\n' "$unexplained"; exit 1; }
