#!/usr/bin/env bash
# Usage: tests/publish.sh
#
# Checks the package: that cargo would publish it, that it has few dependencies, all under permissive licences, and that a
# program which vendors it builds without a network, as docs/vendoring.md says.
set -euo pipefail
cd "$(dirname "$0")/.."
export LC_ALL=C

# The program below is built from the package, so cargo need not do so too.
cargo publish --dry-run --no-verify --allow-dirty
cargo package --quiet --no-verify --allow-dirty
version=$(cargo pkgid | sed 's/.*[#@]//')

# Lists the crates that a program links, for all targets.
brought() {
    cargo tree --edges normal --target all --prefix none --format '{p};{l}' "$@" | sed 's/ (.*)//' | sort -u
}
brought
[ "$(brought | wc -l)" -lt 8 ] || { echo "too many crates"; exit 1; }
# Only the licences that docs/vendoring.md names are allowed.
strange=$(brought --all-features | grep -vE ';((BSD-2-Clause OR |Zlib OR )?(MIT OR Apache-2.0|Apache-2.0 OR MIT)|MIT)$' |
    grep -vxE 'unicode-ident v[0-9.]+;\(MIT OR Apache-2.0\) AND Unicode-3.0' || true)
[ -z "$strange" ] || { printf 'under other licences:\n%s\n' "$strange"; exit 1; }

# A program with the README's first example and all features; of this checkout it has only the package.
vendored=target/vendored
rm -rf "$vendored"
mkdir -p "$vendored/program/src"
tar -xzf "target/package/logit-loss-$version.crate" -C "$vendored"
mv "$vendored/logit-loss-$version" "$vendored/program/logit-loss"
cd "$vendored/program"
sed -n '/^```rust$/,/^```$/{/^```/d;p}' logit-loss/README.md | sed '/^}$/q' >src/main.rs
cat >Cargo.toml <<'TOML'
[package]
name = "program"
version = "0.0.0"
edition = "2024"

[workspace]
exclude = ["logit-loss"]

[dependencies]
logit-loss = { path = "logit-loss", features = ["half", "rayon"] }
TOML
mkdir .cargo
cargo vendor vendor >.cargo/config.toml
echo "vendored: $(ls vendor | paste -sd' ')"
# cargo gets an empty cache, and no network if the machine allows that.
alone=()
if unshare --net true 2>/dev/null; then alone=(unshare --net); fi
# Debug information would take twice as long as the rest.
CARGO_PROFILE_DEV_DEBUG=false CARGO_HOME=$PWD/home "${alone[@]}" cargo run --offline --quiet
echo "built and run without network${alone[0]:+, in a namespace that has none}"
