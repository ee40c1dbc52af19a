# Sourced by the other scripts here: goes to a copy of the crate, target/$1, with one backend that fuses and one that does
# not, and a `golden` with fewer inputs. Both take less time and notice almost as much. The CPU must have AVX2.
# shellcheck shell=bash
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
export LC_ALL=C
root=$PWD
mutants=$root/tests/mutants
copy=$root/target/$1
mkdir -p "$copy"
cd "$copy"

# Files that were deleted since the last run must not remain.
rm -rf src tests
(cd "$root" && git ls-files -z | xargs -0 cp --parents -t "$copy")

# Changes a file, and fails if there was nothing to change.
change() {
    local file=$1 before
    before=$(cat "$file")
    sed -i "${@:2}" "$file"
    [ "$before" != "$(cat "$file")" ] || { echo "nothing to change in $file: ${*:2}"; exit 1; }
}
# Leaves out these backends, and no others.
without() {
    local backend
    export RUSTFLAGS=""
    for backend; do RUSTFLAGS+=" --cfg logit_loss_no_$backend"; done
}
# Leaves only the modules of same_bits that start with one of these letters; c is common.
modules() {
    cp "$root/tests/same_bits/main.rs" tests/same_bits/
    change tests/same_bits/main.rs "/^mod [^$1]/d; /^#\[cfg/d"
}
without avx512 wide
modules cgm
change tests/same_bits/golden.rs 's/1025, 3000\]/1230]/; s/2 \* N::CHUNK/N::CHUNK/; s/7000/700/'

# Prints FILE:LINE:COLUMN: MUTANT in the form of explained.txt: by the text of the line, which stays the same when lines are
# added above it.
in_line() {
    local file line column mutant text
    while IFS=: read -r file line column mutant; do
        text=$(sed -n "${line}p" "$file")
        echo "$file: ${mutant# } in $(sed 's/^ *//' <<<"${text:0:column-1}^${text:column-1}")"
    done
}

# conclude MISSED NOTICED: checks that explained.txt explains exactly the mutants that no test noticed.
conclude() {
    local explained left wrong
    explained=$(sed 's/ *# .*//; /^$/d' "$mutants/explained.txt" | sort -u)
    left=$(in_line <"$1" | sort -u | comm -23 - <(echo "$explained"))
    wrong=$(in_line <"$2" | sort -u | comm -12 - <(echo "$explained"))
    [ -z "$left" ] || printf 'neither noticed nor explained:\n%s\n' "$left"
    [ -z "$wrong" ] || printf 'explained, but noticed:\n%s\n' "$wrong"
    [ -z "$left$wrong" ]
}
