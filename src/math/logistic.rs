//! The logistic function, its relatives, and what all formulas need of a logit.

use super::Constants;
use super::exp::{ExpNeg, exp_neg};
use crate::backend::{Lanes, Mask, Token, Vector};

/// A logit as all the formulas need it.
pub struct Logit<L: Lanes> {
    pub magnitude: Vector<L>,
    /// x >= 0
    pub positive: Mask<L>,
    /// exp(-magnitude)
    pub e: ExpNeg<L>,
}

impl<L: Lanes<Scalar: Constants>> Logit<L> {
    #[inline(always)]
    pub fn new(l: Token<L>, x: Vector<L>) -> Self {
        let magnitude = x.abs();
        Self { magnitude, positive: x.ge(l.zero()), e: exp_neg(l, magnitude) }
    }
}
