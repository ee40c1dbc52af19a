#!/usr/bin/env bash
# The interface for C on this machine: the header is the one that cbindgen makes, all C programs compile without a warning,
# and run, and nothing that panics or allocates is linked. Needs gcc and g++.
set -euo pipefail
cd "$(dirname "$0")/../.."
export LC_ALL=C
host=$(rustc -vV | sed -n 's/^host: //p')
library=target/capi/$host/release/liblogit_loss.a
built=target/capi/tests
mkdir -p "$built"

version=0.29.4
[ "$(cbindgen --version 2>/dev/null)" = "cbindgen $version" ] || cargo install cbindgen --locked --quiet --version "$version"
cbindgen --config capi/cbindgen.toml capi --output "$built/logit_loss.h"
diff capi/include/logit_loss.h "$built/logit_loss.h" || { echo "capi/include/logit_loss.h: not what cbindgen makes"; exit 1; }
python3 capi/tests/reference.py | diff capi/tests/reference.h - || { echo "reference.h: not what reference.py makes"; exit 1; }
# The README shows a program that runs.
sed -n '/^```c$/,/^```$/{/^```/d;p}' README.md | diff capi/examples/first.c - || { echo "README.md: not first.c"; exit 1; }

CRATE=capi tests/linked.sh

compile() {
    gcc -std=c99 -O2 -Wall -Wextra -Wpedantic -Werror -Icapi/include "$@" "$library" -Wl,--gc-sections -lm
}
compile capi/examples/first.c -o "$built/first"
compile capi/examples/train.c -o "$built/train"
compile capi/tests/capi.c -o "$built/capi"
compile -g -fsanitize=address,undefined -fno-sanitize-recover=all capi/tests/capi.c -o "$built/capi-sanitized"
for program in first train capi capi-sanitized; do
    "$built/$program"
done
# What the header defines must not warn where a user's flags are stricter, either.
g++ -std=c++11 -Wall -Wextra -Wpedantic -Wconversion -Werror -Icapi/include capi/tests/plus.cpp "$library" -Wl,--gc-sections -o "$built/plus"
"$built/plus"
# A test that cannot fail is none: with other values it does.
compile -DSABOTAGE capi/tests/capi.c -o "$built/sabotaged"
! "$built/sabotaged" >/dev/null || { echo "tests/capi.c: failures do not fail it"; exit 1; }

found=$(nm --demangle "$built/capi" | grep -E 'core::(panicking|fmt|result|option)|_fail$|panic|rust_begin_unwind|__rust_|alloc::' || true)
[ -z "$found" ] || { printf 'must not be there:\n%s\n' "$found"; exit 1; }
