//! The positive weights that balance classes.

use core::num::NonZero;

use crate::driver::Stored;
use crate::error::Error;
use crate::label::Label;
use crate::math::DoubleWord;
use crate::real::Real;

/// How many sums are kept at a time.
const COLUMNS: usize = 32;

/// Negatives / positives of each class, for targets of `[N, C]` and `out` of C: the positive weights with which either
/// side of a class costs as much as the other.
///
/// For hard targets the quotient of the two counts is rounded once, and is the same for any type of them. A soft target
/// t counts t as positive and 1 - t as negative: (N - sum t) / sum t, from sums in two words of `f64`.
///
/// # Errors
///
/// Nothing is written on `Err`. [`Error::Classes`] where the targets are not a multiple of C, or C is 0;
/// [`Error::Target`] for a target below 0, above 1 or NaN; [`Error::NoPositives`] and [`Error::NoNegatives`] for the
/// first class that has none, or so little of them, all soft, that the quotient is not a number above 0.
///
/// ```
/// use logit_loss::{BceWithLogits, Error, Loss, Weights, pos_weight_from_targets};
///
/// // Four samples, two classes.
/// let targets = [true, true, false, true, false, false, false, true];
/// let mut pos_weight = [0.0f32; 2];
/// pos_weight_from_targets(&targets, &mut pos_weight)?;
/// assert_eq!(pos_weight, [3.0, 1.0 / 3.0]);
///
/// let bce = BceWithLogits::new().pos_weight(Weights::per_class(&pos_weight));
/// assert_eq!(bce.loss(&[0.0; 8], &targets)?, core::f32::consts::LN_2);
/// assert_eq!(pos_weight_from_targets(&[1u8, 0, 1, 1], &mut pos_weight), Err(Error::NoNegatives { class: 0 }));
/// # Ok::<(), Error>(())
/// ```
pub fn pos_weight_from_targets<T: Real, Y: Label<T>>(targets: &[Y], out: &mut [T]) -> Result<(), Error> {
    if !targets.len().is_multiple_of(out.len()) || out.is_empty() {
        return Err(Error::Classes { classes: out.len(), targets: targets.len() });
    }
    let targets = Y::stored(targets);
    if const { Y::Stored::STORAGE.hard } {
        balance(targets, out, |sum: u64, &t| sum + u64::from(t.widen() == T::ONE))
    } else {
        balance_soft(targets, out)
    }
}

/// Of targets that may be soft.
fn balance_soft<T: Real, S: Stored<T>>(targets: &[S], out: &mut [T]) -> Result<(), Error> {
    // Over all of them first: without an early exit the comparisons run several lanes at a time.
    let is_target = |t: T| T::ZERO <= t && t <= T::ONE;
    let (valid, hard) = targets.iter().fold((true, true), |(valid, hard), &t| {
        let t = t.widen();
        (valid & is_target(t), hard & ((t == T::ZERO) | (t == T::ONE)))
    });
    if !valid && let Some(index) = targets.iter().position(|&t| !is_target(t.widen())) {
        return Err(Error::Target { index });
    }
    if hard {
        balance(targets, out, |sum: u64, &t| sum + u64::from(t.widen() == T::ONE))
    } else {
        balance(targets, out, |sum: DoubleWord<f64>, &t| sum.accumulate(S::widen(t).widen()))
    }
}

/// So much of a class is positive.
trait Positives: Copy {
    const NONE: Self;

    fn plus(self, other: Self) -> Self;

    /// Negatives / positives of so many samples.
    fn balance<T: Real>(self, samples: u64) -> T;
}

impl Positives for u64 {
    const NONE: Self = 0;

    fn plus(self, other: Self) -> Self {
        self + other
    }

    fn balance<T: Real>(self, samples: u64) -> T {
        ratio(samples.saturating_sub(self), self)
    }
}

impl Positives for DoubleWord<f64> {
    const NONE: Self = Self::ZERO;

    fn plus(self, other: Self) -> Self {
        self.plus(other)
    }

    fn balance<T: Real>(self, samples: u64) -> T {
        let positives = self.plus(Self::ZERO);
        let negatives = Self::from_count(samples).plus(Self { hi: -positives.hi, lo: -positives.lo });
        T::narrow(negatives.divided(positives))
    }
}

/// a / b, rounded once; infinite for b = 0.
fn ratio<T: Real>(a: u64, b: u64) -> T {
    // Both with their highest bit set, so that the quotient has 63 or 64 bits, of which the lowest stands for all that
    // would follow.
    let (up, down) = (a.leading_zeros(), b.leading_zeros());
    let Some(denominator) = NonZero::new(u128::from(b.wrapping_shl(down))) else {
        return T::ONE / T::ZERO;
    };
    let numerator = u128::from(a.wrapping_shl(up)) << 63;
    let quotient = (numerator / denominator) | u128::from(numerator % denominator != 0);
    let exponent = i64::from(down) - i64::from(up) - 63;
    T::from_count(quotient as u64) * T::narrow(f64::from_bits(((1023 + exponent) as u64) << 52))
}

/// Writes the balance of each class, unless one of them has none.
fn balance<T: Real, E, V: Positives>(
    targets: &[E],
    out: &mut [T],
    add: impl Fn(V, &E) -> V + Copy,
) -> Result<(), Error> {
    let classes = out.len();
    let samples = (targets.len() / classes.max(1)) as u64;
    let mut columns = [V::NONE; COLUMNS];
    // All classes are looked at before any is written, which takes two turns where the sums are too many to keep.
    for write in [false, true] {
        for (i, out) in out.chunks_mut(COLUMNS).enumerate() {
            let first = i * COLUMNS;
            if !write || classes > COLUMNS {
                columns = sums(targets, classes, first, add);
            }
            for ((j, out), positives) in out.iter_mut().enumerate().zip(columns) {
                let balance: T = positives.balance(samples);
                if write {
                    *out = balance;
                } else if !balance.is_finite() {
                    return Err(Error::NoPositives { class: first + j });
                } else if balance == T::ZERO {
                    return Err(Error::NoNegatives { class: first + j });
                }
            }
        }
    }
    Ok(())
}

/// The sums of the classes from `first` on.
fn sums<E, V: Positives>(targets: &[E], classes: usize, first: usize, add: impl Fn(V, &E) -> V) -> [V; COLUMNS] {
    // Of few classes, as many samples side by side as there is room for.
    let width = if classes < COLUMNS { COLUMNS / classes.max(1) * classes } else { classes };
    let mut columns = [V::NONE; COLUMNS];
    for row in targets.chunks(width.max(1)) {
        for (sum, t) in columns.iter_mut().zip(row.iter().skip(first)) {
            *sum = add(*sum, t);
        }
    }
    if classes < COLUMNS {
        let (sums, others) = columns.split_at_mut(classes);
        for samples in others.chunks(classes.max(1)) {
            for (sum, &other) in sums.iter_mut().zip(samples) {
                *sum = sum.plus(other);
            }
        }
    }
    columns
}
