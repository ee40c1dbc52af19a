//! The methods of every loss for numbers that are kept in half the bits.

use ::half::{bf16, f16};

use super::{Plans, methods};
use crate::driver::{StoredMut, Threads, Values, ValuesMut};
use crate::error::Error;
use crate::label::Label;
use crate::reduction::LossSum;
use crate::weights::Weights;

/// `f16` or `bf16` of the crate [`half`]. Sealed.
pub trait Half: StoredMut<f32> {}

impl Half for f16 {}
impl Half for bf16 {}

/// A loss of inputs that are kept as `f16` or `bf16`, and its gradient likewise: half of the memory to read and to write.
///
/// They are computed with as `f32`, by the very kernels of the methods without `half_`: an input is widened, which is exact,
/// and a result for each element is rounded once, to the nearest and ties to even. So it is at most 1/2 ULP of its own
/// format from the exact value, and the error of the `f32` besides, of whose ULP 8192 make one of `f16` and 65536 one of
/// `bf16`: of hard targets without weights 0.501 ULP at most (every logit there is was tried). Sums, means and weights are
/// `f32`; a sum has the bits of that over the widened inputs. All that is promised of `f32` holds: no NaN, the same bits on
/// every backend that fuses, errors before effects.
///
/// Hessians, derivatives with respect to targets, and the functions beside the losses are there for `f32` and `f64` only.
///
/// The smallest positive `f16` is 6e-8, so the gradient of a *mean* over many elements, which comes divided by their number,
/// may have nothing left: take [`Reduction::Sum`](crate::Reduction::Sum), or scale the loss by
/// [`Weights::uniform`](crate::Weights::uniform) as is usual for `f16`. `bf16` has the range of `f32`.
///
/// AVX-512, AVX2 with F16C, and NEON convert in registers: faster than `f32` where memory is the limit, slower by a fifth to a
/// third in cache. Other backends convert in software, and `f32` is two to six times as fast there
/// (`cargo bench --features half --bench half`).
///
/// Targets may be of any [`Label`] type, the same format included.
///
/// Implemented by all losses; sealed.
///
/// ```
/// use half::f16;
/// use logit_loss::{BceWithLogits, HalfLoss, Reduction};
///
/// let logits = [0.5, -3.0, 12.0].map(f16::from_f32);
/// let mut gradient = [f16::ZERO; 3];
/// let loss = BceWithLogits::new().reduction(Reduction::Sum);
/// let sum = loss.half_loss_and_gradient(&logits, &[true, false, true], &mut gradient)?;
/// assert!((sum - 0.522_670_4).abs() < 1e-6);
/// // sigmoid(12) is 1 in f16, and sigmoid(12) - 1 would be 0.
/// assert_eq!(gradient[2], f16::from_f64(-6.144_174_602e-6));
/// # Ok::<(), logit_loss::Error>(())
/// ```
///
/// # Errors
///
/// Those of [`LogitLoss`](crate::LogitLoss) and, of probabilities, of [`Bce`](crate::Bce).
pub trait HalfLoss: Plans<f32> {
    /// [`loss`](crate::LogitLoss::loss): the reduced loss.
    fn half_loss<H: Half, Y: Label<f32>>(&self, inputs: &[H], targets: &[Y]) -> Result<f32, Error> {
        methods::loss(Threads::One, self, Values::new(inputs), Values::new(Y::stored(targets)))
    }

    /// [`losses`](crate::LogitLoss::losses): the loss of each element, unreduced.
    fn half_losses<H: Half, Y: Label<f32>>(&self, inputs: &[H], targets: &[Y], out: &mut [H]) -> Result<(), Error> {
        methods::losses(Threads::One, self, Values::new(inputs), Values::new(Y::stored(targets)), ValuesMut::new(out))
    }

    /// [`gradient`](crate::LogitLoss::gradient): the derivative of the reduced loss with respect to each input.
    fn half_gradient<H: Half, Y: Label<f32>>(
        &self,
        inputs: &[H],
        targets: &[Y],
        gradient: &mut [H],
    ) -> Result<(), Error> {
        methods::gradient(
            Threads::One,
            self,
            Values::new(inputs),
            Values::new(Y::stored(targets)),
            ValuesMut::new(gradient),
        )
    }

    /// [`loss_and_gradient`](crate::LogitLoss::loss_and_gradient): both, in one pass.
    fn half_loss_and_gradient<H: Half, Y: Label<f32>>(
        &self,
        inputs: &[H],
        targets: &[Y],
        gradient: &mut [H],
    ) -> Result<f32, Error> {
        methods::loss_and_gradient(
            Threads::One,
            self,
            Values::new(inputs),
            Values::new(Y::stored(targets)),
            ValuesMut::new(gradient),
        )
    }

    /// [`loss_and_gradient_in_place`](crate::LogitLoss::loss_and_gradient_in_place): the gradient takes the inputs' place.
    fn half_loss_and_gradient_in_place<H: Half, Y: Label<f32>>(
        &self,
        inputs: &mut [H],
        targets: &[Y],
    ) -> Result<f32, Error> {
        methods::loss_and_gradient_in_place(Threads::One, self, ValuesMut::new(inputs), Values::new(Y::stored(targets)))
    }

    /// [`backward`](crate::LogitLoss::backward): each element's own gradient times `upstream`.
    fn half_backward<H: Half, Y: Label<f32>>(
        &self,
        inputs: &[H],
        targets: &[Y],
        upstream: Weights<'_, f32>,
        gradient: &mut [H],
    ) -> Result<(), Error> {
        methods::backward(
            self,
            Values::new(inputs),
            Values::new(Y::stored(targets)),
            upstream,
            ValuesMut::new(gradient),
        )
    }

    /// [`accumulate`](crate::LogitLoss::accumulate): adds a batch to a running sum.
    fn half_accumulate<H: Half, Y: Label<f32>>(
        &self,
        sum: &mut LossSum<f32>,
        inputs: &[H],
        targets: &[Y],
    ) -> Result<(), Error> {
        methods::accumulate(Threads::One, self, sum, Values::new(inputs), Values::new(Y::stored(targets)))
    }
}

impl<L: Plans<f32>> HalfLoss for L {}
