//! Examples of sigmoid, its logarithm, and softplus, and their exact values.

use logit_loss::Backend;

use super::Number;
use super::exact::{Exact, Logit, Referenced};

#[path = "../../fuzz/bodies/activation.rs"]
mod function;

pub use function::Activation::{self, LogSigmoid, Sigmoid, Softplus};

impl<N: Number> Activation<N> {
    /// The functions, with softplus of a beta of 1, and of others.
    pub fn all() -> [Self; 7] {
        let [one, two, other, small, large] = [1.0, 2.0, 0.7, 3e-9, 1.1e11].map(|beta| Softplus(N::new(beta)));
        [Sigmoid, LogSigmoid, one, two, other, small, large]
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
