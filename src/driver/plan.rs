//! Which formula takes which block.
//!
//! All formulas of a plan have the same results for each element. Each block is left to the fastest that takes it; in
//! exchange that one may sum logarithms as products.

use super::block::{BlockFn, Choice, Shape, Survey, Surveying, Surveyor};
use super::streams::Streams;
use crate::math::{Constants, Formula};
use crate::simd::Backend;

/// The formulas of a pass.
pub struct Plan<'f, T> {
    /// What all of them read and write.
    pub shape: Shape,
    /// For any block.
    any: BlockFn<'f, T>,
    /// For blocks whose logits and weights are moderate, if there is one.
    moderate: Option<BlockFn<'f, T>>,
    /// For blocks with hard targets, if there is one.
    hard: Option<BlockFn<'f, T>>,
    /// What looks at a block, if there is anything to choose.
    pub survey: Option<Surveyor<T>>,
    /// After how many rows factors repeat, if the formula for hard targets takes blocks of such rows.
    pub period: usize,
}

impl<'f, T: Constants> Plan<'f, T> {
    /// One formula for all blocks.
    #[inline]
    pub fn one<F: Formula<T>>(backend: Backend, formula: &'f F) -> Self {
        let shape = const { Shape::of::<T, F>() };
        Self { shape, any: BlockFn::new(backend, formula), moderate: None, hard: None, survey: None, period: 1 }
    }

    /// One for hard targets, at whatever logits and weights, and another for any.
    #[inline]
    pub fn by_targets<A: Formula<T>, H: Formula<T>>(
        backend: Backend,
        streams: &Streams<'_, T>,
        any: &'f A,
        hard: &'f H,
    ) -> Self {
        if streams.are_hard() {
            return Self::one(backend, hard);
        }
        let infinity = T::MAX + T::MAX;
        Self::one(backend, any).hard(backend, hard).surveyed::<true, true, false>(backend, streams, infinity)
    }

    /// Another for moderate ones, with the same results. Where memory is short, there is none.
    #[inline]
    pub fn moderate<F: Formula<T>>(self, backend: Backend, formula: &'f F) -> Self {
        if cfg!(small) { self } else { Self { moderate: Some(BlockFn::new(backend, formula)), ..self } }
    }

    /// Another for hard ones.
    #[inline]
    pub fn hard<F: Formula<T>>(self, backend: Backend, formula: &'f F) -> Self {
        Self { hard: Some(BlockFn::new(backend, formula)), ..self }
    }

    /// Another for hard ones whose factors repeat after so many rows.
    #[inline]
    pub fn by_lane<F: Formula<T>>(self, backend: Backend, formula: &'f F, period: usize) -> Self {
        Self { period, ..self.hard(backend, formula) }
    }

    /// Blocks are looked at: whether no logit is larger than `limit`, and what [`Surveying`] names besides. `WEIGHTED` wherever the
    /// formulas are: their factors share the room for targets.
    #[inline]
    pub fn surveyed<const WEIGHTED: bool, const TARGETS: bool, const HARD_WEIGHTS: bool>(
        self,
        backend: Backend,
        streams: &Streams<'_, T>,
        limit: T,
    ) -> Self {
        let look = backend.function::<T, Surveying<WEIGHTED, TARGETS, HARD_WEIGHTS>>();
        let survey = Survey { limit, targets: streams.hard_targets() };
        let shape =
            Shape { targets: TARGETS, weights: WEIGHTED, upstream: false, outputs: 0, sums: false, by_lane: false };
        Self { survey: Some(Surveyor { look, survey, shape }), ..self }
    }

    /// What a block is taken for without looking at it, if the formula for that tells whether it takes the block.
    #[inline]
    pub fn tried(&self) -> Option<Choice> {
        let tells = |formula: Option<BlockFn<'f, T>>| formula.is_some_and(|formula| formula.has_taken().is_some());
        if tells(self.hard) {
            Some(Choice::Hard)
        } else if tells(self.moderate) {
            Some(Choice::Moderate)
        } else {
            None
        }
    }

    /// Whether a block that is hard has weights of 0 and 1, which the formula for moderate ones takes too.
    #[inline]
    pub fn wants_hard_weights(&self) -> bool {
        self.hard.is_some_and(|hard| hard.has_taken().is_none())
    }

    /// Whether the fastest formula takes blocks of rows that have the same weights.
    #[inline]
    pub fn is_by_lane(&self) -> bool {
        self.hard.is_some_and(|hard| hard.by_lane)
    }

    /// The fastest formula for a block in which a survey has found this, if there is one.
    #[inline]
    pub fn formula(&self, found: Option<Choice>) -> BlockFn<'f, T> {
        match (found, self.moderate, self.hard) {
            (Some(Choice::Hard), _, Some(hard)) => hard,
            (Some(Choice::Hard | Choice::Moderate), Some(moderate), _) => moderate,
            _ => self.any,
        }
    }
}
