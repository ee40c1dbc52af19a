//! Rows by their addresses, and the vectors in them.

use crate::backend::{Lanes, Token, Vector};
use crate::kernel::sums::Terms;
use crate::math::{Constants, Formula, Inputs, Results};

/// Rows that scalar code evaluates in turn: their chains of operations do not wait for each other.
pub const IN_TURN: usize = 4;

/// Where the rows of a stream are: so many elements from one to the next.
#[derive(Clone, Copy)]
pub struct Run<T> {
    pub first: *const T,
    pub step: usize,
}

impl<T> Run<T> {
    /// The same row, over and over.
    #[inline(always)]
    pub fn one<L: Lanes<Scalar = T>>(row: &L::Row) -> Self {
        Self { first: row.as_ref().as_ptr(), step: 0 }
    }

    #[inline(always)]
    pub fn row(self, index: usize) -> *const T {
        self.first.wrapping_add(index * self.step)
    }
}

/// The rows of all streams, good for reading and, for the outputs, for writing them.
pub struct Runs<T> {
    pub logit: Run<T>,
    pub target: Run<T>,
    pub pos_weight: Run<T>,
    pub weight: Run<T>,
    pub upstream: Run<T>,
    pub outputs: [Run<T>; 2],
}

impl<T: Constants> Runs<T> {
    #[inline(always)]
    fn inputs<L: Lanes<Scalar = T>, F: Formula<T>>(&self, l: Token<L>, row: usize) -> Inputs<L> {
        // SAFETY: each row has as many elements as a vector, or is not asked for.
        unsafe {
            Inputs {
                logit: l.load(self.logit.row(row)),
                target: if F::TARGETS { l.load(self.target.row(row)) } else { l.one() },
                pos_weight: if F::WEIGHTED { l.load(self.pos_weight.row(row)) } else { l.one() },
                weight: if F::WEIGHTED { l.load(self.weight.row(row)) } else { l.one() },
                upstream: if F::UPSTREAM { l.load(self.upstream.row(row)) } else { l.one() },
            }
        }
    }

    #[inline(always)]
    fn write<L: Lanes<Scalar = T>, F: Formula<T>>(&self, row: usize, results: Results<L>) -> Terms<L> {
        let mut k = 0;
        while k < F::OUTPUTS {
            // SAFETY: each row has room for as many elements as a vector has.
            unsafe { results.outputs[k].store(self.outputs[k].row(row).cast_mut()) };
            k += 1;
        }
        Terms { term: results.term, products: results.factors }
    }

    /// Evaluates a formula for one row, writes what it has for each element, and returns what is summed.
    #[inline(always)]
    pub fn evaluate<L: Lanes<Scalar = T>, F: Formula<T>>(&self, l: Token<L>, formula: F, row: usize) -> Terms<L> {
        self.write::<L, F>(row, formula.evaluate(l, self.inputs::<L, F>(l, row)))
    }

    /// Does so for two rows side by side.
    #[inline(always)]
    pub fn evaluate_two<L: Lanes<Scalar = T>, F: Formula<T>>(
        &self,
        l: Token<L>,
        formula: F,
        row: usize,
    ) -> [Terms<L>; 2] {
        let inputs = Inputs::pair(self.inputs::<L, F>(l, row), self.inputs::<L, F>(l, row + 1));
        let [a, b] = formula.evaluate(l.pair(), inputs).halves();
        [self.write::<L, F>(row, a), self.write::<L, F>(row + 1, b)]
    }

    /// Does so for [`IN_TURN`] rows.
    #[inline(always)]
    pub fn evaluate_in_turn<L: Lanes<Scalar = T>, F: Formula<T>>(
        &self,
        l: Token<L>,
        formula: F,
        row: usize,
    ) -> [Terms<L>; IN_TURN] {
        let (a, b) = (self.inputs::<L, F>(l, row), self.inputs::<L, F>(l, row + 1));
        let (c, d) = (self.inputs::<L, F>(l, row + 2), self.inputs::<L, F>(l, row + 3));
        let inputs = Inputs::pair(Inputs::pair(a, b), Inputs::pair(c, d));
        let [first, second] = formula.evaluate(l.pair().pair(), inputs).halves();
        let ([a, b], [c, d]) = (first.halves(), second.halves());
        [
            self.write::<L, F>(row, a),
            self.write::<L, F>(row + 1, b),
            self.write::<L, F>(row + 2, c),
            self.write::<L, F>(row + 3, d),
        ]
    }

    /// What [`Choice`](super::Choice) depends on: whether the targets of so many rows are all one of two values, and their
    /// weights 0 or 1 if need be; and the lowest of the negative magnitudes of the logits, but for those that are NaN. A
    /// weight of 0 excuses its target and its logit.
    #[inline(always)]
    pub fn traits<L: Lanes<Scalar = T>, H: Formula<T>>(
        &self,
        l: Token<L>,
        count: usize,
        hard: [T; 2],
        traits: Traits<L>,
    ) -> Traits<L> {
        let (low, high) = (l.splat(hard[0]), l.splat(hard[1]));
        let Traits { mut bits, mut least } = traits;
        let mut row = 0;
        while row < count {
            let weighted = const { H::WEIGHTED };
            // SAFETY: as for `inputs`.
            let (logit, weight) =
                unsafe { (l.load(self.logit.row(row)), if weighted { l.load(self.weight.row(row)) } else { l.one() }) };
            let absent = weight.equals(l.zero());
            let below = -logit.abs();
            least = least.at_most(if weighted { absent.clear(below) } else { below });
            if H::HARD {
                // SAFETY: as above.
                let target = unsafe { l.load(self.target.row(row)) };
                let mut other = target.xor(target.ge(high).select(high, low));
                if H::HARD_WEIGHTS {
                    other = other.or(weight.xor(l.one()));
                }
                bits = bits.or(if weighted { absent.clear(other) } else { other });
            }
            row += 1;
        }
        Traits { bits, least }
    }
}

/// Of any number of rows.
#[derive(Clone, Copy)]
pub struct Traits<L: Lanes> {
    /// The bits that differ from those of a hard block.
    pub bits: Vector<L>,
    pub least: Vector<L>,
}

/// The first elements, no more than there are.
pub fn up_to<T>(slice: &mut [T], count: usize) -> &mut [T] {
    let count = count.min(slice.len());
    &mut slice[..count]
}

/// The vector at an index; zeros if it is not all there.
#[inline(always)]
pub fn get<L: Lanes>(l: Token<L>, slice: &[L::Scalar], at: usize) -> Vector<L> {
    match slice.get(at..at + L::LANES) {
        // SAFETY: as many elements as a vector has.
        Some(lanes) => unsafe { l.load(lanes.as_ptr()) },
        None => l.zero(),
    }
}

/// Writes the vector at an index, if all of it is there.
#[inline(always)]
pub fn set<L: Lanes>(v: Vector<L>, slice: &mut [L::Scalar], at: usize) {
    if let Some(lanes) = slice.get_mut(at..at + L::LANES) {
        // SAFETY: as many elements as a vector has.
        unsafe { v.store(lanes.as_mut_ptr()) };
    }
}
