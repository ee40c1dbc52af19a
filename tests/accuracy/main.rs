//! Promise 2: how far results are from the exact ones.
//!
//! `f32` against `f64`, `f64` against numbers of 140 bits. Prints the largest errors with the inputs they were found at
//! (`cargo test --test accuracy -- --nocapture`).

#[path = "../common/mod.rs"]
mod common;

mod activations;
mod allowed;
mod bce;
mod focal;
mod probability;
mod search;
