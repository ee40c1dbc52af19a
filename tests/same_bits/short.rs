//! Up to one row of elements without weights, which kernels of their own evaluate, against the same elements on the way that
//! all others take.

use crate::common::{Number, backends, for_both_types, numbers, same};
use logit_loss::{BceWithLogits, LogitLoss, LossSum, Reduction, Weights};

for_both_types!(sums, derivatives, labels);

/// More than a row of either type has.
const MOST: usize = 40;

const LOGITS: [f64; 14] =
    [0.5, -0.0, 20.0, -3.0, 1e-30, -17.5, 100.0, -88.0, -1e30, 4.0, 740.0, -104.0, f64::INFINITY, f64::NEG_INFINITY];
const REDUCTIONS: [Reduction; 3] = [Reduction::Mean, Reduction::WeightedMean, Reduction::Sum];
/// None, some that have such kernels, and one that is too large for them.
const POS_WEIGHTS: [f64; 5] = [1.0, 0.0, 0.3, 6.0, 7.0];
const TARGETS: [f64; 5] = [1.0, 0.0, 0.25, 0.0, 1.0];

/// So many elements from the `from`-th on, of which one is NaN if it says so.
fn elements<N: Number>(from: usize, len: usize, has_nan: bool) -> (Vec<N>, Vec<N>) {
    let cycle =
        |values: &[f64]| numbers::<N>(&(from..from + len).map(|i| values[i % values.len()]).collect::<Vec<_>>());
    let mut logits = cycle(&LOGITS);
    if has_nan {
        logits[len / 2] = N::NAN;
    }
    (logits, cycle(&TARGETS))
}

fn each<N: Number>(mut check: impl FnMut(BceWithLogits<'_, N>, &[N], &[N], &str)) {
    for backend in backends() {
        for (reduction, pos_weight) in REDUCTIONS.into_iter().flat_map(|r| POS_WEIGHTS.map(|p| (r, p))) {
            let bce = BceWithLogits::new().backend(backend).reduction(reduction);
            let bce = bce.pos_weight(Weights::uniform(N::new(pos_weight)));
            for len in 1..=MOST {
                for from in 0..LOGITS.len() {
                    let (x, mut t) = elements::<N>(from, len, from == 3);
                    let is_hard = from % 2 == 0;
                    if is_hard {
                        t.iter_mut().for_each(|t| *t = N::new(t.to_f64().round()));
                    }
                    let context = format!("{len} from {from} on, {reduction:?}, {pos_weight}, {}", backend.name());
                    check(bce, &x, &t, &context);
                }
            }
        }
    }
}

/// A running sum is always made block by block.
fn sums<N: Number>() {
    each::<N>(|bce, x, t, context| {
        let mut sum = LossSum::new();
        bce.accumulate(&mut sum, x, t).unwrap();
        let is_sum = context.contains("Sum");
        let expected = if is_sum { sum.sum() } else { sum.mean().unwrap() };
        let (mut gradient, mut in_place) = (x.to_vec(), x.to_vec());
        let found = [
            bce.loss(x, t).unwrap(),
            bce.loss_and_gradient(x, t, &mut gradient).unwrap(),
            bce.loss_and_gradient_in_place(&mut in_place, t).unwrap(),
        ];
        assert!(found.iter().all(|&found| same(found, expected)), "{context}: {found:?}, {expected:?}");
    });
}

/// Elements do not see each other, so they have the same results among more than a row holds.
fn derivatives<N: Number>() {
    each::<N>(|bce, x, t, context| {
        let (more_x, more_t) = ([x, &[N::new(1.0); MOST]].concat(), [t, &[N::new(0.0); MOST]].concat());
        // What a mean divides by is a weight here: it has to be that of the few.
        let divisor = if context.contains("Sum") { 1.0 } else { x.len() as f64 };
        let among_more = bce.reduction(Reduction::Sum).weight(Weights::uniform(N::new(1.0 / divisor)));
        let (found, expected) = (results(bce, x, t), results(among_more, &more_x, &more_t));
        for (k, (found, expected)) in found.iter().zip(&expected).enumerate() {
            let equal = found.iter().zip(expected).all(|(&a, &b)| same(a, b));
            assert!(equal, "result {k} of {context}: {found:?}, {expected:?}");
        }
        let (mut found, mut expected) = (x.to_vec(), more_x.clone());
        bce.losses(x, t, &mut found).unwrap();
        bce.losses(&more_x, &more_t, &mut expected).unwrap();
        assert!(found.iter().zip(&expected).all(|(&a, &b)| same(a, b)), "losses of {context}: {found:?}, {expected:?}");
    });
}

/// The gradient in all ways, and the Hessian.
fn results<N: Number>(loss: BceWithLogits<'_, N>, x: &[N], t: &[N]) -> [Vec<N>; 5] {
    let mut out = [(); 5].map(|()| x.to_vec());
    let [gradient, with_loss, in_place, with_hessian, hessian] = &mut out;
    loss.gradient(x, t, gradient).unwrap();
    loss.loss_and_gradient(x, t, with_loss).unwrap();
    loss.loss_and_gradient_in_place(in_place, t).unwrap();
    loss.gradient_and_hessian(x, t, with_hessian, hessian).unwrap();
    out
}

/// Other labels are widened first.
fn labels<N: Number>() {
    for len in 1..=MOST {
        let (x, _) = elements::<N>(len, len, false);
        let labels: Vec<bool> = (0..len).map(|i| i % 3 == 0).collect();
        let bytes: Vec<u8> = labels.iter().map(|&t| if t { 7 } else { 0 }).collect();
        let t: Vec<N> = labels.iter().map(|&t| N::new(f64::from(u8::from(t)))).collect();
        let bce = BceWithLogits::new();
        let expected = bce.loss(&x, &t).unwrap();
        assert!(
            same(bce.loss(&x, &labels).unwrap(), expected) && same(bce.loss(&x, &bytes).unwrap(), expected),
            "{len}"
        );
    }
}
