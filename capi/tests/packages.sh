#!/usr/bin/env bash
# Usage: capi/tests/packages.sh [PREFIX]
#
# What capi/install.sh installs: programs are built with pkg-config and with CMake, as the README says, against the shared
# library and the static one, and run; also after the folder has moved, and with DESTDIR. With PREFIX, only what is there.
# Needs gcc, binutils, cmake, make and pkg-config.
set -euo pipefail
cd "$(dirname "$0")/../.."
export LC_ALL=C
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
version=$(cargo metadata --manifest-path capi/Cargo.toml --no-deps --format-version 1 | sed 's/.*"version":"\([^"]*\)".*/\1/')
# From 1.0.0 on, it is the first number alone.
series=$(cut -d. -f1-2 <<<"$version")
soname=liblogit_loss.so.$series

fail() {
    echo "capi/tests/packages.sh: $*"
    exit 1
}

# block LANGUAGE: what the README shows of it under "Install".
block() {
    sed -n '/^## Install$/,/^## /p' capi/README.md | sed -n "/^\`\`\`$1\$/,/^\`\`\`\$/{/^\`\`\`/d;p}"
}

# entry FILE TAG: what its dynamic section says.
entry() {
    readelf -d "$1" | sed -n "s/.*($2).*\[\(.*\)\]\$/\1/p"
}

# shared PROGRAM PREFIX, static PROGRAM: needs the library or does not, and has the right results.
shared() {
    entry "$1" NEEDED | grep -xF "$soname" >/dev/null || fail "$1 does not need $soname"
    runs env LD_LIBRARY_PATH="$2/lib" "$1"
}
static() {
    ! entry "$1" NEEDED | grep -F logit_loss || fail "$1 needs a shared library"
    runs env -u LD_LIBRARY_PATH "$1"
}
runs() {
    [ "$("$@")" = "mean 0.2977265, gradient -7.08059e-19" ] || fail "wrong results: $*"
}

# by_pkg_config PREFIX: the README's lines, but for the first one, which installs.
by_pkg_config() {
    mkdir "$work/pkg-config"
    cp capi/examples/first.c "$work/pkg-config/"
    (cd "$work/pkg-config" && bash -euo pipefail -c "$2")
    [ "$(PKG_CONFIG_PATH=$1/lib/pkgconfig pkg-config --modversion logit_loss)" = "$version" ] || fail "pkg-config: not $version"
    shared "$work/pkg-config/first" "$1"
    static "$work/pkg-config/first-static"
    static "$work/pkg-config/first-all-static"
}

# configure PREFIX TARGET VERSION: a project of the README's lines, but for the target and the version.
configure() {
    rm -rf "$work/cmake"
    mkdir "$work/cmake"
    cp capi/examples/first.c "$work/cmake/"
    {
        printf 'cmake_minimum_required(VERSION 3.16)\nproject(first C)\n'
        block cmake | sed -e "s/logit_loss::logit_loss/$2/" -e "s/logit_loss [0-9.]*/logit_loss $3/"
        echo 'message("version ${logit_loss_VERSION}")'
    } >"$work/cmake/CMakeLists.txt"
    cmake -S "$work/cmake" -B "$work/cmake/build" -DCMAKE_PREFIX_PATH="$1" >"$work/cmake/log" 2>&1
}

# by_cmake PREFIX
by_cmake() {
    local target asked
    for target in logit_loss::logit_loss logit_loss::static; do
        configure "$1" "$target" "$series" || fail "CMake: $(cat "$work/cmake/log")"
        grep -qxF "version $version" "$work/cmake/log" || fail "CMake: not $version"
        cmake --build "$work/cmake/build" >/dev/null
        case $target in
        *static) static "$work/cmake/build/first" ;;
        *) shared "$work/cmake/build/first" "$1" ;;
        esac
    done
    configure "$1" "$target" "$version EXACT" || fail "CMake: $(cat "$work/cmake/log")"
    # Of another series, or newer.
    for asked in 0.0 "$series.99" 0.99 1; do
        ! configure "$1" "$target" "$asked" || fail "CMake takes $version for $asked"
        grep -q 'compatible with requested version' "$work/cmake/log" || fail "CMake: $(cat "$work/cmake/log")"
    done
}

# check PREFIX
check() {
    local library=$1/lib/liblogit_loss.so link
    [ "$(entry "$library" SONAME)" = "$soname" ] || fail "the soname is not $soname"
    for link in "$library" "$1/lib/$soname"; do
        [ "$(readlink -f "$link")" = "$(readlink -f "$1")/lib/liblogit_loss.so.$version" ] || fail "$link is another file"
    done
    # All functions of the header, and nothing else.
    diff <(nm -D --defined-only "$library" | awk '{ print $3 }' | sort) \
        <(sed -nE 's/^[a-z].*(logit_loss_[a-z0-9_]+)\(.*/\1/p' "$1/include/logit_loss.h" | sort) ||
        fail "the library exports (<) other symbols than the header has (>)"
    by_pkg_config "$1" "$(block console | sed -e '/install\.sh/d' -e "s|~/.local|$1|g")"
    by_cmake "$1"
}

if [ $# -ne 0 ]; then
    check "$(readlink -f "$1")"
    exit
fi

# Beside the library that run.sh makes: dependencies are compiled once.
export CARGO_TARGET_DIR=$PWD/target/capi
bash -euo pipefail -c "$(block console | sed -n "/install\.sh/s|~/.local|$work/prefix|p")"
capi/tests/packages.sh "$work/prefix"
mv "$work/prefix" "$work/moved"
capi/tests/packages.sh "$work/moved"
DESTDIR=$work/stage capi/install.sh /usr --locked
[ "$(ls "$work/stage")" = usr ] || fail "DESTDIR: $(ls "$work/stage")"
diff -r --no-dereference "$work/moved" "$work/stage/usr" || fail "what is installed is not the same everywhere"

# Through a link such as /lib, which is /usr/lib, the header is not beside the link.
mkdir "$work/linked"
ln -s "$work/moved/lib" "$work/linked/lib"
configure "$work/linked" logit_loss::logit_loss "$series"
cmake --build "$work/cmake/build" >/dev/null

# breaks MESSAGE FILE EXPRESSION: where sed changes FILE, the checks must fail, and say so.
breaks() {
    rm -rf "$work/broken"
    cp -a "$work/moved" "$work/broken"
    sed -i "$3" "$work/broken/$2"
    ! capi/tests/packages.sh "$work/broken" >"$work/log" 2>&1 || fail "$2 passes with $3"
    grep -q "$1" "$work/log" || fail "$2 with $3 fails of another reason: $(cat "$work/log")"
}
breaks 'the soname is not' "lib/liblogit_loss.so.$version" "s/$soname\\x00/${soname/loss/lost}\\x00/"
breaks 'exports (<) other' include/logit_loss.h 's/logit_loss_sigmoid_f32(/logit_loss_sigmoid_f23(/'
breaks 'logit_loss.h: No such file' lib/pkgconfig/logit_loss.pc 's|/include|/headers|'
breaks 'cannot find -llogit_loss' lib/pkgconfig/logit_loss.pc 's|/\.\./\.\.|/..|;s|^includedir=.*|includedir=${pcfiledir}/../../include|'
breaks 'logit_loss::static' lib/cmake/logit_loss/logit_loss-config.cmake 's/logit_loss::static/logit_loss::archive/'
breaks 'CMake takes' lib/cmake/logit_loss/logit_loss-config-version.cmake "s/\"$series\\.\"/\"0.\"/"
breaks 'CMake: not' lib/cmake/logit_loss/logit_loss-config-version.cmake "s/$version/$version.1/"
echo "packages of $version: checked"
