//! The sum of weights, and which weights are moderate.

use super::{Constants, Formula, Inputs, Results};
use crate::simd::{Lanes, Mask, Token, Vector};

/// The formula whose term is the weight itself.
#[derive(Clone, Copy)]
pub struct WeightTerm;

impl<T: Constants> Formula<T> for WeightTerm {
    const SUMS: bool = true;
    const OUTPUTS: usize = 0;
    const TARGETS: bool = false;

    #[cfg_attr(not(unoptimized), inline(always))]
    fn evaluate<L: Lanes<Scalar = T>>(self, l: Token<L>, inputs: Inputs<L>) -> Results<L> {
        Results { term: inputs.weight, products: [l.zero(), l.zero()], outputs: [l.zero(), l.zero()] }
    }
}

/// Whether a factor is 0, or of moderate size ([`Constants::MODERATE_WEIGHTS`]).
pub fn is_moderate<T: Constants>(v: T, [least, most]: [T; 2]) -> bool {
    let size = v.magnitude();
    (v == T::ZERO) | ((least <= size) & (size <= most))
}

/// Returns which factors are moderate.
#[cfg_attr(not(unoptimized), inline(always))]
pub fn are_moderate<L: Lanes<Scalar: Constants>>(l: Token<L>, v: Vector<L>, [least, most]: [L::Scalar; 2]) -> Mask<L> {
    let size = v.abs();
    v.equals(l.zero()) | size.ge(l.splat(least)) & l.splat(most).ge(size)
}
