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
use crate::math::{Constants, Formula, Inputs};

/// What a kernel reads and writes, element by element.
pub struct Streams<'a, T> {
    logits: *const T,
    len: usize,
    targets: Targets<'a, T>,
    pos_weight: Factors<'a, T>,
    weight: Factors<'a, T>,
    upstream: Factors<'a, T>,
    /// Null, or good for writing `len` elements.
    outputs: [*mut T; 2],
    slices: PhantomData<(&'a [T], &'a mut [T])>,
}

impl<'a, T: Float> Streams<'a, T> {
    /// As many elements as have both a logit and a target.
    pub fn new(logits: &'a [T], targets: Targets<'a, T>) -> Self {
        Self {
            logits: logits.as_ptr(),
            len: logits.len().min(targets.capacity()),
            targets,
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

    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether all weights and positive weights are 1.
    pub fn weights_are_one(&self) -> bool {
        let is_one = |factors| matches!(factors, Factors::Uniform(v) if v == T::ONE);
        is_one(self.pos_weight) && is_one(self.weight)
    }

    /// Whether all elements have one positive weight.
    pub fn has_uniform_pos_weight(&self) -> bool {
        matches!(self.pos_weight, Factors::Uniform(_))
    }
}

/// Room for elements that are not simply a piece of a slice.
pub struct Scratch<L: Lanes> {
    logit: L::Row,
    target: L::Row,
    pos_weight: L::Row,
    weight: L::Row,
    upstream: L::Row,
    outputs: [L::Row; 2],
}

impl<L: Lanes> Scratch<L> {
    #[inline(always)]
    pub fn zero(l: Token<L>) -> Self {
        let row = l.row(L::Scalar::ZERO);
        Self { logit: row, target: row, pos_weight: row, weight: row, upstream: row, outputs: [row; 2] }
    }

    /// Writes what is the same in every row.
    #[inline(always)]
    pub fn fill(&mut self, streams: &Streams<'_, L::Scalar>) {
        let rows = [&mut self.pos_weight, &mut self.weight, &mut self.upstream];
        for (row, factors) in rows.into_iter().zip([streams.pos_weight, streams.weight, streams.upstream]) {
            if let Factors::Uniform(v) = factors {
                row.as_mut().fill(v);
            }
        }
    }

    #[inline(always)]
    fn row<const W: usize>(&mut self) -> Row<L, W> {
        const { assert!(size_of::<L::Row>() == L::LANES * W * size_of::<L::Scalar>()) };
        let [first, second] = &mut self.outputs;
        Row {
            logit: self.logit.as_ref().as_ptr(),
            target: self.target.as_ref().as_ptr(),
            pos_weight: self.pos_weight.as_ref().as_ptr(),
            weight: self.weight.as_ref().as_ptr(),
            upstream: self.upstream.as_ref().as_ptr(),
            outputs: [first.as_mut().as_mut_ptr(), second.as_mut().as_mut_ptr()],
        }
    }
}

/// The addresses of `W` vectors of each stream, good for reading and, for the outputs, for writing them.
struct Row<L: Lanes, const W: usize> {
    logit: *const L::Scalar,
    target: *const L::Scalar,
    pos_weight: *const L::Scalar,
    weight: *const L::Scalar,
    upstream: *const L::Scalar,
    outputs: [*mut L::Scalar; 2],
}

impl<T: Constants, L: Lanes<Scalar = T>, const W: usize> Row<L, W> {
    #[inline(always)]
    fn evaluate<F: Formula<T>>(&self, l: Token<L>, formula: F) -> [Terms<L>; W] {
        let mut terms = [Terms::none(l); W];
        let mut j = 0;
        while j < W {
            let at = j * L::LANES;
            // SAFETY: at + LANES <= W * LANES, which is what the addresses are good for.
            let (inputs, outputs) = unsafe {
                let weights = if F::WEIGHTED {
                    [l.load(self.pos_weight.add(at)), l.load(self.weight.add(at))]
                } else {
                    [l.one(); 2]
                };
                let inputs = Inputs {
                    logit: l.load(self.logit.add(at)),
                    target: if F::TARGETS { l.load(self.target.add(at)) } else { l.one() },
                    pos_weight: weights[0],
                    weight: weights[1],
                    upstream: if F::UPSTREAM { l.load(self.upstream.add(at)) } else { l.one() },
                };
                (inputs, [self.outputs[0].add(at), self.outputs[1].add(at)])
            };
            let results = formula.evaluate(l, inputs);
            // SAFETY: likewise.
            unsafe {
                if F::OUTPUTS > 0 {
                    results.outputs[0].store(outputs[0]);
                }
                if F::OUTPUTS > 1 {
                    results.outputs[1].store(outputs[1]);
                }
            }
            terms[j] = Terms { term: results.term, products: results.factors };
            j += 1;
        }
        terms
    }

    #[inline(always)]
    fn is_hard<H: Formula<T>>(&self, l: Token<L>, reach: Reach<T>) -> bool {
        let mut hard = l.zero().equals(l.zero());
        let mut j = 0;
        while j < W {
            let at = j * L::LANES;
            // SAFETY: at + LANES <= W * LANES, which is what the addresses are good for.
            let (t, w) = unsafe { (l.load(self.target.add(at)), l.load(self.weight.add(at))) };
            let absent = w.equals(l.zero());
            let mut present = t.equals(l.zero()) | t.equals(l.one());
            if H::HARD_WEIGHTS {
                present = present & w.equals(l.one());
            }
            if let Reach::UpTo(limit) = reach {
                // SAFETY: likewise.
                let x = unsafe { l.load(self.logit.add(at)) };
                present = present & l.splat(limit).ge(x.abs());
            }
            hard = hard & (absent | present);
            j += 1;
        }
        hard.all()
    }
}

/// Where a stream's rows are.
#[derive(Clone, Copy)]
enum Place<T> {
    /// The first row is there, the next so many elements on.
    At(*const T, usize),
    /// Each row must be written before it can be read.
    Made,
}

impl<T: Float> Place<T> {
    /// Row `index`, whose first element is `at`; written to `room` if need be.
    #[inline(always)]
    fn of(self, index: usize, factors: &Factors<'_, T>, at: usize, room: &mut [T]) -> *const T {
        match self {
            Self::At(first, step) => first.wrapping_add(index * step),
            Self::Made => factors.row(at, room),
        }
    }
}

/// Rows at equal distances, of which only the last may reach beyond the end.
pub struct Rows<'r, 'a, L: Lanes, const W: usize> {
    streams: &'r Streams<'a, L::Scalar>,
    scratch: &'r mut Scratch<L>,
    start: usize,
    distance: usize,
    count: usize,
    target: Place<L::Scalar>,
    pos_weight: Place<L::Scalar>,
    weight: Place<L::Scalar>,
    upstream: Place<L::Scalar>,
}

impl<T: Constants, L: Lanes<Scalar = T>, const W: usize> Rows<'_, '_, L, W> {
    #[inline(always)]
    pub fn count(&self) -> usize {
        self.count
    }

    /// Evaluates the formula for one row, writes what it has for each element, and returns what is summed. Elements
    /// beyond the end are not touched and add nothing.
    #[inline(always)]
    pub fn evaluate<F: Formula<T>>(&mut self, l: Token<L>, formula: F, index: usize) -> [Terms<L>; W] {
        let (row, valid) = self.row(index, F::WEIGHTED, F::UPSTREAM);
        let mut terms = row.evaluate(l, formula);
        if valid < L::LANES * W {
            self.streams.scatter(self.scratch, F::OUTPUTS, self.start + index * self.distance, valid);
            let mut outside = l.row(T::ONE);
            up_to(outside.as_mut(), valid).fill(T::ZERO);
            let mut j = 0;
            while j < W {
                let outside = get(l, outside.as_ref(), j * L::LANES).equals(l.one());
                terms[j].term = outside.clear(terms[j].term);
                terms[j].products[0] = outside.clear(terms[j].products[0]);
                terms[j].products[1] = outside.clear(terms[j].products[1]);
                j += 1;
            }
        }
        terms
    }

    /// Whether all of them are what [`Formula::HARD`] asks for, and no logit is beyond reach; a weight of 0 excuses its
    /// target and its logit.
    #[inline(always)]
    pub fn are_hard<H: Formula<T>>(&mut self, l: Token<L>, reach: Reach<T>) -> bool {
        if reach == Reach::None {
            return false;
        }
        if !H::HARD_WEIGHTS && reach == Reach::All && matches!(self.streams.targets, Targets::Bytes(_)) {
            return true;
        }
        let mut row = 0;
        while row < self.count {
            if !self.row(row, true, false).0.is_hard::<H>(l, reach) {
                return false;
            }
            row += 1;
        }
        true
    }

    /// The addresses of one row, and how many of its elements there are.
    #[inline(always)]
    fn row(&mut self, index: usize, weighted: bool, upstream: bool) -> (Row<L, W>, usize) {
        let (streams, scratch) = (self.streams, &mut *self.scratch);
        let at = self.start + index * self.distance;
        let valid = streams.len.saturating_sub(at);
        if valid < L::LANES * W {
            streams.gather(scratch, at, valid);
            return (scratch.row(), valid);
        }
        // The elements of the row are all below `len`, and every slice has as many.
        let mut row = scratch.row();
        row.logit = streams.logits.wrapping_add(at);
        match self.target {
            Place::At(first, step) => row.target = first.wrapping_add(index * step),
            Place::Made => streams.targets.expand(at, scratch.target.as_mut()),
        }
        if weighted {
            row.pos_weight = self.pos_weight.of(index, &streams.pos_weight, at, scratch.pos_weight.as_mut());
            row.weight = self.weight.of(index, &streams.weight, at, scratch.weight.as_mut());
        }
        if upstream {
            row.upstream = self.upstream.of(index, &streams.upstream, at, scratch.upstream.as_mut());
        }
        for (place, &out) in row.outputs.iter_mut().zip(&streams.outputs) {
            // An output that nobody gave goes to the scratch.
            if !out.is_null() {
                *place = out.wrapping_add(at);
            }
        }
        (row, valid)
    }
}

impl<'a, T: Constants> Streams<'a, T> {
    /// The rows that start at `start` and every `distance` elements after, up to `most` of them.
    #[inline(always)]
    pub fn rows<'r, L: Lanes<Scalar = T>, const W: usize>(
        &'r self,
        scratch: &'r mut Scratch<L>,
        start: usize,
        distance: usize,
        most: usize,
    ) -> Rows<'r, 'a, L, W> {
        let target = match self.targets {
            Targets::Reals(values) => Place::At(values.as_ptr().wrapping_add(start), distance),
            Targets::Bytes(_) => Place::Made,
            Targets::Absent => Place::At(scratch.target.as_ref().as_ptr(), 0),
        };
        Rows {
            start,
            distance,
            count: self.len.saturating_sub(start).div_ceil(distance).min(most),
            target,
            pos_weight: place(&self.pos_weight, scratch.pos_weight.as_ref(), start, distance),
            weight: place(&self.weight, scratch.weight.as_ref(), start, distance),
            upstream: place(&self.upstream, scratch.upstream.as_ref(), start, distance),
            streams: self,
            scratch,
        }
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
        scratch.target.as_mut().fill(T::ZERO);
        self.targets.expand(start, up_to(scratch.target.as_mut(), valid));
        let rows = [&mut scratch.pos_weight, &mut scratch.weight, &mut scratch.upstream];
        for (row, factors) in rows.into_iter().zip([self.pos_weight, self.weight, self.upstream]) {
            if let Factors::Values { .. } = factors {
                row.as_mut().fill(T::ZERO);
                factors.expand(start, up_to(row.as_mut(), valid));
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

/// Where the factors of the rows from `first` on are.
#[inline(always)]
fn place<T: Float>(factors: &Factors<'_, T>, uniform: &[T], first: usize, distance: usize) -> Place<T> {
    match *factors {
        Factors::Uniform(_) => Place::At(uniform.as_ptr(), 0),
        Factors::Values { values, repeat: 1, cycles: false } => {
            Place::At(values.as_ptr().wrapping_add(first), distance)
        }
        Factors::Values { .. } => Place::Made,
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
