//! The element types.

use core::fmt::{Debug, Display};
use core::ops::{Add, Div, Mul, Neg, Sub};

use crate::driver::{Sealed, Values, ValuesMut};

/// The type of weights, of sums and of all computations: `f32` or `f64`. The trait is sealed.
pub trait Real:
    Sealed
    + Copy
    + Debug
    + Display
    + Default
    + PartialOrd
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + From<f32>
    + Into<f64>
    + Send
    + Sync
    + 'static
{
}

impl Real for f32 {}
impl Real for f64 {}

/// The type of inputs and of per-element results: `f32`, `f64` and, with the feature `half`, the `f16` and `bf16` of
/// the crate `half`. The trait is sealed.
///
/// The crate computes `f16` and `bf16` as `f32`. It widens each input, which is exact, and rounds each per-element
/// result once, to nearest, ties to even. So a result has an error of at most 1/2 ULP of its own type plus the error of
/// the `f32`. An ULP of `f16` is 8192 ULP of `f32`, and an ULP of `bf16` is 65536. For hard targets without weights the
/// error is at most 0.501 ULP (every logit of these types was tried).
///
/// Sums, means and weights are `f32`. A sum has the bits of the sum over the widened inputs. The promises for `f32`
/// hold: no NaN, the same bits on every backend that fuses, errors before effects.
///
/// The smallest positive `f16` is 6e-8, so the gradient of a *mean* over many elements, which is divided by their
/// number, may round to 0. Use [`Reduction::Sum`](crate::Reduction::Sum), or scale the loss by
/// [`Weights::uniform`](crate::Weights::uniform), as is usual for `f16`. `bf16` has the range of `f32`.
///
/// AVX-512, AVX2 with F16C, and NEON convert in registers. There both types are faster than `f32` where memory is the
/// limit, and slower by a fifth to a third in cache. Other backends convert in software, where `f32` is two to six
/// times as fast (`cargo bench --features half --bench half`).
///
/// ```
/// # #[cfg(feature = "half")] {
/// use half::f16;
/// use logit_loss::{BceWithLogits, Loss, Reduction};
///
/// let logits = [0.5, -3.0, 12.0].map(f16::from_f32);
/// let mut gradient = [f16::ZERO; 3];
/// let loss = BceWithLogits::new().reduction(Reduction::Sum);
/// let sum = loss.loss_and_gradient(&logits, &[true, false, true], &mut gradient)?;
/// assert!((sum - 0.522_670_4).abs() < 1e-6);
/// // sigmoid(12) is 1 in f16, and sigmoid(12) - 1 would be 0.
/// assert_eq!(gradient[2], f16::from_f64(-6.144_174_602e-6));
/// # }
/// # Ok::<(), logit_loss::Error>(())
/// ```
// `T` is a parameter and not a type of the trait: else literals of floats would be `f64` beside `f32`.
pub trait Element<T: Real>: Copy + 'static {
    #[doc(hidden)]
    fn values(elements: &[Self]) -> Values<'_, T>;
    #[doc(hidden)]
    fn values_mut(elements: &mut [Self]) -> ValuesMut<'_, T>;
}

impl<T: Real> Element<T> for T {
    fn values(elements: &[T]) -> Values<'_, T> {
        Values::new(elements)
    }
    fn values_mut(elements: &mut [T]) -> ValuesMut<'_, T> {
        ValuesMut::new(elements)
    }
}

#[cfg(feature = "half")]
impl Element<f32> for half::f16 {
    fn values(elements: &[Self]) -> Values<'_, f32> {
        Values::new(elements)
    }
    fn values_mut(elements: &mut [Self]) -> ValuesMut<'_, f32> {
        ValuesMut::new(elements)
    }
}

#[cfg(feature = "half")]
impl Element<f32> for half::bf16 {
    fn values(elements: &[Self]) -> Values<'_, f32> {
        Values::new(elements)
    }
    fn values_mut(elements: &mut [Self]) -> ValuesMut<'_, f32> {
        ValuesMut::new(elements)
    }
}
