//! Red wines, few of them good: ways to write binary cross-entropy, and losses against the imbalance.
//!
//! 217 of 1,599 wines are good. A ReLU network is trained to predict which, ten times, each time with another split and
//! other initial weights. In each of the ten trials all losses have the same split, weights and batches.
//!
//! The first table has the plain loss, written in three ways: on the features as measured (sulfur dioxide in the hundreds,
//! density in thousandths) and on standardised ones ("scaled"). A network gets the first if somebody forgets to scale. Its
//! logits soon reach the tens, where the textbook's formula fails. No loss makes raw features a good idea: the network
//! learns far less from them.
//!
//! The second table has positive weights of 1/5, 1 and 5, and focal and asymmetric loss, on scaled features, in both
//! directions: good wines are the rare positives, or they are the negatives and the others the positives, five for each
//! negative. With a threshold of 1/2, a weight trades recall for false alarms. So does another threshold, without a new
//! training. The false-positive rate at a recall that is the same for all losses shows what is left of the difference.
//!
//! ```text
//! cargo run --release --example imbalanced
//! ```

#[path = "../common/data.rs"]
#[expect(dead_code, reason = "a split for each trial")]
mod data;
mod figure;
#[path = "../common/metrics.rs"]
#[expect(dead_code, reason = "rates need no thresholds")]
mod metrics;
#[path = "../common/network.rs"]
mod network;
#[path = "../common/plot.rs"]
mod plot;
#[cfg(test)]
mod tests;
mod textbook;
mod trial;

use comfy_table::{CellAlignment, Table, presets};
use data::Part;
use indicatif::{ProgressBar, ProgressStyle};
use logit_loss::{AsymmetricLoss, BceWithLogits, FocalLoss, Loss, Weights};
use metrics::Metrics;
use network::{BATCH, EPOCHS};
use std::error::Error;
use std::thread;
use trial::{Run, Trial};

const TRIALS: u64 = 10;
/// The recall at which false-positive rates are compared.
const RECALL: f64 = 0.9;

/// Returns the mean loss of a batch from its logits and targets, and writes the gradient.
type Objective = Box<dyn Fn(&[f32], &[f32], &mut [f32]) -> Result<f32, logit_loss::Error> + Sync>;
type Named = (&'static str, Objective);

fn objective(loss: impl Loss<f32> + 'static) -> Objective {
    Box::new(move |x, t, gradient| loss.loss_and_gradient(x, t, gradient))
}

fn ways_to_write_it() -> [Named; 3] {
    [
        ("sigmoid + log", Box::new(|x, t, gradient| Ok(textbook::bare(x, t, gradient)))),
        ("+ clamp", Box::new(|x, t, gradient| Ok(textbook::clamped(x, t, gradient)))),
        ("BceWithLogits", objective(BceWithLogits::new())),
    ]
}

fn losses(train: &Part) -> [Named; 6] {
    let weighted = |p| objective(BceWithLogits::new().pos_weight(Weights::uniform(p)));
    // The ratio of alpha to 1 - alpha is that of negatives to positives.
    let alpha = train.negatives() as f32 / train.targets.len() as f32;
    [
        ("pos_weight 1/5", weighted(0.2)),
        ("BceWithLogits", weighted(1.0)),
        ("pos_weight 5", weighted(5.0)),
        ("FocalLoss", objective(FocalLoss::new().alpha(alpha))),
        ("AsymmetricLoss", objective(AsymmetricLoss::new())),
        ("its mirror", objective(AsymmetricLoss::new().gamma_pos(4.0).gamma_neg(1.0).margin(0.0))),
    ]
}

/// A line of a table.
struct Row {
    group: &'static str,
    loss: &'static str,
    /// One run for each trial.
    runs: Vec<Run>,
    /// The number of trials that ended better than a constant answer.
    learned: usize,
}

impl Row {
    fn new(group: &'static str, named: &Named, trials: &[Trial], bar: &ProgressBar) -> Result<Row, logit_loss::Error> {
        let (loss, objective) = named;
        bar.set_message(format!("{group}, {loss}"));
        let runs = thread::scope(|scope| {
            let threads: Vec<_> = trials.iter().map(|trial| scope.spawn(move || trial.run(objective, bar))).collect();
            threads.into_iter().map(|thread| thread.join().expect("no panic")).collect::<Result<Vec<_>, _>>()
        })?;
        // One per cent less, since the mean over an epoch varies a little around the loss of a constant answer.
        let bound = 0.99 * best_constant(objective, &trials[0].data.train.targets)?;
        let learned = runs.iter().filter(|run| run.trained_loss < bound).count();
        Ok(Row { group, loss, runs, learned })
    }

    fn mean(&self, value: impl Fn(&Metrics) -> f64) -> f64 {
        self.runs.iter().map(|run| value(&run.metrics)).sum::<f64>() / self.runs.len() as f64
    }

    /// Returns in how many trials this row has fewer false alarms at the same recall.
    fn lower_than(&self, other: &Row) -> usize {
        let rate = |run: &Run| run.metrics.false_positive_rate_at(RECALL);
        self.runs.iter().zip(&other.runs).filter(|&(a, b)| rate(a) < rate(b)).count()
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let trials = |wines: &Part| (1..=TRIALS).map(|seed| Trial::new(wines, seed)).collect::<Vec<_>>();
    let scaled = |trials: &[Trial]| trials.iter().map(Trial::standardised).collect::<Vec<_>>();
    let raw = trials(&Part::all());
    let rare = scaled(&raw);
    let frequent = scaled(&trials(&trial::others()));
    println!("{}\n{}", counts("good wines", &raw), counts("the others", &frequent));

    let written = [("raw", &raw), ("scaled", &rare)];
    let asked = [("rare", &rare), ("frequent", &frequent)];
    let ways = ways_to_write_it();
    let weighed = asked.map(|(_, trials)| losses(&trials[0].data.train));
    let lines = written.len() * ways.len() + weighed.iter().flatten().count();
    let bar = ProgressBar::new(lines as u64 * TRIALS * EPOCHS as u64)
        .with_style(ProgressStyle::with_template("{bar:40} {percent:>3} %  {msg}")?);
    let (mut plain, mut balanced) = (Vec::new(), Vec::new());
    for (features, trials) in written {
        for way in &ways {
            plain.push(Row::new(features, way, trials, &bar)?);
        }
    }
    for ((positives, trials), losses) in asked.into_iter().zip(&weighed) {
        for loss in losses {
            balanced.push(Row::new(positives, loss, trials, &bar)?);
        }
    }
    bar.finish_and_clear();

    let steps = EPOCHS * raw[0].data.train.targets.len().div_ceil(BATCH);
    println!("\nThe plain loss, written in three ways:\n{}", plain_table(&plain));
    println!(
        "NaN: the number of trials, of {TRIALS}, with a NaN, and its first step, of {steps}. Learns: the number of\n\
         trials in which the network beats the best constant answer in training. BCE and AUC: means on the held-out\n\
         wines."
    );
    println!("\nLosses against the imbalance, on scaled features:\n{}", balanced_table(&balanced));
    println!(
        "Means on the held-out wines of {TRIALS} trials. BCE: plain cross-entropy for every loss. Recall, FPR: with\n\
         a threshold at a probability of 1/2. FPR at {RECALL}: the false-positive rate of the highest threshold with\n\
         a recall of at least {RECALL}, on the same wines. Lower: the number of trials in which it is lower than that\n\
         of BceWithLogits. FocalLoss: its alpha balances the classes. AsymmetricLoss: gamma 1 for positives, 4 for\n\
         negatives, a margin of 0.05; its mirror: 4 and 1, no margin."
    );
    println!("\nFigure: {}", figure::draw(&plain, &balanced)?.display());
    Ok(())
}

fn counts(positives: &str, trials: &[Trial]) -> String {
    let data = &trials[0].data;
    format!(
        "Positives are {positives}: {} of {} wines to train on, {} of {} held out",
        data.train.positives(),
        data.train.targets.len(),
        data.held_out.positives(),
        data.held_out.targets.len(),
    )
}

/// Returns the lowest loss of any network that ignores its input.
fn best_constant(objective: &Objective, targets: &[f32]) -> Result<f64, logit_loss::Error> {
    let mut best = f64::INFINITY;
    for tenths in -50..=50 {
        let logits = vec![tenths as f32 / 10.0; targets.len()];
        let loss = objective(&logits, targets, &mut vec![0.0; targets.len()])?;
        best = best.min(f64::from(loss));
    }
    Ok(best)
}

fn plain_table(rows: &[Row]) -> Table {
    let mut table = Table::new();
    table
        .load_style(presets::ASCII_MARKDOWN)
        .set_header(["Features", "Loss", "NaN", "at step", "Learns", "BCE", "AUC"]);
    for row in rows {
        let steps = || row.runs.iter().filter_map(|run| run.first_nan);
        let first = steps().min().zip(steps().max());
        table.add_row([
            row.group.to_string(),
            row.loss.to_string(),
            format!("{}/{TRIALS}", steps().count()),
            first.map_or("-".to_string(), |(low, high)| format!("{low} to {high}")),
            format!("{}/{TRIALS}", row.learned),
            format!("{:.3}", row.mean(|metrics| metrics.cross_entropy)),
            format!("{:.3}", row.mean(|metrics| metrics.auc)),
        ]);
    }
    align(&mut table);
    table
}

fn balanced_table(rows: &[Row]) -> Table {
    let mut table = Table::new();
    let at = format!("FPR at {RECALL}");
    table.load_style(presets::ASCII_MARKDOWN).set_header(["Positives", "Loss", "BCE", "Recall", "FPR", &at, "Lower"]);
    for group in rows.chunk_by(|a, b| a.group == b.group) {
        let plain = group.iter().find(|row| row.loss == "BceWithLogits").expect("it is there");
        for row in group {
            table.add_row([
                row.group.to_string(),
                row.loss.to_string(),
                format!("{:.3}", row.mean(|metrics| metrics.cross_entropy)),
                format!("{:.3}", row.mean(|metrics| metrics.recall)),
                format!("{:.3}", row.mean(|metrics| metrics.false_positive_rate)),
                format!("{:.3}", row.mean(|metrics| metrics.false_positive_rate_at(RECALL))),
                if row.loss == plain.loss { "-".to_string() } else { format!("{}/{TRIALS}", row.lower_than(plain)) },
            ]);
        }
    }
    align(&mut table);
    table
}

fn align(table: &mut Table) {
    table.column_iter_mut().skip(2).for_each(|column| column.set_cell_alignment(CellAlignment::Right));
}
