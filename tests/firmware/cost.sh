#!/usr/bin/env bash
# Usage: tests/firmware/cost.sh [--write]
#
# Measures what functions cost on a Cortex-M4F: flash, stack, instructions. Fails if one loss with its gradient takes, at
# `opt-level = "s"`, more than 3,132 bytes of flash, 1,024 of stack or 500 instructions for one logit, or if at 3 it takes
# more than half of the instructions of a loop over libm. `--write` measures all functions, and writes the table of
# docs/firmware.md.
set -euo pipefail
cd "$(dirname "$0")/../.."
functions=(loss_and_gradient libm_loss_and_gradient)
[ "${1-}" != --write ] || functions=(sigmoid softplus loss loss_and_gradient fused_loss_and_gradient
    balanced_loss_and_gradient focal_loss_and_gradient f64_loss_and_gradient libm_sigmoid libm_loss libm_loss_and_gradient)

declare -A flash each one depth
measure() {
    local level=$1 function=$2 output
    output=$(CARGO_PROFILE_RELEASE_OPT_LEVEL=$level PART=$function tests/firmware/run.sh mps2-an386 cost) || exit 1
    read -r each[$level,$function] one[$level,$function] depth[$level,$function] <<<"$(
        sed -n 's/^instructions \([0-9]*\) for each element, \([0-9]*\) for one; stack \([0-9]*\)$/\1 \2 \3/p' <<<"$output")"
    # Flash holds code, constants, and the initial values of variables.
    flash[$level,$function]=$(size target/firmware/thumbv7em-none-eabihf/release/cost | awk 'NR == 2 { print $1 + $2 }')
}
for level in s 3; do
    for function in nothing "${functions[@]}"; do measure "$level" "$function"; done
done

table() {
    echo '| | flash, `s` | 3 | stack, `s` | 3 | instructions for each element, `s` | 3 | for one, `s` | 3 |'
    echo '|---|---|---|---|---|---|---|---|---|'
    local function level
    for function in "${functions[@]}"; do
        echo -n "| $function "
        for level in s 3; do echo -n "| $((flash[$level,$function] - flash[$level,nothing])) "; done
        for level in s 3; do echo -n "| ${depth[$level,$function]} "; done
        for level in s 3; do echo -n "| ${each[$level,$function]} "; done
        for level in s 3; do echo -n "| ${one[$level,$function]} "; done
        echo '|'
    done
}
table
[ "${1-}" != --write ] || {
    table >target/firmware/costs
    sed -i -e '/^<!-- costs -->$/,/^<!-- end -->$/ { /^<!--/!d }' -e '/^<!-- costs -->$/r target/firmware/costs' docs/firmware.md
}
[ $((flash[s,loss_and_gradient] - flash[s,nothing])) -le 3132 ]
[ $((flash[3,loss_and_gradient] - flash[3,nothing])) -le 4500 ]
[ "${depth[s,loss_and_gradient]}" -le 1024 ]
[ "${one[s,loss_and_gradient]}" -le 500 ]
[ $((2 * each[3,loss_and_gradient])) -le "${each[3,libm_loss_and_gradient]}" ]
