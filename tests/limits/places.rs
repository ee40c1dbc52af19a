//! Where special values are put, and what must hold of any loss wherever they are.

use crate::common::family::Tested;
use crate::common::{Number, backends, everything, numbers};
use logit_loss::{Reduction, Weights};

/// Evaluates every element on its own and within others, at the beginning, middle and end of vectors and tails.
pub fn at_all_places<N: Number>(x: N, t: N, mut check: impl FnMut(&[N], &[N], usize)) {
    check(&[x], &[t], 0);
    let (mut logits, mut targets) = (vec![N::new(0.5); 75], vec![N::new(1.0); 75]);
    for at in [0, 1, 31, 32, 63, 64, 70, 74] {
        (logits[at], targets[at]) = (x, t);
        check(&logits, &targets, at);
        (logits[at], targets[at]) = (N::new(0.5), N::new(1.0));
    }
}

/// Loss and gradient of the element `at` in every method that writes one, on every backend.
pub fn for_each_writer<'w, N: Number>(loss: impl Tested<'w, N>, x: N, t: N, mut check: impl FnMut(&str, N, N)) {
    for backend in backends() {
        let loss = loss.on(backend).reduced(Reduction::Sum);
        at_all_places(x, t, |logits, targets, at| {
            let n = logits.len();
            let mut columns: [Vec<N>; 6] = std::array::from_fn(|_| vec![N::new(7.0); n]);
            let [losses, gradient, with_loss, boosting, hessian, backward] = &mut columns;
            loss.losses(logits, targets, losses).unwrap();
            loss.gradient(logits, targets, gradient).unwrap();
            loss.loss_and_gradient(logits, targets, with_loss).unwrap();
            if let Some(result) = loss.curvature(logits, targets, boosting, hessian) {
                result.unwrap();
            } else {
                boosting.clone_from(gradient);
            }
            loss.backward(logits, targets, Weights::uniform(N::new(1.0)), backward).unwrap();
            let mut in_place = logits.to_vec();
            loss.loss_and_gradient_in_place(&mut in_place, targets).unwrap();
            for gradient in [gradient, with_loss, boosting, backward, &mut in_place] {
                check(backend.name(), losses[at], gradient[at]);
            }
        });
    }
}

/// All that could be special in a formula, and what is near.
pub fn special_logits<N: Number>() -> Vec<N> {
    let mut magnitudes = vec![N::new(0.0), N::TINIEST, N::SMALLEST_NORMAL, N::EPSILON, N::LARGEST, N::INFINITY];
    let plain = [
        0.3465, 0.41421, 0.5, 1.0, 2.0, 14.56, 16.64, 17.0, 36.7, 37.5, 64.0, 87.3, 88.4, 88.8, 103.9, 104.0, 128.0,
        708.3, 709.8, 745.1, 746.0, 1024.0, 1e10, 1e30,
    ];
    magnitudes.extend(numbers::<N>(&plain));
    magnitudes.iter().flat_map(|&a| [a, -a]).collect()
}

/// All methods on all backends, under all reductions. Only a convex loss has a Hessian that cannot be negative.
pub fn no_nan<'w, N: Number>(loss: impl Tested<'w, N>, convex: bool, x: &[N], t: &[N], context: &str) {
    let zero = N::new(0.0);
    for backend in backends() {
        for reduction in [Reduction::Mean, Reduction::WeightedMean, Reduction::Sum] {
            let loss = loss.on(backend).reduced(reduction);
            let upstream = Weights::uniform(-N::LARGEST);
            for (name, result) in everything(loss, x, t, upstream, 0) {
                // Weights may sum to 0 or overflow: that is an error, and nothing to look at.
                for (i, v) in result.unwrap_or_default().into_iter().enumerate() {
                    let at = format!("{name} on {}, {reduction:?}, {context}: element {i}", backend.name());
                    assert!(!v.is_nan(), "{at} of {:?}", x.get(i));
                    assert!(
                        v >= zero || !(["loss", "losses", "accumulate"].contains(&name) || convex && name == "hessian"),
                        "{at}: {v:?}"
                    );
                }
            }
        }
    }
}
