//! [`Weights`] that own their values.

use std::ops::Range;

use logit_loss::Weights;

use super::input::Bytes;
use super::number::Number;

#[derive(Clone, Debug)]
pub enum Factors<T> {
    Uniform(T),
    PerClass(Vec<T>),
    PerChannel(Vec<T>, usize),
    PerSample(Vec<T>, usize),
    PerElement(Vec<T>),
}

impl<T: Number> Factors<T> {
    /// Such that they cover `n` elements.
    pub fn read(bytes: &mut Bytes<'_>, n: usize, number: impl Fn(T) -> T) -> Self {
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

    /// Whatever they are; they cover `n` elements more often than chance would have it.
    pub fn read_any(bytes: &mut Bytes<'_>, n: usize) -> Self {
        let kind = bytes.below(6);
        let repeat = match bytes.byte() {
            250.. => usize::MAX - bytes.below(4),
            r => usize::from(r % 8),
        };
        let count = match (bytes.byte(), kind) {
            (0, _) => 0,
            (r @ 1..40, _) => usize::from(r),
            (_, 4) => n / repeat.max(1),
            (_, 5) => n,
            (r, _) => 1 + usize::from(r % 5),
        };
        let values = bytes.numbers(count, |v| v);
        match kind {
            0 => Self::Uniform(T::of(1.0)),
            1 => Self::Uniform(values.first().copied().unwrap_or(T::of(1.0))),
            2 => Self::PerClass(values),
            3 => Self::PerChannel(values, repeat),
            4 => Self::PerSample(values, repeat),
            _ => Self::PerElement(values),
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

    /// The values, and for how many elements in a row each holds.
    fn parts(&self) -> (&[T], usize) {
        match self {
            Self::Uniform(v) => (core::slice::from_ref(v), 1),
            Self::PerClass(values) | Self::PerElement(values) => (values, 1),
            Self::PerChannel(values, repeat) | Self::PerSample(values, repeat) => (values, *repeat),
        }
    }

    /// The one that holds for all elements, one class included.
    pub fn shared(&self) -> Option<T> {
        match self {
            &Self::Uniform(v) => Some(v),
            Self::PerClass(values) if values.len() == 1 => values.first().copied(),
            _ => None,
        }
    }

    /// Of element `i`.
    pub fn at(&self, i: usize) -> T {
        let (values, repeat) = self.parts();
        values[i / repeat % values.len()]
    }

    /// Whether they cover `n` elements, and each is as it must be.
    pub fn fit(&self, n: usize, valid: impl Fn(f64) -> bool) -> bool {
        let (values, repeat) = self.parts();
        let period = values.len() as u128 * repeat as u128;
        let covers = match self {
            Self::Uniform(_) => true,
            Self::PerClass(_) | Self::PerChannel(..) => period > 0 && (n as u128).is_multiple_of(period),
            Self::PerSample(..) | Self::PerElement(_) => period > 0 && n as u128 == period,
        };
        covers && values.iter().all(|v| valid(v.wide()))
    }

    /// Of a part of the elements: each has its own, unless it is the same for all.
    pub fn part(&self, elements: Range<usize>) -> Self {
        match self {
            &Self::Uniform(v) => Self::Uniform(v),
            _ => Self::PerElement(elements.map(|i| self.at(i)).collect()),
        }
    }
}

/// Of `n`, not above 40; anything for 0.
fn divisor(bytes: &mut Bytes<'_>, n: usize) -> usize {
    let wanted = 1 + bytes.below(40);
    (1..=wanted).rev().find(|&d| n.is_multiple_of(d)).unwrap_or(1)
}

/// Whether it can be a weight.
pub fn is_weight<T: Number>(v: f64) -> bool {
    (0.0..=T::LARGEST).contains(&v)
}
