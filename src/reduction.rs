//! Reduces the losses of all elements to one number.

use crate::driver::chunk_len;
use crate::math::DoubleWord;
use crate::real::Real;

/// How the losses of all elements become one number. Derivatives are those of this number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reduction {
    /// Divides the sum by the number of elements, whatever their weights: PyTorch's `'mean'`. Elements without a label
    /// and masked ones do not count.
    #[default]
    Mean,
    /// Divides the sum by the sum of the weights, so elements of weight 0 do not count.
    WeightedMean,
    /// Keeps the sum: PyTorch's `'sum'`. Gradient boosting needs it. A sum above the largest number is +inf, and so is
    /// its mean.
    Sum,
}

impl Reduction {
    /// Translates PyTorch's deprecated arguments. An absent argument counts as true. Returns `None` for no reduction:
    /// call [`losses`](crate::Loss::losses) then.
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

/// A running sum of losses, over batches, threads and machines.
///
/// Two words of `T` store the sum, so adding many small batches to a large sum loses nothing that the mean would show.
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
    /// The length of [`to_le_bytes`](Self::to_le_bytes).
    pub const BYTES: usize = 40;

    /// The number of logits in a chunk: 32,768 of `f32`, 16,384 of `f64`. Batches that are cut at multiples of it have
    /// the sum of one call, bit for bit.
    pub const CHUNK: usize = chunk_len::<T>();

    /// Makes an empty sum.
    #[must_use]
    pub const fn new() -> Self {
        Self { sum: DoubleWord::ZERO, weight: DoubleWord::ZERO, count: 0 }
    }

    /// Adds another sum. The order of the two sums can change the last bit of the low word. The same order gives the
    /// same bits. Sums of one [chunk](Self::CHUNK) each, merged from the first to the last into an empty sum, have the
    /// bits of one call.
    ///
    /// ```
    /// use logit_loss::{BceWithLogits, Loss, LossSum};
    ///
    /// let logits: Vec<f32> = (0..100_000).map(|i| (i % 17) as f32 - 8.0).collect();
    /// let labels: Vec<bool> = (0..100_000).map(|i| i % 3 == 0).collect();
    /// let bce = BceWithLogits::new();
    /// let of = |logits: &[f32], labels: &[bool]| {
    ///     let mut sum = LossSum::new();
    ///     bce.accumulate(&mut sum, logits, labels).map(|()| sum)
    /// };
    /// let total = std::thread::scope(|scope| {
    ///     let chunks = logits.chunks(LossSum::<f32>::CHUNK).zip(labels.chunks(LossSum::<f32>::CHUNK));
    ///     let threads: Vec<_> = chunks.map(|(logits, labels)| scope.spawn(move || of(logits, labels))).collect();
    ///     let mut total = LossSum::new();
    ///     for thread in threads {
    ///         total.merge(&thread.join().expect("no panic")?);
    ///     }
    ///     Ok(total)
    /// })?;
    /// assert_eq!(total, of(&logits, &labels)?);
    /// # Ok::<(), logit_loss::Error>(())
    /// ```
    ///
    /// Weights of a part of a batch begin at its first logit: see [`Weights::starting_at`](crate::Weights::starting_at).
    pub fn merge(&mut self, other: &Self) {
        self.sum = self.sum.plus(other.sum);
        self.weight = self.weight.plus(other.weight);
        self.count = self.count.saturating_add(other.count);
    }

    /// Returns the sum of the weighted losses. A sum above the largest number is +inf.
    #[must_use]
    pub fn sum(&self) -> T {
        self.sum.value()
    }

    /// Returns the number of elements that a mean counts.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// Returns the sum of the weights.
    #[must_use]
    pub fn weight(&self) -> T {
        self.weight.value()
    }

    /// Returns the sum divided by the number of elements, or `None` if there are none. The mean of an infinite sum is
    /// +inf.
    #[must_use]
    pub fn mean(&self) -> Option<T> {
        quotient(self.sum, DoubleWord::from_count(self.count))
    }

    /// Returns the sum divided by the sum of the weights. Returns `None` if the sum of the weights is 0, above the
    /// largest number, or so small that its reciprocal overflows.
    #[must_use]
    pub fn weighted_mean(&self) -> Option<T> {
        quotient(self.sum, self.weight)
    }

    /// Writes the sum as bytes for another machine. Both types are written as `f64`, which holds either exactly, so an
    /// `f64` program can read and merge the sum of an `f32` program.
    #[must_use]
    pub fn to_le_bytes(&self) -> [u8; 40] {
        let [sum, sum_lo] = [self.sum.hi, self.sum.lo].map(|word| word.widen().to_le_bytes());
        let [weight, weight_lo] = [self.weight.hi, self.weight.lo].map(|word| word.widen().to_le_bytes());
        let words = [sum, sum_lo, weight, weight_lo, self.count.to_le_bytes()];
        // Byte by byte, since `copy_from_slice` checks lengths, and the check may remain where the crate is compiled for
        // size.
        let mut bytes = [0; 40];
        for (slot, &byte) in bytes.iter_mut().zip(words.as_flattened()) {
            *slot = byte;
        }
        bytes
    }

    /// Reads what [`to_le_bytes`](Self::to_le_bytes) wrote. Words that `T` cannot hold are rounded.
    #[must_use]
    pub fn from_le_bytes(bytes: [u8; 40]) -> Self {
        let mut words = [[0; 8]; 5];
        for (slot, &byte) in words.as_flattened_mut().iter_mut().zip(&bytes) {
            *slot = byte;
        }
        let [sum, sum_lo, weight, weight_lo, count] = words;
        let double = |hi, lo| {
            let (hi, lo) = (f64::from_le_bytes(hi), f64::from_le_bytes(lo));
            // The low word takes over what the high word loses in a narrower type.
            let high = T::narrow(hi);
            let lost = hi - high.widen();
            DoubleWord { hi: high, lo: T::narrow(if lost.is_finite() { lost + lo } else { lo }) }
        };
        Self { sum: double(sum, sum_lo), weight: double(weight, weight_lo), count: u64::from_le_bytes(count) }
    }
}

/// Returns the quotient, or `None` if the divisor or its reciprocal is not finite.
pub(crate) fn quotient<T: Real>(sum: DoubleWord<T>, divisor: DoubleWord<T>) -> Option<T> {
    let size = divisor.value();
    if !(T::ZERO < size && size <= T::MAX && T::ONE / size <= T::MAX) {
        return None;
    }
    Some(sum.divided(divisor))
}
