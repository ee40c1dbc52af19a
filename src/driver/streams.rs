//! What a pass reads and writes: where each stream of numbers is, and what is known of all of them.
//!
//! [`Streams`] are made from slices that all have the elements they go over.

use core::marker::PhantomData;
use core::ops::Range;

use super::block::Shape;
use super::combined::Combined;
use super::factors::Factors;
use super::sum::ROWS;
use super::values::{Column, Values, ValuesMut};
use crate::math::{Constants, Smoothing, is_moderate};

/// The longest period of rows that has whole blocks in a chunk.
const MOST_PERIODS: usize = 32;

/// What is read and written, element by element.
pub struct Streams<'a, T: 'static> {
    /// Which elements it goes over; every slice has them.
    pub(super) elements: Range<usize>,
    pub(super) logits: Column<T>,
    pub(super) targets: Option<Column<T>>,
    pub(super) smoothing: Option<Smoothing<T>>,
    pub pos_weight: Factors<'a, T>,
    pub weight: Factors<'a, T>,
    /// What else decides the weight; few callers have it.
    pub combined: Option<&'a Combined<'a, T>>,
    pub upstream: Factors<'a, T>,
    pub(super) outputs: [Option<Column<T>>; 2],
    slices: PhantomData<(&'a [T], &'a mut [T])>,
}

// SAFETY: it stands for slices, shared and exclusive, of the elements it goes over.
unsafe impl<T: Send + Sync> Send for Streams<'_, T> {}

impl<'a, T: Constants> Streams<'a, T> {
    /// Only logits, as many as there are.
    #[inline]
    pub fn new(logits: Values<'a, T>) -> Self {
        Self::of(logits.column, logits.len(), None)
    }

    /// The first output takes the logits' place.
    #[inline]
    pub fn in_place(logits: ValuesMut<'a, T>) -> Self {
        Self::of(logits.column, logits.len(), Some(logits.column))
    }

    #[inline]
    fn of(logits: Column<T>, len: usize, output: Option<Column<T>>) -> Self {
        let one = Factors::ONE;
        Self {
            elements: 0..len,
            logits,
            targets: None,
            smoothing: None,
            pos_weight: one,
            weight: one,
            combined: None,
            upstream: one,
            outputs: [output, None],
            slices: PhantomData,
        }
    }

    #[inline]
    pub fn targets(self, targets: Values<'a, T>) -> Self {
        Self { targets: Some(targets.column), ..self.up_to(targets.len()) }
    }

    #[inline]
    pub fn weighted(self, pos_weight: Factors<'a, T>, weight: Factors<'a, T>) -> Self {
        Self { pos_weight, weight, ..self.up_to(pos_weight.capacity().min(weight.capacity())) }
    }

    /// The mask has as many elements as there are.
    #[inline]
    pub fn combined(self, combined: Option<&'a Combined<'a, T>>) -> Self {
        Self { combined, ..self }
    }

    pub fn upstream(self, upstream: Factors<'a, T>) -> Self {
        Self { upstream, ..self.up_to(upstream.capacity()) }
    }

    #[inline]
    pub fn writing(self, first: ValuesMut<'a, T>) -> Self {
        Self { outputs: [Some(first.column), self.outputs[1]], ..self.up_to(first.len()) }
    }

    /// Only the elements from `start` on that there is room for.
    pub fn writing_from(self, start: usize, first: ValuesMut<'a, T>) -> Self {
        let part = self.within(start..start + first.len());
        Self { outputs: [Some(first.column.starting_at(start)), None], ..part }
    }

    /// Only some of the elements.
    pub fn within(self, range: Range<usize>) -> Self {
        let elements = self.elements.start.max(range.start)..self.elements.end.min(range.end);
        Self { elements, ..self }
    }

    pub fn writing_second(self, second: ValuesMut<'a, T>) -> Self {
        Self { outputs: [self.outputs[0], Some(second.column)], ..self.up_to(second.len()) }
    }

    /// With smoothed targets.
    #[inline]
    pub fn smoothed(self, smoothing: Smoothing<T>) -> Self {
        Self { smoothing: if smoothing.lift == T::ZERO { None } else { Some(smoothing) }, ..self }
    }

    /// The elements that so many are there for.
    #[inline]
    fn up_to(self, len: usize) -> Self {
        Self { elements: self.elements.start..self.elements.end.min(len), ..self }
    }

    /// The elements before `at`, and the rest.
    #[cfg(feature = "rayon")]
    pub fn split_at(self, at: usize) -> (Self, Self) {
        let Range { start, end } = self.elements;
        let at = at.clamp(start, end);
        (Self { elements: start..at, ..self }, Self { elements: at..end, ..self })
    }

    #[inline]
    pub fn elements(&self) -> Range<usize> {
        self.elements.clone()
    }

    /// Whether the first output takes the logits' place.
    pub fn is_in_place(&self) -> bool {
        self.outputs[0].is_some_and(|output| output.at(0) == self.logits.at(0))
    }

    /// Whether all weights and positive weights are 1.
    #[inline]
    pub fn has_no_weights(&self) -> bool {
        self.pos_weight.is_one() && self.has_one_weight()
    }

    /// Whether all weights are 1.
    #[inline]
    pub fn has_one_weight(&self) -> bool {
        self.weight.is_one() && self.combined.is_none_or(|combined| combined.class_weight.is_one())
    }

    /// Whether some elements may not be there, and those that are have smoothed targets.
    #[inline]
    pub fn excludes_smoothed(&self) -> bool {
        self.smoothing.is_some() && self.combined.is_some_and(|combined| combined.excludes)
    }

    /// Whether all weights, positive weights and upstream derivatives are moderate.
    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn weights_are_moderate(&self) -> bool {
        let are_moderate = |factors: Factors<'_, T>, range| match factors {
            Factors::Uniform(v) => is_moderate(v, range),
            Factors::Values { moderate, .. } => moderate,
        };
        let class_weight = self.combined.map_or(Factors::ONE, |combined| combined.class_weight);
        let range = if class_weight.is_one() { T::MODERATE_WEIGHTS } else { T::MODERATE_PAIR };
        [self.weight, class_weight].into_iter().all(|weight| are_moderate(weight, range))
            && [self.pos_weight, self.upstream].into_iter().all(|factors| are_moderate(factors, T::MODERATE_WEIGHTS))
    }

    /// After how many rows weights and positive weights repeat, if they are by class, or by channels of whole blocks; so many that
    /// a chunk has as many blocks of rows that are alike.
    pub fn period(&self) -> Option<usize> {
        if self.combined.is_some() || self.pos_weight.is_uniform() && self.weight.is_uniform() {
            return None;
        }
        let block = T::VIRTUAL_LANES * ROWS;
        let period = |factors: Factors<'_, T>| match factors {
            // Whether a block has one value is asked of each.
            Factors::Values { of, .. } if of.run == 1 && of.copies >= block => Some(1),
            factors => factors.period(0, usize::MAX),
        };
        let (a, b) = (period(self.pos_weight)?, period(self.weight)?);
        // Mostly one of them is 1, or they are equal.
        let both = if a.is_multiple_of(b) {
            a
        } else if b.is_multiple_of(a) {
            b
        } else {
            a.saturating_mul(b)
        };
        (1..=MOST_PERIODS).contains(&both).then_some(both)
    }

    /// Whether they repeat so in a part of the elements.
    #[cfg_attr(small, inline(never))]
    pub fn repeats(&self, period: usize, start: usize, len: usize) -> bool {
        [self.pos_weight, self.weight]
            .into_iter()
            .all(|factors| factors.period(start, len).is_some_and(|own| period.is_multiple_of(own)))
    }

    /// Whether all targets are known to be 0 or 1.
    pub fn are_hard(&self) -> bool {
        self.targets.is_some_and(|targets| targets.storage.hard)
    }

    /// What hard targets are, smoothed.
    pub fn hard_targets(&self) -> [T; 2] {
        let smoothing = self.smoothing.unwrap_or(Smoothing::none());
        [smoothing.lift, smoothing.positive()]
    }

    /// How many rows there is room for, if they must be made in buffers; else there is no limit.
    #[inline]
    pub fn rows_at_a_time(&self, shape: Shape) -> usize {
        let is_made = |factors| match factors {
            Factors::Uniform(_) => false,
            Factors::Values { of, .. } => of.copies != 1 || of.cycles,
        };
        let is_stored = |column: &Option<Column<T>>| column.is_some_and(|column| !column.storage.as_is);
        if !self.logits.storage.as_is
            || self.combined.is_some()
            || shape.weights && !shape.by_lane && (is_made(self.pos_weight) || is_made(self.weight))
            || shape.upstream && is_made(self.upstream)
            || shape.outputs > 0 && is_stored(&self.outputs[0])
            || shape.outputs > 1 && is_stored(&self.outputs[1])
        {
            // Factors share the room for targets, and that for logits.
            if shape.weights || shape.upstream { T::MADE_ROWS } else { T::MADE_LOGITS }
        } else if shape.targets && (is_stored(&self.targets) || self.smoothing.is_some()) {
            if shape.weights || shape.upstream { T::MADE_ROWS } else { T::MADE_TARGETS }
        } else {
            usize::MAX
        }
    }
}
