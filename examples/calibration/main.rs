//! What to do after training: probabilities that can be trusted, and a threshold for a wanted false-positive rate.
//!
//! A positive weight finds more of the rare class, and its probabilities pay for that: they are right for a world where good
//! wines are as frequent as others, and the network is also too sure of itself. Both are corrected after training, on wines
//! that the network has not seen: one half of the wines trains the network, a quarter calibrates it, and a quarter tests the
//! result. The threshold for a wanted false-positive rate is chosen on the second part, and judged on the third.
//!
//! Temperature scaling leaves every wine on its side of one half, so it cannot undo a positive weight. Platt scaling can.
//!
//! ```text
//! cargo run --release --example calibration
//! ```

#[path = "../common/data.rs"]
#[expect(dead_code, reason = "three parts here, where others have two")]
mod data;
mod figure;
#[path = "../common/metrics.rs"]
#[expect(dead_code, reason = "no threshold at a probability of one half")]
mod metrics;
#[path = "../common/network.rs"]
mod network;
mod newton;
#[path = "../common/plot.rs"]
mod plot;
mod ranking;
mod reliability;
#[cfg(test)]
mod tests;

use comfy_table::{CellAlignment, Table, presets};
use data::Part;
use indicatif::{ProgressBar, ProgressStyle};
use logit_loss::{BceWithLogits, Loss, Weights};
use metrics::cross_entropy;
use network::{EPOCHS, Network};
use newton::{Fit, Map, Parameters};
use ranking::{Alarm, average_precision, precision_recall, threshold};
use reliability::{BINS, Reliability};
use std::error::Error;

/// One split is shown; the others show how much of it was luck.
const SPLITS: u64 = 100;
const WANTED_FALSE_POSITIVE_RATE: f64 = 0.05;

/// The logits and targets of wines that the network has not seen.
struct Judged {
    logits: Vec<f32>,
    targets: Vec<f32>,
}

impl Judged {
    fn new(network: &Network, part: Part) -> Judged {
        Judged { logits: network.forward(&part.features).0, targets: part.targets }
    }

    fn positives(&self) -> usize {
        self.targets.iter().filter(|&&t| t == 1.0).count()
    }

    fn alarm(&self, threshold: f32) -> Alarm {
        Alarm::new(threshold, &self.logits, &self.targets)
    }
}

/// The results of one split and one training.
struct Study {
    trained_on: usize,
    pos_weight: f32,
    calibration: Judged,
    test: Judged,
    temperature: Fit,
    platt: Fit,
    /// The threshold for a logit as trained.
    threshold: f32,
}

impl Study {
    fn new(seed: u64) -> Result<Study, Box<dyn Error>> {
        let mut rng = fastrand::Rng::with_seed(seed);
        let (test, rest) = Part::all().split(4, &mut rng);
        let (calibration, train) = rest.split(3, &mut rng);
        let [calibration, test] = [calibration, test].map(|part| part.standardised_as(&train));
        let train = train.standardised_as(&train);
        let pos_weight = train.negatives() as f32 / train.positives() as f32;

        let loss = BceWithLogits::new().pos_weight(Weights::uniform(pos_weight));
        let mut network = Network::new(train.features.ncols(), &mut rng);
        let mut order: Vec<usize> = (0..train.targets.len()).collect();
        for _ in 0..EPOCHS {
            rng.shuffle(&mut order);
            network.epoch(&train, &order, |x, t, gradient| loss.loss_and_gradient(x, t, gradient))?;
        }

        let [calibration, test] = [calibration, test].map(|part| Judged::new(&network, part));
        let fit = |parameters| Fit::new(parameters, &calibration.logits, &calibration.targets);
        let (temperature, platt) = (fit(Parameters::Scale)?, fit(Parameters::ScaleAndShift)?);
        let threshold = threshold(WANTED_FALSE_POSITIVE_RATE, &calibration.logits, &calibration.targets);
        Ok(Study { trained_on: train.targets.len(), pos_weight, calibration, test, temperature, platt, threshold })
    }

    /// Returns the maps of the logits of the test part.
    fn maps(&self) -> [(&'static str, Map); 4] {
        // A network that fits its weighted loss has the log-odds of a world with `pos_weight` times as many positives.
        let prior = Map { scale: 1.0, shift: -f64::from(self.pos_weight).ln() };
        [
            ("as trained", Map::IDENTITY),
            ("- ln pos_weight", prior),
            ("temperature", self.temperature.map),
            ("Platt", self.platt.map),
        ]
    }

    fn test_losses(&self) -> [f64; 4] {
        self.maps().map(|(_, map)| cross_entropy(&map.apply(&self.test.logits), &self.test.targets))
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let bar = ProgressBar::new(SPLITS).with_style(ProgressStyle::with_template("{bar:40} {percent:>3} %")?);
    let studies = bar.wrap_iter(1..=SPLITS).map(Study::new).collect::<Result<Vec<_>, _>>()?;
    bar.finish_and_clear();
    let study = &studies[0];
    let (calibration, test) = (&study.calibration, &study.test);
    println!(
        "Red wines: {} to train on (pos_weight {:.2}); {} to calibrate with, {} good; {} to test with, {} good",
        study.trained_on,
        study.pos_weight,
        calibration.targets.len(),
        calibration.positives(),
        test.targets.len(),
        test.positives(),
    );
    println!("\nMaps a x + b of a logit x, fitted by Newton's method on the calibration part:\n{}", steps(study));
    println!(
        "Loss: its mean with Platt's targets. Gradient: its norm. Taken: the part of Newton's step that follows;\n\
         none where the gradient is 0 except for rounding errors. The temperature is 1 / a, {:.2}.",
        1.0 / study.temperature.map.scale
    );
    println!("\nProbabilities of the test part:\n{}", probabilities(&studies));
    println!(
        "Loss: plain cross-entropy. ECE: expected calibration error, {BINS} bins of one width. Expects: the sum of\n\
         the probabilities; {} wines are good. AP: average precision, which depends only on the order of the\n\
         logits, so no map with a > 0 changes it. Better: the number of splits, of {SPLITS}, for which the loss is\n\
         lower than as trained.",
        test.positives()
    );
    let mut probability = study.platt.map.apply(&[study.threshold]);
    logit_loss::sigmoid_in_place(&mut probability);
    println!(
        "\nThe threshold for a false-positive rate of at most {WANTED_FALSE_POSITIVE_RATE} on the calibration part is a logit of\n\
         {:.3} as trained, and a probability of {:.3} after Platt scaling:\n{}",
        study.threshold,
        probability[0],
        alarms(study)
    );
    let rates = || studies.iter().map(|study| study.test.alarm(study.threshold).false_positive_rate());
    println!(
        "Over {SPLITS} splits, the mean rate on the test part is {:.3}, and it ranges from {:.3} to {:.3}.",
        rates().sum::<f64>() / studies.len() as f64,
        rates().fold(f64::INFINITY, f64::min),
        rates().fold(0.0, f64::max),
    );
    println!("\nFigure: {}", figure::draw(study)?.display());
    Ok(())
}

fn steps(study: &Study) -> Table {
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN).set_header(["Fit", "Step", "a", "b", "Loss", "Gradient", "Taken"]);
    for (name, fit) in [("temperature", &study.temperature), ("Platt", &study.platt)] {
        for (index, step) in fit.steps.iter().enumerate() {
            table.add_row([
                name.to_string(),
                index.to_string(),
                format!("{:.6}", step.map.scale),
                format!("{:.6}", step.map.shift),
                format!("{:.9}", step.loss),
                format!("{:.1e}", step.gradient_norm),
                step.taken.map_or("-".to_string(), |taken| taken.to_string()),
            ]);
        }
    }
    align(&mut table, 1);
    table
}

fn probabilities(studies: &[Study]) -> Table {
    let study = &studies[0];
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN).set_header(["Logits", "Loss", "Brier", "ECE", "Expects", "AP", "Better"]);
    let losses: Vec<_> = studies.iter().map(Study::test_losses).collect();
    for (index, (name, map)) in study.maps().into_iter().enumerate() {
        let logits = map.apply(&study.test.logits);
        let reliability = Reliability::new(&logits, &study.test.targets);
        let better = losses.iter().filter(|losses| losses[index] < losses[0]).count();
        table.add_row([
            name.to_string(),
            format!("{:.3}", losses[0][index]),
            format!("{:.3}", reliability.brier),
            format!("{:.3}", reliability.calibration_error()),
            format!("{:.1}", reliability.expected),
            format!("{:.3}", average_precision(&precision_recall(&logits, &study.test.targets))),
            format!("{better}/{SPLITS}"),
        ]);
    }
    align(&mut table, 1);
    table
}

fn alarms(study: &Study) -> Table {
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN).set_header(["Part", "False alarms", "FPR", "Hits", "Recall", "Prec."]);
    for (name, part) in [("calibration", &study.calibration), ("test", &study.test)] {
        let alarm = part.alarm(study.threshold);
        table.add_row([
            name.to_string(),
            format!("{} of {}", alarm.false_alarms, alarm.negatives),
            format!("{:.3}", alarm.false_positive_rate()),
            format!("{} of {}", alarm.hits, alarm.positives),
            format!("{:.3}", alarm.recall()),
            format!("{:.3}", alarm.precision()),
        ]);
    }
    align(&mut table, 1);
    table
}

fn align(table: &mut Table, words: usize) {
    table.column_iter_mut().skip(words).for_each(|column| column.set_cell_alignment(CellAlignment::Right));
}
