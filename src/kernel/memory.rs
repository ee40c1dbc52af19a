//! Loads and stores: the only place outside of `backend` that touches memory by pointer.
//!
//! [`Streams`] are made from slices that all have at least `len` elements. [`Rows`] compares each row with `len` and
//! finds its addresses: in the slices where the row is whole and its elements are there as they are; in a [`Scratch`]
//! where they must be made first, or where the row reaches beyond the end. So no vector needs a check of its own, and
//! none reaches beyond a slice.

use core::marker::PhantomData;

use super::reduce::Reach;
use super::source::{Factors, Targets};
use super::sums::Terms;
use crate::backend::{Float, Lanes, Token, Vector};
use crate::math::{Constants, Formula, Inputs, Results, Smoothing};

/// What a kernel reads and writes, element by element.
pub struct Streams<'a, T> {
    logits: *const T,
    len: usize,
    targets: Targets<'a, T>,
    smoothing: Option<Smoothing<T>>,
    pos_weight: Factors<'a, T>,
    weight: Factors<'a, T>,
    upstream: Factors<'a, T>,
    /// Null, or good for writing `len` elements.
    outputs: [*mut T; 2],
    slices: PhantomData<(&'a [T], &'a mut [T])>,
}

impl<'a, T: Constants> Streams<'a, T> {
    /// As many elements as have both a logit and a target.
    pub fn new(logits: &'a [T], targets: Targets<'a, T>) -> Self {
        Self {
            logits: logits.as_ptr(),
            len: logits.len().min(targets.capacity()),
            targets,
            smoothing: None,
            pos_weight: Factors::Uniform(T::ONE),
            weight: Factors::Uniform(T::ONE),
            upstream: Factors::Uniform(T::ONE),
            outputs: [core::ptr::null_mut(); 2],
            slices: PhantomData,
        }
    }

    /// The first output takes the logits' place.
    pub fn in_place(logits: &'a mut [T], targets: Targets<'a, T>) -> Self {
        let len = logits.len().min(targets.capacity());
        let both = logits.as_mut_ptr();
        Self { logits: both, len, outputs: [both, core::ptr::null_mut()], ..Self::new(&[], targets) }
    }

    pub fn weighted(self, pos_weight: Factors<'a, T>, weight: Factors<'a, T>) -> Self {
        let len = self.len.min(pos_weight.capacity()).min(weight.capacity());
        Self { len, pos_weight, weight, ..self }
    }

    pub fn upstream(self, upstream: Factors<'a, T>) -> Self {
        Self { len: self.len.min(upstream.capacity()), upstream, ..self }
    }

    pub fn writing(self, first: &'a mut [T]) -> Self {
        Self { len: self.len.min(first.len()), outputs: [first.as_mut_ptr(), self.outputs[1]], ..self }
    }

    pub fn writing_second(self, second: &'a mut [T]) -> Self {
        Self { len: self.len.min(second.len()), outputs: [self.outputs[0], second.as_mut_ptr()], ..self }
    }

    /// The same with smoothed targets.
    pub fn smoothed(&self, smoothing: Smoothing<T>) -> Streams<'_, T> {
        let smoothing = if smoothing.lift == T::ZERO { None } else { Some(smoothing) };
        Streams { smoothing, ..*self }
    }

    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether all weights and positive weights are 1.
    pub fn weights_are_one(&self) -> bool {
        let is_one = |factors| matches!(factors, Factors::Uniform(v) if v == T::ONE);
        is_one(self.pos_weight) && is_one(self.weight)
    }

    /// Whether all elements have one positive weight, and all weights are 1.
    pub fn has_one_pos_weight_alone(&self) -> bool {
        self.has_uniform_pos_weight() && matches!(self.weight, Factors::Uniform(v) if v == T::ONE)
    }

    /// Whether all elements have one positive weight.
    pub fn has_uniform_pos_weight(&self) -> bool {
        matches!(self.pos_weight, Factors::Uniform(_))
    }
}

/// As many rows as are made at a time, where they are not there as they are.
const MADE: usize = 4;

/// Rows that scalar code evaluates in turn: their chains of operations do not wait for each other.
pub const IN_TURN: usize = 4;

/// Room for elements that are not simply a piece of a slice.
pub struct Scratch<L: Lanes> {
    logit: L::Row,
    target: [L::Row; MADE],
    pos_weight: [L::Row; MADE],
    weight: [L::Row; MADE],
    upstream: [L::Row; MADE],
    outputs: [L::Row; 2],
}

impl<L: Lanes<Scalar: Constants>> Scratch<L> {
    /// With what is the same in every row.
    #[inline(always)]
    pub fn new(l: Token<L>, streams: &Streams<'_, L::Scalar>) -> Self {
        let zero = L::Scalar::ZERO;
        let uniform = |factors| if let Factors::Uniform(v) = factors { v } else { zero };
        Self {
            logit: l.row(zero),
            target: [l.row(zero); MADE],
            pos_weight: [l.row(uniform(streams.pos_weight)); MADE],
            weight: [l.row(uniform(streams.weight)); MADE],
            upstream: [l.row(uniform(streams.upstream)); MADE],
            outputs: [l.row(zero); 2],
        }
    }

    /// One row, all of it here.
    #[inline(always)]
    fn runs(&mut self) -> Runs<L::Scalar> {
        let [first, second] = &mut self.outputs;
        Runs {
            logit: Run { first: self.logit.as_ref().as_ptr(), step: 0 },
            target: Run { first: self.target[0].as_ref().as_ptr(), step: 0 },
            pos_weight: Run { first: self.pos_weight[0].as_ref().as_ptr(), step: 0 },
            weight: Run { first: self.weight[0].as_ref().as_ptr(), step: 0 },
            upstream: Run { first: self.upstream[0].as_ref().as_ptr(), step: 0 },
            outputs: [first.as_mut().as_mut_ptr(), second.as_mut().as_mut_ptr()],
            output_steps: [0; 2],
        }
    }
}

/// Where the rows of a stream are: so many elements from one to the next.
#[derive(Clone, Copy)]
struct Run<T> {
    first: *const T,
    step: usize,
}

impl<T> Run<T> {
    #[inline(always)]
    fn row(self, index: usize) -> *const T {
        self.first.wrapping_add(index * self.step)
    }
}

/// The rows of all streams, good for reading and, for the outputs, for writing them.
pub struct Runs<T> {
    logit: Run<T>,
    target: Run<T>,
    pos_weight: Run<T>,
    weight: Run<T>,
    upstream: Run<T>,
    outputs: [*mut T; 2],
    output_steps: [usize; 2],
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
            let to = self.outputs[k].wrapping_add(row * self.output_steps[k]);
            // SAFETY: each row has room for as many elements as a vector has.
            unsafe { results.outputs[k].store(to) };
            k += 1;
        }
        Terms { term: results.term, products: results.factors }
    }

    /// Evaluates a formula for one row, writes what it has for each element, and returns what is summed.
    #[inline(always)]
    pub fn evaluate<L: Lanes<Scalar = T>, F: Formula<T>>(&self, l: Token<L>, formula: F, row: usize) -> Terms<L> {
        self.write::<L, F>(row, formula.evaluate(l, self.inputs::<L, F>(l, row)))
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

    /// Whether the targets of so many rows are all one of two values, their weights 0 or 1 if need be, and no logit is
    /// larger than the limit. A logit that is NaN is of no account.
    #[inline(always)]
    fn are_hard<L: Lanes<Scalar = T>, F: Formula<T>>(&self, l: Token<L>, count: usize, hard: [T; 2], limit: T) -> bool {
        let (low, high) = (l.splat(hard[0]), l.splat(hard[1]));
        // The bits that differ from those of the values, and the lowest of the negative magnitudes.
        let (mut bits, mut least) = (l.zero(), l.zero());
        let mut row = 0;
        while row < count {
            let Inputs { logit, target, weight, .. } = self.inputs::<L, F>(l, row);
            let (mut other, mut below) = (target.xor(target.ge(high).select(high, low)), -logit.abs());
            if F::WEIGHTED {
                let absent = weight.equals(l.zero());
                if F::HARD_WEIGHTS {
                    other = other.or(weight.xor(l.one()));
                }
                (other, below) = (absent.clear(other), absent.clear(below));
            }
            bits = bits.or(other);
            least = least.at_most(below);
            row += 1;
        }
        (bits.equals(l.zero()) & least.ge(l.splat(-limit))).all()
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
    pub fn rows_at_a_time<F: Formula<T>>(&self) -> usize {
        let is_made = |factors| match factors {
            Factors::Uniform(_) => false,
            Factors::Values { repeat, cycles, .. } => repeat != 1 || cycles,
        };
        let targets = matches!(self.targets, Targets::Bytes(_)) || self.smoothing.is_some();
        let weights = F::WEIGHTED && (is_made(self.pos_weight) || is_made(self.weight));
        if targets || weights || F::UPSTREAM && is_made(self.upstream) { MADE } else { usize::MAX }
    }

    /// Where rows are, from `index` on, `count` of them and all whole: in the slices if they are there as they are, or made.
    #[inline(always)]
    pub fn runs<L: Lanes<Scalar = T>, F: Formula<T>>(
        &self,
        l: Token<L>,
        scratch: &mut Scratch<L>,
        rows: Rows,
        index: usize,
        count: usize,
    ) -> Runs<T> {
        let distance = rows.distance;
        let start = rows.start + index * distance;
        // The elements of the rows are all below `len`, and every slice has as many.
        let mut runs = scratch.runs();
        runs.logit = Run { first: self.logits.wrapping_add(start), step: distance };
        match self.targets {
            Targets::Reals(values) if self.smoothing.is_none() => {
                runs.target = Run { first: values.as_ptr().wrapping_add(start), step: distance };
            }
            Targets::Absent => {}
            targets => {
                for (k, row) in scratch.target.iter_mut().enumerate().take(count) {
                    let at = start + k * distance;
                    // SAFETY: the row is whole, so every slice has its elements.
                    let target = unsafe {
                        match targets {
                            Targets::Reals(values) => l.load(values.as_ptr().wrapping_add(at)),
                            Targets::Bytes(values) => l.load_bytes(values.as_ptr().wrapping_add(at)),
                            Targets::Absent => l.zero(),
                        }
                    };
                    set(self.smoothed_target(l, target), row.as_mut(), 0);
                }
                runs.target.step = L::LANES;
            }
        }
        if F::WEIGHTED {
            runs.pos_weight = made(&self.pos_weight, start, distance, up_to(&mut scratch.pos_weight, count));
            runs.weight = made(&self.weight, start, distance, up_to(&mut scratch.weight, count));
        }
        if F::UPSTREAM {
            runs.upstream = made(&self.upstream, start, distance, up_to(&mut scratch.upstream, count));
        }
        for ((place, step), &out) in runs.outputs.iter_mut().zip(&mut runs.output_steps).zip(&self.outputs) {
            // An output that nobody gave goes to the scratch.
            if !out.is_null() {
                *place = out.wrapping_add(start);
                *step = distance;
            }
        }
        runs
    }

    #[inline(always)]
    fn smoothed_target<L: Lanes<Scalar = T>>(&self, l: Token<L>, target: Vector<L>) -> Vector<L> {
        if let Some(smoothing) = self.smoothing { smoothing.of(l, target) } else { target }
    }

    /// Copies the last row, of which only so many elements are there, to where it can be read whole.
    #[inline(always)]
    fn gathered<L: Lanes<Scalar = T>>(
        &self,
        l: Token<L>,
        scratch: &mut Scratch<L>,
        start: usize,
        valid: usize,
    ) -> Runs<T> {
        self.gather(scratch, start, valid);
        let [row, ..] = &mut scratch.target;
        set(self.smoothed_target(l, get(l, row.as_ref(), 0)), row.as_mut(), 0);
        scratch.runs()
    }

    /// Evaluates the formula for the last row, if it reaches beyond the end: those elements are not touched and add nothing.
    #[inline(always)]
    pub fn evaluate_partial<L: Lanes<Scalar = T>, F: Formula<T>>(
        &self,
        l: Token<L>,
        scratch: &mut Scratch<L>,
        formula: F,
        rows: Rows,
    ) -> Terms<L> {
        let start = rows.start + rows.whole * rows.distance;
        let valid = self.len.saturating_sub(start);
        let mut terms = self.gathered(l, scratch, start, valid).evaluate(l, formula, 0);
        self.scatter(scratch, F::OUTPUTS, start, valid);
        let mut outside = l.row(T::ONE);
        up_to(outside.as_mut(), valid).fill(T::ZERO);
        let outside = get(l, outside.as_ref(), 0).equals(l.one());
        terms.term = outside.clear(terms.term);
        terms.products = [outside.clear(terms.products[0]), outside.clear(terms.products[1])];
        terms
    }

    /// Whether all of these rows are what [`Formula::HARD`] asks for, and no logit is beyond reach; a weight of 0 excuses
    /// its target and its logit.
    #[inline(always)]
    pub fn are_hard<L: Lanes<Scalar = T>, F: Formula<T>>(
        &self,
        l: Token<L>,
        scratch: &mut Scratch<L>,
        rows: Rows,
        reach: Reach<T>,
    ) -> bool {
        let limit = match reach {
            Reach::None => return false,
            Reach::UpTo(limit) => limit,
            Reach::All if !F::HARD_WEIGHTS && matches!(self.targets, Targets::Bytes(_)) => return true,
            Reach::All => T::MAX + T::MAX,
        };
        let smoothing = self.smoothing.unwrap_or(Smoothing::none());
        let values = [smoothing.lift, smoothing.positive()];
        let mut hard = true;
        let mut row = 0;
        while row < rows.whole && hard {
            let count = self.rows_at_a_time::<F>().min(rows.whole - row);
            let runs = self.runs::<L, F>(l, scratch, rows, row, count);
            hard = runs.are_hard::<L, F>(l, count, values, limit);
            row += count;
        }
        if hard && rows.whole < rows.count {
            let start = rows.start + rows.whole * rows.distance;
            let runs = self.gathered(l, scratch, start, self.len.saturating_sub(start));
            hard = runs.are_hard::<L, F>(l, 1, values, limit);
        }
        hard
    }

    /// Copies the `valid` elements from `start` on, less than a row, to where a whole row can be read. What is beyond
    /// them has target and weight 0, unless one weight holds for all.
    #[cold]
    #[inline(never)]
    fn gather<L: Lanes<Scalar = T>>(&self, scratch: &mut Scratch<L>, start: usize, valid: usize) {
        for (i, slot) in scratch.logit.as_mut().iter_mut().take(valid).enumerate() {
            // SAFETY: start + i < start + valid <= len.
            *slot = unsafe { self.logits.add(start + i).read() };
        }
        scratch.target[0].as_mut().fill(T::ZERO);
        self.targets.expand(start, up_to(scratch.target[0].as_mut(), valid));
        let rows = [&mut scratch.pos_weight, &mut scratch.weight, &mut scratch.upstream];
        for ([row, ..], factors) in rows.into_iter().zip([self.pos_weight, self.weight, self.upstream]) {
            if let Factors::Values { .. } = factors {
                row.as_mut().fill(T::ZERO);
                factors.expand(start, valid, valid, up_to(row.as_mut(), valid));
            }
        }
    }

    /// Copies the results of a partial row to the outputs.
    #[cold]
    #[inline(never)]
    fn scatter<L: Lanes<Scalar = T>>(&self, scratch: &Scratch<L>, outputs: usize, start: usize, valid: usize) {
        for (&out, row) in self.outputs.iter().zip(&scratch.outputs).take(outputs) {
            if !out.is_null() {
                for (i, &v) in row.as_ref().iter().take(valid).enumerate() {
                    // SAFETY: start + i < start + valid <= len, which is no more than the output has.
                    unsafe { out.add(start + i).write(v) };
                }
            }
        }
    }
}

/// Where rows of factors are.
#[inline(always)]
fn made<T: Float, R: bytemuck::Pod>(factors: &Factors<'_, T>, start: usize, distance: usize, room: &mut [R]) -> Run<T> {
    let width = size_of::<R>() / size_of::<T>();
    let room: &mut [T] = bytemuck::cast_slice_mut(room);
    match *factors {
        Factors::Uniform(_) => Run { first: room.as_ptr(), step: 0 },
        Factors::Values { values, repeat: 1, cycles: false, first } => {
            Run { first: values.as_ptr().wrapping_add(first + start), step: distance }
        }
        Factors::Values { .. } => {
            factors.expand(start, distance, width, room);
            Run { first: room.as_ptr(), step: width }
        }
    }
}

/// The first elements, no more than there are.
fn up_to<T>(slice: &mut [T], count: usize) -> &mut [T] {
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
