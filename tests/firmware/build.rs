//! Where the board has its memory, which function `cost` is to measure, and the data that `train` has in flash.

use std::env::var;
use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

/// Wines of this quality or better are the positive class.
const GOOD: usize = 7;

fn main() {
    let out = PathBuf::from(var("OUT_DIR").unwrap());

    println!("cargo::rerun-if-env-changed=BOARD");
    let board = format!("boards/{}.x", var("BOARD").expect("BOARD: one of those in boards/"));
    println!("cargo::rerun-if-changed={board}");
    fs::copy(&board, out.join("memory.x")).unwrap();
    println!("cargo::rustc-link-search={}", out.display());
    println!("cargo::rustc-link-arg-bins=-Tlink.x");

    println!("cargo::rerun-if-env-changed=FUNCTION");
    println!("cargo::rustc-check-cfg=cfg(function, values(any()))");
    println!("cargo::rustc-cfg=function=\"{}\"", var("FUNCTION").unwrap_or_default());

    let wines = linfa_datasets::winequality();
    let mut source = String::new();
    for (features, &quality) in wines.records.outer_iter().zip(&wines.targets) {
        let features: Vec<_> = features.iter().map(|&v| v as f32).collect();
        writeln!(source, "Wine {{ features: {features:?}, good: {} }},", quality >= GOOD).unwrap();
    }
    fs::write(out.join("wines.rs"), format!("[\n{source}]")).unwrap();
}
