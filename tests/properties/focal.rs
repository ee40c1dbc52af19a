//! Focal loss: the meaning of its positive weights.

use crate::common::exact::{Exact, Referenced, error_of};
use crate::common::{Number, backends, for_both_types, numbers};
use crate::{CASES, Logit, check};
use logit_loss::{FocalLoss, Hessian, Loss, Reduction, Weights};

for_both_types!(pos_weight_is_an_alpha, pos_weights_of_classes_are_those_of_elements);

const GAMMAS: [f64; 6] = [0.5, 1.0, 2.0, 3.0, 4.5, 64.0];
const TARGETS: [f64; 4] = [0.0, 1.0, 0.25, 0.999];

/// Returns losses, gradient and Hessian, and the sum of the losses.
fn results<N: Number>(focal: FocalLoss<'_, N>, x: &[N], t: &[N]) -> [Vec<N>; 4] {
    let [mut losses, mut gradient, mut hessian] = [0; 3].map(|_| vec![N::NAN; x.len()]);
    focal.losses(x, t, &mut losses).unwrap();
    focal.gradient_and_hessian(x, t, &mut gradient, &mut hessian).unwrap();
    [losses, gradient, hessian, vec![focal.loss(x, t).unwrap()]]
}

fn pos_weight_is_an_alpha<N: Referenced>() {
    // Without alpha, a positive weight of p = alpha / (1 - alpha) is alpha and a weight of 1 + p, except for the rounding of
    // products. Each is within 6 + 2 gamma ULP, and one more without fused multiply-add; p, 1 + p and the product with it
    // are rounded too. Both alpha and 1 - alpha are exact.
    fn property<N: Referenced>((Logit(x), choice, weight): (Logit<N>, u8, u8)) -> bool {
        let gamma = N::new(GAMMAS[usize::from(choice) % GAMMAS.len()]);
        let t = N::new(TARGETS[usize::from(choice) / 16 % TARGETS.len()]);
        let alpha = f64::from(weight) / 256.0;
        let p = alpha / (1.0 - alpha);
        backends().all(|backend| {
            let focal = FocalLoss::new().backend(backend).gamma(gamma).reduction(Reduction::Sum);
            let by_weight = focal.without_alpha().pos_weight(Weights::uniform(N::new(p)));
            let by_alpha = focal.alpha(N::new(alpha)).weight(Weights::uniform(N::new(1.0 + p)));
            let (found, expected) = (results(by_weight, &[x], &[t]), results(by_alpha, &[x], &[t]));
            found.iter().flatten().zip(expected.iter().flatten()).all(|(&found, &expected)| {
                let [one, other] = [found, expected].map(|v| v.to_f64().abs());
                if one.max(other) == f64::INFINITY {
                    // One of them may be just below the largest number.
                    return one.min(other) > N::LARGEST.to_f64() / 2.0;
                }
                let exact = N::Exact::from_f64(expected.to_f64());
                found == expected || error_of(found, &exact, &exact) <= 2.0 * (7.0 + 2.0 * gamma.to_f64()) + 3.0
            })
        })
    }
    check(5 * CASES, property::<N>);
}

fn pos_weights_of_classes_are_those_of_elements<N: Number>() {
    // Each element has the same results alone, since elements do not affect each other.
    let classes = numbers::<N>(&[0.5, 4.0, 0.0, 30.0, 1.0]);
    let x: Vec<N> = (0..70).map(|i| N::new(f64::from(i % 23) * 1.7 - 18.0)).collect();
    let t: Vec<N> = (0..70).map(|i| N::new(TARGETS[i / 3 % TARGETS.len()])).collect();
    let elements: Vec<N> = (0..x.len()).map(|i| classes[i % classes.len()]).collect();
    for backend in backends() {
        for gamma in GAMMAS {
            let focal = FocalLoss::new().backend(backend).gamma(N::new(gamma)).reduction(Reduction::Sum);
            for focal in [focal, focal.without_alpha()] {
                let by_class = results(focal.pos_weight(Weights::per_class(&classes)), &x, &t);
                let by_element = results(focal.pos_weight(Weights::per_element(&elements)), &x, &t);
                assert_eq!(by_class, by_element, "gamma {gamma} on {}", backend.name());
                for i in 0..x.len() {
                    let alone = focal.pos_weight(Weights::uniform(elements[i]));
                    let alone = results(alone, &x[i..=i], &t[i..=i]);
                    for k in 0..3 {
                        assert_eq!(alone[k][0], by_class[k][i], "{k} of {i}, gamma {gamma} on {}", backend.name());
                    }
                }
            }
        }
    }
}
