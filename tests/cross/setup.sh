# Sourced by the other scripts here: installs compilers for other machines, and emulators. Needs root on Debian, for apt, and
# rustup.
# shellcheck shell=bash
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
export DEBIAN_FRONTEND=noninteractive LC_ALL=C

# Installs those of these packages that are missing; options of apt-get come first.
debian() {
    local package missing=()
    for package; do
        [[ $package = -* ]] || dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed ||
            missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

# Installs Debian's Rust as `cargo +web`. It includes the source of its standard library, which can be compiled for any
# target.
rust() {
    debian rustc-web cargo-web rust-web-src
    # The toolchain is linked only once: linking again would remove it for a moment, and others may be using it.
    rustc +web --version >/dev/null 2>&1 || rustup toolchain link web /usr
}

# Compiles the standard library for each of these targets once, and puts it where the compiler looks for it. Bare machines,
# and targets on which no script here runs a program, get core alone. A lock keeps two scripts from writing the same library.
library() {
    local target crates features work folder lock
    exec {lock}>/usr/lib/rustlib/lock
    flock "$lock"
    for target; do
        folder=/usr/lib/rustlib/$target/lib
        [ ! -e "$folder" ] || continue
        crates=std,panic_unwind,panic_abort,test,proc_macro features=-Zbuild-std-features=panic-unwind,backtrace
        case $target in
        *-none | *-none-* | *-uefi | *-ios | *-darwin | *-android | *-windows-* | i586-* | wasm32-unknown-unknown)
            crates=core features= ;;
        wasm*) crates=std,panic_abort,test,proc_macro features= ;;
        esac
        work=$(mktemp -d)
        mkdir "$work/src"
        printf '[package]\nname = "empty"\nversion = "0.0.0"\nedition = "2024"\n[workspace]\n' >"$work/Cargo.toml"
        echo '#![no_std]' >"$work/src/lib.rs"
        # Bitcode is needed for link-time optimisation.
        # shellcheck disable=SC2086
        (cd "$work" && RUSTC_BOOTSTRAP=1 RUSTFLAGS="-C embed-bitcode=yes" cargo +web build --quiet --release \
            --target-dir target --target "$target" -Z build-std=$crates $features)
        mkdir -p "$work/lib" "$(dirname "$folder")"
        rm "$work/target/$target"/release/deps/libempty-*.rlib
        cp "$work/target/$target"/release/deps/lib*.rlib "$work/lib/"
        # A rename moves all files, or none.
        mv "$work/lib" "$folder"
        rm -r "$work"
    done
    exec {lock}>&-
}

# Prints a target's name as cargo has it in variables.
variable() {
    tr 'a-z.-' 'A-Z__' <<<"$1"
}

# Prints the path of the linker that comes with Rust, for targets without a linker of their own.
rust_linker() {
    echo "$(rustc --print sysroot)/lib/rustlib/$(rustc -vV | sed -n 's/^host: //p')/bin/rust-lld"
}

# emulator PACKAGE: installs qemu-user or qemu-system-arm, version 8 or newer. On bookworm it takes the backports: its own
# qemu-user, 7.2, has wrong products of two `f32` in `f64` on s390x (MDEBR), and its own qemu-system-arm would displace parts
# of a newer version. The backports are where apt finds bookworm itself on this machine.
emulator() {
    local from=() mirror version
    version=$(dpkg-query -W -f '${Version}' "$1" 2>/dev/null || true)
    [ -z "$version" ] || dpkg --compare-versions "$version" lt 1:8 || return 0
    apt-get update -qq
    if grep -qx VERSION_CODENAME=bookworm /etc/os-release; then
        # The lists that apt has fetched say which archives it knows.
        mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Label: Debian' 'Codename: bookworm' \
            'Component: main' | sort -u | head -n 1)
        [ -n "$mirror" ] || { echo "apt has no Debian to take $1 from"; return 1; }
        echo "deb $mirror bookworm-backports main" >/etc/apt/sources.list.d/backports.list
        apt-get update -qq
        from=(-tbookworm-backports)
    fi
    apt-get install -y -qq --no-install-recommends "${from[@]}" "$1" >/dev/null
}
