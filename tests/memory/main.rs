//! No element beyond a slice is read or written: slices end, and start, at pages that nobody may touch. A read or write
//! there ends the process. What stands beside a slice is not a number, and must stay.

#[path = "../common/mod.rs"]
mod common;

mod activations;
mod balance;
mod fenced;
#[cfg(feature = "half")]
mod half;
mod losses;
