# The steps of .ci/run, which starts each as `bash .ci/steps.sh STEP`: in a shell of its own, where every command that fails
# ends it.
set -euo pipefail
shopt -s inherit_errexit
cd "$(dirname "$0")/.."
export CARGO_TERM_COLOR=never DEBIAN_FRONTEND=noninteractive

# install STEP...: what these steps take from Debian. Later, apt would be run by two at a time.
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

# The other whole programs that the README names.
examples() {
    cargo run --release --example boosting
    cargo run --release --example calibration
}

# A figure is what its command draws.
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

# All tests in release with all features, and that benches compile.
release() {
    cargo test --release --all-features --tests
    cargo test --release --all-features --doc
    cargo bench --no-run --all-features
}

# What a call takes of the stack: without optimisation, as everybody meets the crate first, and with it.
stack() {
    cargo test --manifest-path tests/stack/Cargo.toml --target-dir target/stack
    cargo test --release --manifest-path tests/stack/Cargo.toml --target-dir target/stack
}

# Machine code: all is inlined, and instructions and bytes are as many as the table says.
counts() {
    local program
    program=$(cargo bench --bench counts --no-run 2>&1 | tee -a /dev/stderr | sed -n 's/.*Executable.*(\(.*\))$/\1/p')
    tests/inlined.sh "$program"
    tests/counts.sh
}

# x86-64 without AVX2, and with AVX2 alone, emulated.
x86() {
    tests/cross/x86_64.sh
}

# Long searches, in a short form: all of `f32` where the functions turn, a part of the rest, and of `f64` a third of what is
# searched without POINTS. With EVERY=1 POINTS=1e8 it is all.
searches() {
    EVERY=${EVERY:-32} POINTS=${POINTS:-3e7} cargo test --release --all-features --tests -- --ignored
}

avx512() {
    tests/cross/avx512-bits.sh
}

# Targets that nothing is run on, but all must compile; and those that are refused.
targets() {
    tests/cross/targets.sh
}

# elsewhere SCRIPT MACHINE [ARGUMENT OF cargo test...]: tests, emulated. Little optimised, and dependencies not at all, since
# more would take longer than it saves. So would the checks that `cargo test` makes.
elsewhere() {
    export CARGO_PROFILE_TEST_OPT_LEVEL=1 CARGO_PROFILE_DEV_DEBUG=false
    export CARGO_PROFILE_DEV_DEBUG_ASSERTIONS=false CARGO_PROFILE_DEV_OVERFLOW_CHECKS=false
    "$1" "$2" --config 'profile.test.package."*".opt-level=0' "${@:3}"
}

# With the same bits, all that is shown of bits here holds there too.
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

# WebAssembly, with its vectors and without.
wasm() {
    elsewhere tests/cross/wasm.sh simd128 "${digests[@]}"
    elsewhere tests/cross/wasm.sh plain "${digests[@]}"
}

# Other tests there. They have the bits that have gone through the grids of tests/limits here.
arithmetic=(--test same_bits --test limits --test pytorch --test properties --test errors_before_effects)
no_grids=(-- --skip over_the_grid)

# All but tests/accuracy, which takes six minutes there: the bits are those of AVX2.
aarch64_all() {
    elsewhere tests/cross/linux.sh aarch64-unknown-linux-gnu --features half "${arithmetic[@]}" --test half --test memory \
        --test fuzz_corpus --test balance "${no_grids[@]}"
}

s390x_all() {
    elsewhere tests/cross/linux.sh s390x-unknown-linux-gnu --features half "${arithmetic[@]}" --test half "${no_grids[@]}"
}

wasm_all() {
    elsewhere tests/cross/wasm.sh simd128 "${arithmetic[@]}" "${no_grids[@]}"
}

# Microcontrollers: promises, training, costs.
boards() {
    tests/firmware/all.sh
}

# No panic, no allocation in what is linked; and no backend that is left out.
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

# From Python: the C library, shared, with numpy and LightGBM. PyTorch, with what it needs, is gigabytes, so its test is run
# by hand.
python() {
    cargo rustc --manifest-path capi/Cargo.toml --target-dir target/capi --release --crate-type cdylib
    python3 -m venv --clear target/python
    target/python/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 lightgbm==4.7.0
    export LOGIT_LOSS_LIBRARY=$PWD/target/capi/release/liblogit_loss.so
    cd examples/python
    ../../target/python/bin/python -m unittest -v test_logit_loss test_training
}

# Each target for some seconds. With one sanitizer for all, the crate is compiled once.
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

# One of sixty-four, or of EVERY.
mutants() {
    EVERY=${EVERY:-64} tests/mutants/lanes.sh
}

proofs() {
    tests/proofs/run.sh
}

# A folder of its own: the two compilers would throw away each other's work.
address() {
    RUSTFLAGS=-Zsanitizer=address cargo +nightly test --target x86_64-unknown-linux-gnu --target-dir target/address \
        --features half --test memory --test half
}

# Between processes.
mpi() {
    examples/mpi/run.sh
}

# In frameworks, which candle, burn and peers compile once for all.
candle() {
    cargo test --manifest-path examples/candle/Cargo.toml --target-dir target/frameworks
}

burn() {
    cargo test --manifest-path examples/burn/Cargo.toml --target-dir target/frameworks
}

# Without what measures.
peers() {
    CARGO_PROFILE_DEV_DEBUG=false cargo build --manifest-path benches/peers/Cargo.toml --target-dir target/frameworks
}

"$@"
