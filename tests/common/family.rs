//! All losses behind one trait, so that one test can serve them all.

use logit_loss::{
    Backend, Bce as OfProbabilities, BceWithLogits, Error, FocalLoss, Label, LogitLoss, LossSum, Reduction, Weights,
};

use super::Number;

/// A loss, with the builders and methods that all have, and with those that not all have.
pub trait Loss<'w, N: Number>: Copy + Sync {
    fn weighted(self, weight: Weights<'w, N>) -> Self;
    fn reduced(self, reduction: Reduction) -> Self;
    fn on(self, backend: Backend) -> Self;
    fn pos_weighted(self, _: Weights<'w, N>) -> Option<Self> {
        None
    }
    fn smoothed(self, _: N) -> Option<Self> {
        None
    }

    fn loss<Y: Label<N>>(&self, x: &[N], t: &[Y]) -> Result<N, Error>;
    fn losses<Y: Label<N>>(&self, x: &[N], t: &[Y], out: &mut [N]) -> Result<(), Error>;
    fn gradient<Y: Label<N>>(&self, x: &[N], t: &[Y], out: &mut [N]) -> Result<(), Error>;
    fn loss_and_gradient<Y: Label<N>>(&self, x: &[N], t: &[Y], out: &mut [N]) -> Result<N, Error>;
    fn loss_and_gradient_in_place<Y: Label<N>>(&self, x: &mut [N], t: &[Y]) -> Result<N, Error>;
    fn backward<Y: Label<N>>(&self, x: &[N], t: &[Y], upstream: Weights<'_, N>, out: &mut [N]) -> Result<(), Error>;
    fn accumulate<Y: Label<N>>(&self, sum: &mut LossSum<N>, x: &[N], t: &[Y]) -> Result<(), Error>;
    fn curvature<Y: Label<N>>(&self, _: &[N], _: &[Y], _: &mut [N], _: &mut [N]) -> Option<Result<(), Error>> {
        None
    }
    fn target_gradient_of<Y: Label<N>>(&self, _: &[N], _: &[Y], _: &mut [N]) -> Option<Result<(), Error>> {
        None
    }
    /// The one whose methods run on several threads.
    #[cfg(feature = "rayon")]
    fn parallel(self) -> impl Loss<'w, N>;
}

/// Implements it for a loss whose methods are those of `$methods`, and of which only some have the rest.
macro_rules! loss {
    ($loss:ident, $methods:ident, $($rest:item)*) => {
        impl<'w, N: Number> Loss<'w, N> for $loss<'w, N> {
            fn weighted(self, weight: Weights<'w, N>) -> Self {
                self.weight(weight)
            }
            fn reduced(self, reduction: Reduction) -> Self {
                self.reduction(reduction)
            }
            fn on(self, backend: Backend) -> Self {
                self.backend(backend)
            }
            fn loss<Y: Label<N>>(&self, x: &[N], t: &[Y]) -> Result<N, Error> {
                $methods::loss(self, x, t)
            }
            fn losses<Y: Label<N>>(&self, x: &[N], t: &[Y], out: &mut [N]) -> Result<(), Error> {
                $methods::losses(self, x, t, out)
            }
            fn gradient<Y: Label<N>>(&self, x: &[N], t: &[Y], out: &mut [N]) -> Result<(), Error> {
                $methods::gradient(self, x, t, out)
            }
            fn loss_and_gradient<Y: Label<N>>(&self, x: &[N], t: &[Y], out: &mut [N]) -> Result<N, Error> {
                $methods::loss_and_gradient(self, x, t, out)
            }
            fn loss_and_gradient_in_place<Y: Label<N>>(&self, x: &mut [N], t: &[Y]) -> Result<N, Error> {
                $methods::loss_and_gradient_in_place(self, x, t)
            }
            fn backward<Y: Label<N>>(
                &self,
                x: &[N],
                t: &[Y],
                upstream: Weights<'_, N>,
                out: &mut [N],
            ) -> Result<(), Error> {
                $methods::backward(self, x, t, upstream, out)
            }
            fn accumulate<Y: Label<N>>(&self, sum: &mut LossSum<N>, x: &[N], t: &[Y]) -> Result<(), Error> {
                $methods::accumulate(self, sum, x, t)
            }
            #[cfg(feature = "rayon")]
            fn parallel(self) -> impl Loss<'w, N> {
                super::parallel::Parallel(self)
            }
            $($rest)*
        }
    };
}

macro_rules! of_logits {
    ($loss:ident, $($rest:item)*) => {
        loss!(
            $loss,
            LogitLoss,
            fn smoothed(self, s: N) -> Option<Self> {
                Some(self.label_smoothing(s))
            }
            fn curvature<Y: Label<N>>(
                &self,
                x: &[N],
                t: &[Y],
                gradient: &mut [N],
                hessian: &mut [N],
            ) -> Option<Result<(), Error>> {
                Some(self.gradient_and_hessian(x, t, gradient, hessian))
            }
            $($rest)*
        );
    };
}

of_logits! {
    BceWithLogits,
    fn pos_weighted(self, pos_weight: Weights<'w, N>) -> Option<Self> {
        Some(self.pos_weight(pos_weight))
    }
    fn target_gradient_of<Y: Label<N>>(&self, x: &[N], t: &[Y], out: &mut [N]) -> Option<Result<(), Error>> {
        Some(self.target_gradient(x, t, out))
    }
}

of_logits! { FocalLoss, }

loss! {
    OfProbabilities,
    OfProbabilities,
    fn pos_weighted(self, pos_weight: Weights<'w, N>) -> Option<Self> {
        Some(self.pos_weight(pos_weight))
    }
}

/// A kind of loss, whatever its weights live as long as.
pub trait Family<N: Number> {
    type Loss<'w>: Loss<'w, N>;

    /// Of the parameters that only this kind has, the number chooses some.
    fn with<'w>(number: usize) -> Self::Loss<'w>;

    /// What the loss takes, made of a logit; of NaN, something that a weight of 0 takes away.
    fn input(logit: N) -> N {
        logit
    }

    /// The input that is the least welcome as a neighbour.
    fn neighbour() -> N {
        N::NAN
    }
}

pub struct Bce;
pub struct Focal;
pub struct Probabilities;

impl<N: Number> Family<N> for Bce {
    type Loss<'w> = BceWithLogits<'w, N>;

    fn with<'w>(_: usize) -> BceWithLogits<'w, N> {
        BceWithLogits::new()
    }
}

impl<N: Number> Family<N> for Focal {
    type Loss<'w> = FocalLoss<'w, N>;

    fn with<'w>(number: usize) -> FocalLoss<'w, N> {
        let gamma = [2.0, 0.5, 0.0, 1.5, 3.0, 5.0, 64.0, 1.0][number % 8];
        let focal = FocalLoss::new().gamma(N::new(gamma));
        match number % 5 {
            0 => focal.without_alpha(),
            1 => focal.alpha(N::new(0.75)),
            _ => focal,
        }
    }
}

impl<N: Number> Family<N> for Probabilities {
    type Loss<'w> = OfProbabilities<'w, N>;

    fn with<'w>(_: usize) -> OfProbabilities<'w, N> {
        OfProbabilities::new()
    }

    /// Small numbers as they are.
    fn input(logit: N) -> N {
        let x = logit.to_f64();
        if x.abs() < 0.1 { logit.abs() } else { N::new(1.0 / (1.0 + (-x).exp())) }
    }

    /// With the largest loss and gradient, if the target is 0.
    fn neighbour() -> N {
        N::new(1.0)
    }
}

/// Makes a `#[test]` of each generic function, for both types and each family.
macro_rules! for_all_families {
    ($($name:ident),* $(,)?) => {
        mod bce {
            mod single {
                $(#[test] fn $name() { super::super::$name::<f32, crate::common::family::Bce>(); })*
            }
            mod double {
                $(#[test] fn $name() { super::super::$name::<f64, crate::common::family::Bce>(); })*
            }
        }
        mod focal {
            mod single {
                $(#[test] fn $name() { super::super::$name::<f32, crate::common::family::Focal>(); })*
            }
            mod double {
                $(#[test] fn $name() { super::super::$name::<f64, crate::common::family::Focal>(); })*
            }
        }
        mod probabilities {
            mod single {
                $(#[test] fn $name() { super::super::$name::<f32, crate::common::family::Probabilities>(); })*
            }
            mod double {
                $(#[test] fn $name() { super::super::$name::<f64, crate::common::family::Probabilities>(); })*
            }
        }
    };
}
pub(crate) use for_all_families;
