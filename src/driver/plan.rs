//! Which formula evaluates which block.
//!
//! All formulas of a plan have the same results for each element. Each block is left to the fastest formula that holds for
//! it, which may sum logarithms as products.

use super::block::{BlockFn, Choice, Shape, Survey, Surveying, Surveyor};
use super::streams::Streams;
use crate::math::{Constants, Formula};
use crate::simd::Backend;

/// The formulas of a pass.
pub struct Plan<'f, T> {
    /// The streams that all of them read and write.
    pub shape: Shape,
    /// The formula for any block.
    any: BlockFn<'f, T>,
    /// The formula for blocks whose logits and weights are moderate, if there is one.
    moderate: Option<BlockFn<'f, T>>,
    /// The formula for blocks with hard targets, if there is one.
    hard: Option<BlockFn<'f, T>>,
    /// The function that looks at a block, if there is a choice.
    pub survey: Option<Surveyor<T>>,
    /// The number of rows after which factors repeat, if the formula for hard targets is [`ByLane`](crate::math::ByLane).
    pub period: usize,
}

impl<'f, T: Constants> Plan<'f, T> {
    /// Plans one formula for all blocks.
    #[inline]
    pub fn one<F: Formula<T>>(backend: Backend, formula: &'f F) -> Self {
        let shape = const { Shape::of::<T, F>() };
        Self { shape, any: BlockFn::new(backend, formula), moderate: None, hard: None, survey: None, period: 1 }
    }

    /// Plans one formula for hard targets, at any logits and weights, and another for any targets.
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

    /// Adds a formula for moderate blocks, which has the same results. Where memory is short, it is left out.
    #[inline]
    pub fn moderate<F: Formula<T>>(self, backend: Backend, formula: &'f F) -> Self {
        if cfg!(small) { self } else { Self { moderate: Some(BlockFn::new(backend, formula)), ..self } }
    }

    /// Adds a formula for hard targets.
    #[inline]
    pub fn hard<F: Formula<T>>(self, backend: Backend, formula: &'f F) -> Self {
        Self { hard: Some(BlockFn::new(backend, formula)), ..self }
    }

    /// Adds a formula for hard targets whose factors repeat after `period` rows.
    #[inline]
    pub fn by_lane<F: Formula<T>>(self, backend: Backend, formula: &'f F, period: usize) -> Self {
        Self { period, ..self.hard(backend, formula) }
    }

    /// Has each block surveyed: whether no logit is larger than `limit`, and the conditions of [`Surveying`]. `WEIGHTED`
    /// must be set if the formulas have weights, since the rows of weights share the room for targets. A plan
    /// [`by_lane`](Self::by_lane) does not need it: its weights lie elsewhere, or their rows are made after the survey.
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

    /// Returns the choice that is tried without looking at a block, if its formula tells whether it holds.
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

    /// Whether there is a formula for hard targets that does not tell whether it holds. If the plan has a formula that is
    /// [tried](Self::tried), this one needs weights of 0 or 1: if one weight is neither, the formula for moderate blocks is
    /// used.
    #[inline]
    pub fn hard_needs_survey(&self) -> bool {
        self.hard.is_some_and(|hard| hard.has_taken().is_none())
    }

    /// Whether the formula for hard targets evaluates rows that have the same weights.
    #[inline]
    pub fn is_by_lane(&self) -> bool {
        self.hard.is_some_and(|hard| hard.by_lane)
    }

    /// Returns the fastest formula for a block in which a survey has found this.
    #[inline]
    pub fn formula(&self, found: Option<Choice>) -> BlockFn<'f, T> {
        match (found, self.moderate, self.hard) {
            (Some(Choice::Hard), _, Some(hard)) => hard,
            (Some(Choice::Hard | Choice::Moderate), Some(moderate), _) => moderate,
            _ => self.any,
        }
    }
}
