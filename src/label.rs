//! The types of targets.

use crate::driver::Stored;
use crate::real::Real;

/// A type of targets. The trait is sealed; these types implement it:
///
/// * the type of the logits, for hard (0 or 1) and soft targets; also `f32` with `f64` logits;
/// * `bool`, and `Option<bool>`, whose `None` means that there is no label;
/// * `u8`, `i8`, `i32` and `i64`, whose only labels are 0 and 1;
/// * with the feature `half`, `f16` and `bf16` with `f32` logits.
///
/// An integer that is neither 0 nor 1 is [`Error::Target`](crate::Error::Target), with its index: 255 means void in one
/// data set and positive in another. [`ignore_target`](crate::BceWithLogits::ignore_target) ignores such an integer,
/// and so does a mask or a weight of 0. Floats outside of [0, 1] are computed by the same formulas, without the
/// promises. Labels of -1 and 1 are not targets: pass `label > 0`.
///
/// Equal targets give the same bits in every type. Narrow types need less memory traffic.
///
/// ```
/// use logit_loss::{BceWithLogits, Error, Loss};
///
/// let (logits, bce) = ([0.5f32, -1.0, 2.0], BceWithLogits::new());
/// let expected = bce.loss(&logits, &[1.0, 0.0, 1.0])?;
/// assert_eq!(bce.loss(&logits, &[1u8, 0, 1])?, expected);
/// assert_eq!(bce.loss(&logits, &[1i64, 0, 1])?, expected);
/// assert_eq!(bce.loss(&logits, &[Some(true), Some(false), Some(true)])?, expected);
/// assert_eq!(bce.loss(&logits, &[1, -1, 1]), Err(Error::Target { index: 1 }));
/// # Ok::<(), Error>(())
/// ```
pub trait Label<T: Real>: Sized {
    /// The type as which it is read.
    #[doc(hidden)]
    type Stored: Stored<T>;
    #[doc(hidden)]
    fn stored(targets: &[Self]) -> &[Self::Stored];
}

impl<T: Real> Label<T> for T {
    type Stored = T;

    fn stored(targets: &[T]) -> &[T] {
        targets
    }
}

#[cfg(feature = "half")]
impl Label<f32> for half::f16 {
    type Stored = Self;

    fn stored(targets: &[Self]) -> &[Self] {
        targets
    }
}

#[cfg(feature = "half")]
impl Label<f32> for half::bf16 {
    type Stored = Self;

    fn stored(targets: &[Self]) -> &[Self] {
        targets
    }
}

impl Label<f64> for f32 {
    type Stored = Self;

    fn stored(targets: &[Self]) -> &[Self] {
        targets
    }
}

impl<T: Real> Label<T> for bool {
    type Stored = Self;

    fn stored(targets: &[Self]) -> &[Self] {
        targets
    }
}

impl<T: Real> Label<T> for Option<bool> {
    type Stored = Self;

    fn stored(targets: &[Self]) -> &[Self] {
        targets
    }
}

impl<T: Real> Label<T> for u8 {
    type Stored = Self;

    fn stored(targets: &[Self]) -> &[Self] {
        targets
    }
}

impl<T: Real> Label<T> for i8 {
    type Stored = Self;

    fn stored(targets: &[Self]) -> &[Self] {
        targets
    }
}

impl<T: Real> Label<T> for i32 {
    type Stored = Self;

    fn stored(targets: &[Self]) -> &[Self] {
        targets
    }
}

impl<T: Real> Label<T> for i64 {
    type Stored = Self;

    fn stored(targets: &[Self]) -> &[Self] {
        targets
    }
}
