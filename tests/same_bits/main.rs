//! Promise 3: the same bits on all backends of a kind, from all methods, for all types of labels, at all addresses, on any
//! number of threads.

#[path = "../common/mod.rs"]
mod common;

mod activations;
mod backends;
mod board;
#[cfg(not(target_family = "wasm"))] // which has no processes
mod flips;
mod golden;
mod losses;
mod moderate;
#[cfg(feature = "rayon")]
mod parallel;
mod short;
mod weights;
