//! The sum of weights.

use super::{Constants, Formula, Inputs, Results};
use crate::backend::{Lanes, Token};

/// The weight itself is what is summed.
#[derive(Clone, Copy)]
pub struct WeightTerm;

impl<T: Constants> Formula<T> for WeightTerm {
    const OUTPUTS: usize = 0;

    #[inline(always)]
    fn evaluate<L: Lanes<Scalar = T>>(self, l: Token<L>, inputs: Inputs<L>) -> Results<L> {
        Results { term: inputs.weight, factors: [l.zero(); 2], outputs: [l.zero(); 2] }
    }
}
