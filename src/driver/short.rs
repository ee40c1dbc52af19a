//! Short slices without weights: up to one row of virtual lanes, or up to a chunk if nothing is summed.
//!
//! A [`Driver`](super::Driver) needs as long for its preparations as for some hundred elements. Here nothing is cut, made or
//! joined except lanes: one kernel reads the row where it lies, a register at a time, and the last register only as far as
//! the row goes. It adds lanes in the order of [`LaneSums::fold`](super::sum::LaneSums::fold), so the bits are the same. Of
//! a slice longer than a row, the block function takes the whole vectors, and this kernel takes the rest.

use core::marker::PhantomData;
use core::mem::MaybeUninit;
use core::slice::from_raw_parts;

use super::block::{Block, Evaluate, Rows};
use super::streams::Streams;
use super::sum::{chunk_len, load, store, with_logarithm, zero};
use crate::math::{Constants, DoubleWord, Formula, Inputs, Results};
use crate::simd::{Backend, Float, Function, Kernel, Lanes, MICROCONTROLLER, MOST_LANES, Native, Token, Vector};

/// The results of a row.
#[derive(Clone, Copy)]
pub enum RowResult {
    Activation,
    Sum,
    SumAndGradient,
    Losses,
    Gradient,
    GradientAndHessian,
}

impl RowResult {
    const fn has_targets(self) -> bool {
        !matches!(self, Self::Activation)
    }

    /// The largest number of elements that take this path.
    const fn longest<T: Native>(self) -> usize {
        match self {
            Self::Sum | Self::SumAndGradient => T::VIRTUAL_LANES,
            Self::Activation | Self::Losses | Self::Gradient | Self::GradientAndHessian => chunk_len::<T>(),
        }
    }

    /// The number of results that are written for each element.
    const fn outputs(self) -> usize {
        match self {
            Self::Sum => 0,
            Self::Activation | Self::SumAndGradient | Self::Losses | Self::Gradient => 1,
            Self::GradientAndHessian => 2,
        }
    }
}

/// Whether there are few enough elements, and at least one. A microcontroller has no room for a second copy of a formula.
#[inline]
pub fn is_short<T: Native>(result: RowResult, len: usize) -> bool {
    !MICROCONTROLLER && 0 < len && len <= result.longest::<T>()
}

/// A short slice where it lies, and room for its results.
pub struct Row<'r, T> {
    pub result: RowResult,
    /// The number of elements, at least one.
    len: usize,
    logit: *mut T,
    target: *mut T,
    outputs: [*mut T; 2],
    /// The divisor of the sum. The scale of the formula divides the derivatives.
    pub divisor: T,
    /// The formula that is evaluated.
    formula: *const (),
    borrowed: PhantomData<&'r mut T>,
}

impl<T: Constants> Streams<'_, T> {
    /// Returns the elements as a row, without their weights. Returns `None` if there are too many, or if logits or outputs
    /// are not stored as `T`. Other targets are widened to `widened`, if they fit there.
    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn row<'r>(
        &'r mut self,
        result: RowResult,
        divisor: T,
        widened: &'r mut MaybeUninit<T::VirtualLanes>,
    ) -> Option<Row<'r, T>> {
        let (start, len) = (self.elements().start, self.elements().len());
        if !is_short::<T>(result, len) {
            return None;
        }
        let logit = self.logits.as_is(start)?;
        let (mut target, mut outputs) = (logit, [logit; 2]);
        if result.has_targets() {
            let targets = self.targets?;
            target = targets.as_is(start).unwrap_or(widened.as_mut_ptr().cast());
            let storage = targets.storage;
            if !storage.as_is {
                if len > T::VIRTUAL_LANES || storage.is_optional {
                    return None;
                }
                // SAFETY: the targets of these elements are there, and `target` has room for them: for all virtual lanes.
                // Only those that have been written are read.
                let widened = unsafe {
                    targets.widen(start, len, target);
                    from_raw_parts(target, len)
                };
                // Another integer may be an error, which the driver's caller finds.
                let is_label = |&t: &T| (t == T::ZERO) | (t == T::ONE);
                if storage.is_checked && !widened.iter().fold(true, |all, t| all & is_label(t)) {
                    return None;
                }
            }
        }
        if result.outputs() > 0 {
            outputs[0] = self.outputs[0]?.as_is(start)?;
        }
        if result.outputs() > 1 {
            outputs[1] = self.outputs[1]?.as_is(start)?;
        }
        let formula = core::ptr::null();
        Some(Row { result, len, logit, target, outputs, divisor, formula, borrowed: PhantomData })
    }
}

impl<'r, T: Constants> Row<'r, T> {
    /// Whether all elements fit one row, all targets are 0 or 1, and no logit is infinite, as a survey asks of a block.
    pub fn is_hard(&self) -> bool {
        if self.len > T::VIRTUAL_LANES {
            return false;
        }
        // SAFETY: the row has `len` logits and targets.
        let (logits, targets) =
            unsafe { (from_raw_parts(self.logit, self.len), from_raw_parts(self.target, self.len)) };
        let (zero, one) = (T::ZERO.pattern(), T::ONE.pattern());
        let is_hard = |target: T| (target.pattern() == zero) | (target.pattern() == one);
        // A fold looks at all of them, and so can be vectorised.
        let are_hard = targets.iter().fold(true, |all, &target| all & is_hard(target));
        let infinity = T::MAX + T::MAX;
        logits.iter().fold(are_hard, |all, logit| all & (logit.magnitude() != infinity))
    }

    /// Evaluates a formula, and returns the sum, divided. Returns `None` on a backend that leaves rows to the driver, and if
    /// there is more than one row and the formula has sums or weights.
    #[inline]
    pub fn evaluate<F: Formula<T>>(&mut self, backend: Backend, formula: F) -> Option<T> {
        if self.result.outputs() < F::OUTPUTS || !self.result.has_targets() && F::TARGETS {
            return None;
        }
        let evaluate_row = backend.row_function::<T, EvaluateRow<'r, F>>()?;
        self.formula = core::ptr::from_ref(&formula).cast();
        if self.len <= T::VIRTUAL_LANES {
            // SAFETY: the row has all that the formula reads, and room for its outputs.
            return Some(unsafe { evaluate_row.call(self) });
        }
        if const { F::SUMS || F::WEIGHTED } {
            return None;
        }
        // SAFETY: as above, and both functions evaluate this formula.
        unsafe { self.evaluate_rows(backend.function::<T, Evaluate<F>>(), evaluate_row) };
        Some(T::ZERO)
    }

    /// Evaluates the formula for whole vectors, and then for the rest.
    ///
    /// # Safety
    ///
    /// The conditions of both functions hold.
    // This is a function of its own so that a single row does not wait for the registers that are saved here.
    #[inline(never)]
    unsafe fn evaluate_rows(&self, evaluate: Function<Block<T>, ()>, evaluate_row: Function<Self, T>) {
        let width = evaluate.lanes;
        let rest = self.len & (width - 1);
        let rows = |first| Rows { first, step: width };
        let logit = rows(self.logit);
        let mut block = Block {
            // The width is a power of two, so the division is a shift.
            rows: self.len >> width.trailing_zeros(),
            width,
            logit,
            target: rows(self.target),
            // The formula does not read these.
            pos_weight: logit,
            weight: logit,
            upstream: logit,
            outputs: self.outputs.map(rows),
            sums: core::ptr::null_mut(),
            last: width,
            formula: self.formula,
        };
        let from = |first: *mut T| first.wrapping_add(self.len - rest);
        let &Self { logit, target, outputs, .. } = self;
        let mut last =
            Self { len: rest, logit: from(logit), target: from(target), outputs: outputs.map(from), ..*self };
        // SAFETY: the caller's promise.
        unsafe {
            evaluate.call(&mut block);
            if rest > 0 {
                evaluate_row.call(&mut last);
            }
        }
    }
}

/// Evaluates a formula for each element of a row, writes the outputs, and adds the terms.
struct EvaluateRow<'r, F>(PhantomData<(&'r (), F)>);

impl<'r, T: Constants, F: Formula<T>> Kernel<T> for EvaluateRow<'r, F> {
    type Args = Row<'r, T>;
    type Out = T;

    /// # Safety
    ///
    /// `formula` points to an `F`. The logits and, if it reads any, the targets are there, and there is room for its
    /// outputs.
    #[cfg_attr(not(unoptimized), inline(always))]
    unsafe fn run<L: Lanes<Scalar = T>>(l: Token<L>, row: &mut Row<'r, T>) -> T {
        let &mut Row { len, logit, target, outputs, divisor, formula, .. } = row;
        // SAFETY: the caller's promise.
        let formula = unsafe { formula.cast::<F>().read() };
        let one = l.one();
        let mut sums = MaybeUninit::<[T::VirtualLanes; 2]>::uninit();
        let hi = sums.as_mut_ptr().cast::<T>();
        let sums = [hi, hi.wrapping_add(T::VIRTUAL_LANES)];
        let mut lane = 0;
        while lane < len {
            let count = L::LANES.min(len - lane);
            // SAFETY: the caller's promise for `count` elements from `lane` on; the sums have all virtual lanes.
            unsafe {
                let logit = l.load_first(logit.wrapping_add(lane), count);
                let target = if F::TARGETS { l.load_first(target.wrapping_add(lane), count) } else { one };
                let inputs = Inputs { logit, target, pos_weight: one, weight: one, upstream: one };
                let Results { term, products, outputs: results } = formula.evaluate(l, inputs);
                let mut k = 0;
                while k < F::OUTPUTS {
                    results[k].store_first(outputs[k].wrapping_add(lane), count);
                    k += 1;
                }
                if const { F::SUMS } {
                    let (beyond, weights) = (l.beyond(count), formula.log_weights());
                    let mut sum = zero(l).accumulate(beyond.clear(term));
                    k = 0;
                    while k < F::PRODUCTS {
                        sum = with_logarithm(l, sum, beyond.clear(products[k]), l.splat(weights[k]));
                        k += 1;
                    }
                    store(sum, sums, lane);
                }
            }
            lane += L::LANES;
        }
        if const { !F::SUMS } {
            return T::ZERO;
        }
        // SAFETY: these lanes, at least one vector, have been written.
        let sum = unsafe { fold(l, sums, len) };
        sum.divided(DoubleWord { hi: divisor, lo: T::ZERO })
    }
}

/// Returns the sum of the first `len` lanes as a tree of halves.
///
/// # Safety
///
/// `L` is one register. The first `len` lanes, at least one, are there, followed by 0 to the end of a register.
#[cfg_attr(not(unoptimized), inline(always))]
unsafe fn fold<T: Constants, L: Lanes<Scalar = T>>(l: Token<L>, sums: [*mut T; 2], len: usize) -> DoubleWord<T> {
    // SAFETY: the caller's promise; each register that is read has one of the lanes.
    unsafe {
        let mut half = T::VIRTUAL_LANES / 2;
        while half >= L::LANES {
            let mut lane = 0;
            while lane < half && half + lane < len {
                store(load(l, sums, lane).join(load(l, sums, half + lane)), sums, lane);
                lane += L::LANES;
            }
            half /= 2;
        }
        let mut sum = load(l, sums, 0);
        // A single element has nothing added to it.
        half = if len > 1 { L::LANES / 2 } else { 0 };
        while half > 0 {
            sum = sum.join(DoubleWord { hi: swapped(l, sum.hi, half), lo: swapped(l, sum.lo, half) });
            half /= 2;
        }
        store(sum, sums, 0);
        DoubleWord { hi: sums[0].read(), lo: sums[1].read() }.normalised()
    }
}

/// Returns what lane i ^ `distance` holds in lane i. Compilers make it a shuffle.
///
/// # Safety
///
/// `L` is one register.
#[cfg_attr(not(unoptimized), inline(always))]
unsafe fn swapped<L: Lanes>(l: Token<L>, v: Vector<L>, distance: usize) -> Vector<L> {
    let (mut row, mut swapped) = ([L::Scalar::ZERO; MOST_LANES], [L::Scalar::ZERO; MOST_LANES]);
    // SAFETY: the caller's promise: each row has room for as many lanes as a register has.
    unsafe {
        v.store(row.as_mut_ptr());
        let mut i = 0;
        while i < L::LANES {
            swapped[i] = row[(i ^ distance) % MOST_LANES];
            i += 1;
        }
        l.load(swapped.as_ptr())
    }
}

#[cfg(test)]
#[path = "tests/short.rs"]
mod tests;
