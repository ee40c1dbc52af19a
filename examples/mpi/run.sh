#!/usr/bin/env bash
# Builds the example and runs it with 1 to 4 ranks. Fails unless the sums that promise equal bits have the bits of one call
# and of one rank, and unless sums without that promise differ for data made so, which shows that the check works, and unless
# a bad shard ends all ranks. As root on Debian, it installs what is missing.
set -euo pipefail
cd "$(dirname "$0")"
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/target}"
program=$CARGO_TARGET_DIR/debug/logit-loss-mpi

# libclang has no headers of its own except in the package for developers.
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

# Prints data, way, mean and words of the rows whose promise matches $2.
rows() {
    awk -F ' *[|] *' -v promised="$2" '$8 ~ promised { print $2 "|" $3 "|" $4 "|" $5 "|" $6 }' "$1"
}

folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
for n in 1 2 3 4; do
    ranks "$n" | tee "$folder/$n"
    echo
    rows "$folder/$n" '^bits$' >"$folder/$n.bits"
    # There are three data sets, each summed in one call and in two other ways.
    [ "$(wc -l <"$folder/$n.bits")" = 9 ] || { echo "$n ranks: expected 9 sums that promise bits"; exit 1; }
    different=$(cut -d '|' -f 1,3- "$folder/$n.bits" | sort -u | wc -l)
    [ "$different" = 3 ] || { echo "$n ranks: the bits differ from those of one call"; exit 1; }
    diff "$folder/1.bits" "$folder/$n.bits" || { echo "$n ranks: the bits differ from those of one rank"; exit 1; }
    halfway=$(rows "$folder/$n" ULP | grep '^halfway|a sum per rank, merged|')
    if [ "$n" = 1 ]; then
        one=$halfway
    elif [ "$halfway" = "$one" ]; then
        echo "$n ranks: a sum per rank has the bits of one rank, although the data are made so that it differs"
        exit 1
    fi
done

for bad in 0 2; do
    status=0
    ranks 3 --bad-shard "$bad" >"$folder/bad" 2>&1 || status=$?
    # 124 means that the time ran out.
    if [ "$status" = 0 ] || [ "$status" = 124 ] || ! grep "^rank $bad of 3: " "$folder/bad"; then
        echo "a bad shard on rank $bad: status $status"
        cat "$folder/bad"
        exit 1
    fi
    echo "A bad shard on rank $bad ended all ranks with status $status"
done
echo "1 to 4 ranks: all promised bits are the same"
