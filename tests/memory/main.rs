//! No element beyond a slice is read or written: slices end, or start, at pages that must not be accessed, and an access
//! there ends the process. The elements beside a slice are NaN, and must not change.

#[path = "../common/mod.rs"]
mod common;

mod activations;
mod balance;
mod fenced;
#[cfg(feature = "half")]
mod half;
mod long;
mod losses;
