//! Promise 2: the distance of results from the exact ones.
//!
//! `f32` is compared with `f64`, and `f64` with numbers of two words. Prints the largest errors with their inputs (`cargo
//! test --release --test accuracy -- --nocapture`; with `--ignored` after that also the long searches, which go through all
//! of `f32`). `POINTS=1e9` sets the number of points of `f64`, which is 10^8 by default.

#[path = "../common/mod.rs"]
mod common;

mod activations;
mod allowed;
mod asymmetric;
mod bce;
mod focal;
mod hard;
mod options;
mod probability;
mod reductions;
mod references;
mod search;
