#!/usr/bin/env bash
# Links every public function for a microcontroller, where there is scalar code alone; see ../linked.sh. Needs root on
# Debian, for apt, and rustup.
set -euo pipefail
cd "$(dirname "$0")/../.."
export DEBIAN_FRONTEND=noninteractive

# Debian's Rust, since its core library can be compiled from source for any target.
apt-get update -qq
apt-get install -y -qq --no-install-recommends rustc-web cargo-web rust-web-src >/dev/null
rustup toolchain link web /usr

TOOLCHAIN=web RUSTC_BOOTSTRAP=1 tests/linked.sh thumbv7em-none-eabihf -Z build-std=core
