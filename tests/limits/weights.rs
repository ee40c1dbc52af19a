//! Two extreme weights whose product is a plain number.

use crate::common::family::Tested;
use crate::common::{Number, backends, everything, for_both_types, same};
use logit_loss::{AsymmetricLoss, Bce, BceWithLogits, FocalLoss, Reduction, Weights};

for_both_types!(one_weight_for_all);

/// One weight for all elements gives what the same weight of each element gives, and not NaN or infinity.
fn one_weight_for_all<N: Number>() {
    let logits = [-3.0, 2.0, 20.0].map(N::new);
    let power = |exponent| N::new(N::LARGEST.to_f64().powf(exponent));
    for pair in [[N::TINIEST, N::LARGEST], [power(-1.0), N::LARGEST], [power(-0.25), power(0.75)]] {
        let weights = &pair.map(|weight| [weight; 3]);
        check(BceWithLogits::new(), &logits, weights);
        check(FocalLoss::new().without_alpha(), &logits, weights);
        check(AsymmetricLoss::new(), &logits, weights);
        check(Bce::new(), &[0.9, 0.2, 0.6].map(N::new), weights);
    }
}

fn check<'w, N: Number>(loss: impl Tested<'w, N>, inputs: &[N], [ones, others]: &'w [[N; 3]; 2]) {
    let targets = [1.0, 0.0, 0.25].map(N::new);
    let second = Weights::per_class(others);
    for loss in [Some(loss.class_weighted(second)), loss.pos_weighted(second)].into_iter().flatten() {
        for reduction in [Reduction::Mean, Reduction::Sum, Reduction::WeightedMean] {
            for backend in backends() {
                let [uniform, each] = [Weights::uniform(ones[0]), Weights::per_element(ones)].map(|weight| {
                    let loss = loss.on(backend).reduced(reduction).weighted(weight);
                    everything(loss, inputs, &targets, Weights::uniform(N::new(1.0)), 0)
                });
                for ((name, a), (_, b)) in uniform.into_iter().zip(each) {
                    let context =
                        format!("{name} on {}, {reduction:?}, {:?}, {:?}", backend.name(), ones[0], others[0]);
                    // A sum of weights whose reciprocal overflows is nothing to divide by.
                    let (a, b) = match (a, b) {
                        (Ok(a), Ok(b)) => (a, b),
                        (a, b) => {
                            assert!(reduction == Reduction::WeightedMean && a == b, "{context}: {a:?}, {b:?}");
                            continue;
                        }
                    };
                    // A weighted mean does not divide by positive weights.
                    let most = if reduction == Reduction::WeightedMean { f64::INFINITY } else { N::LARGEST.to_f64() };
                    assert!(a.iter().all(|v| v.to_f64().abs() <= most), "{context}: {a:?}");
                    assert!(a.iter().zip(&b).all(|(a, b)| same(*a, *b)), "{context}: {a:?}, {b:?}");
                }
            }
        }
    }
}
