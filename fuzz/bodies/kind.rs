//! The kinds of losses behind one trait, so that one check serves them all.

use std::fmt::Debug;
use std::ops::Range;

use logit_loss::{AsymmetricLoss, Backend, BceWithLogits, Error, FocalLoss, Hessian, Reduction, Weights};

use super::factors::{Factors, are_ones, is_weight};
use super::input::{Bytes, up_to, weight};
use super::number::Number;

/// The settings that all kinds of losses have.
#[derive(Clone, Copy, Debug)]
pub struct Settings<'w, T> {
    pub weight: Weights<'w, T>,
    pub smoothing: T,
    pub reduction: Reduction,
    /// With `None`, the crate chooses.
    pub backend: Option<Backend>,
}

/// The parameters and functions of one kind of loss.
pub trait Kind<T: Number>: Debug + Sized {
    type Loss<'w>: Hessian<T>
    where
        Self: 'w,
        T: 'w;

    /// Reads valid parameters for `n` elements.
    fn read(bytes: &mut Bytes<'_>, n: usize) -> Self;
    /// Reads any parameters.
    fn read_any(bytes: &mut Bytes<'_>, n: usize) -> Self;
    /// Whether the parameters are in their ranges.
    fn has_valid_parameters(&self) -> bool;
    /// Whether the weights fit `n` elements.
    fn has_valid_weights(&self, n: usize) -> bool;

    fn loss<'w>(&'w self, settings: Settings<'w, T>) -> Self::Loss<'w>;
    /// Computes the derivative with respect to the targets, if the loss has it.
    fn target_gradient(loss: &Self::Loss<'_>, x: &[T], y: &[T], out: &mut [T]) -> Option<Result<(), Error>>;

    /// Returns the kind for some of the elements.
    fn part(&self, elements: Range<usize>) -> Self;
    /// Describes the parameters of element `i` for the message of a failed check.
    fn describe(&self, i: usize) -> String;
}

#[derive(Debug)]
pub struct Bce<T> {
    pub pos_weight: Factors<T>,
}

impl<T: Number> Kind<T> for Bce<T> {
    type Loss<'w>
        = BceWithLogits<'w, T>
    where
        T: 'w;

    fn read(bytes: &mut Bytes<'_>, n: usize) -> Self {
        Self { pos_weight: Factors::read(bytes, n, weight) }
    }
    fn read_any(bytes: &mut Bytes<'_>, n: usize) -> Self {
        Self { pos_weight: Factors::read_any(bytes, n) }
    }
    fn has_valid_parameters(&self) -> bool {
        true
    }
    fn has_valid_weights(&self, n: usize) -> bool {
        self.pos_weight.fit(n, is_weight::<T>)
    }

    fn loss<'w>(&'w self, settings: Settings<'w, T>) -> BceWithLogits<'w, T> {
        let Settings { weight, smoothing, reduction, backend } = settings;
        let bce = BceWithLogits::new().label_smoothing(smoothing).reduction(reduction);
        let bce = if are_ones(weight) { bce } else { bce.weight(weight) };
        let bce = bce.pos_weight(self.pos_weight.weights());
        backend.map_or(bce, |backend| bce.backend(backend))
    }
    fn target_gradient(loss: &BceWithLogits<'_, T>, x: &[T], y: &[T], out: &mut [T]) -> Option<Result<(), Error>> {
        Some(loss.target_gradient(x, y, out))
    }

    fn part(&self, elements: Range<usize>) -> Self {
        Self { pos_weight: self.pos_weight.part(elements) }
    }
    fn describe(&self, i: usize) -> String {
        format!("pos_weight {:e}", self.pos_weight.at(i).wide())
    }
}

#[derive(Debug)]
pub struct Focal<T> {
    pub alpha: Option<T>,
    pub gamma: T,
    pub pos_weight: Factors<T>,
}

pub const LARGEST_GAMMA: f64 = 64.0;

impl<T: Number> Focal<T> {
    fn of(
        bytes: &mut Bytes<'_>,
        number: impl Fn(f64, T) -> T,
        pos_weight: impl Fn(&mut Bytes<'_>) -> Factors<T>,
    ) -> Self {
        let gamma = number(LARGEST_GAMMA, bytes.number());
        let alpha = if bytes.flag() { Some(number(1.0, bytes.number())) } else { None };
        Self { alpha, gamma, pos_weight: pos_weight(bytes) }
    }
}

impl<T: Number> Kind<T> for Focal<T> {
    type Loss<'w>
        = FocalLoss<'w, T>
    where
        T: 'w;

    fn read(bytes: &mut Bytes<'_>, n: usize) -> Self {
        Self::of(bytes, up_to, |bytes| Factors::read(bytes, n, weight))
    }
    fn read_any(bytes: &mut Bytes<'_>, n: usize) -> Self {
        Self::of(bytes, |_, v| v, |bytes| Factors::read_any(bytes, n))
    }
    fn has_valid_parameters(&self) -> bool {
        let alpha = self.alpha.map_or(0.0, T::wide);
        (0.0..=1.0).contains(&alpha) && (0.0..=LARGEST_GAMMA).contains(&self.gamma.wide())
    }
    fn has_valid_weights(&self, n: usize) -> bool {
        self.pos_weight.fit(n, is_weight::<T>)
    }

    fn loss<'w>(&'w self, settings: Settings<'w, T>) -> FocalLoss<'w, T> {
        let Settings { weight, smoothing, reduction, backend } = settings;
        let focal = FocalLoss::new().label_smoothing(smoothing).reduction(reduction);
        let focal = if are_ones(weight) { focal } else { focal.weight(weight) };
        let focal = focal.pos_weight(self.pos_weight.weights());
        let focal = self.alpha.map_or(focal.without_alpha(), |alpha| focal.alpha(alpha)).gamma(self.gamma);
        backend.map_or(focal, |backend| focal.backend(backend))
    }
    fn target_gradient(_: &FocalLoss<'_, T>, _: &[T], _: &[T], _: &mut [T]) -> Option<Result<(), Error>> {
        None
    }

    fn part(&self, elements: Range<usize>) -> Self {
        Self { alpha: self.alpha, gamma: self.gamma, pos_weight: self.pos_weight.part(elements) }
    }
    fn describe(&self, i: usize) -> String {
        let p = self.pos_weight.at(i).wide();
        format!("gamma {:e}, alpha {:?}, pos_weight {p:e}", self.gamma.wide(), self.alpha)
    }
}

#[derive(Debug)]
pub struct Asymmetric<T> {
    pub gamma_pos: T,
    pub gamma_neg: T,
    pub margin: T,
}

impl<T: Number> Asymmetric<T> {
    fn of(bytes: &mut Bytes<'_>, number: impl Fn(f64, T) -> T) -> Self {
        let gamma_pos = number(LARGEST_GAMMA, bytes.number());
        let gamma_neg = number(LARGEST_GAMMA, bytes.number());
        Self { gamma_pos, gamma_neg, margin: number(1.0 - T::ULP_OF_ONE / 2.0, bytes.number()) }
    }
}

impl<T: Number> Kind<T> for Asymmetric<T> {
    type Loss<'w>
        = AsymmetricLoss<'w, T>
    where
        T: 'w;

    fn read(bytes: &mut Bytes<'_>, _: usize) -> Self {
        Self::of(bytes, up_to)
    }
    fn read_any(bytes: &mut Bytes<'_>, _: usize) -> Self {
        Self::of(bytes, |_, v| v)
    }
    fn has_valid_parameters(&self) -> bool {
        let [positive, negative, margin] = [self.gamma_pos, self.gamma_neg, self.margin].map(T::wide);
        [positive, negative].iter().all(|gamma| (0.0..=LARGEST_GAMMA).contains(gamma)) && (0.0..1.0).contains(&margin)
    }
    fn has_valid_weights(&self, _: usize) -> bool {
        true
    }

    fn loss<'w>(&'w self, settings: Settings<'w, T>) -> AsymmetricLoss<'w, T> {
        let Settings { weight, smoothing, reduction, backend } = settings;
        let asymmetric = AsymmetricLoss::new().label_smoothing(smoothing).reduction(reduction);
        let asymmetric = if are_ones(weight) { asymmetric } else { asymmetric.weight(weight) };
        let asymmetric = asymmetric.gamma_pos(self.gamma_pos).gamma_neg(self.gamma_neg).margin(self.margin);
        backend.map_or(asymmetric, |backend| asymmetric.backend(backend))
    }
    fn target_gradient(_: &AsymmetricLoss<'_, T>, _: &[T], _: &[T], _: &mut [T]) -> Option<Result<(), Error>> {
        None
    }

    fn part(&self, _: Range<usize>) -> Self {
        Self { ..*self }
    }
    fn describe(&self, _: usize) -> String {
        let [positive, negative, margin] = [self.gamma_pos, self.gamma_neg, self.margin].map(T::wide);
        format!("gamma of positives {positive:e}, of negatives {negative:e}, margin {margin:e}")
    }
}
