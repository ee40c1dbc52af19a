//! Each contestant does what its users do: one call for the loss, and its automatic differentiation for the gradient.

use crate::limits::Limits;
use crate::plain::{Plain, inputs};
use crate::programs::Program;
use crate::rounds::{Contestant, seconds};
use crate::{Key, Task};
use burn::nn::loss::BinaryCrossEntropyLossConfig;
use burn::tensor::{Device as BurnDevice, Int, Tensor as BurnTensor};
use candle_core::{Device, Tensor, Var};
use candle_nn::loss::binary_cross_entropy_with_logit;
use logit_loss::{BceWithLogits, Loss};
use std::hint::black_box;

pub const OURS: &str = "logit-loss";
pub const MEMORY: &str = "limit of memory";

pub struct Inputs {
    pub logits: Vec<f32>,
    pub targets: Vec<f32>,
}

impl Inputs {
    pub fn new(n: usize) -> Self {
        let (logits, targets) = inputs(n);
        Self { logits, targets }
    }

    pub fn contestants<'a>(
        &'a self,
        task: Task,
        n: usize,
        programs: &'a [(&str, Program)],
    ) -> Vec<Contestant<'a, Key>> {
        let (logits, targets) = (&self.logits[..n], &self.targets[..n]);
        let mut all = vec![
            slices(OURS, task, logits, targets, ours_loss, ours_both),
            slices("Rust loop, std", task, logits, targets, f32::loss, f32::loss_and_gradient),
            slices("Rust loop, libm", task, logits, targets, libm_loss, libm_both),
            candle(task, logits, targets).expect("candle takes any slice"),
            burn(task, logits, targets),
        ];
        all.extend(programs.iter().map(|(_, program)| {
            let what = match task {
                Task::Loss => "loss",
                Task::LossAndGradient => "loss_and_gradient",
            };
            let key = (program.name.clone(), n);
            Contestant::new(key, n, move |repeats| program.seconds(what, f32::NAME, n, repeats))
        }));
        all
    }
}

pub fn memory(task: Task, n: usize, limits: &Limits) -> Contestant<'_, Key> {
    Contestant::new((MEMORY.to_string(), n), n, move |repeats| match task {
        Task::Loss => seconds(repeats, || limits.read()),
        Task::LossAndGradient => seconds(repeats, || limits.triad()),
    })
}

type LossFunction = fn(&[f32], &[f32]) -> f32;
type BothFunction = fn(&[f32], &[f32], &mut [f32]) -> f32;

fn slices<'a>(
    name: &str,
    task: Task,
    logits: &'a [f32],
    targets: &'a [f32],
    loss: LossFunction,
    both: BothFunction,
) -> Contestant<'a, Key> {
    let mut gradient = vec![0.0; logits.len()];
    Contestant::new((name.to_string(), logits.len()), logits.len(), move |repeats| match task {
        Task::Loss => seconds(repeats, || loss(black_box(logits), black_box(targets))),
        Task::LossAndGradient => {
            seconds(repeats, || both(black_box(logits), black_box(targets), black_box(&mut gradient)))
        }
    })
}

fn ours_loss(logits: &[f32], targets: &[f32]) -> f32 {
    BceWithLogits::new().loss(logits, targets).expect("the lengths fit")
}

fn ours_both(logits: &[f32], targets: &[f32], gradient: &mut [f32]) -> f32 {
    BceWithLogits::new().loss_and_gradient(logits, targets, gradient).expect("the lengths fit")
}

fn libm_loss(logits: &[f32], targets: &[f32]) -> f32 {
    logits.iter().zip(targets).map(|(&x, &t)| x.max(0.0) - x * t + libm::log1pf(libm::expf(-x.abs()))).sum()
}

fn libm_both(logits: &[f32], targets: &[f32], gradient: &mut [f32]) -> f32 {
    let mut sum = 0.0;
    for ((&x, &t), gradient) in logits.iter().zip(targets).zip(gradient) {
        let e = libm::expf(-x.abs());
        let sigmoid = if x >= 0.0 { 1.0 } else { e } / (1.0 + e);
        *gradient = sigmoid - t;
        sum += x.max(0.0) - x * t + libm::log1pf(e);
    }
    sum
}

fn candle(task: Task, logits: &[f32], targets: &[f32]) -> candle_core::Result<Contestant<'static, Key>> {
    let n = logits.len();
    let logits = Var::from_slice(logits, n, &Device::Cpu)?;
    let targets = Tensor::from_slice(targets, n, &Device::Cpu)?;
    // A detached tensor is no variable, so candle records nothing.
    let constant = logits.as_detached_tensor();
    Ok(Contestant::new(("candle".to_string(), n), n, move |repeats| match task {
        Task::Loss => seconds(repeats, || candle_loss(&constant, &targets).expect("the shapes fit")),
        Task::LossAndGradient => seconds(repeats, || candle_both(&logits, &targets).expect("the shapes fit")),
    }))
}

fn candle_loss(logits: &Tensor, targets: &Tensor) -> candle_core::Result<f32> {
    binary_cross_entropy_with_logit(logits, targets)?.to_scalar()
}

fn candle_both(logits: &Var, targets: &Tensor) -> candle_core::Result<(f32, Option<Tensor>)> {
    let loss = binary_cross_entropy_with_logit(logits, targets)?;
    let gradient = loss.backward()?.remove(logits);
    Ok((loss.to_scalar()?, gradient))
}

/// burn on flex, which has replaced its ndarray backend.
fn burn(task: Task, logits: &[f32], targets: &[f32]) -> Contestant<'static, Key> {
    let (n, device) = (logits.len(), BurnDevice::flex());
    let constant = burn_inputs(&device, logits, targets);
    let variable = burn_inputs(&device.autodiff(), logits, targets);
    let logits = variable.0.require_grad();
    Contestant::new(("burn".to_string(), n), n, move |repeats| match task {
        Task::Loss => seconds(repeats, || burn_loss(&constant.0, &constant.1)),
        Task::LossAndGradient => seconds(repeats, || burn_both(&logits, &variable.1)),
    })
}

/// The inputs for burn, whose targets are integers.
fn burn_inputs(device: &BurnDevice, logits: &[f32], targets: &[f32]) -> (BurnTensor<1>, BurnTensor<1, Int>) {
    let targets: Vec<i32> = targets.iter().map(|&t| t as i32).collect();
    (BurnTensor::from_floats(logits, device), BurnTensor::from_ints(targets.as_slice(), device))
}

fn burn_forward(logits: &BurnTensor<1>, targets: &BurnTensor<1, Int>) -> BurnTensor<1> {
    let loss = BinaryCrossEntropyLossConfig::new().with_logits(true).init(&logits.device());
    loss.forward(logits.clone(), targets.clone())
}

fn burn_loss(logits: &BurnTensor<1>, targets: &BurnTensor<1, Int>) -> f32 {
    burn_forward(logits, targets).into_scalar()
}

fn burn_both(logits: &BurnTensor<1>, targets: &BurnTensor<1, Int>) -> (f32, Option<BurnTensor<1>>) {
    let loss = burn_forward(logits, targets);
    let gradient = logits.grad_remove(&mut loss.backward());
    (loss.into_scalar(), gradient)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_alike(who: &str, (loss, gradient): (f32, Vec<f32>)) {
        let Inputs { logits, targets } = Inputs::new(1000);
        let mut exact = vec![0.0; 1000];
        let exact_loss = ours_both(&logits, &targets, &mut exact);
        assert!((loss - exact_loss).abs() < 1e-5, "{who}: {loss}, ours {exact_loss}");
        assert_eq!(gradient.len(), exact.len(), "{who}");
        for (i, (found, exact)) in gradient.iter().zip(&exact).enumerate() {
            assert!((found - exact).abs() < 1e-8, "{who}: {found} at {i}, ours {exact}");
        }
    }

    #[test]
    fn all_compute_the_same() -> candle_core::Result<()> {
        let Inputs { logits, targets } = Inputs::new(1000);
        let mut gradient = vec![0.0; 1000];
        assert_alike("std", (f32::loss_and_gradient(&logits, &targets, &mut gradient) / 1000.0, mean(&gradient)));
        assert_alike("libm", (libm_both(&logits, &targets, &mut gradient) / 1000.0, mean(&gradient)));

        let variable = Var::from_slice(&logits, 1000, &Device::Cpu)?;
        let (loss, gradient) = candle_both(&variable, &Tensor::from_slice(&targets, 1000, &Device::Cpu)?)?;
        assert_alike("candle", (loss, gradient.expect("a variable has one").to_vec1()?));

        let (logits, targets) = burn_inputs(&BurnDevice::flex().autodiff(), &logits, &targets);
        let (loss, gradient) = burn_both(&logits.require_grad(), &targets);
        let gradient = gradient.expect("it is required").into_data().try_to_vec().expect("of f32");
        assert_alike("burn", (loss, gradient));
        Ok(())
    }

    /// The loops sum, and so does their gradient; this divides it.
    fn mean(gradient: &[f32]) -> Vec<f32> {
        gradient.iter().map(|g| g / 1000.0).collect()
    }
}
