//! Sigmoid, its logarithm, and softplus with any beta, as one type.

use logit_loss::{
    Backend, Error, log_sigmoid, log_sigmoid_in_place, log_sigmoid_in_place_with, log_sigmoid_with, sigmoid,
    sigmoid_in_place, sigmoid_in_place_with, sigmoid_with, softplus, softplus_in_place, softplus_in_place_with,
    softplus_with,
};

use super::Number;
use super::exact::{Exact, Logit, Referenced};

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Activation<N> {
    Sigmoid,
    LogSigmoid,
    Softplus(N),
}

use Activation::{LogSigmoid, Sigmoid, Softplus};

impl<N: Number> Activation<N> {
    /// Softplus with a beta that is the plain function, and with others.
    pub fn all() -> [Self; 7] {
        let [one, two, other, small, large] = [1.0, 2.0, 0.7, 3e-9, 1.1e11].map(|beta| Softplus(N::new(beta)));
        [Sigmoid, LogSigmoid, one, two, other, small, large]
    }

    /// Pinned to a backend, or not.
    pub fn write(self, backend: Option<Backend>, x: &[N], out: &mut [N]) -> Result<(), Error> {
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
    pub fn replace(self, backend: Option<Backend>, x: &mut [N]) -> Result<(), Error> {
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

    pub fn of(self, backend: Backend, x: &[N]) -> Vec<N> {
        let mut out = vec![N::NAN; x.len()];
        self.write(Some(backend), x, &mut out).unwrap();
        out
    }
}

impl<N: Referenced> Activation<N> {
    pub fn exact(self, x: N) -> N::Exact {
        let [zero, one, x] = [0.0, 1.0, x.to_f64()].map(N::Exact::from_f64);
        let softplus = |beta: N, x: N::Exact| {
            let beta = N::Exact::from_f64(beta.to_f64());
            let log = Logit::new(&(beta.clone() * x.clone())).log;
            let ramp = if x > zero { x } else { zero.clone() };
            ramp + log / beta
        };
        match self {
            Sigmoid => {
                let logit = Logit::new(&x);
                let above = if logit.positive { one.clone() } else { logit.e.clone() };
                above / (one + logit.e)
            }
            LogSigmoid => -softplus(N::new(1.0), -x),
            Softplus(beta) => softplus(beta, x),
        }
    }
}
