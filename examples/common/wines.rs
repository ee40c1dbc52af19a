//! A small network learns which red wines are good: the parts that are the same in every framework.

mod data;
#[expect(dead_code, reason = "the curves are for the figures of other examples")]
mod metrics;

use comfy_table::{CellAlignment, Table, presets};
use data::Data;
use indicatif::{ProgressBar, ProgressStyle};
use logit_loss::{BceWithLogits, ClassCount, Loss, pos_weight};
use metrics::Metrics;

pub use data::Part;

pub type Error = Box<dyn std::error::Error + Send + Sync>;

const SEED: u64 = 1;
const EPOCHS: usize = 60;
const BATCH: usize = 64;
const HIDDEN: [usize; 2] = [32, 32];
/// The epochs whose loss is printed.
const SHOWN: [usize; 7] = [1, 2, 5, 10, 20, 40, EPOCHS];

/// A step is this number times the gradient.
pub const LEARNING_RATE: f64 = 0.05;

/// The initial weights of a layer; its biases start at 0.
pub struct Start {
    pub inputs: usize,
    pub outputs: usize,
    /// The weights, row after row, one row for each output.
    pub weight: Vec<f32>,
}

/// The part of each framework: a ReLU network with one logit as output, and gradient descent.
pub trait Network: Sized {
    fn new(layers: Vec<Start>, pos_weight: f32) -> Result<Self, Error>;

    /// Takes one step, and returns the mean loss before it.
    fn step(&mut self, batch: &Part) -> Result<f32, Error>;

    fn logits(&self, part: &Part) -> Result<Vec<f32>, Error>;
}

impl Part {
    /// Returns the features, row after row.
    pub fn feature_values(&self) -> Vec<f32> {
        self.features.iter().copied().collect()
    }
}

/// Trains, and prints the loss and the quality of the network on wines it has not seen.
pub fn train<N: Network>() -> Result<(), Error> {
    let mut rng = fastrand::Rng::with_seed(SEED);
    let Data { train, held_out } = Data::load(&mut rng).standardised();
    let (mut counts, mut balance) = ([ClassCount::new()], [0.0]);
    BceWithLogits::<f32>::new().count_classes(&mut counts, 1, &train.targets)?;
    pos_weight(&counts, &mut balance)?;
    let [pos_weight] = balance;
    println!(
        "Red wines: {} to train on, {} of them good and {} not (pos_weight {pos_weight:.2})",
        train.targets.len(),
        train.positives(),
        train.negatives(),
    );

    let mut network = N::new(starts(train.features.ncols(), &mut rng), pos_weight)?;
    let bar =
        ProgressBar::new(EPOCHS as u64).with_style(ProgressStyle::with_template("{bar:40} {percent:>3} %  {msg}")?);
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN).set_header(["Epoch", "Loss"]);
    let mut order: Vec<usize> = (0..train.targets.len()).collect();
    for epoch in 1..=EPOCHS {
        rng.shuffle(&mut order);
        let mut sum = 0.0;
        for rows in order.chunks(BATCH) {
            sum += f64::from(network.step(&train.rows(rows))?) * rows.len() as f64;
        }
        let loss = sum / order.len() as f64;
        bar.set_message(format!("loss {loss:.3}"));
        bar.inc(1);
        if SHOWN.contains(&epoch) {
            table.add_row([epoch.to_string(), format!("{loss:.4}")]);
        }
    }
    bar.finish_and_clear();
    for column in table.column_iter_mut() {
        column.set_cell_alignment(CellAlignment::Right);
    }

    let metrics = Metrics::new(&network.logits(&held_out)?, &held_out.targets);
    println!("{table}");
    println!(
        "Of {} held-out wines, {} of them good: recall {:.3}, precision {:.3}, AUC {:.3}",
        held_out.targets.len(),
        held_out.positives(),
        metrics.recall,
        metrics.precision.unwrap_or(f64::NAN),
        metrics.auc,
    );
    Ok(())
}

/// Initialises weights as He et al. do (uniform). They are made here, so that all frameworks start from the same numbers.
fn starts(features: usize, rng: &mut fastrand::Rng) -> Vec<Start> {
    let inputs = [features].into_iter().chain(HIDDEN);
    let outputs = HIDDEN.into_iter().chain([1]);
    inputs
        .zip(outputs)
        .map(|(inputs, outputs)| {
            let bound = (6.0 / inputs as f32).sqrt();
            let weight = (0..inputs * outputs).map(|_| bound * (2.0 * rng.f32() - 1.0)).collect();
            Start { inputs, outputs, weight }
        })
        .collect()
}
