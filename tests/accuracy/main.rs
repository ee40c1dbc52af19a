//! Promise 2: how far results are from the exact ones.
//!
//! `f32` against `f64`, `f64` against numbers of two words. Prints the largest errors with the inputs they were found at
//! (`cargo test --release --test accuracy -- --nocapture`, and with `--ignored` after that the long searches, which go
//! through all of `f32`). `POINTS=1e9` looks at so many of `f64`; by default it is 10^8.

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
