//! The labels of each type, and the errors.

use logit_loss::{Bce, BceWithLogits, Error, FocalLoss, Label, Loss, Weights};

use crate::common::family::{Family, Tested, for_all_families};
use crate::common::{Number, for_both_types, numbers, written};

for_both_types!(what_people_have, hard_and_soft, missing_of_wide_integers);
for_all_families!(no_labels, one_of_many_is_no_label);

/// Four logits, of which the third has no label, written in every way: the mean is that of the other three.
fn what_people_have<N: Number>() {
    let x = numbers::<N>(&[0.0, 2.0, -3.0, 1.0]);
    let expected = 0.377_778_959_707_046_9;
    let bce = BceWithLogits::<N>::new();
    let value = |v: f64| bce.ignore_target(N::new(v));
    let nan = numbers::<N>(&[0.0, 1.0, f64::NAN, 1.0]);
    let minus = numbers::<N>(&[0.0, 1.0, -1.0, 1.0]);
    let present = [true, true, false, true];
    let means = [
        value(255.0).loss(&x, &[0_u8, 1, 255, 1]),
        value(-1.0).loss(&x, &[0_i8, 1, -1, 1]),
        value(-100.0).loss(&x, &[0_i32, 1, -100, 1]),
        value(-100.0).loss(&x, &[0_i64, 1, -100, 1]),
        value(i64::MIN as f64).loss(&x, &[0, 1, i64::MIN, 1]),
        value(f64::NAN).loss(&x, &nan),
        value(-1.0).loss(&x, &minus),
        bce.loss(&x, &[Some(false), Some(true), None, Some(true)]),
        bce.mask(&present).loss(&x, &[false, true, true, true]),
        // A masked element may have a number that is no label.
        bce.mask(&present).loss(&x, &[0_u8, 1, 77, 1]),
        bce.mask(&present).loss(&x, &nan),
        value(-1.0).mask(&present).loss(&x, &[0_i8, 1, 77, 1]),
    ];
    for (i, mean) in means.into_iter().enumerate() {
        let error = mean.unwrap().to_f64() / expected - 1.0;
        assert!(error.abs() <= N::EPSILON.to_f64(), "way {i}: {error}");
    }
    // All elements are ignored, so there is no mean.
    assert_eq!(value(1.0).loss(&x, &[1_u8; 4]), Err(Error::EmptyMean));
    assert_eq!(bce.loss(&x, &[None; 4]), Err(Error::EmptyMean));
    // A value that the type of the labels does not have ignores nothing.
    for never in [0.5, -1.0, 256.0, f64::INFINITY, f64::NAN] {
        assert_eq!(value(never).loss(&x, &[0_u8, 1, 0, 1]), bce.loss(&x, &[0_u8, 1, 0, 1]));
    }
    // A float is compared exactly.
    let third = N::new(1.0 / 3.0);
    assert_eq!(bce.ignore_target(third).loss(&x, &[third; 4]), Err(Error::EmptyMean));
    // Two builders that ignore NaN are equal.
    assert_eq!(value(f64::NAN), value(f64::NAN));
    assert_ne!(value(f64::NAN), value(0.0));
    assert_ne!(value(f64::NAN), bce);
}

/// The same labels in two types.
fn hard_and_soft<N: Number>() {
    let x = numbers::<N>(&[0.5, -1.5, 40.0, -90.0, 0.0]);
    let hard = numbers::<N>(&[0.0, 1.0, 1.0, 0.0, 1.0]);
    fn all<N: Number, Y: Label<N>>(x: &[N], targets: &[Y]) -> [Vec<u64>; 2] {
        let gradient = written(x.len(), 0, |out| FocalLoss::new().gradient(x, targets, out));
        let loss = BceWithLogits::new().label_smoothing(N::new(0.1)).loss(x, targets).unwrap();
        [gradient.iter().map(|v| v.bits()).collect(), vec![loss.bits()]]
    }
    let expected = all(&x, &hard);
    assert_eq!(all(&x, &[0_u8, 1, 1, 0, 1]), expected);
    assert_eq!(all(&x, &[0_i8, 1, 1, 0, 1]), expected);
    assert_eq!(all(&x, &[0_i32, 1, 1, 0, 1]), expected);
    assert_eq!(all(&x, &[0_i64, 1, 1, 0, 1]), expected);
    assert_eq!(all(&x, &[false, true, true, false, true]), expected);
    assert_eq!(all(&x, &[false, true, true, false, true].map(Some)), expected);
}

#[test]
fn single_targets_of_double_logits() {
    let (x, soft) = ([0.3f64, -2.0, 7.0], [0.1f32, 0.7, f32::NAN]);
    let wide = soft.map(f64::from);
    let bce = BceWithLogits::new().ignore_target(f64::NAN);
    assert_eq!(bce.loss(&x, &soft), bce.loss(&x, &wide));
    // 0.1 as an `f64` is no `f32`.
    assert_eq!(bce.ignore_target(0.1).loss(&x[..2], &soft[..2]), bce.loss(&x[..2], &wide[..2]));
    assert_ne!(bce.ignore_target(f64::from(0.1f32)).loss(&x[..2], &soft[..2]), bce.loss(&x[..2], &wide[..2]));
}

/// Integers are compared as integers, beyond the digits of a float.
fn missing_of_wide_integers<N: Number>() {
    let x = numbers::<N>(&[0.5, 1.5]);
    let big = 1_i64 << 53;
    let bce = BceWithLogits::<N>::new().ignore_target(N::new(big as f64));
    assert_eq!(bce.loss(&x, &[big, 1]), BceWithLogits::new().loss(&x[1..], &[1_i64]));
    assert_eq!(bce.loss(&x, &[1, big + 1]), Err(Error::Target { index: 1 }));
}

/// The error names the first number that is no label, and nothing is written; a weight of 0, a mask, or an ignored value
/// excuses it.
fn no_labels<N: Number, F: Family<N>>() {
    for len in [1, 2, 31, 33, 127, 128, 129, 300, 2000] {
        let x = vec![F::input(N::new(0.25)); len];
        for index in [0, len / 2, len - 1] {
            for bad in [2, -1, 255, -128, i32::MAX as i64, i64::MIN] {
                let mut labels: Vec<i64> = (0..len as i64).map(|i| i % 2).collect();
                labels[index] = bad;
                labels[len - 1] = if index == len - 1 { bad } else { 7 };
                wrong::<N, F, _>(&x, &labels, index);
                if i32::try_from(bad).is_ok() {
                    let words: Vec<i32> = labels.iter().map(|&l| l as i32).collect();
                    wrong::<N, F, _>(&x, &words, index);
                }
                if let Ok(byte) = u8::try_from(bad) {
                    let bytes: Vec<u8> = labels.iter().map(|&l| l as u8).collect();
                    assert_eq!(bytes[index], byte);
                    wrong::<N, F, _>(&x, &bytes, index);
                }
                if let Ok(byte) = i8::try_from(bad) {
                    let bytes: Vec<i8> = labels.iter().map(|&l| l as i8).collect();
                    assert_eq!(bytes[index], byte);
                    wrong::<N, F, _>(&x, &bytes, index);
                }
                excused::<N, F>(&x, &labels);
            }
        }
    }
}

/// Threads check parts of so many labels.
fn one_of_many_is_no_label<N: Number, F: Family<N>>() {
    let len = 3 * N::CHUNK + 5;
    let x = vec![F::input(N::new(0.25)); len];
    for index in [0, len / 4, len / 2 - 1, len / 2, len - 1] {
        let mut labels = vec![1_u8; len];
        labels[index] = 2;
        wrong::<N, F, _>(&x, &labels, index);
        let words: Vec<i32> = labels.iter().map(|&l| l.into()).collect();
        wrong::<N, F, _>(&x, &words, index);
    }
}

fn wrong<N: Number, F: Family<N>, Y: Label<N>>(x: &[N], labels: &[Y], index: usize) {
    wrong_for(F::with(0), x, labels, index);
    #[cfg(feature = "rayon")]
    wrong_for(F::with(0).on_threads(), x, labels, index);
}

fn wrong_for<'w, N: Number, Y: Label<N>>(loss: impl Tested<'w, N>, x: &[N], labels: &[Y], index: usize) {
    let (len, error) = (x.len(), Error::Target { index });
    let mut out = vec![N::new(7.0); len];
    assert_eq!(loss.loss(x, labels), Err(error));
    assert_eq!(loss.losses(x, labels, &mut out), Err(error));
    assert_eq!(loss.gradient(x, labels, &mut out), Err(error));
    assert_eq!(loss.loss_and_gradient(x, labels, &mut out), Err(error));
    assert_eq!(loss.backward(x, labels, Weights::uniform(N::new(1.0)), &mut out), Err(error));
    assert_eq!(loss.loss_per_sample(x, labels, &mut out), Err(error));
    let mut second = out.clone();
    if let Some(result) = loss.curvature(x, labels, &mut out, &mut second) {
        assert_eq!(result, Err(error));
    }
    if let Some(result) = loss.target_gradient_of(x, labels, &mut second) {
        assert_eq!(result, Err(error));
    }
    assert!(out.iter().chain(&second).all(|&v| v == N::new(7.0)), "{len}, {index}");
}

fn excused<N: Number, F: Family<N>>(x: &[N], labels: &[i64]) {
    let is_label: Vec<bool> = labels.iter().map(|l| [0, 1].contains(l)).collect();
    let weights: Vec<N> = is_label.iter().map(|&is| N::new(f64::from(u8::from(is)))).collect();
    let (zero, each) = (Weights::uniform(N::new(0.0)), Weights::per_element(&weights));
    let some = is_label.contains(&true);
    for (loss, is_mean) in [
        (F::with(0).masked(&is_label), some),
        (F::with(0).weighted(each), true),
        (F::with(0).class_weighted(each), true),
        (F::with(0).weighted(zero), true),
        (F::with(0).class_weighted(zero), true),
    ] {
        let expected = if is_mean { Ok(()) } else { Err(Error::EmptyMean) };
        assert_eq!(loss.loss(x, labels).map(|_| ()), expected, "{labels:?}");
    }
}

#[test]
fn probabilities_that_are_not_there() {
    let p = [0.5f32, 7.0, f32::NAN];
    assert_eq!(Bce::new().loss(&p, &[1_u8, 1, 1]), Err(Error::Probability { index: 1 }));
    assert_eq!(Bce::new().mask(&[true, false, true]).loss(&p, &[1_u8, 1, 1]), Err(Error::Probability { index: 2 }));
    let ignoring = Bce::new().ignore_target(255.0);
    assert_eq!(ignoring.loss(&p, &[1_u8, 255, 255]), Bce::new().loss(&p[..1], &[1_u8]));
    let by_class = Bce::new().class_weight(Weights::per_element(&[1.0, 0.0, 0.0]));
    assert!(by_class.loss(&p, &[1_u8, 1, 1]).is_ok());
}
