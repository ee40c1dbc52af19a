//! From one loss for each element to one number.

use crate::driver::chunk_len;
use crate::math::DoubleWord;
use crate::real::Real;

/// How the losses of all elements become one number, and its derivatives theirs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reduction {
    /// The sum divided by the number of elements, whatever their weights: PyTorch's `'mean'`.
    #[default]
    Mean,
    /// The sum divided by the sum of the weights: elements of weight 0 do not count.
    WeightedMean,
    /// PyTorch's `'sum'`, and what gradient boosting needs.
    Sum,
}

impl Reduction {
    /// What PyTorch's deprecated arguments mean, an absent one counting as true. `None` is unreduced: call
    /// [`losses`](crate::Loss::losses).
    ///
    /// ```
    /// use logit_loss::Reduction;
    ///
    /// assert_eq!(Reduction::from_legacy(None, None), Some(Reduction::Mean));
    /// assert_eq!(Reduction::from_legacy(Some(false), None), Some(Reduction::Sum));
    /// assert_eq!(Reduction::from_legacy(Some(true), Some(false)), None);
    /// ```
    #[must_use]
    pub const fn from_legacy(size_average: Option<bool>, reduce: Option<bool>) -> Option<Self> {
        match (size_average, reduce) {
            (_, Some(false)) => None,
            (Some(false), _) => Some(Self::Sum),
            _ => Some(Self::Mean),
        }
    }
}

/// A sum of losses that goes on: over batches, threads and machines.
///
/// Kept in two words of `T`, so that adding many small batches to a large sum loses nothing that the mean would show.
///
/// ```
/// use logit_loss::{BceWithLogits, Loss, LossSum};
///
/// let bce = BceWithLogits::new();
/// let mut sum = LossSum::new();
/// bce.accumulate(&mut sum, &[1.5f32, -0.5], &[true, false])?;
/// bce.accumulate(&mut sum, &[0.25], &[true])?;
/// let whole = bce.loss(&[1.5, -0.5, 0.25], &[true, false, true])?;
/// assert!((sum.mean().unwrap() - whole).abs() <= 1e-7);
///
/// let there = LossSum::from_le_bytes(sum.to_le_bytes());
/// assert_eq!(there, sum);
/// # Ok::<(), logit_loss::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LossSum<T> {
    pub(crate) sum: DoubleWord<T>,
    pub(crate) weight: DoubleWord<T>,
    pub(crate) count: u64,
}

impl<T: Real> Default for LossSum<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Real> LossSum<T> {
    /// Length of [`to_le_bytes`](Self::to_le_bytes).
    pub const BYTES: usize = 40;

    /// Logits of a chunk: 32,768 of `f32`, 16,384 of `f64`. Batches that are cut at multiples of it have the sum of one call,
    /// bit for bit.
    pub const CHUNK: usize = chunk_len::<T>();

    /// Of nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self { sum: DoubleWord::ZERO, weight: DoubleWord::ZERO, count: 0 }
    }

    /// Adds another sum. Which of the two came first can change the last bit of the low word; the same order gives the
    /// same bits.
    pub fn merge(&mut self, other: &Self) {
        self.sum = self.sum.plus(other.sum);
        self.weight = self.weight.plus(other.weight);
        self.count = self.count.saturating_add(other.count);
    }

    /// The sum of the weighted losses. Above the largest number it is infinite.
    #[must_use]
    pub fn sum(&self) -> T {
        self.sum.value()
    }

    /// The number of elements.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// The sum of the weights.
    #[must_use]
    pub fn weight(&self) -> T {
        self.weight.value()
    }

    /// The sum divided by the number of elements, or `None` if there are none.
    #[must_use]
    pub fn mean(&self) -> Option<T> {
        quotient(self.sum, DoubleWord::from_count(self.count))
    }

    /// The sum divided by the sum of the weights, or `None` if that is 0, above the largest number, or so small that its
    /// reciprocal is.
    #[must_use]
    pub fn weighted_mean(&self) -> Option<T> {
        quotient(self.sum, self.weight)
    }

    /// For another machine. Both types are written alike, as `f64`, which holds either exactly: an `f64` program can
    /// read and merge what an `f32` program sent.
    #[must_use]
    pub fn to_le_bytes(&self) -> [u8; 40] {
        let [sum, sum_lo] = [self.sum.hi, self.sum.lo].map(|word| word.widen().to_le_bytes());
        let [weight, weight_lo] = [self.weight.hi, self.weight.lo].map(|word| word.widen().to_le_bytes());
        let words = [sum, sum_lo, weight, weight_lo, self.count.to_le_bytes()];
        // Byte by byte: a check of lengths, as `copy_from_slice` has it, may remain where it is compiled for size.
        let mut bytes = [0; 40];
        for (slot, &byte) in bytes.iter_mut().zip(words.as_flattened()) {
            *slot = byte;
        }
        bytes
    }

    /// The inverse. Words that `T` cannot hold are rounded.
    #[must_use]
    pub fn from_le_bytes(bytes: [u8; 40]) -> Self {
        let mut words = [[0; 8]; 5];
        for (slot, &byte) in words.as_flattened_mut().iter_mut().zip(&bytes) {
            *slot = byte;
        }
        let [sum, sum_lo, weight, weight_lo, count] = words;
        let double = |hi, lo| {
            let (hi, lo) = (f64::from_le_bytes(hi), f64::from_le_bytes(lo));
            // What the high word loses in a narrower type, the low one takes over.
            let high = T::narrow(hi);
            let lost = hi - high.widen();
            DoubleWord { hi: high, lo: T::narrow(if lost.is_finite() { lost + lo } else { lo }) }
        };
        Self { sum: double(sum, sum_lo), weight: double(weight, weight_lo), count: u64::from_le_bytes(count) }
    }
}

/// The mean, or `None` where the divisor or its reciprocal is not finite.
pub(crate) fn quotient<T: Real>(sum: DoubleWord<T>, divisor: DoubleWord<T>) -> Option<T> {
    let size = divisor.value();
    if !(T::ZERO < size && size <= T::MAX && T::ONE / size <= T::MAX) {
        return None;
    }
    Some(sum.divided(divisor))
}
