//! Positive weights that balance classes: exact quotients, for any type of target and any number of classes.

mod common;

use common::exact::{Exact, Referenced, error_of};
use common::{Number, Random, balance, each_label, for_both_types, numbers};
use logit_loss::{Bce, BceWithLogits, Label, Loss, Reduction, Weights};

for_both_types!(
    any_number_of_classes,
    counts_of_any_size,
    quotients_close_to_halfway,
    soft_targets,
    soft_sums_are_exact,
    sides_cost_the_same
);

fn balanced<N: Number, Y: Label<N>>(targets: &[Y], classes: usize) -> Vec<N> {
    let mut out = vec![N::NAN; classes];
    balance(targets, &mut out).unwrap();
    out
}

/// Checks that a quotient is rounded once.
fn rounded<N: Referenced>(found: N, a: f64, b: f64) {
    let exact = N::Exact::from_f64(a) / N::Exact::from_f64(b);
    let error = error_of(found, &exact, &exact);
    assert!(error <= 0.5, "{found:?} is {error} ULP from {a} / {b}");
}

fn any_number_of_classes<N: Referenced>() {
    let mut random = Random(31);
    for classes in [1, 2, 3, 5, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100, 257] {
        for samples in [2, 3, 7, 40, 101] {
            let mut targets: Vec<N> = random.hard(classes * samples);
            // Each class has one positive, so that there is something to balance.
            targets[..classes].fill(N::new(1.0));
            targets[classes..2 * classes].fill(N::new(0.0));
            let count = |class| targets.iter().skip(class).step_by(classes).filter(|&&t| t == N::new(1.0)).count();
            each_label!(&targets, labels => {
                for (class, &weight) in balanced::<N, _>(labels, classes).iter().enumerate() {
                    let positives = count(class) as f64;
                    rounded(weight, samples as f64 - positives, positives);
                }
            });
        }
    }
}

fn counts_of_any_size<N: Referenced>() {
    // More than a byte and 16 bits can count, and more than an `f32` counts exactly.
    for (negatives, positives) in [(1, 255), (256, 1), (65_535, 2), (7, 65_537), (16_777_217, 3), (3, 16_777_217)] {
        let mut targets = vec![false; negatives];
        targets.resize(negatives + positives, true);
        rounded(balanced::<N, _>(&targets, 1)[0], negatives as f64, positives as f64);
    }
}

fn quotients_close_to_halfway<N: Referenced>() {
    // Among so many quotients of two counts there are some that only digits beyond 64 bits keep from the middle of two
    // `f64`.
    let mut random = Random(33);
    for _ in 0..4000 {
        let (negatives, positives) = (1 + random.below(1500), 300 + random.below(1200));
        let mut targets = vec![false; negatives];
        targets.resize(negatives + positives, true);
        rounded(balanced::<N, _>(&targets, 1)[0], negatives as f64, positives as f64);
    }
}

fn soft_targets<N: Referenced>() {
    let targets = numbers::<N>(&[0.25, 1.0, 0.5, 0.0, 0.0, 0.5, 0.25, 0.5]);
    // Sums of 1 and 2, of 4 elements.
    assert_eq!(balanced::<N, _>(&targets, 2), [3.0, 1.0].map(N::new));
    // -0 counts as 0.
    assert_eq!(balanced::<N, _>(&numbers::<N>(&[-0.0, 1.0]), 1), [N::new(1.0)]);
    assert_eq!(balanced::<N, _>(&numbers::<N>(&[-0.0, 1.0, 0.5]), 1), [N::new(1.0)]);
}

fn soft_sums_are_exact<N: Referenced>() {
    let mut random = Random(32);
    for classes in [1, 3, 40] {
        let samples = 300;
        let mut targets: Vec<N> = random.units(classes * samples);
        // Small targets among large ones.
        targets.iter_mut().step_by(7).for_each(|t| *t = *t * N::EPSILON * N::EPSILON);
        for (class, &weight) in balanced::<N, _>(&targets, classes).iter().enumerate() {
            let of_class = targets.iter().skip(class).step_by(classes);
            let sum = of_class.fold(N::Exact::from_f64(0.0), |sum, t| sum + N::Exact::from_f64(t.to_f64()));
            let exact = (N::Exact::from_f64(samples as f64) - sum.clone()) / sum;
            let error = error_of(weight, &exact, &exact);
            assert!(error <= 0.51, "{weight:?}: {error} ULP");
        }
    }
    // Nearly all is positive: the rest must not be rounded away.
    let (one, rest) = (N::new(1.0), N::EPSILON / N::new(2.0));
    assert_eq!(balanced::<N, _>(&[one - rest; 64], 1), [rest / (one - rest)]);
}

fn sides_cost_the_same<N: Referenced>() {
    // At logit 0, or probability 1/2, all elements have the same loss.
    let targets: Vec<bool> = (0..60).map(|i| i % 12 < 1 || i % 5 == 0).collect();
    let weights = balanced::<N, _>(&targets, 3);
    let (logits, halves) = ([N::new(0.0); 60], [N::new(0.5); 60]);
    for wanted in [false, true] {
        let mask: Vec<N> = targets.iter().map(|&t| N::new(f64::from(t == wanted))).collect();
        let negatives = targets.iter().filter(|&&t| !t).count() as f64;
        let expected = negatives * std::f64::consts::LN_2;
        let weight = Weights::per_element(&mask);
        let of_logits = BceWithLogits::new().pos_weight(Weights::per_class(&weights)).weight(weight);
        let of_probabilities = Bce::new().pos_weight(Weights::per_class(&weights)).weight(weight);
        let found = [
            of_logits.reduction(Reduction::Sum).loss(&logits, &targets).unwrap(),
            of_probabilities.reduction(Reduction::Sum).loss(&halves, &targets).unwrap(),
        ];
        for found in found {
            assert!((found.to_f64() / expected - 1.0).abs() <= 8.0 * N::EPSILON.to_f64(), "{found:?}, {expected}");
        }
    }
}
