//! Loads and stores: the only place outside of `backend` that touches memory by pointer.
//!
//! [`Streams`] are made from slices that all have at least `len` elements. [`Rows`] compares each row with `len` and
//! finds its addresses: in the slices where the row is whole and its elements are there as they are; in a [`Scratch`]
//! where they must be made first, or where the row reaches beyond the end. So no vector needs a check of its own, and
//! none reaches beyond a slice.

use core::marker::PhantomData;

mod kept;
mod later;
mod runs;
mod scratch;

pub use runs::{IN_TURN, get, set};
pub use scratch::Scratch;

use super::reduce::{Choice, Reach};
use super::source::{Factors, Targets};
use super::sums::{PIECE, Terms};
use super::values::{Values, ValuesMut};
use crate::backend::{Lanes, Token, Vector};
use crate::math::{Constants, Formula, Smoothing, is_moderate};
use kept::Kept;
use runs::{Run, Runs, Traits, up_to};

/// What a kernel reads and writes, element by element.
pub struct Streams<'a, T> {
    logits: Kept<T>,
    len: usize,
    targets: Targets<'a, T>,
    smoothing: Option<Smoothing<T>>,
    pos_weight: Factors<'a, T>,
    weight: Factors<'a, T>,
    upstream: Factors<'a, T>,
    /// Nowhere, or good for writing `len` elements.
    outputs: [Kept<T>; 2],
    slices: PhantomData<(&'a [T], &'a mut [T])>,
}

impl<'a, T: Constants> Streams<'a, T> {
    /// As many elements as have both a logit and a target.
    #[inline]
    pub fn new(logits: Values<'a, T>, targets: Targets<'a, T>) -> Self {
        Self {
            logits: Kept::of(logits),
            len: logits.len().min(targets.capacity()),
            targets,
            smoothing: None,
            pos_weight: Factors::Uniform(T::ONE),
            weight: Factors::Uniform(T::ONE),
            upstream: Factors::Uniform(T::ONE),
            outputs: [Kept::NOWHERE; 2],
            slices: PhantomData,
        }
    }

    /// The first output takes the logits' place.
    #[inline]
    pub fn in_place(logits: ValuesMut<'a, T>, targets: Targets<'a, T>) -> Self {
        let len = logits.len().min(targets.capacity());
        let both = Kept::of_mut(logits);
        Self { logits: both, len, outputs: [both, Kept::NOWHERE], ..Self::new(Values::Reals(&[]), targets) }
    }

    #[inline]
    pub fn weighted(self, pos_weight: Factors<'a, T>, weight: Factors<'a, T>) -> Self {
        let len = self.len.min(pos_weight.capacity()).min(weight.capacity());
        Self { len, pos_weight, weight, ..self }
    }

    pub fn upstream(self, upstream: Factors<'a, T>) -> Self {
        Self { len: self.len.min(upstream.capacity()), upstream, ..self }
    }

    #[inline]
    pub fn writing(self, first: ValuesMut<'a, T>) -> Self {
        Self { len: self.len.min(first.len()), outputs: [Kept::of_mut(first), self.outputs[1]], ..self }
    }

    pub fn writing_second(self, second: ValuesMut<'a, T>) -> Self {
        Self { len: self.len.min(second.len()), outputs: [self.outputs[0], Kept::of_mut(second)], ..self }
    }

    /// The same with smoothed targets.
    #[inline]
    pub fn smoothed(&self, smoothing: Smoothing<T>) -> Streams<'_, T> {
        let smoothing = if smoothing.lift == T::ZERO { None } else { Some(smoothing) };
        Streams { smoothing, ..*self }
    }

    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether all weights and positive weights are 1.
    #[inline]
    pub fn weights_are_one(&self) -> bool {
        let is_one = |factors| matches!(factors, Factors::Uniform(v) if v == T::ONE);
        is_one(self.pos_weight) && is_one(self.weight)
    }

    /// Whether all elements have one positive weight, and all weights are 1.
    #[inline]
    pub fn has_one_pos_weight_alone(&self) -> bool {
        self.has_uniform_pos_weight() && matches!(self.weight, Factors::Uniform(v) if v == T::ONE)
    }

    /// Whether all weights, positive weights and upstream derivatives are moderate.
    pub fn weights_are_moderate(&self) -> bool {
        [self.pos_weight, self.weight, self.upstream].iter().all(|factors| match *factors {
            Factors::Uniform(v) => is_moderate(v),
            Factors::Values { moderate, .. } => moderate,
        })
    }

    /// Whether all elements have one positive weight.
    pub fn has_uniform_pos_weight(&self) -> bool {
        matches!(self.pos_weight, Factors::Uniform(_))
    }
}

/// Which streams are read besides the logits.
#[derive(Clone, Copy)]
pub struct Needed {
    targets: bool,
    pos_weight: bool,
    weight: bool,
    upstream: bool,
}

impl Needed {
    pub const fn by<T: Constants, F: Formula<T>>() -> Self {
        Self { targets: F::TARGETS, pos_weight: F::WEIGHTED, weight: F::WEIGHTED, upstream: F::UPSTREAM }
    }
}

/// Rows at equal distances.
#[derive(Clone, Copy)]
pub struct Rows {
    pub start: usize,
    pub distance: usize,
    /// How many there are; the last may reach beyond the end.
    pub count: usize,
    /// How many do not.
    pub whole: usize,
}

impl Rows {
    /// Whether the last reaches beyond the end. A row of one element never does, and needs no code for it.
    #[inline(always)]
    pub fn has_partial<L: Lanes>(self) -> bool {
        L::LANES > 1 && self.whole < self.count
    }
}

impl<T: Constants> Streams<'_, T> {
    /// The rows of so many elements that start at `start` and every `distance` elements after, up to `most` of them.
    #[inline(always)]
    pub fn rows(&self, width: usize, start: usize, distance: usize, most: usize) -> Rows {
        let left = self.len.saturating_sub(start);
        let whole = if left < width { 0 } else { (left - width) / distance + 1 };
        Rows { start, distance, count: left.div_ceil(distance).min(most), whole: whole.min(most) }
    }

    /// How many rows [`runs`](Self::runs) may be asked for.
    #[inline(always)]
    pub fn rows_at_a_time(&self, needed: Needed) -> usize {
        let is_made = |factors| match factors {
            Factors::Uniform(_) => false,
            Factors::Values { repeat, cycles, .. } => repeat != 1 || cycles,
        };
        let targets = needed.targets && (matches!(self.targets, Targets::Bytes(_)) || self.smoothing.is_some());
        let pos_weight = needed.pos_weight && is_made(self.pos_weight);
        let weight = needed.weight && is_made(self.weight);
        let upstream = needed.upstream && is_made(self.upstream);
        #[cfg(feature = "half")]
        let targets = targets
            || matches!(self.targets, Targets::Values(Values::Halves(..)))
            || self.logits.is_half()
            || self.outputs.iter().any(|output| output.is_half());
        if targets || pos_weight || weight || upstream { PIECE } else { usize::MAX }
    }

    /// Where rows are, from `index` on, `count` of them and all whole: in the slices if they are there as they are, or made.
    #[inline(always)]
    pub fn runs<L: Lanes<Scalar = T>>(
        &self,
        l: Token<L>,
        scratch: &mut Scratch<L>,
        needed: Needed,
        rows: Rows,
        index: usize,
        count: usize,
    ) -> Runs<T> {
        let distance = rows.distance;
        let start = rows.start + index * distance;
        // The elements of the rows are all below `len`, and every slice has as many.
        let mut runs = scratch.runs();
        match self.logits {
            Kept::Reals(first) => runs.logit = Run { first: first.wrapping_add(start), step: distance },
            #[cfg(feature = "half")]
            Kept::Halves(..) => {
                let mut k = 0;
                while k < count {
                    // SAFETY: the row is whole, so the logits have its elements.
                    scratch.logits.set(k, unsafe { self.logits.load(l, start + k * distance) });
                    k += 1;
                }
                runs.logit = scratch.logits.run();
            }
        }
        match self.targets {
            Targets::Values(Values::Reals(values)) if self.smoothing.is_none() => {
                runs.target = Run { first: values.as_ptr().wrapping_add(start), step: distance };
            }
            Targets::Absent => {}
            _ if !needed.targets => {}
            targets => {
                let mut k = 0;
                while k < count {
                    let at = start + k * distance;
                    // SAFETY: the row is whole, so every slice has its elements.
                    let target = unsafe {
                        match targets {
                            Targets::Values(values) => Kept::of(values).load(l, at),
                            Targets::Bytes(values) => l.load_bytes(values.as_ptr().wrapping_add(at)),
                            Targets::Absent => l.zero(),
                        }
                    };
                    scratch.targets.set(k, self.smoothed_target(l, target));
                    k += 1;
                }
                runs.target = scratch.targets.run();
            }
        }
        if needed.pos_weight {
            runs.pos_weight = scratch.pos_weight.made(l, &self.pos_weight, start, distance, count);
        }
        if needed.weight {
            runs.weight = scratch.weight.made(l, &self.weight, start, distance, count);
        }
        if needed.upstream {
            runs.upstream = scratch.upstream.made(l, &self.upstream, start, distance, count);
        }
        #[cfg(feature = "half")]
        for (k, results) in scratch.results.iter_mut().enumerate() {
            if self.outputs[k].is_half() {
                runs.outputs[k] = results.room();
            }
        }
        let [first, second] = runs.outputs;
        runs.outputs = [self.outputs[0].run(start, distance, first), self.outputs[1].run(start, distance, second)];
        runs
    }

    /// Rounds the results of rows, those of the last [`runs`](Self::runs), to where they are kept in half the bits.
    #[cfg(feature = "half")]
    #[inline(always)]
    pub fn deliver<L: Lanes<Scalar = T>>(
        &self,
        l: Token<L>,
        scratch: &Scratch<L>,
        outputs: usize,
        rows: Rows,
        index: usize,
        count: usize,
    ) {
        let start = rows.start + index * rows.distance;
        for (results, out) in scratch.results.iter().zip(&self.outputs).take(outputs) {
            let mut k = 0;
            while out.is_half() && k < count {
                // SAFETY: the formula has written these rows, and they are whole, so the output has their elements.
                unsafe { out.store(l.load(results.run().row(k)), start + k * rows.distance) };
                k += 1;
            }
        }
    }

    #[inline(always)]
    fn smoothed_target<L: Lanes<Scalar = T>>(&self, l: Token<L>, target: Vector<L>) -> Vector<L> {
        if let Some(smoothing) = self.smoothing { smoothing.of(l, target) } else { target }
    }

    /// Where the row that reaches beyond the end starts, and how many of its elements are there.
    #[inline(always)]
    fn place_of_partial(&self, rows: Rows) -> (usize, usize) {
        let start = rows.start + rows.whole * rows.distance;
        (start, self.len.saturating_sub(start))
    }

    /// Copies the row that reaches beyond the end to where it can be read whole, whatever its index.
    #[inline(always)]
    pub fn partial<L: Lanes<Scalar = T>>(&self, l: Token<L>, scratch: &mut Scratch<L>, rows: Rows) -> Runs<T> {
        self.gather(scratch, rows);
        let row = scratch.target.as_mut();
        set(self.smoothed_target(l, get(l, row, 0)), row, 0);
        scratch.runs()
    }

    /// The terms of the row that reaches beyond the end: what lies beyond adds nothing.
    #[inline(always)]
    pub fn inside<L: Lanes<Scalar = T>>(&self, l: Token<L>, rows: Rows, terms: Terms<L>) -> Terms<L> {
        let (_, valid) = self.place_of_partial(rows);
        let mut outside = l.row(T::ONE);
        up_to(outside.as_mut(), valid).fill(T::ZERO);
        let outside = get(l, outside.as_ref(), 0).equals(l.one());
        let [first, second] = terms.products;
        Terms { term: outside.clear(terms.term), products: [outside.clear(first), outside.clear(second)] }
    }

    /// The fastest formula that takes all of these rows, within its reach.
    #[inline(always)]
    pub fn choice<L: Lanes<Scalar = T>, M: Formula<T>, H: Formula<T>>(
        &self,
        l: Token<L>,
        scratch: &mut Scratch<L>,
        rows: Rows,
        reach: Reach<T>,
    ) -> Choice {
        if const { !M::MODERATE && !H::HARD } {
            return Choice::Any;
        }
        let limit = match reach {
            Reach::None => return Choice::Any,
            Reach::UpTo(limit) => limit,
            Reach::All if H::HARD && !H::HARD_WEIGHTS && matches!(self.targets, Targets::Bytes(_)) => {
                return Choice::Hard;
            }
            Reach::All => T::MAX + T::MAX,
        };
        let smoothing = self.smoothing.unwrap_or(Smoothing::none());
        let values = [smoothing.lift, smoothing.positive()];
        let needed = Needed { targets: H::HARD, pos_weight: false, weight: H::WEIGHTED, upstream: false };
        let mut traits = Traits { bits: l.zero(), least: l.zero() };
        let mut row = 0;
        while row < rows.whole {
            let count = self.rows_at_a_time(needed).min(rows.whole - row);
            let runs = self.runs(l, scratch, needed, rows, row, count);
            traits = runs.traits::<L, H>(l, count, values, traits);
            row += count;
        }
        if rows.has_partial::<L>() {
            let runs = self.partial(l, scratch, rows);
            traits = runs.traits::<L, H>(l, 1, values, traits);
        }
        let within = traits.least.ge(l.splat(-limit));
        // Positive weights that differ mix in the lanes of a product.
        let hard = H::HARD && (!H::HARD_WEIGHTS || self.has_uniform_pos_weight());
        if hard && (within & traits.bits.equals(l.zero())).all() {
            Choice::Hard
        } else if M::MODERATE && within.all() {
            Choice::Moderate
        } else {
            Choice::Any
        }
    }

    /// Copies the row that reaches beyond the end to where it can be read whole. What lies beyond has target and weight 0,
    /// unless one weight holds for all.
    #[cold]
    #[inline(never)]
    fn gather<L: Lanes<Scalar = T>>(&self, scratch: &mut Scratch<L>, rows: Rows) {
        let (start, valid) = self.place_of_partial(rows);
        for (i, slot) in scratch.logit.as_mut().iter_mut().take(valid).enumerate() {
            // SAFETY: start + i < start + valid <= len.
            *slot = unsafe { self.logits.read(start + i) };
        }
        scratch.target.as_mut().fill(T::ZERO);
        self.targets.expand(start, up_to(scratch.target.as_mut(), valid));
        scratch.pos_weight.gather(&self.pos_weight, start, valid);
        scratch.weight.gather(&self.weight, start, valid);
        scratch.upstream.gather(&self.upstream, start, valid);
    }

    /// Copies the results of a partial row to the outputs.
    #[cold]
    #[inline(never)]
    pub fn scatter<L: Lanes<Scalar = T>>(&self, scratch: &Scratch<L>, outputs: usize, rows: Rows) {
        let (start, valid) = self.place_of_partial(rows);
        for (&out, row) in self.outputs.iter().zip(&scratch.outputs).take(outputs) {
            if !out.is_nowhere() {
                for (i, &v) in row.as_ref().iter().take(valid).enumerate() {
                    // SAFETY: start + i < start + valid <= len, which is no more than the output has.
                    unsafe { out.write(start + i, v) };
                }
            }
        }
    }
}
