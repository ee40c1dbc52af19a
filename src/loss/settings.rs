//! The settings that all losses share.

use crate::driver::{Combined, Exclusion, Factors, Threads, Values, weight_product};
use crate::error::{Argument, Error, expect_len};
use crate::real::Real;
use crate::reduction::Reduction;
use crate::simd::Backend;
use crate::weights::Weights;

/// The settings that all losses share, as the builders left them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings<'w, T> {
    pub weight: Weights<'w, T>,
    pub class_weight: Weights<'w, T>,
    pub ignored: Option<Ignored<T>>,
    pub mask: Option<&'w [bool]>,
    /// Whether no builder of the four above was called, so that a short slice need not check each of them.
    pub is_plain: bool,
    pub reduction: Reduction,
    pub backend: Option<Backend>,
    pub threads: Threads,
}

impl<T: Real> Settings<'_, T> {
    pub const fn new() -> Self {
        let one = Weights::uniform(T::ONE);
        Self {
            weight: one,
            class_weight: one,
            ignored: None,
            mask: None,
            is_plain: true,
            reduction: Reduction::Mean,
            backend: None,
            threads: Threads::One,
        }
    }

    /// Returns the checked weights, with class weights and exclusions if there are any.
    #[inline]
    pub fn weights<'a>(
        &'a self,
        targets: Values<'_, T>,
        backend: Backend,
    ) -> Result<(Factors<'a, T>, Option<Combined<'a, T>>), Error> {
        let (len, threads) = (targets.len(), self.threads);
        let exclusion = self.exclusion(len)?;
        let excludes = exclusion.concerns(targets);
        if self.class_weight.is_one() && !excludes {
            return Ok((self.weight.checked(threads, T::MODERATE_WEIGHTS, Argument::Weight, len, backend)?, None));
        }
        self.combined_weights(len, exclusion, excludes, backend)
    }

    // Not inlined, since few callers have class weights or exclude elements.
    #[inline(never)]
    fn combined_weights<'a>(
        &'a self,
        len: usize,
        exclusion: Exclusion<'a, T>,
        excludes: bool,
        backend: Backend,
    ) -> Result<(Factors<'a, T>, Option<Combined<'a, T>>), Error> {
        let threads = self.threads;
        // The product of two weights is moderate if both are within the square roots of the range.
        let range = if self.class_weight.is_one() { T::MODERATE_WEIGHTS } else { T::MODERATE_PAIR };
        let weight = self.weight.checked(threads, range, Argument::Weight, len, backend)?;
        let class_weight = self.class_weight.checked(threads, range, Argument::ClassWeight, len, backend)?;
        let (weight, class_weight) = match (weight, class_weight) {
            (Factors::Uniform(a), Factors::Uniform(b)) => (Factors::Uniform(weight_product(a, b)), Factors::ONE),
            // As the first weight, a uniform one would multiply the sum. That is too late beside an extreme class weight: 1e38
            // makes a loss infinite that 1e-38 would have kept finite. A class weight alone becomes the first weight, too.
            (uniform @ Factors::Uniform(_), class_weight) => (class_weight, uniform),
            weights => weights,
        };
        let is_alone = class_weight.is_one() && !excludes;
        Ok((weight, (!is_alone).then_some(Combined { class_weight, exclusion, excludes })))
    }

    /// Returns the rules that exclude targets, of which there are `len`.
    #[inline]
    pub fn exclusion(&self, len: usize) -> Result<Exclusion<'_, T>, Error> {
        if let Some(mask) = self.mask {
            expect_len(Argument::Mask, len, mask.len())?;
        }
        Ok(Exclusion { ignored: self.ignored.map(|Ignored(value)| value), mask: self.mask })
    }
}

/// The target that is ignored. NaN equals NaN, so that a builder equals itself.
#[derive(Clone, Copy, Debug)]
pub struct Ignored<T>(pub T);

impl<T: PartialEq> PartialEq for Ignored<T> {
    fn eq(&self, Self(other): &Self) -> bool {
        let Self(value) = self;
        value == other || value.ne(value) && other.ne(other)
    }
}
