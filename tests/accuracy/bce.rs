//! Binary cross-entropy from logits with weights, with soft targets and under a mean.

use crate::common::exact::{Exact, Logit, Referenced, error_of, references};
use crate::common::{Number, backends, for_both_types};
use crate::search::{Search, Worst, points};
use logit_loss::{BceWithLogits, Hessian, Loss, Reduction, Weights};

for_both_types!(hard_targets_under_a_mean, other_weights, soft_targets, target_gradients);

/// Returns losses, gradients and Hessians of single elements.
fn derivatives<N: Number>(bce: BceWithLogits<'_, N>, x: &[N], t: &[N]) -> [Vec<N>; 3] {
    let mut columns = [0; 3].map(|_| vec![N::NAN; x.len()]);
    let [losses, gradient, hessian] = &mut columns;
    bce.losses(x, t, losses).unwrap();
    bce.gradient_and_hessian(x, t, gradient, hessian).unwrap();
    columns
}

const NAMES: [&str; 3] = ["loss", "gradient", "Hessian"];

/// Compares all three results at all points, for one target, positive weight and weight; `divisor` is that of the mean.
/// `condition` is added to their names in the table.
fn compare<N: Referenced>(
    worst: &mut Worst,
    points: &[N],
    references: &[Logit<N::Exact>],
    [t, p, w]: [N; 3],
    mean: bool,
    condition: &str,
) {
    let targets = vec![t; points.len()];
    let [t_, p_, w_] = [t, p, w].map(|v| v.to_f64());
    let divisor = N::Exact::from_f64(if mean { points.len() as f64 } else { 1.0 });
    let soft = t_ != 0.0 && t_ != 1.0;
    let exact = |reference: &Logit<N::Exact>| {
        let [loss, gradient, hessian] = reference.derivatives(t_, p_, w_);
        [loss, gradient / divisor.clone(), hessian / divisor.clone()]
    };
    let all_exact: Vec<_> = references.iter().map(exact).collect();
    let scale = Logit::<N::Exact>::scale(t_, p_, w_) / divisor.clone();
    // Weights for each element have formulas of their own.
    let weights = vec![w; points.len()];
    let forms = [Weights::uniform(w), Weights::per_element(&weights)];
    for (backend, weight) in worst.backends.clone().into_iter().flat_map(|backend| forms.map(|form| (backend, form))) {
        let bce = BceWithLogits::new()
            .backend(backend)
            .pos_weight(Weights::uniform(p))
            .weight(weight)
            .reduction(if mean { Reduction::Mean } else { Reduction::Sum });
        // Losses are not reduced, so other searches compare them.
        for (k, found) in derivatives(bce, points, &targets).iter().enumerate().skip(usize::from(mean)) {
            let row = [NAMES[k], condition, if mean { ", mean" } else { "" }].concat();
            for ((x, &found), exact) in points.iter().zip(found).zip(&all_exact) {
                let error = error_of(found, &exact[k], if soft && k == 1 { &scale } else { &exact[k] });
                worst.see::<N>(backend, &row, error, || format!("x {x:?}, t {t:?}, p {p:?}, w {w:?}: {found:?}"));
            }
        }
    }
}

fn hard_targets_under_a_mean<N: Referenced>() {
    let points = points::<N>();
    let (references, mut worst) = (references(&points), Worst::on(backends()));
    compare(&mut worst, &points, &references, [1.0; 3].map(N::new), true, "");
    compare(&mut worst, &points, &references, [1.0, 5.0, 0.3].map(N::new), true, ", weighted");
    worst.report::<N>(Search::Full);
}

/// A weight that is not moderate, so that other formulas are used.
fn tiny<N: Number>() -> f64 {
    N::EPSILON.to_f64().powi(2)
}

fn other_weights<N: Referenced>() {
    let points = points::<N>();
    let (references, mut worst) = (references(&points), Worst::on(backends()));
    for t in [0.0, 1.0] {
        compare(&mut worst, &points, &references, [t, 5.0, tiny::<N>()].map(N::new), false, ", weighted");
    }
    for row in [[1.0, 5.0, 1.0], [0.0, 5.0, 0.7], [1.0, 0.013, 3.0], [1.0, 1.0, 3.9], [0.0, 1.0, 1e6], [1.0, 1e4, 1e-7]]
    {
        compare(&mut worst, &points, &references, row.map(N::new), false, ", weighted");
    }
    worst.report::<N>(Search::Full);
}

fn soft_targets<N: Referenced>() {
    let points = points::<N>();
    let (references, mut worst) = (references(&points), Worst::on(backends()));
    let rows = [[0.5, 1.0, 1.0], [0.1, 1.0, 1.0], [0.9, 5.0, 0.7], [1e-3, 0.3, 2.6], [0.999, 1.0, 1.0]];
    for row in rows.into_iter().chain([[0.3, 5.0, tiny::<N>()]]) {
        compare(&mut worst, &points, &references, row.map(N::new), false, ", soft");
    }
    worst.report::<N>(Search::Full);
}

fn target_gradients<N: Referenced>() {
    let points = points::<N>();
    let (references, mut worst) = (references(&points), Worst::on(backends()));
    let targets = vec![N::new(1.0); points.len()];
    for (p, w) in [(1.0, 1.0), (5.0, 0.7), (0.1, 3.0)] {
        let [p, w] = [p, w].map(N::new);
        let exact: Vec<_> = references.iter().map(|r| r.target_gradient(p.to_f64(), w.to_f64())).collect();
        for backend in backends() {
            let bce = BceWithLogits::new().backend(backend).reduction(Reduction::Sum);
            let bce = bce.pos_weight(Weights::uniform(p)).weight(Weights::uniform(w));
            let mut found = vec![N::NAN; points.len()];
            bce.target_gradient(&points, &targets, &mut found).unwrap();
            for ((&x, &found), [exact, larger]) in points.iter().zip(&found).zip(&exact) {
                let error = error_of(found, exact, larger);
                let at = || format!("x {x:?}, p {p:?}, w {w:?}: {found:?}");
                worst.see::<N>(backend, "target gradient", error, at);
            }
        }
    }
    worst.report::<N>(Search::Full);
}
