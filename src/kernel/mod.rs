//! From slices to lanes: rows, blocks, chunks, and sums that come out the same whatever the width of the registers.
//!
//! A sum is defined over *virtual lanes*: 128 bytes of them, 32 of `f32` or 16 of `f64`. Element i belongs to lane
//! i mod 32, and the elements of a lane are summed in the same order on every backend, which takes as many lanes at a
//! time as it has room for.
//!
//! ```text
//! block: 32 elements of each lane   terms and products joined as a binary tree, then one logarithm for each product
//! chunk: 32 blocks                  blocks added to a sum in two words for each lane, then lanes folded as a tree
//! total:                            chunks added from the first to the last
//! ```
//!
//! 1. The tree keeps rounding errors small where all elements are equal. The terms of a quarter
//!    of a block wait until they are joined, so the loop has one row in its body, and a formula is compiled only once for
//!    each pass.
//! 2. Two words for each lane cost nothing that can be measured, since a block has 32 rows, and bring the sum within one
//!    ULP of the exact one.
//! 3. Whole chunks are independent of each other, so threads and separate calls can take them, with the same bits.

mod activation;
mod bce;
mod focal;
mod memory;
mod probability;
mod reduce;
mod slices;
mod source;
mod sums;
mod weight;

pub use activation::ActivationKernels;
pub use bce::{Bce, BceKernels};
pub use focal::{FocalKernels, FocalParameters};
pub use memory::Streams;
pub use probability::ProbabilityKernels;
pub use slices::Slices;
pub use source::{Factors, Targets};
pub use weight::WeightKernels;

use crate::backend::Backend;
use crate::math::Double;
use reduce::{Formulas, Map, Reach, Reduce};

/// What any pass needs besides its formula.
pub struct Pass<'s, 'a, T> {
    pub backend: Backend,
    pub streams: &'s Streams<'a, T>,
    /// By what derivatives are multiplied.
    pub scale: T,
    /// By what the sum is multiplied, ...
    pub factor: T,
    /// ... and to what it is then added, chunk by chunk.
    pub onto: Double<T>,
}

impl<T> Pass<'_, '_, T> {
    pub fn onto(self, onto: Double<T>) -> Self {
        Self { onto, ..self }
    }
}
