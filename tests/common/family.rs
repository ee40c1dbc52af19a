//! All losses behind one trait, so that one test serves them all.

use logit_loss::{
    AsymmetricLoss, Backend, Bce as OfProbabilities, BceWithLogits, Element, Error, FocalLoss, Hessian, Label, Loss,
    Reduction, Weights,
};

use super::Number;

/// A loss, with the builders that all losses have, and with methods that only some have.
pub trait Tested<'w, N: Number>: Loss<N> + Copy + Sync {
    fn weighted(self, weight: Weights<'w, N>) -> Self;
    fn class_weighted(self, weight: Weights<'w, N>) -> Self;
    fn ignoring(self, target: N) -> Self;
    fn masked(self, present: &'w [bool]) -> Self;
    fn reduced(self, reduction: Reduction) -> Self;
    fn on(self, backend: Backend) -> Self;
    #[cfg(feature = "rayon")]
    fn on_threads(self) -> Self;
    fn pos_weighted(self, _: Weights<'w, N>) -> Option<Self> {
        None
    }
    fn smoothed(self, _: N) -> Option<Self> {
        None
    }
    fn curvature<E: Element<N>, Y: Label<N>>(
        &self,
        _: &[E],
        _: &[Y],
        _: &mut [E],
        _: &mut [E],
    ) -> Option<Result<(), Error>> {
        None
    }
    fn target_gradient_of<E: Element<N>, Y: Label<N>>(
        &self,
        _: &[E],
        _: &[Y],
        _: &mut [E],
    ) -> Option<Result<(), Error>> {
        None
    }
}

/// Implements the trait for a loss, which may lack some of the methods.
macro_rules! tested {
    ($loss:ident, $($rest:item)*) => {
        impl<'w, N: Number> Tested<'w, N> for $loss<'w, N> {
            fn weighted(self, weight: Weights<'w, N>) -> Self {
                self.weight(weight)
            }
            fn class_weighted(self, weight: Weights<'w, N>) -> Self {
                self.class_weight(weight)
            }
            fn ignoring(self, target: N) -> Self {
                self.ignore_target(target)
            }
            fn masked(self, present: &'w [bool]) -> Self {
                self.mask(present)
            }
            fn reduced(self, reduction: Reduction) -> Self {
                self.reduction(reduction)
            }
            fn on(self, backend: Backend) -> Self {
                self.backend(backend)
            }
            #[cfg(feature = "rayon")]
            fn on_threads(self) -> Self {
                self.parallel()
            }
            $($rest)*
        }
    };
}

macro_rules! of_logits {
    ($loss:ident, $($rest:item)*) => {
        tested!(
            $loss,
            fn smoothed(self, s: N) -> Option<Self> {
                Some(self.label_smoothing(s))
            }
            fn curvature<E: Element<N>, Y: Label<N>>(
                &self,
                x: &[E],
                t: &[Y],
                gradient: &mut [E],
                hessian: &mut [E],
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
    fn target_gradient_of<E: Element<N>, Y: Label<N>>(
        &self,
        x: &[E],
        t: &[Y],
        out: &mut [E],
    ) -> Option<Result<(), Error>> {
        Some(self.target_gradient(x, t, out))
    }
}

of_logits! {
    FocalLoss,
    fn pos_weighted(self, pos_weight: Weights<'w, N>) -> Option<Self> {
        Some(self.pos_weight(pos_weight))
    }
}

of_logits! {
    AsymmetricLoss,
}

tested! {
    OfProbabilities,
    fn pos_weighted(self, pos_weight: Weights<'w, N>) -> Option<Self> {
        Some(self.pos_weight(pos_weight))
    }
}

/// A kind of loss, with weights of any lifetime.
pub trait Family<N: Number> {
    type Loss<'w>: Tested<'w, N>;

    /// Returns a loss; the number chooses the parameters that only this kind has.
    fn with<'w>(number: usize) -> Self::Loss<'w>;

    /// Makes an input of the loss from a logit; from NaN, an input that only a weight of 0 allows.
    fn input(logit: N) -> N {
        logit
    }

    /// Returns the input that would do the most harm to a neighbour.
    fn neighbour() -> N {
        N::NAN
    }
}

pub struct Bce;
pub struct Focal;
pub struct Asymmetric;
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

impl<N: Number> Family<N> for Asymmetric {
    type Loss<'w> = AsymmetricLoss<'w, N>;

    fn with<'w>(number: usize) -> AsymmetricLoss<'w, N> {
        let gammas = [0.0, 1.0, 4.0, 0.5, 2.0, 64.0, 1.5];
        let [positive, negative] = [number, number / 3 + 2].map(|k| N::new(gammas[k % gammas.len()]));
        let margin = N::new([0.05, 0.0, 0.5, 0.2, 0.95][number % 5]);
        AsymmetricLoss::new().gamma_pos(positive).gamma_neg(negative).margin(margin)
    }
}

impl<N: Number> Family<N> for Probabilities {
    type Loss<'w> = OfProbabilities<'w, N>;

    fn with<'w>(_: usize) -> OfProbabilities<'w, N> {
        OfProbabilities::new()
    }

    /// Keeps small numbers as they are.
    fn input(logit: N) -> N {
        let x = logit.to_f64();
        if x.abs() < 0.1 { logit.abs() } else { N::new(1.0 / (1.0 + (-x).exp())) }
    }

    /// Has the largest loss and gradient, if the target is 0.
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
        mod asymmetric {
            mod single {
                $(#[test] fn $name() { super::super::$name::<f32, crate::common::family::Asymmetric>(); })*
            }
            mod double {
                $(#[test] fn $name() { super::super::$name::<f64, crate::common::family::Asymmetric>(); })*
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
