//! `logit-loss` as the loss of a network in candle: training on real data, the loss and gradient of large logits beside
//! candle's own, and the time of both.
//!
//! ```text
//! cargo run --release --manifest-path examples/candle/Cargo.toml
//! ```

#[cfg(test)]
#[path = "../../common/checks.rs"]
mod checks;
#[path = "../../common/gradients.rs"]
mod gradients;
mod network;
mod op;
#[cfg(test)]
mod tests;
#[path = "../../common/time.rs"]
mod time;
#[path = "../../common/wines.rs"]
mod wines;

use candle_core::{Device, Result, Tensor, Var};
use candle_nn::loss::binary_cross_entropy_with_logit;
use gradients::Pair;
use logit_loss::Reduction;
use network::Mlp;
use op::bce_with_logits;
use std::hint::black_box;
use std::process::Command;
use std::{env, process};
use time::Task;

fn main() -> std::result::Result<(), wines::Error> {
    // candle reads this variable when it is first used.
    if env::var("RAYON_NUM_THREADS").as_deref() != Ok("1") {
        let status = Command::new(env::current_exe()?).env("RAYON_NUM_THREADS", "1").status()?;
        process::exit(status.code().unwrap_or(1));
    }
    wines::train::<Mlp>()?;
    println!("\n{}", gradients::table("candle", |x, t| single(theirs, x, t), |x, t| single(ours, x, t))?);
    let mut tasks = Vec::new();
    for elements in time::SIZES {
        tasks.extend(timed(elements)?);
    }
    println!("\nOne thread, the mean over all elements:\n{}", time::table("candle", tasks));
    Ok(())
}

/// Returns the mean loss of logits and targets.
type Loss = fn(&Tensor, &Tensor) -> Result<Tensor>;

fn theirs(logits: &Tensor, targets: &Tensor) -> Result<Tensor> {
    binary_cross_entropy_with_logit(logits, targets)
}

fn ours(logits: &Tensor, targets: &Tensor) -> Result<Tensor> {
    bce_with_logits(logits, targets, None, Some(Reduction::Mean))
}

fn single(loss: Loss, logit: f32, target: f32) -> Result<Pair> {
    let logit = Var::new(&[logit], &Device::Cpu)?;
    let (loss, gradient) = both(loss, &logit, &Tensor::new(&[target], &Device::Cpu)?)?;
    Ok([loss.to_scalar()?, gradient.to_vec1()?[0]])
}

fn both(loss: Loss, logits: &Var, targets: &Tensor) -> Result<(Tensor, Tensor)> {
    let loss = loss(logits, targets)?;
    let gradient = loss.backward()?.remove(logits).expect("a variable that the loss depends on");
    Ok((loss, gradient))
}

fn timed(elements: usize) -> Result<[Task<'static>; 2]> {
    let (logits, targets) = time::inputs(elements);
    let logits = Var::from_vec(logits, elements, &Device::Cpu)?;
    let targets = Tensor::from_vec(targets, elements, &Device::Cpu)?;
    let forward = |loss: Loss| {
        // A detached tensor is no variable, so candle records nothing.
        let (logits, targets) = (logits.as_detached_tensor(), targets.clone());
        Box::new(move || {
            black_box(loss(&logits, &targets).and_then(|loss| loss.to_scalar::<f32>()).expect("the shapes fit"));
        })
    };
    let forward_and_backward = |loss: Loss| {
        let (logits, targets) = (logits.clone(), targets.clone());
        Box::new(move || {
            black_box(both(loss, &logits, &targets).expect("the shapes fit"));
        })
    };
    Ok([
        Task { name: "forward", elements, theirs: forward(theirs), ours: forward(ours) },
        Task {
            name: "forward and backward",
            elements,
            theirs: forward_and_backward(theirs),
            ours: forward_and_backward(ours),
        },
    ])
}
