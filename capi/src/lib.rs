//! The interface for C. Its documentation is the header, `include/logit_loss.h`, which cbindgen makes of this crate.
//!
//! Pointers become slices in `memory` and options become losses in `options`; `call` has every function once, for any
//! type and loss. What is exported only passes on what C gave.

#![no_std]
#![warn(missing_docs)]

// The header has what is exported in this order, and what is simple comes first.
mod activation;
mod bce;
mod focal;

mod asymmetric;
mod sum;

mod call;
mod memory;
mod options;
mod status;
mod weights;

/// There is nothing here that panics: `tests/linked.sh` looks at what is linked.
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}
