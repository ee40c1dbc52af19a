//! Loads and stores: the only place outside of `backend` that touches memory by pointer.
//!
//! [`Streams`] are made from slices that all have at least `len` elements. [`Streams::row`] looks once at what is left
//! of them and hands out the addresses of one [`Row`]: in the slices where the row is whole and its elements are there
//! as they are, in a [`Scratch`] where it ends beyond `len` or where the elements must be made first. So no vector
//! needs a check of its own, and none reaches beyond a slice.

use core::marker::PhantomData;

use super::source::{Factors, Targets};
use crate::backend::{Float, Lanes, Token, Vector};
use crate::math::{Constants, Double, Formula, Inputs, log1p_double};

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
    /// As many elements as logits and targets both have.
    pub fn new(logits: &'a [T], targets: Targets<'a, T>) -> Self {
        Self {
            logits: logits.as_ptr(),
            len: logits.len().min(targets.len()),
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
        let len = logits.len().min(targets.len());
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

/// Room for rows that are not simply a piece of a slice.
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
    pub fn new(l: Token<L>, streams: &Streams<'_, L::Scalar>) -> Self {
        let zeros = l.row(L::Scalar::ZERO);
        let mut scratch = Self {
            logit: zeros,
            target: zeros,
            pos_weight: zeros,
            weight: zeros,
            upstream: zeros,
            outputs: [zeros; 2],
        };
        // Those that are the same in every row are written only here.
        streams.pos_weight.expand(0, scratch.pos_weight.as_mut());
        streams.weight.expand(0, scratch.weight.as_mut());
        streams.upstream.expand(0, scratch.upstream.as_mut());
        scratch
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
                    target: l.load(self.target.add(at)),
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
    fn is_hard(&self, l: Token<L>) -> bool {
        let mut hard = l.zero().equals(l.zero());
        let mut j = 0;
        while j < W {
            let at = j * L::LANES;
            // SAFETY: at + LANES <= W * LANES, which is what the addresses are good for.
            let (t, w) = unsafe { (l.load(self.target.add(at)), l.load(self.weight.add(at))) };
            let absent = w.equals(l.zero());
            let present = w.equals(l.one()) & (t.equals(l.zero()) | t.equals(l.one()));
            hard = hard & (absent | present);
            j += 1;
        }
        hard.all()
    }
}

/// What a vector of elements, or any number of them, adds to the sums.
#[derive(Clone, Copy)]
pub struct Terms<L: Lanes> {
    pub term: Vector<L>,
    /// Products of 1 + e, less 1.
    pub products: [Vector<L>; 2],
}

impl<L: Lanes> Terms<L> {
    #[inline(always)]
    pub fn none(l: Token<L>) -> Self {
        Self { term: l.zero(), products: [l.zero(); 2] }
    }

    /// (1 + a)(1 + b) - 1 = a + b + a b: nothing cancels, and no small factor is lost.
    #[inline(always)]
    pub fn join<T: Constants, F: Formula<T>>(mut self, other: Self) -> Self {
        self.term = self.term + other.term;
        let mut k = 0;
        while k < F::PRODUCTS {
            let (a, b) = (self.products[k], other.products[k]);
            self.products[k] = a.mul_add(b, a + b);
            k += 1;
        }
        self
    }
}

/// The sum of each virtual lane, in two words.
pub struct LaneSums<T: Constants> {
    hi: T::VirtualLanes,
    lo: T::VirtualLanes,
}

impl<T: Constants> LaneSums<T> {
    #[inline(always)]
    pub fn zero() -> Self {
        Self { hi: Default::default(), lo: Default::default() }
    }

    /// Adds the terms of a block, and the logarithms of its products, to the lanes from `lane` on.
    #[inline(always)]
    pub fn add<L: Lanes<Scalar = T>, F: Formula<T>, const W: usize>(
        &mut self,
        l: Token<L>,
        formula: F,
        lane: usize,
        terms: [Terms<L>; W],
    ) {
        let mut j = 0;
        while j < W {
            let lanes = lane + j * L::LANES..lane + (j + 1) * L::LANES;
            let (Some(hi), Some(lo)) = (self.hi.as_mut().get_mut(lanes.clone()), self.lo.as_mut().get_mut(lanes))
            else {
                return;
            };
            // SAFETY: both slices have LANES elements.
            let sum = unsafe { Double { hi: l.load(hi.as_ptr()), lo: l.load(lo.as_ptr()) } };
            let mut sum = sum.accumulate(terms[j].term);
            let mut k = 0;
            while k < F::PRODUCTS {
                let weight = l.splat(formula.factor_weights()[k]);
                let log = log1p_double(l, terms[j].products[k]);
                sum = sum.accumulate(log.hi * weight);
                sum.lo = log.lo.mul_add(weight, sum.lo);
                k += 1;
            }
            // SAFETY: likewise.
            unsafe {
                sum.hi.store(hi.as_mut_ptr());
                sum.lo.store(lo.as_mut_ptr());
            }
            j += 1;
        }
    }

    /// The sum of all lanes, of which only the first `used` have received anything: a tree of halves.
    pub fn fold(&mut self, used: usize) -> Double<T> {
        let (hi, lo) = (self.hi.as_mut(), self.lo.as_mut());
        let mut half = T::VIRTUAL_LANES / 2;
        while half > 0 {
            let (hi, hi_other) = hi.split_at_mut(half);
            let (lo, lo_other) = lo.split_at_mut(half);
            for (((hi, lo), &other_hi), &other_lo) in
                hi.iter_mut().zip(lo).zip(&*hi_other).zip(&*lo_other).take(used.saturating_sub(half))
            {
                let sum = Double { hi: *hi, lo: *lo }.plus(Double { hi: other_hi, lo: other_lo });
                (*hi, *lo) = (sum.hi, sum.lo);
            }
            half /= 2;
        }
        match (hi, lo) {
            ([hi, ..], [lo, ..]) => Double { hi: *hi, lo: *lo },
            _ => Double::ZERO,
        }
    }
}

impl<T: Constants> Streams<'_, T> {
    /// Evaluates the formula for the row of elements from `start` on, writes what it has for each element, and returns
    /// what is summed. Elements beyond the end are not touched and add nothing.
    #[inline(always)]
    pub fn evaluate<L: Lanes<Scalar = T>, F: Formula<T>, const W: usize>(
        &self,
        l: Token<L>,
        scratch: &mut Scratch<L>,
        formula: F,
        start: usize,
    ) -> [Terms<L>; W] {
        let valid = self.len.saturating_sub(start);
        if valid >= L::LANES * W {
            self.whole::<L, F, W>(scratch, start).evaluate(l, formula)
        } else {
            self.gather::<L, F>(scratch, start, valid);
            let mut terms = scratch.row::<W>().evaluate(l, formula);
            self.scatter::<L, F>(scratch, start, valid);
            let mut inside = l.row(T::ZERO);
            for slot in inside.as_mut().iter_mut().take(valid) {
                *slot = T::ONE;
            }
            let mut j = 0;
            while j < W {
                // SAFETY: a row has `W` vectors, and j < W.
                let outside = unsafe { l.load(inside.as_ref().as_ptr().add(j * L::LANES)) }.equals(l.zero());
                terms[j].term = outside.select(l.zero(), terms[j].term);
                terms[j].products[0] = outside.select(l.zero(), terms[j].products[0]);
                terms[j].products[1] = outside.select(l.zero(), terms[j].products[1]);
                j += 1;
            }
            terms
        }
    }

    /// Whether all targets and weights of the row are 0 or 1; a weight of 0 excuses its target. Elements beyond the
    /// end count as such.
    #[inline(always)]
    pub fn is_hard<L: Lanes<Scalar = T>, F: Formula<T>, const W: usize>(
        &self,
        l: Token<L>,
        scratch: &mut Scratch<L>,
        start: usize,
    ) -> bool {
        let valid = self.len.saturating_sub(start);
        if valid >= L::LANES * W {
            self.whole::<L, F, W>(scratch, start).is_hard(l)
        } else {
            self.gather::<L, F>(scratch, start, valid);
            scratch.row::<W>().is_hard(l)
        }
    }

    /// The row of elements from `start` on, all of which exist.
    #[inline(always)]
    fn whole<L: Lanes<Scalar = T>, F: Formula<T>, const W: usize>(
        &self,
        scratch: &mut Scratch<L>,
        start: usize,
    ) -> Row<L, W> {
        let width = L::LANES * W;
        debug_assert!(self.len - start >= width);
        let mut row = scratch.row::<W>();
        // SAFETY: start + width <= len, and every slice has at least `len` elements.
        row.logit = unsafe { self.logits.add(start) };
        match self.targets {
            // SAFETY: likewise.
            Targets::Reals(values) => row.target = unsafe { values.as_ptr().add(start) },
            Targets::Bytes(_) => self.targets.expand(start, scratch.target.as_mut()),
        }
        if F::WEIGHTED {
            row.pos_weight = self.pos_weight.row(start, scratch.pos_weight.as_mut());
            row.weight = self.weight.row(start, scratch.weight.as_mut());
        }
        if F::UPSTREAM {
            row.upstream = self.upstream.row(start, scratch.upstream.as_mut());
        }
        for (place, &out) in row.outputs.iter_mut().zip(&self.outputs) {
            // An output that nobody gave goes to the scratch.
            if !out.is_null() {
                // SAFETY: likewise.
                *place = unsafe { out.add(start) };
            }
        }
        row
    }

    /// Copies the `valid` elements from `start` on, less than a row, to where a whole row can be read.
    #[cold]
    #[inline(never)]
    fn gather<L: Lanes<Scalar = T>, F: Formula<T>>(&self, scratch: &mut Scratch<L>, start: usize, valid: usize) {
        let logits = scratch.logit.as_mut();
        for (i, slot) in logits.iter_mut().take(valid).enumerate() {
            // SAFETY: start + i < start + valid <= len.
            *slot = unsafe { self.logits.add(start + i).read() };
        }
        self.targets.expand(start, &mut scratch.target.as_mut()[..valid]);
        if F::WEIGHTED {
            self.pos_weight.expand(start, &mut scratch.pos_weight.as_mut()[..valid]);
            self.weight.expand(start, &mut scratch.weight.as_mut()[..valid]);
        }
        if F::UPSTREAM {
            self.upstream.expand(start, &mut scratch.upstream.as_mut()[..valid]);
        }
    }

    #[cold]
    #[inline(never)]
    fn scatter<L: Lanes<Scalar = T>, F: Formula<T>>(&self, scratch: &Scratch<L>, start: usize, valid: usize) {
        for (out, row) in self.outputs.iter().zip(&scratch.outputs).take(F::OUTPUTS) {
            for (i, &v) in row.as_ref().iter().take(valid).enumerate() {
                if !out.is_null() {
                    // SAFETY: start + i < start + valid <= len, which is no more than the output has.
                    unsafe { out.add(start + i).write(v) };
                }
            }
        }
    }
}
