//! PyTorch's semantics, with the numbers of its documentation and its tests, and the cases where this crate differs on
//! purpose.

#[path = "../common/mod.rs"]
mod common;

mod activations;
mod asymmetric;
mod bce;
mod focal;
mod probability;
