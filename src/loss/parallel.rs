//! The methods of every loss on several threads.

use super::{Plans, methods};
use crate::driver::{Threads, Values, ValuesMut};
use crate::error::Error;
use crate::label::Label;
use crate::real::Real;
use crate::reduction::LossSum;

/// A loss on as many threads as [`rayon`] has, with the very bits of one thread.
///
/// Sums are defined over chunks of 128 KiB of inputs. Here each is summed by whichever thread comes to it, and the sums
/// are added from the first to the last, as they are by one thread: so results are equal bit for bit, however many
/// threads there are and whoever is the fastest. Checks are shared out as well, and come first as ever: on `Err`, no
/// output has changed, and the error is that of the method without `par_`.
///
/// Called within a pool ([`rayon::ThreadPool::install`]), it is that pool that works; else the global one. Up to one chunk
/// is left to the thread that calls. Nothing is allocated: 256 chunks at a time are shared out, and their sums wait on the stack.
///
/// On an otherwise idle AMD Zen 4 with two cores, two threads ran at 1.3 to 1.9 times the speed of the methods without
/// `par_` from 1 Mi elements on; threads that share nothing, at 1.3 to 2.0. To hand over work takes longer than a few chunks
/// do: 64 Ki elements of `f32`, two chunks, ran at 0.96 to 1.5 times the speed, and with a pool of one thread, called from
/// outside, at 0.45 to 0.75. `cargo bench --features rayon --bench parallel` measures the machine at hand.
///
/// Implemented by all losses; sealed.
///
/// ```
/// use logit_loss::{BceWithLogits, LogitLoss, ParallelLoss};
///
/// let logits: Vec<f32> = (0..100_000).map(|i| (i % 201) as f32 / 10.0 - 10.0).collect();
/// let targets: Vec<bool> = (0..100_000).map(|i| i % 3 == 0).collect();
/// let (mut one, mut many) = (vec![0.0; 100_000], vec![0.0; 100_000]);
///
/// let bce = BceWithLogits::new();
/// let loss = bce.par_loss_and_gradient(&logits, &targets, &mut many)?;
/// assert_eq!(loss, bce.loss_and_gradient(&logits, &targets, &mut one)?);
/// assert_eq!(many, one);
/// # Ok::<(), logit_loss::Error>(())
/// ```
///
/// # Errors
///
/// Those of [`LogitLoss`](crate::LogitLoss) and, of probabilities, of [`Bce`](crate::Bce).
pub trait ParallelLoss<T: Real>: Plans<T> {
    /// [`loss`](crate::LogitLoss::loss): the reduced loss.
    fn par_loss<Y: Label<T>>(&self, inputs: &[T], targets: &[Y]) -> Result<T, Error> {
        methods::loss(Threads::Pool, self, Values::new(inputs), Values::new(Y::stored(targets)))
    }

    /// [`losses`](crate::LogitLoss::losses): the loss of each element, unreduced.
    fn par_losses<Y: Label<T>>(&self, inputs: &[T], targets: &[Y], out: &mut [T]) -> Result<(), Error> {
        methods::losses(Threads::Pool, self, Values::new(inputs), Values::new(Y::stored(targets)), ValuesMut::new(out))
    }

    /// [`gradient`](crate::LogitLoss::gradient): the derivative of the reduced loss with respect to each input.
    fn par_gradient<Y: Label<T>>(&self, inputs: &[T], targets: &[Y], gradient: &mut [T]) -> Result<(), Error> {
        methods::gradient(
            Threads::Pool,
            self,
            Values::new(inputs),
            Values::new(Y::stored(targets)),
            ValuesMut::new(gradient),
        )
    }

    /// [`loss_and_gradient`](crate::LogitLoss::loss_and_gradient): both, in one pass.
    fn par_loss_and_gradient<Y: Label<T>>(&self, inputs: &[T], targets: &[Y], gradient: &mut [T]) -> Result<T, Error> {
        methods::loss_and_gradient(
            Threads::Pool,
            self,
            Values::new(inputs),
            Values::new(Y::stored(targets)),
            ValuesMut::new(gradient),
        )
    }

    /// [`loss_and_gradient_in_place`](crate::LogitLoss::loss_and_gradient_in_place): the gradient takes the inputs' place.
    fn par_loss_and_gradient_in_place<Y: Label<T>>(&self, inputs: &mut [T], targets: &[Y]) -> Result<T, Error> {
        methods::loss_and_gradient_in_place(
            Threads::Pool,
            self,
            ValuesMut::new(inputs),
            Values::new(Y::stored(targets)),
        )
    }

    /// [`accumulate`](crate::LogitLoss::accumulate): adds a batch to a running sum.
    fn par_accumulate<Y: Label<T>>(&self, sum: &mut LossSum<T>, inputs: &[T], targets: &[Y]) -> Result<(), Error> {
        methods::accumulate(Threads::Pool, self, sum, Values::new(inputs), Values::new(Y::stored(targets)))
    }
}

impl<T: Real, L: Plans<T>> ParallelLoss<T> for L {}
