#!/usr/bin/env bash
# Links every public function for microcontrollers, where there is scalar code alone, and those for C; see ../linked.sh.
# Compiled for size too: what is not inlined then may keep what else would be found never to happen.
source "$(dirname "$0")/setup.sh"
rust
for target in thumbv7em-none-eabihf thumbv6m-none-eabi; do
    library "$target"
    for level in 3 s; do
        export TOOLCHAIN=web CARGO_PROFILE_RELEASE_OPT_LEVEL=$level
        tests/linked.sh "$target"
        CRATE=capi tests/linked.sh "$target"
    done
done
