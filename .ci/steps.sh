# The steps of .ci/run. It runs each as `bash .ci/steps.sh STEP`, so a step has its own shell, which ends when a command fails.
set -euo pipefail
shopt -s inherit_errexit
cd "$(dirname "$0")/.."
export CARGO_TERM_COLOR=never DEBIAN_FRONTEND=noninteractive

# install STEP...: installs the Debian packages of these steps. Steps that run side by side must not both run apt.
install() (
    source tests/cross/setup.sh
    packages=(binutils gcc g++ python3 valgrind cmake make pkg-config
        gcc-aarch64-linux-gnu libc6-dev-arm64-cross gcc-s390x-linux-gnu libc6-dev-s390x-cross
        gcc-arm-linux-gnueabihf libc6-dev-armhf-cross wasi-libc gcc-arm-none-eabi libnewlib-arm-none-eabi
        gcc-riscv64-unknown-elf picolibc-riscv64-unknown-elf)
    for step; do
        case $step in
        proofs) packages+=(sollya gappa) ;;
        mpi) packages+=(libopenmpi-dev libclang-dev) ;;
        python) packages+=(python3-venv libgomp1) ;;
        avx512) packages+=(bochsbios vgabios isolinux syslinux-common xorriso cpio busybox-static make xz-utils
            debian-archive-keyring) ;;
        esac
    done
    rust
    emulator qemu-system-arm
    emulator qemu-system-riscv
    emulator qemu-user
    debian "${packages[@]}"
)

# The README's two commands.
readme() {
    cargo run --release --example imbalanced
    cargo test
}

# The other examples that the README names.
examples() {
    cargo run --release --example boosting
    cargo run --release --example calibration
}

# The figure in docs is the one that its command draws.
figure() {
    cargo run --release --example errors
    git diff --exit-code docs/errors.svg
}

form() {
    local crate
    cargo fmt --check
    for crate in fuzz benches/peers tests/{linked,firmware,interface,stack} capi examples/{candle,burn,mpi}; do
        cargo fmt --check --manifest-path "$crate/Cargo.toml"
    done
    cargo clippy --all-targets -- -D warnings
    cargo clippy --all-targets --all-features -- -D warnings
    export RUSTDOCFLAGS="-D warnings"
    cargo doc --no-deps --document-private-items
    cargo doc --no-deps --document-private-items --all-features
}

# With all features: the tests of what optimisation could change, which is bits, accesses to memory, and what the
# floating-point environment does; and the examples in the documentation.
release() {
    cargo test --release --all-features --test same_bits --test half --test memory --test environment
    cargo test --release --all-features --doc
}

# The stack that a call takes, in a debug build and in a release build.
stack() {
    cargo test --manifest-path tests/stack/Cargo.toml --target-dir target/stack
    cargo test --release --manifest-path tests/stack/Cargo.toml --target-dir target/stack
}

# Machine code: kernels are inlined, and the counts of instructions and bytes are those of the table.
counts() {
    local program
    program=$(cargo bench --bench counts --no-run 2>&1 | tee -a /dev/stderr | sed -n 's/.*Executable.*(\(.*\))$/\1/p')
    tests/inlined.sh "$program"
    tests/counts.sh
}

# Emulated x86-64 CPUs: one without AVX2, and one with AVX2 but without AVX-512.
x86() {
    tests/cross/x86_64.sh
}

# All tests in release, with long searches, which are shortened: all of `f32` where the functions turn, and a part of the
# rest; a third of the default points of `f64`. EVERY=1 POINTS=1e8 searches everything.
searches() {
    EVERY=${EVERY:-32} POINTS=${POINTS:-3e7} cargo test --release --all-features --tests -- --include-ignored
}

avx512() {
    tests/cross/avx512-bits.sh
}

# Targets for which the library must compile, and targets that it must refuse. No program runs on them.
targets() {
    tests/cross/targets.sh
}

# elsewhere SCRIPT MACHINE [ARGUMENT OF cargo test...]: runs tests on an emulated machine. The crate is optimised little, and
# dependencies not at all: more would take longer than it saves. Debug assertions would too.
elsewhere() {
    export CARGO_PROFILE_TEST_OPT_LEVEL=1 CARGO_PROFILE_DEV_DEBUG=false
    export CARGO_PROFILE_DEV_DEBUG_ASSERTIONS=false CARGO_PROFILE_DEV_OVERFLOW_CHECKS=false
    export RUSTFLAGS="--cfg logit_loss_tests_only"
    "$1" "$2" --config 'profile.test.package."*".opt-level=0' "${@:3}"
}

# The digests. If they are the same, the results of tests on x86-64 hold for that machine too.
digests=(--features reproducible --test same_bits -- golden board backends)

aarch64() {
    elsewhere tests/cross/linux.sh aarch64-unknown-linux-gnu --features half "${digests[@]}"
}

s390x() {
    elsewhere tests/cross/linux.sh s390x-unknown-linux-gnu --features half "${digests[@]}"
}

armv7() {
    elsewhere tests/cross/linux.sh armv7-unknown-linux-gnueabihf "${digests[@]}"
}

wasm() {
    elsewhere tests/cross/wasm.sh simd128 "${digests[@]}"
}

# The other tests, without the grids of tests/limits: these were checked on x86-64, and the bits are the same.
arithmetic=(--test same_bits --test limits --test pytorch --test properties --test errors_before_effects)
no_grids=(-- --skip over_the_grid)

# All tests except tests/accuracy, which takes six minutes there: the bits are those of AVX2.
aarch64_all() {
    elsewhere tests/cross/linux.sh aarch64-unknown-linux-gnu --features half "${arithmetic[@]}" --test half --test memory \
        --test fuzz_corpus --test balance "${no_grids[@]}"
}

s390x_all() {
    elsewhere tests/cross/linux.sh s390x-unknown-linux-gnu --features half "${arithmetic[@]}" --test half "${no_grids[@]}"
}

# Without simd128, the program has one backend less, and no other code.
wasm_all() {
    elsewhere tests/cross/wasm.sh plain "${digests[@]}"
    elsewhere tests/cross/wasm.sh simd128 "${arithmetic[@]}" "${no_grids[@]}"
}

# Microcontrollers: promises, training, costs.
boards() {
    tests/firmware/all.sh
}

# The linked code has no panic and no allocation, and no backend that is left out.
linked() {
    tests/linked.sh
    tests/left_out.sh
}

linked_boards() {
    tests/cross/microcontroller-linked.sh
}

c() {
    cargo clippy --manifest-path capi/Cargo.toml --target-dir target/capi -- -D warnings
    capi/tests/run.sh
    capi/tests/packages.sh
}

c_boards() {
    tests/cross/capi.sh
    capi/tests/riscv.sh
}

# The shared C library, called from Python with numpy and LightGBM. The test with PyTorch is run by hand: PyTorch and its
# dependencies take gigabytes.
python() {
    cargo rustc --manifest-path capi/Cargo.toml --target-dir target/capi --release --crate-type cdylib
    python3 -m venv --clear target/python
    target/python/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 lightgbm==4.7.0
    export LOGIT_LOSS_LIBRARY=$PWD/target/capi/release/liblogit_loss.so
    cd examples/python
    ../../target/python/bin/python -m unittest -v test_logit_loss test_training
}

# Each target, for some seconds. All use the same sanitizer, so the crate is compiled once.
fuzz() {
    local target targets
    cargo +nightly fuzz --version 2>/dev/null || cargo +nightly install cargo-fuzz --locked --quiet
    targets=$(cargo +nightly fuzz list)
    for target in $targets; do
        mkdir -p "fuzz/corpus/$target"
        cargo +nightly fuzz run -s address "$target" "fuzz/corpus/$target" "fuzz/seeds/$target" -- \
            -max_total_time="${FUZZ_SECONDS:-5}" -print_final_stats=1 -verbosity=0
    done
}

package() {
    tests/publish.sh
}

interface() {
    cargo run --manifest-path tests/interface/Cargo.toml --target-dir target/interface
}

# Tries one mutant of 128, or one of EVERY.
mutants() {
    EVERY=${EVERY:-128} tests/mutants/lanes.sh
}

proofs() {
    tests/proofs/run.sh
}

# Its own target folder: in a shared one, the two compilers would delete each other's files.
address() {
    RUSTFLAGS=-Zsanitizer=address cargo +nightly test --target x86_64-unknown-linux-gnu --target-dir target/address \
        --features half --test memory --test half
}

# Sums between processes.
mpi() {
    examples/mpi/run.sh
}

# The examples for frameworks. candle, burn and peers share a target folder, so dependencies are compiled once.
candle() {
    cargo test --manifest-path examples/candle/Cargo.toml --target-dir target/frameworks
}

burn() {
    cargo test --manifest-path examples/burn/Cargo.toml --target-dir target/frameworks
}

# Benches are compiled, but not run.
benches() {
    cargo bench --no-run --all-features
}

peers() {
    CARGO_PROFILE_DEV_DEBUG=false cargo build --manifest-path benches/peers/Cargo.toml --target-dir target/frameworks
}

"$@"
