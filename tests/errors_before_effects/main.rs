//! Promise 4: every wrong argument is a typed error that says what was expected, and no output changes.

#[path = "../common/mod.rs"]
mod common;

mod activations;
mod losses;
mod probability;
