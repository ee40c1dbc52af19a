//! Whether probabilities match frequencies.

use std::iter::zip;

/// The number of bins, all of the same width.
pub const BINS: usize = 10;

/// The wines whose probability lies within one bin.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Bin {
    pub count: usize,
    positives: f64,
    expected: f64,
}

impl Bin {
    /// Returns the mean probability and the share of positives; none where there are no wines.
    pub fn point(&self) -> Option<(f64, f64)> {
        let count = self.count as f64;
        (self.count > 0).then(|| (self.expected / count, self.positives / count))
    }
}

pub struct Reliability {
    /// The mean squared difference of probability and target.
    pub brier: f64,
    pub bins: [Bin; BINS],
    /// The number of positives that the probabilities predict.
    pub expected: f64,
}

impl Reliability {
    pub fn new(logits: &[f32], targets: &[f32]) -> Reliability {
        let mut probabilities: Vec<f64> = logits.iter().map(|&x| x.into()).collect();
        logit_loss::sigmoid_in_place(&mut probabilities);
        let (mut squares, mut bins) = (0.0, [Bin::default(); BINS]);
        for (&p, &t) in zip(&probabilities, targets) {
            let t = f64::from(t);
            squares += (p - t) * (p - t);
            // The last bin includes 1.
            let bin = &mut bins[((p * BINS as f64) as usize).min(BINS - 1)];
            bin.count += 1;
            bin.positives += t;
            bin.expected += p;
        }
        Reliability { brier: squares / targets.len() as f64, bins, expected: probabilities.iter().sum() }
    }

    /// Returns the distance of mean probability and share of positives, averaged over all wines.
    pub fn calibration_error(&self) -> f64 {
        let wines: usize = self.bins.iter().map(|bin| bin.count).sum();
        self.bins.iter().map(|bin| (bin.expected - bin.positives).abs()).sum::<f64>() / wines as f64
    }
}
