//! The losses of logits behind one trait, so that one test can serve them all.

use logit_loss::{Backend, BceWithLogits, Error, FocalLoss, Label, LogitLoss, Reduction, Weights};

use super::Number;

/// A loss, with the builders that losses have in common.
pub trait Loss<'w, N: Number>: LogitLoss<N> + Copy {
    fn weighted(self, weight: Weights<'w, N>) -> Self;
    /// Losses without positive weights have no such thing.
    fn pos_weighted(self, pos_weight: Weights<'w, N>) -> Option<Self>;
    fn smoothed(self, s: N) -> Self;
    fn reduced(self, reduction: Reduction) -> Self;
    fn on(self, backend: Backend) -> Self;
    /// The derivative with respect to the targets, if there is one.
    fn target_gradient_of<Y: Label<N>>(&self, logits: &[N], targets: &[Y], out: &mut [N]) -> Option<Result<(), Error>>;
}

macro_rules! loss {
    ($loss:ident, $pos_weighted:item, $target_gradient_of:item) => {
        impl<'w, N: Number> Loss<'w, N> for $loss<'w, N> {
            fn weighted(self, weight: Weights<'w, N>) -> Self {
                self.weight(weight)
            }
            fn smoothed(self, s: N) -> Self {
                self.label_smoothing(s)
            }
            fn reduced(self, reduction: Reduction) -> Self {
                self.reduction(reduction)
            }
            fn on(self, backend: Backend) -> Self {
                self.backend(backend)
            }
            $pos_weighted
            $target_gradient_of
        }
    };
}

loss!(
    BceWithLogits,
    fn pos_weighted(self, pos_weight: Weights<'w, N>) -> Option<Self> {
        Some(self.pos_weight(pos_weight))
    },
    fn target_gradient_of<Y: Label<N>>(&self, logits: &[N], targets: &[Y], out: &mut [N]) -> Option<Result<(), Error>> {
        Some(self.target_gradient(logits, targets, out))
    }
);

loss!(
    FocalLoss,
    fn pos_weighted(self, _: Weights<'w, N>) -> Option<Self> {
        None
    },
    fn target_gradient_of<Y: Label<N>>(&self, _: &[N], _: &[Y], _: &mut [N]) -> Option<Result<(), Error>> {
        None
    }
);

/// A kind of loss, whatever its weights live as long as.
pub trait Family<N: Number> {
    type Loss<'w>: Loss<'w, N>;

    /// Of the parameters that only this kind has, the number chooses some.
    fn with<'w>(number: usize) -> Self::Loss<'w>;
}

pub struct Bce;
pub struct Focal;

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
    };
}
pub(crate) use for_all_families;
