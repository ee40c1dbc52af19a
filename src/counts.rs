//! Counts the positives and negatives of each class, and computes the positive weights that balance them.

use core::num::NonZero;

use crate::error::{Argument, Error, expect_len};
use crate::math::DoubleWord;
use crate::real::Real;

/// Counts the positives and negatives of a class, over any number of batches: see
/// [`Loss::count_classes`](crate::Loss::count_classes).
///
/// A soft target t adds t to the positives and 1 - t to the negatives. Hard targets are counted exactly.
///
/// ```
/// use logit_loss::{BceWithLogits, ClassCount, Loss, pos_weight};
///
/// // Two batches of samples of two classes.
/// let bce = BceWithLogits::<f32>::new();
/// let mut counts = [ClassCount::new(); 2];
/// bce.count_classes(&mut counts, 1, &[true, true, false, true])?;
/// bce.count_classes(&mut counts, 1, &[0u8, 0, 0, 1])?;
/// assert_eq!((counts[0].positives(), counts[0].negatives()), (1.0, 3.0));
///
/// let mut weights = [0.0f32; 2];
/// pos_weight(&counts, &mut weights)?;
/// assert_eq!(weights, [3.0, 1.0 / 3.0]);
/// # Ok::<(), logit_loss::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClassCount {
    targets: u64,
    ones: u64,
    /// The sum of the targets that are neither 0 nor 1.
    soft: DoubleWord<f64>,
}

impl Default for ClassCount {
    fn default() -> Self {
        Self::new()
    }
}

impl ClassCount {
    /// Makes an empty count.
    #[must_use]
    pub const fn new() -> Self {
        Self { targets: 0, ones: 0, soft: DoubleWord::ZERO }
    }

    /// Adds another count of the same class, from another batch, thread or machine.
    pub fn merge(&mut self, other: &Self) {
        self.targets = self.targets.saturating_add(other.targets);
        self.ones = self.ones.saturating_add(other.ones);
        self.soft = self.soft.plus(other.soft);
    }

    /// Returns the number of targets.
    #[must_use]
    pub const fn targets(&self) -> u64 {
        self.targets
    }

    /// Returns the number of positives: the sum of the targets.
    #[must_use]
    pub fn positives(&self) -> f64 {
        self.exact_positives().value()
    }

    /// Returns the number of negatives: the sum of 1 - t.
    #[must_use]
    pub fn negatives(&self) -> f64 {
        self.exact_negatives().value()
    }

    /// Counts a target in [0, 1].
    pub(crate) fn add<T: Real>(&mut self, target: T) {
        self.targets = self.targets.saturating_add(1);
        if target == T::ONE {
            self.ones = self.ones.saturating_add(1);
        } else if target != T::ZERO {
            self.soft = self.soft.accumulate(target.widen());
        }
    }

    fn exact_positives(&self) -> DoubleWord<f64> {
        DoubleWord::from_count(self.ones).plus(self.soft)
    }

    fn exact_negatives(&self) -> DoubleWord<f64> {
        DoubleWord::from_count(self.targets - self.ones).plus(DoubleWord { hi: -self.soft.hi, lo: -self.soft.lo })
    }

    /// Returns negatives / positives, rounded once where all targets are hard: infinite without positives, 0 without
    /// negatives.
    fn ratio<T: Real>(&self) -> T {
        if self.soft == DoubleWord::ZERO {
            return ratio(self.targets - self.ones, self.ones);
        }
        T::narrow(self.exact_negatives().divided(self.exact_positives()))
    }
}

/// Writes negatives / positives of each class: the positive weights with which both sides of a class cost the same.
///
/// The quotient of two counts is rounded once, and is the same for all types of labels. For soft targets it is the
/// quotient of sums in two words of `f64`.
///
/// # Errors
///
/// On `Err`, nothing is written.
///
/// * [`Error::Length`]: the number of weights is not the number of classes.
/// * [`Error::NoPositives`] and [`Error::NoNegatives`]: the named class, the first such one, has none; or it has soft
///   targets alone that add up to so little that the quotient is not a finite number above 0.
///
/// ```
/// use logit_loss::{BceWithLogits, ClassCount, Error, Loss, Weights, pos_weight, pos_weight_or};
///
/// // Four samples of two classes; the second class has no positives.
/// let labels = [true, false, false, false, false, false, false, false];
/// let mut counts = [ClassCount::new(); 2];
/// BceWithLogits::<f32>::new().count_classes(&mut counts, 1, &labels)?;
///
/// let mut weights = [0.0f32; 2];
/// assert_eq!(pos_weight(&counts, &mut weights), Err(Error::NoPositives { class: 1 }));
/// pos_weight_or(&counts, 1.0, &mut weights)?;
/// assert_eq!(weights, [3.0, 1.0]);
/// let bce = BceWithLogits::new().pos_weight(Weights::per_class(&weights));
/// assert!(bce.loss(&[0.0; 8], &labels)? > 0.0);
/// # Ok::<(), Error>(())
/// ```
pub fn pos_weight<T: Real>(counts: &[ClassCount], out: &mut [T]) -> Result<(), Error> {
    expect_len(Argument::Output, counts.len(), out.len())?;
    for (class, count) in counts.iter().enumerate() {
        let weight: T = count.ratio();
        if !weight.is_finite() {
            return Err(Error::NoPositives { class });
        } else if weight == T::ZERO {
            return Err(Error::NoNegatives { class });
        }
    }
    out.iter_mut().zip(counts).for_each(|(out, count)| *out = count.ratio());
    Ok(())
}

/// Works like [`pos_weight`](pos_weight()), but gives the weight `default` to each class that has no positives or no
/// negatives, as happens in a small batch.
///
/// # Errors
///
/// On `Err`, nothing is written.
///
/// * [`Error::Length`]: the number of weights is not the number of classes.
/// * [`Error::Weight`]: the default is negative or not finite.
pub fn pos_weight_or<T: Real>(counts: &[ClassCount], default: T, out: &mut [T]) -> Result<(), Error> {
    expect_len(Argument::Output, counts.len(), out.len())?;
    if !(T::ZERO <= default && default <= T::MAX) {
        return Err(Error::Weight { argument: Argument::PosWeight, index: 0 });
    }
    for (out, count) in out.iter_mut().zip(counts) {
        let weight: T = count.ratio();
        *out = if weight.is_finite() && weight > T::ZERO { weight } else { default };
    }
    Ok(())
}

/// Returns a / b, rounded once; infinite for b = 0.
fn ratio<T: Real>(a: u64, b: u64) -> T {
    // Both are shifted until the highest bit is set, so the quotient has 63 or 64 bits; the lowest one is set if a remainder
    // is left.
    let (up, down) = (a.leading_zeros(), b.leading_zeros());
    let Some(denominator) = NonZero::new(u128::from(b.wrapping_shl(down))) else {
        return T::ONE / T::ZERO;
    };
    let numerator = u128::from(a.wrapping_shl(up)) << 63;
    let quotient = (numerator / denominator) | u128::from(numerator % denominator != 0);
    let exponent = i64::from(down) - i64::from(up) - 63;
    T::from_count(quotient as u64) * T::narrow(f64::from_bits(((1023 + exponent) as u64) << 52))
}
