#!/usr/bin/env bash
# Links every public function for microcontrollers, where all code is scalar, and all functions for C; see ../linked.sh. It
# does so at opt-level s too: code that is not inlined there may keep branches that are never taken.
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
