//! A loss and what it is given, as the bytes have it; valid, so that every method must succeed.

use logit_loss::{Backend, BceWithLogits, Reduction, Weights};

use super::input::{Bytes, finite, unit, weight};
use super::number::Number;

/// [`Weights`] that own their values.
#[derive(Debug)]
pub enum Factors<T> {
    Uniform(T),
    PerClass(Vec<T>),
    PerChannel(Vec<T>, usize),
    PerSample(Vec<T>, usize),
    PerElement(Vec<T>),
}

impl<T: Number> Factors<T> {
    /// Such that they cover `n` elements.
    fn read(bytes: &mut Bytes<'_>, n: usize, number: impl Fn(T) -> T) -> Self {
        // Any number of values covers 0 elements over and over, but no values are an error.
        let kind = if n == 0 { bytes.below(4) } else { bytes.below(6) };
        match kind {
            0 => Self::Uniform(T::of(1.0)),
            1 => Self::Uniform(number(bytes.number())),
            2 => {
                let classes = divisor(bytes, n);
                Self::PerClass(bytes.numbers(classes, number))
            }
            3 => {
                let pixels = divisor(bytes, n);
                let channels = divisor(bytes, n / pixels);
                Self::PerChannel(bytes.numbers(channels, number), pixels)
            }
            4 => {
                let classes = divisor(bytes, n);
                Self::PerSample(bytes.numbers(n / classes, number), classes)
            }
            _ => Self::PerElement(bytes.numbers(n, number)),
        }
    }

    pub fn weights(&self) -> Weights<'_, T> {
        match self {
            &Self::Uniform(v) => Weights::uniform(v),
            Self::PerClass(values) => Weights::per_class(values),
            Self::PerChannel(values, pixels) => Weights::per_channel(values, *pixels),
            Self::PerSample(values, classes) => Weights::per_sample(values, *classes),
            Self::PerElement(values) => Weights::per_element(values),
        }
    }

    /// Of element `i`.
    pub fn at(&self, i: usize) -> T {
        match self {
            &Self::Uniform(v) => v,
            Self::PerClass(values) | Self::PerElement(values) => values[i % values.len()],
            Self::PerChannel(values, repeat) | Self::PerSample(values, repeat) => values[i / repeat % values.len()],
        }
    }
}

/// Of `n`, not above 40; anything for 0.
fn divisor(bytes: &mut Bytes<'_>, n: usize) -> usize {
    let wanted = 1 + bytes.below(40);
    (1..=wanted).rev().find(|&d| n.is_multiple_of(d)).unwrap_or(1)
}

#[derive(Debug)]
pub struct Case<T> {
    pub logits: Vec<T>,
    pub targets: Vec<T>,
    pub weight: Factors<T>,
    pub pos_weight: Factors<T>,
    /// Signed.
    pub upstream: Factors<T>,
    pub smoothing: T,
    pub reduction: Reduction,
    pub backend: Option<Backend>,
}

impl<T: Number> Case<T> {
    pub fn read(bytes: &mut Bytes<'_>, logit: impl Fn(T) -> T, target: impl Fn(T) -> T) -> Self {
        let backend = bytes.backend();
        let n = bytes.length::<T>();
        let reduction = bytes.reduction();
        let smoothing = if bytes.flag() { unit(bytes.number()) } else { T::of(0.0) };
        Self {
            logits: bytes.numbers(n, logit),
            targets: bytes.numbers(n, target),
            weight: Factors::read(bytes, n, weight),
            pos_weight: Factors::read(bytes, n, weight),
            upstream: Factors::read(bytes, n, finite),
            smoothing,
            reduction,
            backend,
        }
    }

    pub fn len(&self) -> usize {
        self.logits.len()
    }

    pub fn loss(&self) -> BceWithLogits<'_, T> {
        match self.backend {
            Some(backend) => self.unpinned().backend(backend),
            None => self.unpinned(),
        }
    }

    /// On the backend that the crate chooses.
    pub fn unpinned(&self) -> BceWithLogits<'_, T> {
        BceWithLogits::new()
            .weight(self.weight.weights())
            .pos_weight(self.pos_weight.weights())
            .label_smoothing(self.smoothing)
            .reduction(self.reduction)
    }

    pub fn sum(&self) -> BceWithLogits<'_, T> {
        self.loss().reduction(Reduction::Sum)
    }

    /// For the message of a failed check.
    pub fn describe(&self, i: usize) -> String {
        let all = format!(
            "n = {}, {:?}, smoothing {:e}, backend {}",
            self.len(),
            self.reduction,
            self.smoothing.wide(),
            self.backend.map_or("chosen", Backend::name)
        );
        if i >= self.len() {
            return all;
        }
        let [x, t, w, p, u] =
            [self.logits[i], self.targets[i], self.weight.at(i), self.pos_weight.at(i), self.upstream.at(i)]
                .map(T::wide);
        format!("element {i}: logit {x:e}, target {t:e}, weight {w:e}, pos_weight {p:e}, upstream {u:e}; {all}")
    }
}
