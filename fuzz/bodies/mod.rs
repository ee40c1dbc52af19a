//! The bodies of the fuzz targets as plain functions, so that `cargo test` can run them too.
//!
//! ```text
//! cargo +nightly fuzz run bce_f32 fuzz/corpus/bce_f32 fuzz/seeds/bce_f32
//! cargo test --test fuzz_corpus
//! ```
//!
//! The first command starts from the seeds and stores new inputs in `corpus`; the second runs the seeds, and pseudo-random
//! bytes, once. [`seeds`] writes the seeds, with the reason for each.

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
