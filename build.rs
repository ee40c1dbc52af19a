//! Sets the crate's conditions for the target. Each condition is computed here, once, and the source uses its name.
//!
//! Without this script the crate is right everywhere, with the backend `scalar` alone.

use std::env::{var, var_os};

/// Whether a variable that cargo sets has this value among its comma-separated values.
fn has(variable: &str, value: &str) -> bool {
    var(variable).is_ok_and(|values| values.split(',').any(|v| v == value))
}

fn main() {
    println!("cargo::rerun-if-changed=build.rs");

    let is_arch = |arch| has("CARGO_CFG_TARGET_ARCH", arch);
    let has_feature = |feature| has("CARGO_CFG_TARGET_FEATURE", feature);
    let is_wanted = |backend: &str| var_os(format!("CARGO_CFG_LOGIT_LOSS_NO_{backend}")).is_none();
    let is_x86_64 = is_arch("x86_64");

    // A target without vector registers must not compile code that uses them, whatever its CPU has. On x86-64 and aarch64
    // these are targets of firmware and kernels.
    let sse2 = (is_arch("x86") || is_x86_64) && has_feature("sse2");
    let neon = is_arch("aarch64") && has_feature("neon");
    let simd128 = is_arch("wasm32") && has_feature("simd128");
    let avx2 = sse2 && is_wanted("AVX2");
    // AVX-512 leaves short slices to AVX2.
    let avx512 = avx2 && is_wanted("AVX512");
    let wide = (sse2 || neon || simd128) && is_wanted("WIDE");

    // A microcontroller is a machine with little memory and no vectors.
    let bare = has("CARGO_CFG_TARGET_OS", "none");
    let microcontroller = bare && !is_x86_64 && !is_arch("aarch64");
    // A Cortex-M with an FPU. Of the Arms without an operating system that pass numbers in registers of the FPU, only a
    // Cortex-M lacks atomic operations on 64 bits. Its FPU may have no `f64`, so only `f32` is used.
    let cortex_m_fpu =
        bare && is_arch("arm") && has("CARGO_CFG_TARGET_ABI", "eabihf") && !has("CARGO_CFG_TARGET_HAS_ATOMIC", "64");

    // With `small`, the common parts of formulas are functions of their own. With vectors, such a function would lose their
    // instructions, so the feature is for microcontrollers only.
    let small = var_os("CARGO_FEATURE_SMALL").is_some() && microcontroller;
    // Without optimisation, each function that must be inlined keeps its variables on the stack of its caller, and a call
    // would take hundreds of KiB.
    let unoptimized = has("OPT_LEVEL", "0");

    for (name, is_set) in [
        ("avx512", avx512),
        ("avx2", avx2),
        ("wide", wide),
        ("cortex_m_fpu", cortex_m_fpu),
        ("microcontroller", microcontroller),
        ("small", small),
        ("unoptimized", unoptimized),
    ] {
        println!("cargo::rustc-check-cfg=cfg({name})");
        if is_set {
            println!("cargo::rustc-cfg={name}");
        }
    }
}
