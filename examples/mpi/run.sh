#!/usr/bin/env bash
# Builds the example, runs it with 1 to 4 ranks, and fails unless the sums whose bits are promised have those of one
# call and of one rank; unless sums without that promise differ where the data are made so, which shows that it would be
# seen; and unless a bad shard ends all ranks. As root on Debian, it installs what is missing.
set -euo pipefail
cd "$(dirname "$0")"
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/target}"
program=$CARGO_TARGET_DIR/debug/logit-loss-mpi

# libclang comes without headers of its own unless it is the package for developers.
packages=(libopenmpi-dev libclang-dev)
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    there=$(dpkg-query -Wf '${db:Status-Status}\n' "${packages[@]}" 2>/dev/null | grep -c '^installed$' || true)
    if [ "$there" != "${#packages[@]}" ]; then
        export DEBIAN_FRONTEND=noninteractive
        apt-get update -qq
        apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
    fi
fi

cargo build --locked

ranks() {
    timeout 60 mpirun -n "$1" --oversubscribe --allow-run-as-root "$program" "${@:2}"
}

# Data, way, mean and words of the rows that promise what $2 matches.
rows() {
    awk -F ' *[|] *' -v promised="$2" '$8 ~ promised { print $2 "|" $3 "|" $4 "|" $5 "|" $6 }' "$1"
}

folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
for n in 1 2 3 4; do
    ranks "$n" | tee "$folder/$n"
    echo
    rows "$folder/$n" '^bits$' >"$folder/$n.bits"
    # Three data sets, each in one call and by two ways.
    [ "$(wc -l <"$folder/$n.bits")" = 9 ] || { echo "$n ranks: not 9 sums with the promise of bits"; exit 1; }
    different=$(cut -d '|' -f 1,3- "$folder/$n.bits" | sort -u | wc -l)
    [ "$different" = 3 ] || { echo "$n ranks: not the bits of one call"; exit 1; }
    diff "$folder/1.bits" "$folder/$n.bits" || { echo "$n ranks: not the bits of one rank"; exit 1; }
    halfway=$(rows "$folder/$n" ULP | grep '^halfway|a sum per rank, merged|')
    if [ "$n" = 1 ]; then
        one=$halfway
    elif [ "$halfway" = "$one" ]; then
        echo "$n ranks: a sum per rank has the bits of one rank even where the data are made so that it has not"
        exit 1
    fi
done

for bad in 0 2; do
    status=0
    ranks 3 --bad-shard "$bad" >"$folder/bad" 2>&1 || status=$?
    # 124 is the time that ran out.
    if [ "$status" = 0 ] || [ "$status" = 124 ] || ! grep "^rank $bad of 3: " "$folder/bad"; then
        echo "a bad shard on rank $bad: status $status"
        cat "$folder/bad"
        exit 1
    fi
    echo "A bad shard on rank $bad ended all ranks with status $status"
done
echo "1 to 4 ranks: the bits that are promised are the same"
