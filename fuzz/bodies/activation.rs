//! Sigmoid, its logarithm, and softplus with any beta, as one type; the tests use it too.

use logit_loss::{
    Backend, Error, Real, log_sigmoid, log_sigmoid_in_place, log_sigmoid_in_place_with, log_sigmoid_with, sigmoid,
    sigmoid_in_place, sigmoid_in_place_with, sigmoid_with, softplus, softplus_in_place, softplus_in_place_with,
    softplus_with,
};

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Activation<T> {
    Sigmoid,
    LogSigmoid,
    Softplus(T),
}

use Activation::{LogSigmoid, Sigmoid, Softplus};

impl<T: Real> Activation<T> {
    /// Pinned to a backend, or not.
    pub fn write(self, backend: Option<Backend>, x: &[T], out: &mut [T]) -> Result<(), Error> {
        match (self, backend) {
            (Sigmoid, None) => sigmoid(x, out),
            (Sigmoid, Some(backend)) => sigmoid_with(backend, x, out),
            (LogSigmoid, None) => log_sigmoid(x, out),
            (LogSigmoid, Some(backend)) => log_sigmoid_with(backend, x, out),
            (Softplus(beta), None) => softplus(beta, x, out),
            (Softplus(beta), Some(backend)) => softplus_with(backend, beta, x, out),
        }
    }

    /// The same, in place.
    pub fn replace(self, backend: Option<Backend>, x: &mut [T]) -> Result<(), Error> {
        match (self, backend) {
            (Sigmoid, None) => sigmoid_in_place(x),
            (Sigmoid, Some(backend)) => sigmoid_in_place_with(backend, x),
            (LogSigmoid, None) => log_sigmoid_in_place(x),
            (LogSigmoid, Some(backend)) => log_sigmoid_in_place_with(backend, x),
            (Softplus(beta), None) => return softplus_in_place(beta, x),
            (Softplus(beta), Some(backend)) => return softplus_in_place_with(backend, beta, x),
        }
        Ok(())
    }
}
