#!/usr/bin/env bash
# Runs the tests on an emulated aarch64, where `wide` is NEON and fuses. Needs root on Debian, for apt, and rustup.
set -euo pipefail
cd "$(dirname "$0")/../.."
export DEBIAN_FRONTEND=noninteractive
install() { apt-get install -y -qq --no-install-recommends "$@" >/dev/null; }

# Debian's Rust, since its standard library can be had for other architectures; and what links and runs the tests.
apt-get update -qq
install rustc-web cargo-web gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user
rustup toolchain link web /usr

# The library alone, without making the system a foreign one for good.
library=/usr/lib/rustlib/aarch64-unknown-linux-gnu/lib
if ! ls "$library"/libstd-*.rlib >/dev/null 2>&1; then
    dpkg --add-architecture arm64
    apt-get update -qq
    # Readable for apt's own user, which does the download.
    work=$(mktemp -d)
    chmod 755 "$work"
    (cd "$work" && apt-get download -qq libstd-rust-web-dev:arm64 && dpkg -x libstd-rust-web-dev_*_arm64.deb /)
    rm -rf "$work"
    dpkg --remove-architecture arm64
    apt-get update -qq
fi

export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=aarch64-linux-gnu-gcc
export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER="qemu-aarch64 -L /usr/aarch64-linux-gnu"
# A folder of its own: the two toolchains would throw away each other's work.
cargo +web test --release --target aarch64-unknown-linux-gnu --target-dir target/web "$@"
