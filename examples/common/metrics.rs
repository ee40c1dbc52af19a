//! The quality of a trained network on wines it has not seen.

/// Metrics at a probability of one half, which is a logit of 0.
pub struct Metrics {
    pub cross_entropy: f64,
    pub recall: f64,
    /// None if nothing was called positive.
    pub precision: Option<f64>,
    pub false_positive_rate: f64,
    pub auc: f64,
    /// The false-positive rate and recall for decreasing thresholds; empty if a logit is NaN.
    pub roc: Vec<(f64, f64)>,
}

impl Metrics {
    pub fn new(logits: &[f32], targets: &[f32]) -> Metrics {
        let cross_entropy = cross_entropy(logits, targets);
        if logits.iter().any(|x| x.is_nan()) {
            // Every comparison with NaN is false, so counting would call all wines negative.
            return Metrics {
                cross_entropy,
                recall: f64::NAN,
                precision: Some(f64::NAN),
                false_positive_rate: f64::NAN,
                auc: f64::NAN,
                roc: Vec::new(),
            };
        }
        let count = |called: bool, class: f32| {
            let both = logits.iter().zip(targets);
            both.filter(|&(&x, &t)| (x > 0.0) == called && t == class).count() as f64
        };
        let (hits, false_alarms) = (count(true, 1.0), count(true, 0.0));
        let (misses, passes) = (count(false, 1.0), count(false, 0.0));
        let (positives, negatives) = (hits + misses, false_alarms + passes);
        let roc: Vec<_> =
            cuts(logits, targets).iter().map(|cut| (cut.false_alarms / negatives, cut.hits / positives)).collect();
        Metrics {
            cross_entropy,
            recall: hits / positives,
            precision: (hits + false_alarms > 0.0).then(|| hits / (hits + false_alarms)),
            false_positive_rate: false_alarms / negatives,
            auc: area(&roc),
            roc,
        }
    }

    /// Returns the false-positive rate of the highest threshold with a recall of at least `recall`; NaN if a logit is NaN.
    /// It compares only the order, so it is fair to losses whose logits have different scales.
    pub fn false_positive_rate_at(&self, recall: f64) -> f64 {
        self.roc.iter().find(|point| point.1 >= recall).map_or(f64::NAN, |point| point.0)
    }
}

/// Returns the plain mean cross-entropy in `f64`, the same yardstick for every loss.
pub fn cross_entropy(logits: &[f32], targets: &[f32]) -> f64 {
    let each = logits.iter().zip(targets).map(|(&x, &t)| {
        let (x, t) = (f64::from(x), f64::from(t));
        x.max(0.0) - x * t + (-x.abs()).exp().ln_1p()
    });
    each.sum::<f64>() / logits.len() as f64
}

/// The wines that are called positive from a threshold on.
pub struct Cut {
    pub threshold: f32,
    /// The number of positives among them.
    pub hits: f64,
    pub false_alarms: f64,
}

/// Returns the cuts for decreasing thresholds, from infinity, where nothing is called positive, to the lowest logit.
pub fn cuts(logits: &[f32], targets: &[f32]) -> Vec<Cut> {
    let mut ranked: Vec<(f32, f32)> = logits.iter().copied().zip(targets.iter().copied()).collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (mut hits, mut false_alarms) = (0.0, 0.0);
    let mut cuts = vec![Cut { threshold: f32::INFINITY, hits, false_alarms }];
    // Equal logits pass the threshold together, since their order would be luck.
    for tied in ranked.chunk_by(|a, b| a.0 == b.0) {
        let positive = tied.iter().filter(|&&(_, t)| t == 1.0).count() as f64;
        hits += positive;
        false_alarms += tied.len() as f64 - positive;
        cuts.push(Cut { threshold: tied[0].0, hits, false_alarms });
    }
    cuts
}

fn area(curve: &[(f64, f64)]) -> f64 {
    let trapezium = |pair: &[(f64, f64)]| (pair[1].0 - pair[0].0) * (pair[1].1 + pair[0].1) / 2.0;
    curve.windows(2).map(trapezium).sum()
}
