//! Logistic regression on the red wines, each rank with its part of them.

use crate::data::{GOOD, part};
use crate::ranks::{collect, merged};
use comfy_table::{CellAlignment, Table, presets};
use linfa_datasets::winequality;
use logit_loss::{BceWithLogits, Loss, LossSum, Reduction};
use mpi::collective::SystemOperation;
use mpi::topology::SimpleCommunicator;
use mpi::traits::{Communicator, CommunicatorCollectives, Root};
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis, concatenate, s};
use std::error::Error;

const STEPS: usize = 20;
const RATE: f64 = 1.0;

/// The largest difference of parameters that differ only by the order of sums.
const APART: f64 = 1e-12;

struct Trained {
    /// The losses before each step, and after the last.
    losses: Vec<LossSum<f64>>,
    parameters: Array1<f64>,
}

/// The results, on rank 0.
pub struct Report {
    pub table: Table,
    /// The largest difference of a parameter from those that one rank finds with all wines, relative to the largest
    /// parameter.
    pub apart: f64,
    pub wines: usize,
}

pub fn run(world: &SimpleCommunicator) -> Result<Option<Report>, Box<dyn Error>> {
    let (features, targets) = wines()?;
    let total = targets.len();
    let mine = part(total, world.rank() as usize, world.size() as usize);
    let trained = train(features.slice(s![mine.clone(), ..]), &targets[mine], total, |here| {
        let mut everywhere = vec![0.0; here.len()];
        world.all_reduce_into(here, &mut everywhere[..], SystemOperation::sum());
        everywhere
    })?;

    let losses = collect(world, &trained.losses)?;
    let parameters = trained.parameters.to_vec();
    let root = world.process_at_rank(0);
    let Some(losses) = losses else {
        root.gather_into(&parameters[..]);
        return Ok(None);
    };
    let mut of_all = vec![0.0f64; parameters.len() * world.size() as usize];
    root.gather_into_root(&parameters[..], &mut of_all[..]);
    for (rank, theirs) in of_all.chunks(parameters.len()).enumerate() {
        if theirs.iter().zip(&parameters).any(|(theirs, ours)| theirs.to_bits() != ours.to_bits()) {
            return Err(format!("the parameters of rank {rank} differ from those of rank 0").into());
        }
    }

    let alone = train(features.view(), &targets, total, <[f64]>::to_vec)?;
    let largest = |values: &Array1<f64>| values.iter().fold(0.0, |most: f64, value| most.max(value.abs()));
    let apart = largest(&(&trained.parameters - &alone.parameters)) / largest(&alone.parameters);
    if apart.is_nan() || apart > APART {
        return Err(format!("training: the parameters differ by {apart:e} from those of one rank").into());
    }
    Ok(Some(Report { table: table(&mean_losses(&losses, total)?), apart, wines: total }))
}

/// Trains by gradient descent. `sum_over_ranks` gets the derivatives with respect to the parameters from these rows alone.
fn train(
    features: ArrayView2<f64>,
    targets: &[bool],
    total: usize,
    sum_over_ranks: impl Fn(&[f64]) -> Vec<f64>,
) -> Result<Trained, logit_loss::Error> {
    // Under `Mean`, each rank would divide by the number of its own rows.
    let bce = BceWithLogits::new().reduction(Reduction::Sum);
    let mut parameters = Array1::zeros(features.ncols());
    let mut by_logit = vec![0.0; targets.len()];
    let mut losses = Vec::new();
    let mut look = |parameters: &Array1<f64>| {
        let logits = features.dot(parameters).to_vec();
        let mut sum = LossSum::new();
        bce.accumulate(&mut sum, &logits, targets)?;
        losses.push(sum);
        Ok::<_, logit_loss::Error>(logits)
    };
    for _ in 0..STEPS {
        let logits = look(&parameters)?;
        bce.gradient(&logits, targets, &mut by_logit)?;
        let by_parameter = features.t().dot(&ArrayView1::from(&by_logit));
        let by_parameter = Array1::from(sum_over_ranks(&by_parameter.to_vec())) / total as f64;
        parameters.scaled_add(-RATE, &by_parameter);
    }
    look(&parameters)?;
    Ok(Trained { losses, parameters })
}

/// Returns the mean loss of every step, from the sums of all steps of the first rank, of the second, and so on. It must
/// fall.
fn mean_losses(sums: &[LossSum<f64>], total: usize) -> Result<Vec<f64>, Box<dyn Error>> {
    let mut means = Vec::new();
    for step in 0..=STEPS {
        let of_ranks: Vec<LossSum<f64>> = sums.iter().copied().skip(step).step_by(STEPS + 1).collect();
        let sum = merged(&of_ranks);
        if sum.count() != total as u64 {
            return Err(format!("training: {} wines, expected {total}", sum.count()).into());
        }
        means.push(sum.mean().ok_or("no wines")?);
    }
    if !means.is_sorted_by(|before, after| before > after) {
        return Err(format!("training: the loss does not fall at every step: {means:?}").into());
    }
    Ok(means)
}

/// Returns features of mean 0 and deviation 1, with a column of ones for the constant, and targets.
fn wines() -> Result<(Array2<f64>, Vec<bool>), Box<dyn Error>> {
    let wines = winequality();
    let mean = wines.records.mean_axis(Axis(0)).ok_or("no wines")?;
    let deviation = wines.records.std_axis(Axis(0), 0.0);
    let scaled = (&wines.records - &mean) / &deviation;
    let features = concatenate(Axis(1), &[scaled.view(), Array2::ones((scaled.nrows(), 1)).view()])?;
    Ok((features, wines.targets.iter().map(|&quality| quality >= GOOD).collect()))
}

fn table(means: &[f64]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN).set_header(["Step", "Mean loss", "Its bits"]);
    for (step, mean) in means.iter().enumerate().filter(|(step, _)| [0, 1, 2, 5, 10, STEPS].contains(step)) {
        table.add_row([step.to_string(), format!("{mean:.17}"), format!("{:016x}", mean.to_bits())]);
    }
    table.column_mut(0).expect("a column").set_cell_alignment(CellAlignment::Right);
    table
}
