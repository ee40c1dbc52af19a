#!/usr/bin/env bash
# Links every public function for microcontrollers, where there is scalar code alone, and those for C; see ../linked.sh.
# Compiled for size too: what is not inlined then may keep what else would be found never to happen.
source "$(dirname "$0")/setup.sh"
rust
linked() {
    local target=$1 level
    library "$target"
    for level in "${@:2}"; do
        export TOOLCHAIN=web CARGO_PROFILE_RELEASE_OPT_LEVEL=$level
        tests/linked.sh "$target"
        CRATE=capi tests/linked.sh "$target"
    done
}
linked thumbv7em-none-eabihf 3 s
linked thumbv6m-none-eabi s
