//! Promise 4: whatever does not fit is a typed error that says what was expected, and no output is touched.

#[path = "../common/mod.rs"]
mod common;

mod activations;
mod losses;
mod probability;
