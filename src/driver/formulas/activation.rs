//! The formulas of the activations.

use core::mem::MaybeUninit;

use crate::driver::plan::Plan;
use crate::driver::{Pass, RowResult, Streams, threads};
use crate::math::{Constants, Formula, LogSigmoid, ScaledSoftplus, Sigmoid, Softplus};

/// The passes of one element type; see [`BcePlans`](super::BcePlans) for why they are written out.
pub(crate) trait ActivationPlans: Constants {
    fn sigmoid_pass(pass: &Pass<Self>, streams: Streams<'_, Self>);
    fn log_sigmoid_pass(pass: &Pass<Self>, streams: Streams<'_, Self>);
    fn softplus_pass(beta: Self, pass: &Pass<Self>, streams: Streams<'_, Self>);
}

impl ActivationPlans for f32 {
    fn sigmoid_pass(pass: &Pass<f32>, streams: Streams<'_, f32>) {
        map(pass, streams, Sigmoid);
    }
    fn log_sigmoid_pass(pass: &Pass<f32>, streams: Streams<'_, f32>) {
        map(pass, streams, LogSigmoid);
    }
    fn softplus_pass(beta: f32, pass: &Pass<f32>, streams: Streams<'_, f32>) {
        softplus(beta, pass, streams);
    }
}

impl ActivationPlans for f64 {
    fn sigmoid_pass(pass: &Pass<f64>, streams: Streams<'_, f64>) {
        map(pass, streams, Sigmoid);
    }
    fn log_sigmoid_pass(pass: &Pass<f64>, streams: Streams<'_, f64>) {
        map(pass, streams, LogSigmoid);
    }
    fn softplus_pass(beta: f64, pass: &Pass<f64>, streams: Streams<'_, f64>) {
        softplus(beta, pass, streams);
    }
}

fn softplus<T: Constants>(beta: T, pass: &Pass<T>, streams: Streams<'_, T>) {
    if beta == T::ONE {
        map(pass, streams, Softplus);
    } else {
        let formula = ScaledSoftplus::new(beta);
        threads::run(pass, streams, &Plan::one(pass.backend, &formula));
    }
}

fn map<T: Constants, F: Formula<T>>(pass: &Pass<T>, mut streams: Streams<'_, T>, formula: F) {
    let mut unused = MaybeUninit::uninit();
    let row = streams.row(RowResult::Activation, T::ONE, &mut unused);
    if row.and_then(|mut row| row.evaluate(pass.backend, formula)).is_none() {
        threads::run(pass, streams, &Plan::one(pass.backend, &formula));
    }
}
