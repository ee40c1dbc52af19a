//! The interface for C. Its documentation is the header, `include/logit_loss.h`, which cbindgen generates from this crate.
//!
//! `memory` turns pointers into slices, and `options` turns options into losses. `call` has every function once, for any
//! type and loss. Exported functions only pass on their arguments.

#![no_std]
#![warn(missing_docs)]

// The header lists the exported items in this order, the simple ones first.
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

/// Nothing here panics, as `tests/linked.sh` checks in the linked code.
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}
