//! The wines of one training, and its results.

use crate::Objective;
use crate::data::{Data, Part};
use crate::metrics::{Metrics, cross_entropy};
use crate::network::{EPOCHS, Network};
use indicatif::ProgressBar;

/// The number of positives for each negative.
const TIMES: usize = 5;

/// Reverses the question: the good wines are the negatives, and exactly five times as many of the others are drawn at
/// random.
pub fn others() -> Part {
    let all = Part::all();
    let (negatives, mut positives): (Vec<usize>, Vec<usize>) =
        (0..all.targets.len()).partition(|&row| all.targets[row] == 1.0);
    fastrand::Rng::with_seed(1).shuffle(&mut positives);
    positives.truncate(TIMES * negatives.len());
    let mut part = all.rows(&[negatives, positives].concat());
    part.targets.iter_mut().for_each(|t| *t = 1.0 - *t);
    part
}

/// A split of the wines, and the initial network. All losses have the same.
pub struct Trial {
    seed: u64,
    pub data: Data,
    start: Network,
}

impl Trial {
    /// Holds out a fifth of each class.
    pub fn new(wines: &Part, seed: u64) -> Trial {
        let mut rng = fastrand::Rng::with_seed(seed);
        let (held_out, train) = wines.split(5, &mut rng);
        let start = Network::new(train.features.ncols(), &mut rng);
        Trial { seed, data: Data { train, held_out }, start }
    }

    pub fn standardised(&self) -> Trial {
        Trial { data: self.data.standardised(), start: self.start.clone(), ..*self }
    }

    pub fn run(&self, objective: &Objective, bar: &ProgressBar) -> Result<Run, logit_loss::Error> {
        // Seeded here, so that every loss gets the same batches.
        let mut rng = fastrand::Rng::with_seed(self.seed);
        let Data { train, held_out } = &self.data;
        let judge = |network: &Network| network.forward(&held_out.features).0;
        let mut network = self.start.clone();
        let mut order: Vec<usize> = (0..train.targets.len()).collect();
        let mut curve = vec![cross_entropy(&judge(&network), &held_out.targets)];
        let (mut step, mut first_nan, mut trained_loss) = (0, None, f64::NAN);
        for _ in 0..EPOCHS {
            rng.shuffle(&mut order);
            trained_loss = network.epoch(train, &order, |logits, targets, gradient| {
                step += 1;
                let loss = objective(logits, targets, gradient)?;
                if loss.is_nan() || gradient.iter().any(|g| g.is_nan()) {
                    first_nan.get_or_insert(step);
                }
                Ok(loss)
            })?;
            curve.push(cross_entropy(&judge(&network), &held_out.targets));
            bar.inc(1);
        }
        let metrics = Metrics::new(&judge(&network), &held_out.targets);
        Ok(Run { first_nan, trained_loss, curve, metrics })
    }
}

/// The results of one training.
pub struct Run {
    /// The first step, counted from 1, whose loss or gradient has a NaN.
    pub first_nan: Option<usize>,
    /// The mean of the training loss over the last epoch.
    pub trained_loss: f64,
    /// Plain cross-entropy on the held-out wines, before training and after each epoch.
    pub curve: Vec<f64>,
    pub metrics: Metrics,
}
