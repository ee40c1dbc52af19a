//! What the fuzz targets do with their bytes, as plain functions, so that `cargo test` can run them as well.
//!
//! ```text
//! cargo +nightly fuzz run bce_f32 fuzz/corpus/bce_f32 fuzz/seeds/bce_f32
//! cargo test --test fuzz_corpus
//! ```
//!
//! The first runs on from the seeds and keeps what it discovers in `corpus`; the second runs the seeds, and
//! pseudo-random bytes, once. The seeds are written by [`seeds`], from code that says what each is there for.

pub mod activations;
pub mod asymmetric_f32;
pub mod asymmetric_f64;
pub mod backends;
pub mod bce_f32;
pub mod bce_f64;
pub mod focal_f32;
pub mod focal_f64;
#[cfg(feature = "half")]
pub mod halves;
pub mod interface;
pub mod labels;
pub mod no_nan;
pub mod probabilities;
pub mod seeds;

mod activation;
mod answers;
mod asymmetric;
mod bce;
mod bounds;
mod case;
mod factors;
mod few_elements;
mod few_factors;
mod focal;
mod input;
mod kind;
mod limits;
mod loss;
mod number;
