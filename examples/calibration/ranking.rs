//! Results that only depend on the order of logits: precision, recall, thresholds. A map that increases leaves the order as
//! it is.

use crate::metrics::{Cut, cuts};

/// The results of a threshold on one part.
pub struct Alarm {
    pub hits: usize,
    pub positives: usize,
    pub false_alarms: usize,
    pub negatives: usize,
}

impl Alarm {
    /// Logits from the threshold on are called positive.
    pub fn new(threshold: f32, logits: &[f32], targets: &[f32]) -> Alarm {
        let (mut called, mut all) = ([0; 2], [0; 2]);
        for (&x, &t) in logits.iter().zip(targets) {
            let class = usize::from(t == 1.0);
            all[class] += 1;
            called[class] += usize::from(x >= threshold);
        }
        Alarm { hits: called[1], positives: all[1], false_alarms: called[0], negatives: all[0] }
    }

    pub fn false_positive_rate(&self) -> f64 {
        self.false_alarms as f64 / self.negatives as f64
    }

    pub fn recall(&self) -> f64 {
        self.hits as f64 / self.positives as f64
    }

    pub fn precision(&self) -> f64 {
        self.hits as f64 / (self.hits + self.false_alarms) as f64
    }
}

/// Returns the lowest threshold whose false-positive rate is at most `wanted`.
pub fn threshold(wanted: f64, logits: &[f32], targets: &[f32]) -> f32 {
    let negatives = targets.iter().filter(|&&t| t == 0.0).count() as f64;
    let cuts = cuts(logits, targets);
    let within = cuts.iter().take_while(|cut| cut.false_alarms <= wanted * negatives).last();
    within.map_or(f32::INFINITY, |cut| cut.threshold)
}

/// Returns recall and precision for decreasing thresholds.
pub fn precision_recall(logits: &[f32], targets: &[f32]) -> Vec<(f64, f64)> {
    let positives = targets.iter().filter(|&&t| t == 1.0).count() as f64;
    let point = |cut: &Cut| (cut.hits / positives, cut.hits / (cut.hits + cut.false_alarms));
    // The first cut calls nothing positive, so it has no precision.
    cuts(logits, targets).iter().skip(1).map(point).collect()
}

/// Returns the precision, averaged over the recall at which it is reached.
pub fn average_precision(curve: &[(f64, f64)]) -> f64 {
    let mut before = 0.0;
    let step = |&(recall, precision): &(f64, f64)| (recall - std::mem::replace(&mut before, recall)) * precision;
    curve.iter().map(step).sum()
}
