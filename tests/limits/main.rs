//! Special values have exact results, and nothing but NaN gives NaN: promise 1, and section "limits" of the formulas.

#[path = "../common/mod.rs"]
mod common;

mod activations;
mod asymmetric;
mod bce;
mod focal;
mod places;
mod probability;
mod weights;
