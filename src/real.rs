//! The element types.

use core::fmt::{Debug, Display};
use core::ops::{Add, Div, Mul, Neg, Sub};

use crate::driver::{Sealed, Values, ValuesMut};

/// `f32` or `f64`: the type of weights and of sums, and what everything is computed with. Sealed.
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

/// What inputs, and the results for each of them, are kept as: `f32` and `f64`, which are computed with as they are; with the
/// feature `half` also the `f16` and `bf16` of the crate `half`, which are computed with as `f32`. Sealed.
///
/// An `f16` or `bf16` is widened, which is exact, and a result for each element is rounded once, to the nearest and ties to
/// even. So it is at most 1/2 ULP of its own format from the exact value, and the error of the `f32` besides, of whose ULP 8192
/// make one of `f16` and 65536 one of `bf16`: of hard targets without weights 0.501 ULP at most (every logit there is was
/// tried). Sums, means and weights are `f32`; a sum has the bits of that over the widened inputs. All that is promised of `f32`
/// holds: no NaN, the same bits on every backend that fuses, errors before effects.
///
/// The smallest positive `f16` is 6e-8, so the gradient of a *mean* over many elements, which comes divided by their number,
/// may have nothing left: take [`Reduction::Sum`](crate::Reduction::Sum), or scale the loss by
/// [`Weights::uniform`](crate::Weights::uniform) as is usual for `f16`. `bf16` has the range of `f32`.
///
/// AVX-512, AVX2 with F16C, and NEON convert in registers: faster than `f32` where memory is the limit, slower by a fifth to a
/// third in cache. Other backends convert in software, and `f32` is two to six times as fast there
/// (`cargo bench --features half --bench half`).
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
