#!/usr/bin/env bash
# Links every public function for microcontrollers, where there is scalar code alone; see ../linked.sh.
source "$(dirname "$0")/setup.sh"
rust
for target in thumbv7em-none-eabihf thumbv6m-none-eabi; do
    library "$target"
    TOOLCHAIN=web tests/linked.sh "$target"
done
