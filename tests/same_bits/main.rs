//! Promise 3: the same bits on all backends of a kind, from all methods, for all types of labels, at all addresses,
//! on any number of threads.

#[path = "../common/mod.rs"]
mod common;

mod activations;
mod board;
mod flips;
mod golden;
mod losses;
mod moderate;
#[cfg(feature = "rayon")]
mod parallel;
