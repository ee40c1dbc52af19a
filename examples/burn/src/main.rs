//! `logit-loss` as the loss of a network in burn: training on real data, the loss and gradient of large logits beside burn's
//! own, and the time of both.
//!
//! ```text
//! cargo run --release --manifest-path examples/burn/Cargo.toml
//! ```

#[cfg(test)]
#[path = "../../common/checks.rs"]
mod checks;
#[path = "../../common/gradients.rs"]
mod gradients;
mod network;
#[cfg_attr(not(test), expect(dead_code, reason = "only tests leave a loss unreduced"))]
mod op;
#[cfg(test)]
mod tests;
#[path = "../../common/time.rs"]
mod time;
#[path = "../../common/wines.rs"]
mod wines;

use burn::nn::loss::BinaryCrossEntropyLossConfig;
use burn::tensor::{Device, Tensor};
use gradients::Pair;
use logit_loss::Reduction;
use network::Mlp;
use op::{Error, bce_with_logits};
use std::hint::black_box;
use time::Task;

fn main() -> Result<(), Error> {
    wines::train::<Mlp>()?;
    println!("\n{}", gradients::table("burn", |x, t| single(theirs, x, t), |x, t| single(ours, x, t))?);
    let tasks = time::SIZES.into_iter().flat_map(timed).collect();
    println!("\nOne thread, the mean over all elements:\n{}", time::table("burn", tasks));
    Ok(())
}

/// Returns the mean loss of logits; it owns the targets.
type Loss = Box<dyn Fn(Tensor<1>) -> Result<Tensor<1>, Error>>;

/// Returns burn's loss, which takes integers as targets.
fn theirs(targets: &[f32], device: &Device) -> Loss {
    let loss = BinaryCrossEntropyLossConfig::new().with_logits(true).init(device);
    let targets = Tensor::<1>::from_floats(targets, device).int();
    Box::new(move |logits| Ok(loss.forward(logits, targets.clone())))
}

fn ours(targets: &[f32], device: &Device) -> Loss {
    let targets = Tensor::from_floats(targets, device);
    Box::new(move |logits| bce_with_logits(logits, targets.clone(), &[1.0], Reduction::Mean))
}

fn single(loss: fn(&[f32], &Device) -> Loss, logit: f32, target: f32) -> Result<Pair, Error> {
    let device = Device::flex().autodiff();
    let logit = Tensor::from_floats([logit], &device).require_grad();
    let (loss, gradient) = both(&loss(&[target], &device), &logit)?;
    Ok([loss, gradient.into_scalar()])
}

fn both(loss: &Loss, logits: &Tensor<1>) -> Result<(f32, Tensor<1>), Error> {
    let loss = loss(logits.clone())?;
    let gradient = logits.grad_remove(&mut loss.backward()).ok_or("logits that require no gradient")?;
    Ok((loss.into_scalar(), gradient))
}

fn timed(elements: usize) -> [Task<'static>; 2] {
    let (logits, targets) = time::inputs(elements);
    let (plain, recording) = (Device::flex(), Device::flex().autodiff());
    let forward = |loss: fn(&[f32], &Device) -> Loss| {
        let logits = Tensor::<1>::from_floats(logits.as_slice(), &plain);
        let loss = loss(&targets, &plain);
        Box::new(move || {
            black_box(loss(logits.clone()).expect("the shapes fit").into_scalar::<f32>());
        })
    };
    let forward_and_backward = |loss: fn(&[f32], &Device) -> Loss| {
        let logits = Tensor::<1>::from_floats(logits.as_slice(), &recording).require_grad();
        let loss = loss(&targets, &recording);
        Box::new(move || {
            black_box(both(&loss, &logits).expect("the shapes fit"));
        })
    };
    [
        Task { name: "forward", elements, theirs: forward(theirs), ours: forward(ours) },
        Task {
            name: "forward and backward",
            elements,
            theirs: forward_and_backward(theirs),
            ours: forward_and_backward(ours),
        },
    ]
}
