//! Passes over weights alone: their sum, and whether they are moderate.

use super::memory::get;
use super::{Formulas, Pass, Reduce};
use crate::backend::{Backend, Kernel, Lanes, Token};
use crate::math::{Constants, Double, WeightTerm, are_moderate, is_moderate};

/// The passes of one element type; see [`BceKernels`](super::BceKernels) for why it is written out.
pub trait WeightKernels: Constants {
    fn weight_sum(pass: &Pass<'_, '_, Self>) -> Double<Self>;
    /// Whether all are of moderate size and not below `least`.
    fn are_moderate_from(least: Self, values: &[Self], backend: Backend) -> bool;
}

impl WeightKernels for f32 {
    fn weight_sum(pass: &Pass<'_, '_, f32>) -> Double<f32> {
        reduce(pass)
    }
    fn are_moderate_from(least: f32, values: &[f32], backend: Backend) -> bool {
        backend.run(AreModerate { least, values })
    }
}

impl WeightKernels for f64 {
    fn weight_sum(pass: &Pass<'_, '_, f64>) -> Double<f64> {
        reduce(pass)
    }
    fn are_moderate_from(least: f64, values: &[f64], backend: Backend) -> bool {
        backend.run(AreModerate { least, values })
    }
}

fn reduce<T: Constants>(pass: &Pass<'_, '_, T>) -> Double<T> {
    let &Pass { backend, streams, onto, factor, .. } = pass;
    backend.run(Reduce { streams, formulas: Formulas::one(WeightTerm), onto, factor })
}

struct AreModerate<'a, T> {
    least: T,
    values: &'a [T],
}

impl<T: Constants> Kernel<T> for AreModerate<'_, T> {
    type Out = bool;
    const SHORT: bool = false;

    #[inline(always)]
    fn run<L: Lanes<Scalar = T>>(self, l: Token<L>) -> bool {
        let Self { least, values } = self;
        let mut all = l.zero().equals(l.zero());
        let mut at = 0;
        while at + L::LANES <= values.len() {
            let v = get(l, values, at);
            all = all & are_moderate(l, v) & v.ge(l.splat(least));
            at += L::LANES;
        }
        let mut all = all.all();
        for &v in values.get(at..).unwrap_or_default() {
            all = all & is_moderate(v) & (v >= least);
        }
        all
    }
}
