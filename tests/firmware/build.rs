//! Sets the board's memory and the part of an image that is wanted (see `run.sh`), and makes the data that `train` has in
//! flash.

use std::env::var;
use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

/// Wines of this quality or better are the positive class.
const GOOD: usize = 7;

fn main() {
    let out = PathBuf::from(var("OUT_DIR").unwrap());

    println!("cargo::rerun-if-env-changed=MEMORY");
    let memory = format!("boards/{}.x", var("MEMORY").expect("MEMORY: one of those in boards/"));
    println!("cargo::rerun-if-changed={memory}");
    fs::copy(&memory, out.join("memory.x")).unwrap();
    println!("cargo::rustc-link-search={}", out.display());
    println!("cargo::rustc-link-arg-bins=-Tlink.x");

    println!("cargo::rerun-if-env-changed=PART");
    println!("cargo::rustc-check-cfg=cfg(part, values(any()))");
    println!("cargo::rustc-cfg=part=\"{}\"", var("PART").unwrap_or_default());

    let wines = linfa_datasets::winequality();
    let mut source = String::new();
    for (features, &quality) in wines.records.outer_iter().zip(&wines.targets) {
        let features: Vec<_> = features.iter().map(|&v| v as f32).collect();
        writeln!(source, "Wine {{ features: {features:?}, good: {} }},", quality >= GOOD).unwrap();
    }
    fs::write(out.join("wines.rs"), format!("[\n{source}]")).unwrap();
}
