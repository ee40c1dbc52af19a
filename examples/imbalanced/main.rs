//! One small network, one imbalanced data set, several ways to write binary cross-entropy.
//!
//! Which red wines are good? 217 of 1,599 are. The same ReLU network is trained from the same weights on the same
//! batches under each loss, on the features as measured (sulfur dioxide in the hundreds, density in thousandths) and
//! on standardised ones ("scaled"). The first are what a network gets from somebody who forgets to scale: its logits soon reach
//! the tens, where the textbook's way of writing the loss stops working.
//!
//! A single start can be lucky, so the table also counts in how many of several starts a loss learned anything. Raw
//! features are a bad idea under every loss: one that is stable cannot save a network whose units all died.
//!
//! ```text
//! cargo run --release --example imbalanced
//! ```

#[path = "../common/data.rs"]
mod data;
mod figure;
#[path = "../common/metrics.rs"]
#[expect(dead_code, reason = "rates need no thresholds")]
mod metrics;
#[path = "../common/network.rs"]
mod network;
#[path = "../common/plot.rs"]
mod plot;
mod textbook;

use comfy_table::{CellAlignment, Table, presets};
use data::Data;
use indicatif::{ProgressBar, ProgressStyle};
use logit_loss::{BceWithLogits, FocalLoss, Loss, Weights};
use metrics::{Metrics, cross_entropy};
use network::{BATCH, EPOCHS, Network};
use std::error::Error;

const SEED: u64 = 1;
const STARTS: usize = 5;

/// Mean loss of a batch from its logits and targets; writes the derivative by each logit.
type Objective = Box<dyn Fn(&[f32], &[f32], &mut [f32]) -> Result<f32, logit_loss::Error>>;

/// The losses to compare. `pos_weight` is negatives / positives.
#[rustfmt::skip]
fn objectives(pos_weight: f32) -> Vec<(&'static str, Objective)> {
    let plain = BceWithLogits::new();
    let weighted = BceWithLogits::new().pos_weight(Weights::uniform(pos_weight));
    // Balanced as the weighted one is: alpha to 1 - alpha as negatives are to positives.
    let focal = FocalLoss::new().alpha(pos_weight / (1.0 + pos_weight));
    vec![
        ("sigmoid + log", Box::new(|x, t, g| Ok(textbook::bare(x, t, g)))),
        ("+ clamp", Box::new(|x, t, g| Ok(textbook::clamped(x, t, g)))),
        ("BceWithLogits", Box::new(move |x, t, g| plain.loss_and_gradient(x, t, g))),
        ("+ pos_weight", Box::new(move |x, t, g| weighted.loss_and_gradient(x, t, g))),
        ("FocalLoss", Box::new(move |x, t, g| focal.loss_and_gradient(x, t, g))),
    ]
}

/// What came of one training run.
struct Run {
    /// Counted from 1: the first step whose loss or gradient has a NaN in it.
    first_nan: Option<usize>,
    /// Mean of the loss trained on, over the last epoch.
    trained_loss: f64,
    /// Plain cross-entropy on the held-out wines, before training and after each epoch.
    curve: Vec<f64>,
    metrics: Metrics,
}

/// A line of the table and a curve in two panels of the figure.
struct Row {
    features: &'static str,
    loss: &'static str,
    /// The run from the first start.
    run: Run,
    /// How many starts ended better than a constant answer.
    learned: usize,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut rng = fastrand::Rng::with_seed(SEED);
    let raw = Data::load(&mut rng);
    let standardised = raw.standardised();
    let (train, held_out) = (&raw.train, &raw.held_out);
    let starts: Vec<Network> = (0..STARTS).map(|_| Network::new(train.features.ncols(), &mut rng)).collect();
    let pos_weight = train.negatives() as f32 / train.positives() as f32;
    let objectives = objectives(pos_weight);
    println!(
        "Red wines: {} to train on, {} of them good (pos_weight {pos_weight:.2}); {} held out, {} good",
        train.targets.len(),
        train.positives(),
        held_out.targets.len(),
        held_out.positives(),
    );

    let bar = ProgressBar::new((2 * objectives.len() * STARTS * EPOCHS) as u64)
        .with_style(ProgressStyle::with_template("{bar:40} {percent:>3} %  {msg}")?);
    let mut rows = Vec::new();
    for (features, data) in [("raw", &raw), ("scaled", &standardised)] {
        for (loss, objective) in &objectives {
            bar.set_message(format!("{features} features, {loss}"));
            let runs = starts
                .iter()
                .map(|start| train_one(start.clone(), data, objective, &bar))
                .collect::<Result<Vec<Run>, _>>()?;
            // One per cent: the mean over an epoch wavers a little around a constant answer's loss.
            let bound = 0.99 * best_constant(objective, &train.targets)?;
            let learned = runs.iter().filter(|run| run.trained_loss < bound).count();
            let run = runs.into_iter().next().expect("a start");
            rows.push(Row { features, loss, run, learned });
        }
    }
    bar.finish_and_clear();

    println!("{}", table(&rows));
    println!(
        "NaN at: first of {} steps with a NaN. Trained: the loss as optimised, mean of the last epoch.\n\
         BCE to AUC: on the held-out wines; BCE is the plain one whatever was optimised, and wines are\n\
         called good from a probability of 1/2. All of this from the first start. Learns: how many\n\
         starts came to beat the best constant answer in training.",
        EPOCHS * train.targets.len().div_ceil(BATCH)
    );
    println!("Figure: {}", figure::draw(&rows)?.display());
    Ok(())
}

fn train_one(
    mut network: Network,
    data: &Data,
    objective: &Objective,
    bar: &ProgressBar,
) -> Result<Run, logit_loss::Error> {
    // Seeded here, so that every run sees the same batches.
    let mut rng = fastrand::Rng::with_seed(SEED);
    let judge = |network: &Network| network.forward(&data.held_out.features).0;
    let targets = &data.held_out.targets;
    let mut order: Vec<usize> = (0..data.train.targets.len()).collect();
    let mut curve = vec![cross_entropy(&judge(&network), targets)];
    let (mut step, mut first_nan, mut trained_loss) = (0, None, f64::NAN);
    for _ in 0..EPOCHS {
        rng.shuffle(&mut order);
        trained_loss = network.epoch(&data.train, &order, |logits, targets, gradient| {
            step += 1;
            let loss = objective(logits, targets, gradient)?;
            if loss.is_nan() || gradient.iter().any(|g| g.is_nan()) {
                first_nan.get_or_insert(step);
            }
            Ok(loss)
        })?;
        curve.push(cross_entropy(&judge(&network), targets));
        bar.inc(1);
    }
    let metrics = Metrics::new(&judge(&network), targets);
    Ok(Run { first_nan, trained_loss, curve, metrics })
}

/// The lowest loss of any network that ignores its input.
fn best_constant(objective: &Objective, targets: &[f32]) -> Result<f64, logit_loss::Error> {
    let mut best = f64::INFINITY;
    for tenths in -50..=50 {
        let logits = vec![tenths as f32 / 10.0; targets.len()];
        let loss = objective(&logits, targets, &mut vec![0.0; targets.len()])?;
        best = best.min(f64::from(loss));
    }
    Ok(best)
}

fn table(rows: &[Row]) -> Table {
    let mut table = Table::new();
    table
        .load_style(presets::ASCII_MARKDOWN)
        .set_header(["Features", "Loss", "NaN at", "Trained", "BCE", "Recall", "Prec.", "FPR", "AUC", "Learns"]);
    let number = |x: f64| format!("{x:.3}");
    for Row { features, loss, run, learned } in rows {
        table.add_row([
            features.to_string(),
            loss.to_string(),
            run.first_nan.map_or("-".to_string(), |step| step.to_string()),
            number(run.trained_loss),
            number(run.metrics.cross_entropy),
            number(run.metrics.recall),
            run.metrics.precision.map_or("-".to_string(), number),
            number(run.metrics.false_positive_rate),
            number(run.metrics.auc),
            format!("{learned}/{STARTS}"),
        ]);
    }
    for column in table.column_iter_mut().skip(2) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}
