//! The streams of numbers that a pass reads and writes: their addresses, and what is known of all their numbers.
//!
//! [`Streams`] are made from slices, all of which have the elements of the pass.

use core::marker::PhantomData;
use core::ops::Range;

use super::block::Shape;
use super::combined::Combined;
use super::factors::Factors;
use super::sum::ROWS;
use super::values::{Column, Values, ValuesMut};
use crate::math::{Constants, Smoothing, is_moderate};

/// The longest period, in rows, of which a chunk has whole blocks.
const LONGEST_PERIOD: usize = 32;

/// The streams that are read and written, element by element.
pub struct Streams<'a, T: 'static> {
    /// The elements of the pass; every slice has them.
    pub(super) elements: Range<usize>,
    pub(super) logits: Column<T>,
    pub(super) targets: Option<Column<T>>,
    pub(super) smoothing: Option<Smoothing<T>>,
    pub pos_weight: Factors<'a, T>,
    pub weight: Factors<'a, T>,
    /// Class weights and exclusions; few callers have any.
    pub combined: Option<&'a Combined<'a, T>>,
    pub upstream: Factors<'a, T>,
    pub(super) outputs: [Option<Column<T>>; 2],
    slices: PhantomData<(&'a [T], &'a mut [T])>,
}

// SAFETY: they stand for slices, shared and exclusive, of the elements of the pass.
unsafe impl<T: Send + Sync> Send for Streams<'_, T> {}

impl<'a, T: Constants> Streams<'a, T> {
    /// Has only logits, and all of their elements.
    #[inline]
    pub fn new(logits: Values<'a, T>) -> Self {
        Self::of(logits.column, logits.len(), None)
    }

    /// Has logits, which the first output overwrites.
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

    /// The mask must have all elements of the pass.
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

    /// Restricts the pass to the elements from `start` on that `first` has room for, and writes their first output to it.
    pub fn writing_from(self, start: usize, first: ValuesMut<'a, T>) -> Self {
        let part = self.within(start..start + first.len());
        Self { outputs: [Some(first.column.starting_at(start)), None], ..part }
    }

    /// Restricts the pass to the elements in a range.
    pub fn within(self, range: Range<usize>) -> Self {
        let elements = self.elements.start.max(range.start)..self.elements.end.min(range.end);
        Self { elements, ..self }
    }

    pub fn writing_second(self, second: ValuesMut<'a, T>) -> Self {
        Self { outputs: [self.outputs[0], Some(second.column)], ..self.up_to(second.len()) }
    }

    /// Has the targets smoothed.
    #[inline]
    pub fn smoothed(self, smoothing: Smoothing<T>) -> Self {
        Self { smoothing: if smoothing.lift == T::ZERO { None } else { Some(smoothing) }, ..self }
    }

    /// Restricts the pass to the first `len` elements.
    #[inline]
    fn up_to(self, len: usize) -> Self {
        Self { elements: self.elements.start..self.elements.end.min(len), ..self }
    }

    /// Returns the elements before `at`, and the rest.
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

    /// Whether the first output overwrites the logits.
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

    /// Whether some elements may be absent and the others have smoothed targets.
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

    /// Returns the number of rows after which weights and positive weights repeat, if they are by class, or by channel of
    /// whole blocks, and if a chunk has a block of each row of the period.
    pub fn period(&self) -> Option<usize> {
        if self.combined.is_some() || self.pos_weight.is_uniform() && self.weight.is_uniform() {
            return None;
        }
        let block = T::VIRTUAL_LANES * ROWS;
        let period = |factors: Factors<'_, T>| match factors {
            // Whether a block has one value is checked for each block.
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
        (1..=LONGEST_PERIOD).contains(&both).then_some(both)
    }

    /// Whether weights and positive weights repeat with this period in a part of the elements.
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

    /// Returns the values of hard targets, smoothed.
    pub fn hard_targets(&self) -> [T; 2] {
        let smoothing = self.smoothing.unwrap_or(Smoothing::none());
        [smoothing.lift, smoothing.positive()]
    }

    /// Returns the number of rows for which there is room, if rows must be made in buffers; else there is no limit.
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
