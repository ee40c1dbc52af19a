//! Losses on several threads, as losses like any other.

use logit_loss::{Backend, Error, Label, LossSum, ParallelLoss, Reduction, Weights};

use super::Number;
use super::family::Loss;

/// What has no method for several threads is that of the loss, or left out.
#[derive(Clone, Copy)]
pub struct Parallel<L>(pub L);

impl<'w, N: Number, L: Loss<'w, N> + ParallelLoss<N>> Loss<'w, N> for Parallel<L> {
    fn weighted(self, weight: Weights<'w, N>) -> Self {
        Self(self.0.weighted(weight))
    }
    fn reduced(self, reduction: Reduction) -> Self {
        Self(self.0.reduced(reduction))
    }
    fn on(self, backend: Backend) -> Self {
        Self(self.0.on(backend))
    }
    fn loss<Y: Label<N>>(&self, x: &[N], t: &[Y]) -> Result<N, Error> {
        self.0.par_loss(x, t)
    }
    fn losses<Y: Label<N>>(&self, x: &[N], t: &[Y], out: &mut [N]) -> Result<(), Error> {
        self.0.par_losses(x, t, out)
    }
    fn gradient<Y: Label<N>>(&self, x: &[N], t: &[Y], out: &mut [N]) -> Result<(), Error> {
        self.0.par_gradient(x, t, out)
    }
    fn loss_and_gradient<Y: Label<N>>(&self, x: &[N], t: &[Y], out: &mut [N]) -> Result<N, Error> {
        self.0.par_loss_and_gradient(x, t, out)
    }
    fn loss_and_gradient_in_place<Y: Label<N>>(&self, x: &mut [N], t: &[Y]) -> Result<N, Error> {
        self.0.par_loss_and_gradient_in_place(x, t)
    }
    fn backward<Y: Label<N>>(&self, x: &[N], t: &[Y], upstream: Weights<'_, N>, out: &mut [N]) -> Result<(), Error> {
        self.0.backward(x, t, upstream, out)
    }
    fn accumulate<Y: Label<N>>(&self, sum: &mut LossSum<N>, x: &[N], t: &[Y]) -> Result<(), Error> {
        self.0.par_accumulate(sum, x, t)
    }
    fn parallel(self) -> impl Loss<'w, N> {
        self
    }
}
