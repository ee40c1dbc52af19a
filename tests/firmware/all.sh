#!/usr/bin/env bash
# Runs the images on all boards, and measures the cost of functions.
set -euo pipefail
cd "$(dirname "$0")"
for board in mps2-an386 mps2-an500 mps2-an505 mps2-an385; do # Cortex-M4F, M7, M33, M3
    echo "$board"
    ./run.sh $board train
    ./run.sh $board promises
done
echo "microbit" # Cortex-M0, whose flash has no room for both types, nor for each formula to be on its own
./run.sh microbit train
for type in f32 f64; do
    CARGO_PROFILE_RELEASE_OPT_LEVEL=s PART=$type ./run.sh microbit promises --features logit-loss/small
done
./cost.sh
