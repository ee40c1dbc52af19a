//! [`Weights`] that own their values.

use std::ops::Range;

use logit_loss::Weights;

use super::input::Bytes;
use super::number::Number;

/// Whether these are the weights that a loss has before they are set. Only such a loss may take the kernels for short slices.
pub fn are_ones<T: Number>(weights: Weights<'_, T>) -> bool {
    weights == Weights::uniform(T::of(1.0))
}

#[derive(Clone, Debug)]
pub enum Factors<T> {
    Uniform(T),
    PerClass(Vec<T>),
    PerChannel(Vec<T>, usize),
    PerSample(Vec<T>, usize),
    PerElement(Vec<T>),
    /// The values, channels and pixels.
    PerPixel(Vec<T>, usize, usize),
}

impl<T: Number> Factors<T> {
    /// Reads weights that cover `n` elements.
    pub fn read(bytes: &mut Bytes<'_>, n: usize, number: impl Fn(T) -> T) -> Self {
        // Any number of values repeats to cover 0 elements, but no values are an error.
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
                Self::per_sample_or_pixel(bytes.numbers(n / classes, number), classes, true)
            }
            _ => Self::PerElement(bytes.numbers(n, number)),
        }
    }

    /// Reads any weights, which cover `n` elements more often than by chance.
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
            4 => Self::per_sample_or_pixel(values, repeat, false),
            _ => Self::PerElement(values),
        }
    }

    /// Two or three samples may also be read as pixels of one. No byte decides this, so old inputs keep their meaning.
    fn per_sample_or_pixel(values: Vec<T>, classes: usize, whole: bool) -> Self {
        let pixels = 1 + classes % 3;
        if pixels > 1 && (!whole || values.len().is_multiple_of(pixels)) {
            Self::PerPixel(values, classes, pixels)
        } else {
            Self::PerSample(values, classes)
        }
    }

    pub fn weights(&self) -> Weights<'_, T> {
        match self {
            &Self::Uniform(v) => Weights::uniform(v),
            Self::PerClass(values) => Weights::per_class(values),
            Self::PerChannel(values, pixels) => Weights::per_channel(values, *pixels),
            Self::PerSample(values, classes) => Weights::per_sample(values, *classes),
            Self::PerElement(values) => Weights::per_element(values),
            Self::PerPixel(values, channels, pixels) => Weights::per_pixel(values, *channels, *pixels),
        }
    }

    /// Returns the values, the length of a run, and the number of copies of each run.
    fn parts(&self) -> (&[T], usize, usize) {
        match self {
            Self::Uniform(v) => (core::slice::from_ref(v), 1, 1),
            Self::PerClass(values) | Self::PerElement(values) => (values, 1, 1),
            Self::PerChannel(values, copies) | Self::PerSample(values, copies) => (values, 1, *copies),
            Self::PerPixel(values, channels, pixels) => (values, *pixels, *channels),
        }
    }

    /// Returns the value of all elements, if there is one; one class is included.
    pub fn shared(&self) -> Option<T> {
        match self {
            &Self::Uniform(v) => Some(v),
            Self::PerClass(values) if values.len() == 1 => values.first().copied(),
            _ => None,
        }
    }

    /// Returns the value of element `i`.
    pub fn at(&self, i: usize) -> T {
        let (values, run, copies) = self.parts();
        values[(i / (run * copies) * run + i % run) % values.len()]
    }

    /// Whether the weights cover `n` elements, and each is valid.
    pub fn fit(&self, n: usize, valid: impl Fn(f64) -> bool) -> bool {
        let (values, run, copies) = self.parts();
        let period = values.len() as u128 * copies as u128;
        let covers = match self {
            Self::Uniform(_) => true,
            Self::PerClass(_) | Self::PerChannel(..) => period > 0 && (n as u128).is_multiple_of(period),
            Self::PerSample(..) | Self::PerElement(_) | Self::PerPixel(..) => {
                period > 0 && n as u128 == period && values.len().is_multiple_of(run)
            }
        };
        covers && values.iter().all(|v| valid(v.wide()))
    }

    /// Returns the weights of some of the elements: one for each, unless one holds for all.
    pub fn part(&self, elements: Range<usize>) -> Self {
        match self {
            &Self::Uniform(v) => Self::Uniform(v),
            _ => Self::PerElement(elements.map(|i| self.at(i)).collect()),
        }
    }
}

/// Reads a divisor of `n`, at most 40; any number for 0.
pub fn divisor(bytes: &mut Bytes<'_>, n: usize) -> usize {
    let wanted = 1 + bytes.below(40);
    (1..=wanted).rev().find(|&d| n.is_multiple_of(d)).unwrap_or(1)
}

/// Whether the number is a valid weight.
pub fn is_weight<T: Number>(v: f64) -> bool {
    (0.0..=T::LARGEST).contains(&v)
}
