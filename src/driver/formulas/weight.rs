//! Weights alone: their sum, and whether they are moderate.

use core::marker::PhantomData;

use crate::driver::plan::Plan;
use crate::driver::{Pass, Streams, threads};
use crate::math::{Constants, DoubleWord, WeightTerm, is_moderate};
use crate::simd::{Backend, Kernel, Lanes, Token};

/// The passes of one element type; see [`BcePlans`](super::BcePlans) for why it is written out.
pub(crate) trait WeightPlans: Constants {
    fn weight_sum(pass: &Pass<Self>, streams: Streams<'_, Self>) -> DoubleWord<Self>;
    /// Whether all values are 0 or in the range of moderate size, and not negative unless they may be.
    fn all_are_moderate(may_be_negative: bool, moderate: [Self; 2], values: &[Self], backend: Backend) -> bool;
}

impl WeightPlans for f32 {
    fn weight_sum(pass: &Pass<f32>, streams: Streams<'_, f32>) -> DoubleWord<f32> {
        sum(pass, streams)
    }
    fn all_are_moderate(may_be_negative: bool, moderate: [f32; 2], values: &[f32], backend: Backend) -> bool {
        all(may_be_negative, moderate, values, backend)
    }
}

impl WeightPlans for f64 {
    fn weight_sum(pass: &Pass<f64>, streams: Streams<'_, f64>) -> DoubleWord<f64> {
        sum(pass, streams)
    }
    fn all_are_moderate(may_be_negative: bool, moderate: [f64; 2], values: &[f64], backend: Backend) -> bool {
        all(may_be_negative, moderate, values, backend)
    }
}

fn sum<T: Constants>(pass: &Pass<T>, streams: Streams<'_, T>) -> DoubleWord<T> {
    threads::run(pass, streams, &Plan::one(pass.backend, &WeightTerm))
}

/// Whether all values are moderate, and not negative unless they may be.
fn all<T: Constants>(may_be_negative: bool, [least, most]: [T; 2], values: &[T], backend: Backend) -> bool {
    let are_moderate = backend.function::<T, AreModerate<T>>();
    let (whole, rest) = values.split_at(values.len() & !(are_moderate.lanes - 1));
    // SAFETY: `whole` has these values.
    let all = unsafe {
        are_moderate.call(&mut Span { may_be_negative, least, most, first: whole.as_ptr(), len: whole.len() })
    };
    rest.iter().fold(all, |all, &v| all & is_moderate(v, [least, most]) & (may_be_negative | (v >= T::ZERO)))
}

struct AreModerate<T>(PhantomData<T>);

struct Span<T> {
    may_be_negative: bool,
    least: T,
    most: T,
    first: *const T,
    /// The number of values, a whole number of vectors.
    len: usize,
}

impl<T: Constants> Kernel<T> for AreModerate<T> {
    type Args = Span<T>;
    type Out = bool;
    const REGISTERS: usize = 4;

    /// # Safety
    ///
    /// `first` points to `len` values.
    #[cfg_attr(not(unoptimized), inline(always))]
    unsafe fn run<L: Lanes<Scalar = T>>(l: Token<L>, values: &mut Span<T>) -> bool {
        let &mut Span { may_be_negative, least, most, first, len } = values;
        let (zero, least, most) = (l.zero(), l.splat(least), l.splat(most));
        let mut all = zero.equals(zero);
        let mut at = 0;
        while at < len {
            // SAFETY: the caller's promise.
            let v = unsafe { l.load(first.wrapping_add(at)) };
            let v = if may_be_negative { v.abs() } else { v };
            all = all & (v.ge(least) | v.equals(zero)) & most.ge(v);
            at += L::LANES;
        }
        all.all()
    }
}
