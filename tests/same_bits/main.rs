//! Promise 3: the same bits on all backends of a kind, from all methods, for all types of labels, at all addresses.

#[path = "../common/mod.rs"]
mod common;

mod activations;
mod losses;
