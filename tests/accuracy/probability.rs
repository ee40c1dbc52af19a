//! Binary cross-entropy of probabilities.

use crate::common::exact::{Exact, Referenced, error_of};
use crate::common::{Number, Random, backends, for_both_types};
use crate::search::{Search, Worst, over_all_patterns};
use logit_loss::{Bce, Loss, Reduction, Weights};

for_both_types!(hard_targets, hard_targets_under_a_mean, other_weights, soft_targets, means);

/// The parts of the formulas for one probability.
struct Reference<E> {
    p: E,
    q: E,
    /// -ln p and -ln q, at most 100.
    costs: [E; 2],
    /// max(p q, 1e-12)
    below: E,
}

impl<E: Exact> Reference<E> {
    fn new<N: Referenced<Exact = E>>(p: N) -> Self {
        let [one, most, least] = [1.0, 100.0, N::new(1e-12).to_f64()].map(E::from_f64);
        let p = E::from_f64(p.to_f64());
        let q = one - p.clone();
        let held = |log: E| if log < -most.clone() { most.clone() } else { -log };
        let log_of_q = if q == E::from_f64(0.0) { q.ln() } else { (-p.clone()).ln_1p() };
        let product = p.clone() * q.clone();
        let below = if product < least { least } else { product };
        Self { costs: [held(p.ln()), held(log_of_q)], below, p, q }
    }

    /// Returns loss, gradient, and the gradient with the absolute values of its terms.
    fn results(&self, t: f64, p_w: f64, w: f64) -> [E; 3] {
        let [one, t, p_w, w] = [1.0, t, p_w, w].map(E::from_f64);
        let (up, down) = (one - t.clone(), p_w * t);
        let [positive, negative] = self.costs.clone();
        let (a, b) = (up.clone() * self.p.clone(), down.clone() * self.q.clone());
        [
            w.clone() * (down * positive + up * negative),
            w.clone() * (a.clone() - b.clone()) / self.below.clone(),
            w * (a + b) / self.below.clone(),
        ]
    }
}

fn references<N: Referenced>(points: &[N]) -> Vec<Reference<N::Exact>> {
    points.iter().map(|&p| Reference::new(p)).collect()
}

/// Probabilities of every size, as close to 1 as to 0, and those where functions change.
fn points<N: Number>() -> Vec<N> {
    let mut random = Random(41);
    let mut all: Vec<N> = [0.0, -0.0, 0.5, 1.0].map(N::new).into();
    let half = std::f64::consts::FRAC_1_SQRT_2;
    for _ in 0..4000 {
        all.push(N::new((random.unit() * f64::from(N::LEAST_EXPONENT)).exp2()));
        all.push(N::new(1.0 - (random.unit() * f64::from(-N::PRECISION)).exp2()));
        // Functions change where the denominator is clamped, where the logarithm is clamped, and where its exponent changes.
        for (at, width) in
            [(1e-12, 1e-3), ((-100f64).exp(), 1e-1), (half, 1e-2), (1.0 - half, 1e-2), (0.5, 1e-2), (0.5, 1.0)]
        {
            all.push(N::new(at * (1.0 + (random.unit() - 0.5) * width)));
        }
        all.push(N::new(1.0 - 1e-12 * (1.0 + (random.unit() - 0.5) * 1e-2)));
    }
    all
}

/// Compares losses and gradients at all points, for one target, positive weight and weight; `divisor` is that of the mean.
/// `condition` is added to their names in the table.
fn compare<N: Referenced>(
    worst: &mut Worst,
    points: &[N],
    references: &[Reference<N::Exact>],
    [t, p_w, w]: [N; 3],
    mean: bool,
    condition: &str,
) {
    let targets = vec![t; points.len()];
    let [t_, p_w_, w_] = [t, p_w, w].map(|v| v.to_f64());
    let divisor = N::Exact::from_f64(if mean { points.len() as f64 } else { 1.0 });
    // The gradient cancels only where it is a difference of rounded numbers.
    let cancels = t_ != 0.0 && t_ != 1.0 && p_w_ != 1.0;
    let exact: Vec<_> = references.iter().map(|reference| reference.results(t_, p_w_, w_)).collect();
    for backend in worst.backends.clone() {
        let bce = Bce::new()
            .backend(backend)
            .pos_weight(Weights::uniform(p_w))
            .weight(Weights::uniform(w))
            .reduction(if mean { Reduction::Mean } else { Reduction::Sum });
        let (mut losses, mut gradient) = (vec![N::NAN; points.len()], vec![N::NAN; points.len()]);
        bce.losses(points, &targets, &mut losses).unwrap();
        bce.gradient(points, &targets, &mut gradient).unwrap();
        let mut largest = [(-1.0, 0); 2];
        for (i, [loss, slope, size]) in exact.iter().enumerate() {
            let (slope, size) = (slope.clone() / divisor.clone(), size.clone() / divisor.clone());
            let errors =
                [error_of(losses[i], loss, loss), error_of(gradient[i], &slope, if cancels { &size } else { &slope })];
            for (largest, error) in largest.iter_mut().zip(errors) {
                if error > largest.0 {
                    *largest = (error, i);
                }
            }
        }
        // Losses are not reduced, so other searches compare them.
        for (k, (error, i)) in largest.into_iter().enumerate().skip(usize::from(mean)) {
            let row =
                [["loss", "gradient"][k], " of a probability", condition, if mean { ", mean" } else { "" }].concat();
            worst.see::<N>(backend, &row, error, || {
                let found = [losses[i], gradient[i]][k];
                format!("p {:?}, t {t:?}, pos_weight {p_w:?}, w {w:?}: {found:?}", points[i])
            });
        }
    }
}

fn hard_targets<N: Referenced>() {
    let points = points::<N>();
    let (references, mut worst) = (references(&points), Worst::on(backends()));
    for t in [0.0, 1.0] {
        compare(&mut worst, &points, &references, [t, 1.0, 1.0].map(N::new), false, "");
    }
    worst.report::<N>(Search::here_and_there::<N>());
}

fn hard_targets_under_a_mean<N: Referenced>() {
    let points = points::<N>();
    let (references, mut worst) = (references(&points), Worst::on(backends()));
    for t in [0.0, 1.0] {
        compare(&mut worst, &points, &references, [t, 1.0, 1.0].map(N::new), true, "");
        compare(&mut worst, &points, &references, [t, 5.0, 0.3].map(N::new), true, ", weighted");
    }
    worst.report::<N>(Search::Full);
}

fn other_weights<N: Referenced>() {
    let points = points::<N>();
    let (references, mut worst) = (references(&points), Worst::on(backends()));
    let largest = N::LARGEST.to_f64().sqrt();
    for row in [
        [1.0, 5.0, 1.0],
        [0.0, 5.0, 0.7],
        [1.0, 0.013, 3.0],
        [1.0, 1.0, 3.9],
        [0.0, 1.0, 1e6],
        [1.0, 1e4, 1e-7],
        [1.0, largest, 1.0 / largest],
        [1.0, 1.0 / largest, largest],
        [0.0, 1.0, 1.0 / largest],
    ] {
        compare(&mut worst, &points, &references, row.map(N::new), false, ", weighted");
    }
    worst.report::<N>(Search::Full);
}

fn soft_targets<N: Referenced>() {
    let points = points::<N>();
    let (references, mut worst) = (references(&points), Worst::on(backends()));
    for row in [
        [0.5, 1.0, 1.0],
        [0.1, 1.0, 1.0],
        [1e-12, 1.0, 0.3],
        [1e-30, 1.0, 1.0],
        [0.9, 5.0, 0.7],
        [1e-3, 0.3, 2.6],
        [0.5, 1e-8, 1.0],
        [0.999, 1.0, 1.0],
    ] {
        compare(&mut worst, &points, &references, row.map(N::new), false, ", soft");
    }
    worst.report::<N>(Search::Full);
}

/// Compares the mean with the exact one.
fn compare_mean<N: Referenced>(worst: &mut Worst, name: &str, p: &[N], t: &[N], p_w: f64) {
    let sum = references(p).iter().zip(t).fold(N::Exact::from_f64(0.0), |sum, (reference, t)| {
        let [loss, ..] = reference.results(t.to_f64(), p_w, 1.0);
        sum + loss
    });
    let exact = sum / N::Exact::from_f64(p.len() as f64);
    for backend in backends() {
        let bce = Bce::new().backend(backend).pos_weight(Weights::uniform(N::new(p_w)));
        let found = bce.loss(p, t).unwrap();
        worst.see::<N>(backend, name, error_of(found, &exact, &exact), || {
            format!("{} from {:?}, {:?}, pos_weight {p_w}: {found:?}", p.len(), p[0], t[0])
        });
    }
}

fn means<N: Referenced>() {
    let mut worst = Worst::on(backends());
    let mut random = Random(9);
    for _ in 0..20 {
        for n in [16, 17, 31, 33, 64, 100, 257, 512, 1000] {
            let (p, hard, soft) = (random.units::<N>(n), random.hard(n), random.units(n));
            for p_w in [1.0, 5.0] {
                let row = if p_w == 1.0 { "mean of probabilities" } else { "mean of probabilities, p = 5" };
                compare_mean::<N>(&mut worst, row, &p, &hard, p_w);
                compare_mean::<N>(&mut worst, row, &p, &soft, p_w);
            }
            // All elements are equal, so all errors have the same sign.
            let (p, t) = (vec![p[0]; n], vec![N::new(1.0); n]);
            compare_mean::<N>(&mut worst, "mean of probabilities, any", &p, &t, 5.0);
        }
    }
    worst.report::<N>(Search::Full);
}

/// Compares both hard targets over the patterns of `f32`; this needs a release build.
#[test]
#[ignore = "takes minutes"]
fn dense() {
    over_all_patterns(7, |worst, patterns| {
        let points: Vec<f32> = patterns.iter().copied().filter(|p| (0.0..=1.0).contains(p)).collect();
        let references = references(&points);
        for t in [0.0, 1.0] {
            if !points.is_empty() {
                compare(worst, &points, &references, [t, 1.0, 1.0], false, "");
            }
        }
    })
    .report::<f32>(Search::Full);
}
