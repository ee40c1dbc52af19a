//! The passes of binary cross-entropy.

use core::marker::PhantomData;

use super::{Formulas, Map, Pass, Reach, Reduce, Streams};
use crate::math::{
    Backward, Balanced, Constants, Double, Gradient, GradientAndHessian, Losses, Smoothing, Sum, SumAndGradient,
    TargetGradient, Unit, Wanted, Weighted,
};

/// The parameters that all elements share.
#[derive(Clone, Copy)]
pub struct Bce<T> {
    pub smoothing: Smoothing<T>,
    /// The positive weight, if it is one for all elements; else it is not looked at.
    pub pos_weight: T,
}

/// The passes of one element type. They are written out for `f32` and `f64` so that they are compiled with this crate,
/// once, and not with each that uses it; each is a function of its own so that a program is linked with no other.
pub trait BceKernels: Constants {
    fn bce_sum(bce: Bce<Self>, pass: &Pass<'_, '_, Self>) -> Double<Self>;
    fn bce_sum_and_gradient(bce: Bce<Self>, pass: &Pass<'_, '_, Self>) -> Double<Self>;
    fn bce_losses(bce: Bce<Self>, pass: &Pass<'_, '_, Self>);
    fn bce_gradient(bce: Bce<Self>, pass: &Pass<'_, '_, Self>);
    fn bce_gradient_and_hessian(bce: Bce<Self>, pass: &Pass<'_, '_, Self>);
    fn bce_backward(bce: Bce<Self>, pass: &Pass<'_, '_, Self>);
    fn bce_target_gradient(bce: Bce<Self>, pass: &Pass<'_, '_, Self>);
}

impl BceKernels for f32 {
    fn bce_sum(bce: Bce<f32>, pass: &Pass<'_, '_, f32>) -> Double<f32> {
        bce.reduce::<Sum>(pass)
    }
    fn bce_sum_and_gradient(bce: Bce<f32>, pass: &Pass<'_, '_, f32>) -> Double<f32> {
        bce.reduce::<SumAndGradient>(pass)
    }
    fn bce_losses(bce: Bce<f32>, pass: &Pass<'_, '_, f32>) {
        bce.map_weighted::<Losses>(pass);
    }
    fn bce_gradient(bce: Bce<f32>, pass: &Pass<'_, '_, f32>) {
        bce.map::<Gradient>(pass);
    }
    fn bce_gradient_and_hessian(bce: Bce<f32>, pass: &Pass<'_, '_, f32>) {
        bce.map::<GradientAndHessian>(pass);
    }
    fn bce_backward(bce: Bce<f32>, pass: &Pass<'_, '_, f32>) {
        bce.map_weighted::<Backward>(pass);
    }
    fn bce_target_gradient(bce: Bce<f32>, pass: &Pass<'_, '_, f32>) {
        bce.target_gradient(pass);
    }
}

impl BceKernels for f64 {
    fn bce_sum(bce: Bce<f64>, pass: &Pass<'_, '_, f64>) -> Double<f64> {
        bce.reduce::<Sum>(pass)
    }
    fn bce_sum_and_gradient(bce: Bce<f64>, pass: &Pass<'_, '_, f64>) -> Double<f64> {
        bce.reduce::<SumAndGradient>(pass)
    }
    fn bce_losses(bce: Bce<f64>, pass: &Pass<'_, '_, f64>) {
        bce.map_weighted::<Losses>(pass);
    }
    fn bce_gradient(bce: Bce<f64>, pass: &Pass<'_, '_, f64>) {
        bce.map::<Gradient>(pass);
    }
    fn bce_gradient_and_hessian(bce: Bce<f64>, pass: &Pass<'_, '_, f64>) {
        bce.map::<GradientAndHessian>(pass);
    }
    fn bce_backward(bce: Bce<f64>, pass: &Pass<'_, '_, f64>) {
        bce.map_weighted::<Backward>(pass);
    }
    fn bce_target_gradient(bce: Bce<f64>, pass: &Pass<'_, '_, f64>) {
        bce.target_gradient(pass);
    }
}

impl<T: Constants> Bce<T> {
    fn unit<W: Wanted>(self, pass: &Pass<'_, '_, T>) -> Unit<T, W> {
        Unit { scale: pass.scale, wanted: PhantomData }
    }

    fn balanced<W: Wanted, const HARD: bool>(self, pass: &Pass<'_, '_, T>) -> Balanced<T, W, HARD> {
        Balanced { smoothing: self.smoothing, scale: pass.scale, pos_weight: self.pos_weight, wanted: PhantomData }
    }

    fn weighted<W: Wanted, const MODERATE: bool, const HARD: bool>(
        self,
        pass: &Pass<'_, '_, T>,
    ) -> Weighted<T, W, MODERATE, HARD> {
        Weighted { smoothing: self.smoothing, scale: pass.scale, pos_weight: self.pos_weight, wanted: PhantomData }
    }

    fn map<W: Wanted>(self, pass: &Pass<'_, '_, T>) {
        let streams = &pass.streams.smoothed(self.smoothing);
        if streams.weights_are_one() {
            pass.backend.run(Map { streams, formulas: Formulas::one(self.unit::<W>(pass)) });
        } else if self.is_balanced(pass) {
            pass.backend.run(Map { streams, formulas: Formulas::one(self.balanced::<W, false>(pass)) });
        } else {
            self.map_weighted::<W>(pass);
        }
    }

    /// One loss for each element needs a logarithm for each, and an upstream derivative is a weight: both are only
    /// there in the general formula.
    fn map_weighted<W: Wanted>(self, pass: &Pass<'_, '_, T>) {
        let streams = &pass.streams.smoothed(self.smoothing);
        let (any, moderate) = (self.weighted::<W, false, false>(pass), self.weighted::<W, true, false>(pass));
        let formulas = Formulas { any, moderate, hard: moderate, reach: self.reach(streams) };
        pass.backend.run(Map { streams, formulas });
    }

    fn reduce<W: Wanted>(self, pass: &Pass<'_, '_, T>) -> Double<T> {
        let &Pass { backend, streams, onto, factor, .. } = pass;
        let streams = &streams.smoothed(self.smoothing);
        if streams.weights_are_one() {
            let formulas = Formulas::one(self.unit::<W>(pass));
            backend.run(Reduce { streams, formulas, onto, factor })
        } else if self.is_balanced(pass) {
            let (any, hard) = (self.balanced::<W, false>(pass), self.balanced::<W, true>(pass));
            backend.run(Reduce { streams, formulas: Formulas::two(any, hard, Reach::UpTo(T::MAX)), onto, factor })
        } else {
            let (any, moderate) = (self.weighted::<W, false, false>(pass), self.weighted::<W, true, false>(pass));
            let formulas =
                Formulas { any, moderate, hard: self.weighted::<W, true, true>(pass), reach: self.reach(streams) };
            backend.run(Reduce { streams, formulas, onto, factor })
        }
    }

    /// Whether e may be rounded before it is multiplied; see [`Balanced`]. What derivatives are multiplied by is no
    /// larger than the factor of the sum or, under a weighted mean, than 1; it is not looked at itself, so that sums that
    /// go on take the same way as those that are divided.
    fn is_balanced(self, pass: &Pass<'_, '_, T>) -> bool {
        let three = T::ONE + T::ONE + T::ONE;
        let is_small = |factor| self.pos_weight * factor <= three + three;
        pass.streams.has_one_pos_weight_alone() && is_small(pass.factor) && is_small(T::ONE)
    }

    fn reach(self, streams: &Streams<'_, T>) -> Reach<T> {
        if streams.weights_are_moderate() { Reach::UpTo(T::MODERATE_LOGIT) } else { Reach::None }
    }

    fn target_gradient(self, pass: &Pass<'_, '_, T>) {
        let formula = TargetGradient { smoothing: self.smoothing, scale: pass.scale };
        pass.backend.run(Map { streams: pass.streams, formulas: Formulas::one(formula) });
    }
}
