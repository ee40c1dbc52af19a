//! Tells the crate what it is compiled for.
//!
//! `unoptimized`: without optimisation each function that must be inlined keeps its variables on the stack of the one it is
//! inlined into, and a call would take hundreds of KiB of it.
//!
//! `small`: with the feature of that name, on a machine without vectors and an operating system, what formulas have in common is
//! a function of its own. Where there are vectors, it would lose their instructions.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-check-cfg=cfg(unoptimized, small)");
    if std::env::var("OPT_LEVEL").is_ok_and(|level| level == "0") {
        println!("cargo::rustc-cfg=unoptimized");
    }
    let target = |variable: &str| std::env::var(variable).unwrap_or_default();
    let is_bare = target("CARGO_CFG_TARGET_OS") == "none";
    let has_vectors = matches!(target("CARGO_CFG_TARGET_ARCH").as_str(), "x86" | "x86_64" | "aarch64");
    if std::env::var_os("CARGO_FEATURE_SMALL").is_some() && is_bare && !has_vectors {
        println!("cargo::rustc-cfg=small");
    }
}
