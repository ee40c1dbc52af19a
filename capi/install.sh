#!/usr/bin/env bash
# Usage: capi/install.sh PREFIX [CARGO OPTION...]        a package sets DESTDIR; CARGO_BUILD_TARGET if not for this machine
#
# Installs into PREFIX what C needs: the header, a static and a shared library, and what pkg-config and CMake look for.
# Nothing of it names PREFIX, so the folder may move. Needs cargo and a linker for C.
set -euo pipefail
export LC_ALL=C
[[ ${1-} = /* ]] || { echo "usage: [DESTDIR=FOLDER] capi/install.sh PREFIX [CARGO OPTION...], with an absolute PREFIX" >&2; exit 2; }
to=${DESTDIR-}$1
capi=$(cd "$(dirname "$0")" && pwd)
target=${CARGO_BUILD_TARGET:-$(rustc -vV | sed -n 's/^host: //p')}
folder=${CARGO_TARGET_DIR:-$capi/target}
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$capi/Cargo.toml")
# Versions of one series are compatible: 1 of 1.2.3, and 0.1 of 0.1.2.
IFS=. read -r major minor _ <<<"$version"
series=$major
[ "$major" != 0 ] || series=0.$minor

# A program finds the shared library under its soname, and the linker under its name without a version.
case $target in
*-apple-*) # Not tried.
    link=liblogit_loss.dylib shared=liblogit_loss.$version.dylib soname=@rpath/liblogit_loss.$series.dylib
    named=(-C "link-arg=-Wl,-install_name,$soname") ;;
*-windows-*) echo "capi/install.sh: not for Windows" >&2 && exit 2 ;;
*)
    link=liblogit_loss.so shared=liblogit_loss.so.$version soname=liblogit_loss.so.$series
    named=(-C "link-arg=-Wl,-soname,$soname,-z,defs") ;;
esac

# One build for both. The shared library takes memcpy and memset from the C library, which a crate without std does not link.
cargo rustc --release --manifest-path "$capi/Cargo.toml" --target "$target" --target-dir "$folder" \
    --crate-type staticlib,cdylib "${@:2}" -- -C link-arg=-lc "${named[@]}"

mkdir -p "$to/include" "$to/lib/pkgconfig" "$to/lib/cmake/logit_loss"
install -m 644 "$capi/include/logit_loss.h" "$to/include/"
install -m 644 "$folder/$target/release/liblogit_loss.a" "$to/lib/"
install -m 755 "$folder/$target/release/$link" "$to/lib/$shared"
ln -sf "$shared" "$to/lib/${soname##*/}"
ln -sf "${soname##*/}" "$to/lib/$link"

# template FILE FOLDER
template() {
    sed -e "s|@VERSION@|$version|" -e "s|@SERIES@|$series|" -e "s|@SHARED@|$shared|" -e "s|@SONAME@|$soname|" \
        "$capi/packages/$1.in" >"$to/$2/$1"
    chmod 644 "$to/$2/$1"
}
template logit_loss.pc lib/pkgconfig
template logit_loss-config.cmake lib/cmake/logit_loss
template logit_loss-config-version.cmake lib/cmake/logit_loss
