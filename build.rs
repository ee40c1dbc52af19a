//! Tells the crate whether it is compiled without optimisation: there, each function that must be inlined keeps its variables on
//! the stack of the one it is inlined into, and a call would take hundreds of KiB of it.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-check-cfg=cfg(unoptimized)");
    if std::env::var("OPT_LEVEL").is_ok_and(|level| level == "0") {
        println!("cargo::rustc-cfg=unoptimized");
    }
}
