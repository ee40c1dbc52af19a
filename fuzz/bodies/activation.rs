//! Sigmoid, its logarithm, and softplus with any beta, as one type, which the tests use too.

use logit_loss::{
    Backend, Error, Real, log_sigmoid, log_sigmoid_in_place, sigmoid, sigmoid_in_place, softplus, softplus_in_place,
};

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Activation<T> {
    Sigmoid,
    LogSigmoid,
    Softplus(T),
}

use Activation::{LogSigmoid, Sigmoid, Softplus};

impl<T: Real> Activation<T> {
    /// Writes the results to `out`, on this backend or on the default one.
    pub fn write(self, backend: Option<Backend>, x: &[T], out: &mut [T]) -> Result<(), Error> {
        match (self, backend) {
            (_, Some(backend)) => self.pinned(backend).apply(x, out),
            (Sigmoid, None) => sigmoid(x, out),
            (LogSigmoid, None) => log_sigmoid(x, out),
            (Softplus(beta), None) => softplus(beta, x, out),
        }
    }

    /// Replaces the logits by the results.
    pub fn replace(self, backend: Option<Backend>, x: &mut [T]) -> Result<(), Error> {
        match (self, backend) {
            (_, Some(backend)) => return self.pinned(backend).apply_in_place(x),
            (Sigmoid, None) => sigmoid_in_place(x),
            (LogSigmoid, None) => log_sigmoid_in_place(x),
            (Softplus(beta), None) => return softplus_in_place(beta, x),
        }
        Ok(())
    }

    pub fn pinned(self, backend: Backend) -> logit_loss::Activation<T> {
        let activation = match self {
            Sigmoid => logit_loss::Activation::sigmoid(),
            LogSigmoid => logit_loss::Activation::log_sigmoid(),
            Softplus(beta) => logit_loss::Activation::softplus(beta),
        };
        activation.backend(backend)
    }
}
