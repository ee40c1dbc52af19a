//! Numbers that are no probabilities, and targets that cannot be balanced.

use crate::common::{Number, backends, for_both_types, numbers};
use logit_loss::{Bce, Error, Label, Loss, LossSum, Weights};

for_both_types!(
    probabilities_outside,
    outside_in_a_later_chunk,
    masked_ones_are_excused,
    classes_that_do_not_divide,
    targets_outside,
    classes_without,
    soft_classes_without,
);

const CANARY: f64 = -77.5;

/// Returns the result of each method; panics if one that returns an error has written anything.
fn results<N: Number>(bce: Bce<'_, N>, p: &[N]) -> Vec<Result<(), Error>> {
    let canary = N::new(CANARY);
    let t = vec![true; p.len()];
    let mut out = vec![canary; p.len()];
    let mut sum = LossSum::new();
    Bce::new().accumulate(&mut sum, &[N::new(0.25)], &[true]).unwrap();
    let mut all = Vec::new();
    for method in 0..5 {
        let result = match method {
            0 => bce.losses(p, &t, &mut out),
            1 => bce.gradient(p, &t, &mut out),
            2 => bce.loss_and_gradient(p, &t, &mut out).map(drop),
            3 => bce.backward(p, &t, Weights::uniform(N::new(-1.0)), &mut out),
            _ => bce.loss(p, &t).map(drop),
        };
        assert!(result.is_ok() || out.iter().all(|&v| v == canary), "method {method} wrote");
        out.fill(canary);
        all.push(result);
    }
    let mut in_place = p.to_vec();
    let result = bce.loss_and_gradient_in_place(&mut in_place, &t).map(drop);
    assert!(result.is_ok() || in_place.iter().zip(p).all(|(a, b)| a.bits() == b.bits()), "in place wrote");
    all.push(result);
    #[cfg(feature = "rayon")]
    {
        all.push(bce.parallel().gradient(p, &t, &mut out));
        assert!(all.ends_with(&[Ok(())]) || out.iter().all(|&v| v == canary), "on several threads it wrote");
    }
    let before = sum;
    let result = bce.accumulate(&mut sum, p, &t);
    assert!(result.is_ok() || sum == before, "accumulate changed the sum");
    all.push(result);
    all
}

/// Numbers that are no probabilities.
fn outside<N: Number>() -> [N; 8] {
    let one = N::new(1.0);
    [one + N::EPSILON, N::LARGEST, N::INFINITY, -N::TINIEST, -one, -N::INFINITY, N::NAN, -N::NAN]
}

fn probabilities_outside<N: Number>() {
    for bad in outside::<N>() {
        for n in [1, 7, 33, 70] {
            for index in [0, n / 2, n - 1] {
                let mut p = vec![N::new(0.5); n];
                p[index] = bad;
                // The error names the first of several.
                p[n - 1] = bad;
                for backend in backends() {
                    let results = results(Bce::new().backend(backend), &p);
                    let expected = Err(Error::Probability { index });
                    assert!(results.iter().all(|&r| r == expected), "{bad:?} at {index} of {n}: {results:?}");
                }
            }
        }
    }
    // The ends of the range are probabilities.
    for good in [0.0, -0.0, 1.0].map(N::new).into_iter().chain([N::TINIEST]) {
        assert!(results(Bce::new(), &[good; 9]).iter().all(Result::is_ok), "{good:?}");
    }
}

fn outside_in_a_later_chunk<N: Number>() {
    let mut p = vec![N::new(0.5); 2 * N::CHUNK + 9];
    for index in [2 * N::CHUNK + 8, 2 * N::CHUNK, N::CHUNK - 1] {
        p[index] = N::new(1.5);
        let results = results(Bce::new(), &p);
        assert!(results.iter().all(|&r| r == Err(Error::Probability { index })), "{results:?}");
    }
}

fn masked_ones_are_excused<N: Number>() {
    for bad in outside::<N>() {
        let mut p = vec![N::new(0.5); 66];
        (p[4], p[5], p[65]) = (bad, bad, bad);
        let mut mask = vec![N::new(1.0); 66];
        (mask[4], mask[5], mask[65]) = (N::new(0.0), N::new(-0.0), N::new(0.0));
        let weights = [N::new(0.0), N::TINIEST];
        for backend in backends() {
            let bce = Bce::new().backend(backend);
            let all = results(bce.weight(Weights::per_element(&mask)), &p);
            assert!(all.iter().all(Result::is_ok), "{bad:?}: {all:?}");
            let mut out = vec![N::NAN; 66];
            bce.weight(Weights::per_element(&mask)).gradient(&p, &[true; 66], &mut out).unwrap();
            assert!([4, 5, 65].iter().all(|&i| out[i] == N::new(0.0)), "{bad:?}: {out:?}");
            // Weights of 0 excuse all elements or none, in any form of weights.
            let uniform = results(bce.weight(Weights::uniform(N::new(0.0))), &p);
            assert!(uniform.iter().all(Result::is_ok), "{bad:?}: {uniform:?}");
            for (weights, index) in [
                (Weights::per_class(&weights), 5),
                (Weights::per_channel(&weights, 3), 4),
                (Weights::per_sample(&weights, 33), 65),
                (Weights::uniform(N::TINIEST), 4),
            ] {
                let all = results(bce.weight(weights), &p);
                assert!(all.iter().all(|&r| r == Err(Error::Probability { index })), "{bad:?} {weights:?}: {all:?}");
            }
        }
    }
}

/// Returns the weights of the classes; with an error, nothing may have been written.
fn balanced<N: Number, Y: Label<N>>(targets: &[Y], classes: usize) -> Result<Vec<N>, Error> {
    let mut out = vec![N::new(CANARY); classes];
    let result = crate::common::balance(targets, &mut out);
    assert!(result.is_ok() || out.iter().all(|&v| v == N::new(CANARY)), "{result:?}, but wrote {out:?}");
    result.map(|()| out)
}

fn classes_that_do_not_divide<N: Number>() {
    for (targets, classes) in [(1, 0), (1, 2), (7, 3), (9, 8), (3, 40)] {
        let expected = Err(Error::Classes { classes, pixels: 1, inputs: targets });
        assert_eq!(balanced::<N, _>(&vec![true; targets], classes), expected);
        assert_eq!(balanced::<N, _>(&vec![1u8; targets], classes), expected);
        assert_eq!(balanced(&vec![N::NAN; targets], classes), expected);
    }
}

fn targets_outside<N: Number>() {
    for bad in outside::<N>() {
        for index in [0, 5, 63, 99] {
            let mut targets: Vec<N> = (0..100).map(|i| N::new(f64::from(i % 3 == 0))).collect();
            targets[index] = bad;
            targets[99] = bad;
            for classes in [1, 2, 50] {
                assert_eq!(balanced(&targets, classes), Err(Error::Target { index }), "{bad:?}");
            }
        }
    }
}

fn classes_without<N: Number>() {
    // More classes than are summed at a time.
    for classes in [1, 2, 31, 32, 33, 100] {
        assert_eq!(balanced::<N, bool>(&[], classes), Err(Error::NoPositives { class: 0 }));
        for class in [0, classes / 2, classes - 1] {
            let with = |all: bool| -> Vec<bool> {
                (0..5 * classes).map(|i| if i % classes == class { all } else { i / classes % 2 == 0 }).collect()
            };
            for (all, error) in [(false, Error::NoPositives { class }), (true, Error::NoNegatives { class })] {
                let bools = with(all);
                let bytes: Vec<u8> = bools.iter().map(|&t| t.into()).collect();
                let values: Vec<N> = bools.iter().map(|&t| N::new(f64::from(u8::from(t)))).collect();
                let found = [balanced::<N, _>(&bools, classes), balanced(&bytes, classes), balanced(&values, classes)];
                assert!(found.iter().all(|r| *r == Err(error)), "{classes} classes: {found:?}");
            }
        }
    }
}

fn soft_classes_without<N: Number>() {
    // Another class has soft targets.
    for (t, error) in [(0.0, Error::NoPositives { class: 1 }), (1.0, Error::NoNegatives { class: 1 })] {
        assert_eq!(balanced(&numbers::<N>(&[0.5, t, 0.25, t]), 2), Err(error));
    }
    // The positives are so small that no number is large enough.
    assert_eq!(balanced(&[N::TINIEST, N::new(0.0)], 1), Err(Error::NoPositives { class: 0 }));
}

#[test]
fn display() {
    let texts = [
        (Error::Probability { index: 3 }, "probabilities: the value at 3 is not in [0, 1]"),
        (Error::Target { index: 4 }, "targets: the value at 4 is no label"),
        (
            Error::Classes { classes: 3, pixels: 2, inputs: 7 },
            "7 inputs are no whole number of samples of 3 classes and 2 pixels",
        ),
        (Error::Samples { samples: 3, inputs: 7 }, "7 inputs are not 3 samples of one size"),
        (Error::NoPositives { class: 2 }, "targets: class 2 has no positives"),
        (Error::NoNegatives { class: 5 }, "targets: class 5 has no negatives"),
    ];
    for (error, text) in texts {
        assert_eq!(error.to_string(), text);
    }
}
