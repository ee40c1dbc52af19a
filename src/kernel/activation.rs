//! The passes of the activations.

use super::{Formulas, Map, Pass};
use crate::math::{Constants, Formula, LogSigmoid, ScaledSoftplus, Sigmoid, Softplus};

/// The passes of one element type; see [`BceKernels`](super::BceKernels) for why they are written out.
pub trait ActivationKernels: Constants {
    fn sigmoid_pass(pass: &Pass<'_, '_, Self>);
    fn log_sigmoid_pass(pass: &Pass<'_, '_, Self>);
    fn softplus_pass(beta: Self, pass: &Pass<'_, '_, Self>);
}

impl ActivationKernels for f32 {
    fn sigmoid_pass(pass: &Pass<'_, '_, f32>) {
        map(pass, Sigmoid);
    }
    fn log_sigmoid_pass(pass: &Pass<'_, '_, f32>) {
        map(pass, LogSigmoid);
    }
    fn softplus_pass(beta: f32, pass: &Pass<'_, '_, f32>) {
        softplus(beta, pass);
    }
}

impl ActivationKernels for f64 {
    fn sigmoid_pass(pass: &Pass<'_, '_, f64>) {
        map(pass, Sigmoid);
    }
    fn log_sigmoid_pass(pass: &Pass<'_, '_, f64>) {
        map(pass, LogSigmoid);
    }
    fn softplus_pass(beta: f64, pass: &Pass<'_, '_, f64>) {
        softplus(beta, pass);
    }
}

fn softplus<T: Constants>(beta: T, pass: &Pass<'_, '_, T>) {
    if beta == T::ONE {
        map(pass, Softplus);
    } else {
        map(pass, ScaledSoftplus::new(beta));
    }
}

fn map<T: Constants, F: Formula<T>>(pass: &Pass<'_, '_, T>, formula: F) {
    pass.backend.run(Map { streams: pass.streams, formulas: Formulas::one(formula) });
}
