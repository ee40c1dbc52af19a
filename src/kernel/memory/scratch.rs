//! Rows that are not simply there.

use super::Streams;
use super::later::Later;
use super::runs::{Run, Runs, get, up_to};
use crate::backend::{Float, Lanes, Token};
use crate::kernel::source::Factors;
use crate::kernel::sums::PIECE;
use crate::math::Constants;

/// Room for elements that are not simply a piece of a slice.
pub struct Scratch<L: Lanes> {
    pub logit: L::Row,
    pub target: L::Row,
    pub targets: Later<L, PIECE>,
    pub pos_weight: FactorRows<L>,
    pub weight: FactorRows<L>,
    pub upstream: FactorRows<L>,
    pub outputs: [L::Row; 2],
    #[cfg(feature = "half")]
    pub logits: Later<L, PIECE>,
    /// Of the outputs that are kept in half the bits.
    #[cfg(feature = "half")]
    pub results: [Later<L, PIECE>; 2],
}

impl<L: Lanes<Scalar: Constants>> Scratch<L> {
    /// With what is the same in every row.
    #[inline(always)]
    pub fn new(l: Token<L>, streams: &Streams<'_, L::Scalar>) -> Self {
        let row = l.row(L::Scalar::ZERO);
        Self {
            logit: row,
            target: row,
            targets: Later::new(),
            pos_weight: FactorRows::new(l, &streams.pos_weight),
            weight: FactorRows::new(l, &streams.weight),
            upstream: FactorRows::new(l, &streams.upstream),
            outputs: [row; 2],
            #[cfg(feature = "half")]
            logits: Later::new(),
            #[cfg(feature = "half")]
            results: [Later::new(), Later::new()],
        }
    }

    /// The rest of what is the same in every row. [`new`](Self::new) does not do it: what is written there may be moved.
    #[inline(always)]
    pub fn prepare(&mut self, l: Token<L>, streams: &Streams<'_, L::Scalar>) {
        self.pos_weight.prepare(l, &streams.pos_weight);
        self.weight.prepare(l, &streams.weight);
        self.upstream.prepare(l, &streams.upstream);
    }

    /// One row, all of it here.
    #[inline(always)]
    pub fn runs(&mut self) -> Runs<L::Scalar> {
        let [first, second] = &mut self.outputs;
        Runs {
            logit: Run::one::<L>(&self.logit),
            target: Run::one::<L>(&self.target),
            pos_weight: Run::one::<L>(&self.pos_weight.one),
            weight: Run::one::<L>(&self.weight.one),
            upstream: Run::one::<L>(&self.upstream.one),
            outputs: [
                Run { first: first.as_mut().as_mut_ptr(), step: 0 },
                Run { first: second.as_mut().as_mut_ptr(), step: 0 },
            ],
        }
    }
}

/// Rows of a factor.
pub struct FactorRows<L: Lanes> {
    /// The value of all elements, or what is gathered.
    one: L::Row,
    rows: Later<L, PIECE>,
    /// A few values, over and over, so that a row may start at any of them.
    cycle: Later<L, CYCLE>,
    /// Whether they are there.
    has_cycle: bool,
}

const CYCLE: usize = 4;

impl<L: Lanes> FactorRows<L> {
    #[inline(always)]
    fn new(l: Token<L>, factors: &Factors<'_, L::Scalar>) -> Self {
        let uniform = if let Factors::Uniform(v) = *factors { v } else { L::Scalar::ZERO };
        Self { one: l.row(uniform), rows: Later::new(), cycle: Later::new(), has_cycle: false }
    }

    #[inline(always)]
    fn prepare(&mut self, l: Token<L>, factors: &Factors<'_, L::Scalar>) {
        if Self::is_short_cycle(factors) {
            factors.fill(factors.distance(0), self.cycle.cleared(l, 0, CYCLE));
            self.has_cycle = true;
        }
    }

    /// Whether rows may start at all values of the cycle.
    #[inline(always)]
    fn is_short_cycle(factors: &Factors<'_, L::Scalar>) -> bool {
        L::LANES > 1
            && matches!(factors, Factors::Values { values, repeat: 1, cycles: true, .. } if values.len() <= (CYCLE - 1) * L::LANES)
    }

    /// The factors of so many elements from `start` on, as one row; zeros beyond.
    #[inline(always)]
    pub fn gather(&mut self, factors: &Factors<'_, L::Scalar>, start: usize, valid: usize) {
        if let Factors::Values { .. } = factors {
            self.one.as_mut().fill(L::Scalar::ZERO);
            factors.fill(factors.place(start), up_to(self.one.as_mut(), valid));
        }
    }

    /// Where rows are, from element `start` on and at equal distances: up to a piece of them and all whole.
    #[inline(always)]
    pub fn made(
        &mut self,
        l: Token<L>,
        factors: &Factors<'_, L::Scalar>,
        start: usize,
        distance: usize,
        count: usize,
    ) -> Run<L::Scalar> {
        let (values, repeat) = match *factors {
            Factors::Uniform(_) => return Run::one::<L>(&self.one),
            Factors::Values { values, repeat: 1, cycles: false, first, .. } => {
                return Run { first: values.as_ptr().wrapping_add(first + start), step: distance };
            }
            Factors::Values { values, repeat, .. } => (values, repeat),
        };
        let source = if self.has_cycle {
            // SAFETY: `prepare` has written all of it.
            unsafe { core::slice::from_raw_parts(self.cycle.run().first, CYCLE * L::LANES) }
        } else {
            values
        };
        let (mut place, step) = (factors.place(start), factors.distance(distance));
        let mut k = 0;
        while k < count {
            if repeat == 1 && place.index + L::LANES <= source.len() {
                self.rows.set(k, get(l, source, place.index));
            } else if place.within + L::LANES <= repeat {
                self.rows.set(k, l.splat(values.get(place.index).copied().unwrap_or_default()));
            } else {
                factors.fill(place, self.rows.cleared(l, k, 1));
            }
            place = factors.moved(place, step);
            k += 1;
        }
        self.rows.run()
    }
}
