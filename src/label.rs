//! The types of targets.

use crate::driver::Stored;
use crate::real::Real;

/// A type that targets can have: the type of the logits, for hard and soft ones; `bool`; `u8`, `i8`, `i32` and `i64`, of which
/// only 0 and 1 are labels; `Option<bool>`, where `None` is no label; `f32` beside `f64`. With the feature `half`, `f16` and
/// `bf16` for `f32` too. Sealed.
///
/// An integer that is neither 0 nor 1 is [`Error::Target`](crate::Error::Target) with its index, since 255 is void in one data
/// set and positive in the next: [`ignore_target`](crate::BceWithLogits::ignore_target) takes it away. A mask, or a weight of
/// 0, excuses it. Floats outside of [0, 1] are computed by the same formulas, without what is promised of the others. Labels of
/// -1 and 1 are no targets: pass `label > 0`.
///
/// The same targets give the same bits in every type; the narrow ones take less memory to read.
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
    /// As what it is read.
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
