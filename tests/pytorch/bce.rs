//! `BCEWithLogitsLoss`.

use crate::common::{Number, Random, each_label, for_both_types, numbers};
use logit_loss::{BceWithLogits, Error, Hessian, Loss, Reduction, Weights};

for_both_types!(
    documented_example,
    weights_per_class,
    four_logits,
    logit_zero,
    large_logits_are_finite,
    like_probabilities,
    pos_weight_of_ones,
    broadcasting,
    multi_label_soft_margin,
    mean_divides_by_the_number,
    weight_per_class_in_all_reductions,
    target_gradient,
    second_derivative,
    targets_outside,
    all_positive,
    infinite_logits,
    mean_of_nothing,
    weight_zero,
    invalid_weights,
    accurate_tails,
);

const X: [f64; 6] = [0.5150, 0.3097, 0.7556, 0.4974, 0.9879, 0.1564];
const TARGETS: [f64; 6] = [1.0, 0.0, 1.0, 1.0, 0.0, 0.0];

/// Checks a number that PyTorch shows, computed in `f32` from inputs rounded to `f32`: it may be 2 of its ULP off.
#[track_caller]
fn shown<N: Number>(found: N, expected: f64) {
    let error = (found.to_f64() - expected).abs();
    assert!(error <= 2.0 * f64::from(f32::EPSILON) * expected, "{found:?} and not {expected:?}");
}

/// Checks that a number is within `digits`, or within the digits of `N`.
#[track_caller]
fn close<N: Number>(found: N, expected: f64, digits: f64) {
    let error = (found.to_f64() - expected).abs();
    assert!(error <= digits + 4.0 * N::EPSILON.to_f64() * expected.abs(), "{found:?} and not {expected:?}");
}

#[track_caller]
fn all_close<N: Number>(found: &[N], expected: &[f64], digits: f64) {
    assert_eq!(found.len(), expected.len());
    for (&found, &expected) in found.iter().zip(expected) {
        close(found, expected, digits);
    }
}

/// Returns loss and gradient in `f64`, without cancellation.
fn by_hand(x: f64, t: f64, p: f64, w: f64) -> [f64; 2] {
    let softplus = |v: f64| v.max(0.0) + (-v.abs()).exp().ln_1p();
    let sigmoid = |v: f64| 1.0 / (1.0 + (-v).exp());
    [w * ((1.0 - t) * softplus(x) + p * t * softplus(-x)), w * ((1.0 - t) * sigmoid(x) - p * t * sigmoid(-x))]
}

fn documented_example<N: Number>() {
    let ones = vec![N::new(1.0); 64];
    let bce = BceWithLogits::new().pos_weight(Weights::per_class(&ones));
    each_label!(&[N::new(1.0); 640], t => {
        close(bce.loss(&[N::new(0.999); 640], t).unwrap(), 0.3135, 5e-5);
        shown(bce.loss(&[N::new(1.5); 640], t).unwrap(), 0.201_413_28);
    });
}

fn weights_per_class<N: Number>() {
    let x = numbers::<N>(&X);
    let (three, two) = (numbers::<N>(&[3.0, 7.0, 0.9]), numbers::<N>(&[2.0, 0.5, 4.0]));
    let none = BceWithLogits::new();
    let weight = none.weight(Weights::per_class(&three));
    let pos_weight = none.pos_weight(Weights::per_class(&three));
    each_label!(&numbers::<N>(&TARGETS), t => {
        shown(none.loss(&x, t).unwrap(), 0.711_224_735);
        shown(weight.loss(&x, t).unwrap(), 3.170_769_45);
        shown(pos_weight.loss(&x, t).unwrap(), 1.019_306_54);
        shown(pos_weight.reduction(Reduction::Sum).loss(&x, t).unwrap(), 6.115_839_48);
        shown(weight.pos_weight(Weights::per_class(&two)).loss(&x, t).unwrap(), 3.815_804_24);
    });
}

fn four_logits<N: Number>() {
    let x = numbers::<N>(&[0.8271, 0.9626, 0.3796, 0.2355]);
    each_label!(&numbers::<N>(&[0.0, 1.0, 0.0, 1.0]), t => {
        close(BceWithLogits::new().loss(&x, t).unwrap(), 0.7491, 5e-5);
    });
}

fn logit_zero<N: Number>() {
    let one = [N::new(1.0)];
    let t = numbers::<N>(&[0.0, 0.25, 0.5, 0.7, 1.0]);
    let gradients: Vec<f64> = t.iter().map(|t| 0.5 - t.to_f64()).collect();
    for zero in [0.0, -0.0] {
        let x = vec![N::new(zero); t.len()];
        let sum = BceWithLogits::new().reduction(Reduction::Sum);
        for bce in [sum, sum.pos_weight(Weights::per_class(&one)), sum.weight(Weights::per_class(&one))] {
            let (mut losses, mut gradient) = (x.clone(), x.clone());
            bce.losses(&x, &t, &mut losses).unwrap();
            all_close(&losses, &[std::f64::consts::LN_2; 5], 5e-8);
            let total = bce.loss_and_gradient(&x, &t, &mut gradient).unwrap();
            close(total, 5.0 * std::f64::consts::LN_2, 0.0);
            all_close(&gradient, &gradients, N::EPSILON.to_f64());
        }
        each_label!(&numbers::<N>(&[0.0, 1.0]), t => {
            let mut gradient = [N::NAN; 2];
            sum.gradient(&x[..2], t, &mut gradient).unwrap();
            assert_eq!(gradient, [N::new(0.5), N::new(-0.5)]);
        });
    }
}

fn large_logits_are_finite<N: Number>() {
    let x = numbers::<N>(&[0.0, -120.0]);
    let two = numbers::<N>(&[1.0, 2.0]);
    each_label!(&numbers::<N>(&[0.0, 1.0]), t => {
        let mut losses = [N::NAN; 2];
        BceWithLogits::new().losses(&x, t, &mut losses).unwrap();
        all_close(&losses, &[std::f64::consts::LN_2, 120.0], 0.0);
        let weighted = BceWithLogits::new().pos_weight(Weights::per_class(&two)).reduction(Reduction::Sum);
        close(weighted.loss(&x, t).unwrap(), std::f64::consts::LN_2 + 240.0, 0.0);
        let mut gradient = [N::NAN; 2];
        weighted.gradient(&x, t, &mut gradient).unwrap();
        all_close(&gradient, &[0.5, -2.0], 0.0);
    });
}

fn like_probabilities<N: Number>() {
    let s = N::new(1.0 / (1.0 + 100f64.exp()));
    let of_probability = -(N::new(1.0) - s).to_f64().ln();
    each_label!(&[N::new(0.0)], t => {
        let loss = BceWithLogits::new().loss(&[N::new(-100.0)], t).unwrap();
        assert!((loss.to_f64() - of_probability).abs() <= N::EPSILON.to_f64());
        // Beyond the precision of a probability near 1, where the loss is subnormal in `f32`, the error is in ULP.
        assert!((loss.to_f64() - (-100f64).exp()).abs() <= (loss * N::EPSILON + N::TINIEST).to_f64() * 2.0);
    });
}

fn pos_weight_of_ones<N: Number>() {
    let x = Random(1).normals::<N>(64, 3.0);
    let ones = vec![N::new(1.0); 4];
    each_label!(&Random(2).hard::<N>(64), t => {
        let (mut a, mut b) = (x.clone(), x.clone());
        let (none, with) = (BceWithLogits::new(), BceWithLogits::new().pos_weight(Weights::per_class(&ones)));
        none.losses(&x, t, &mut a).unwrap();
        with.losses(&x, t, &mut b).unwrap();
        assert_eq!(a, b);
        let loss = none.loss_and_gradient(&x, t, &mut a).unwrap();
        close(with.loss_and_gradient(&x, t, &mut b).unwrap(), loss.to_f64(), 0.0);
        all_close(&a, &b.iter().map(|g| g.to_f64()).collect::<Vec<_>>(), 0.0);
    });
}

fn broadcasting<N: Number>() {
    let four = numbers::<N>(&[0.5, 1.0, 2.0, 3.5]);
    let repeated: Vec<N> = (0..256).map(|i| four[i % 4]).collect();
    let x = Random(3).normals::<N>(256, 2.0);
    each_label!(&Random(4).hard::<N>(256), t => {
        // (4) and (1, 4) against (64, 4).
        let (mut a, mut b) = (x.clone(), x.clone());
        for [short, long] in [
            [Weights::per_class(&four), Weights::per_element(&repeated)].map(|w| BceWithLogits::new().weight(w)),
            [Weights::per_class(&four), Weights::per_element(&repeated)].map(|p| BceWithLogits::new().pos_weight(p)),
        ] {
            assert_eq!(
                short.loss_and_gradient(&x, t, &mut a).unwrap(),
                long.loss_and_gradient(&x, t, &mut b).unwrap()
            );
            assert_eq!(a, b);
        }
    });
    // 16 x 4 with weights (4) and (16, 1).
    let sixteen: Vec<N> = (0..16).map(|i| N::new(f64::from(i) / 8.0)).collect();
    let t = Random(4).hard::<N>(64);
    let mut losses = vec![N::NAN; 64];
    let per_class = |i: usize| four[i % 4].to_f64();
    let per_sample = |i: usize| sixteen[i / 4].to_f64();
    BceWithLogits::new().weight(Weights::per_class(&four)).losses(&x[..64], &t, &mut losses).unwrap();
    let expected = |w: &dyn Fn(usize) -> f64| -> Vec<f64> {
        (0..64).map(|i| by_hand(x[i].to_f64(), t[i].to_f64(), 1.0, w(i))[0]).collect()
    };
    all_close(&losses, &expected(&per_class), 0.0);
    BceWithLogits::new().weight(Weights::per_sample(&sixteen, 4)).losses(&x[..64], &t, &mut losses).unwrap();
    all_close(&losses, &expected(&per_sample), 0.0);
    // 2 images of 4 channels and 8 pixels with weights (4, 1, 1).
    let per_channel = |i: usize| four[i / 8 % 4].to_f64();
    BceWithLogits::new().weight(Weights::per_channel(&four, 8)).losses(&x[..64], &t, &mut losses).unwrap();
    all_close(&losses, &expected(&per_channel), 0.0);
}

fn multi_label_soft_margin<N: Number>() {
    // `MultiLabelSoftMarginLoss` of [8, 5] with a weight for each class: the mean over classes, then over samples.
    let (x, t) = (Random(8).normals::<N>(40, 3.0), Random(9).hard::<N>(40));
    let w = numbers::<N>(&[0.5, 1.0, 2.0, 3.5, 0.0]);
    let log_sigmoid = |v: f64| v.min(0.0) - (-v.abs()).exp().ln_1p();
    let margin = |(i, (x, t)): (usize, (&N, &N))| {
        let (x, t, w) = (x.to_f64(), t.to_f64(), w[i % 5].to_f64());
        -w * (t * log_sigmoid(x) + (1.0 - t) * log_sigmoid(-x))
    };
    let losses: Vec<f64> = x.iter().zip(&t).enumerate().map(margin).collect();
    let expected = losses.chunks(5).map(|sample| sample.iter().sum::<f64>() / 5.0).sum::<f64>() / 8.0;
    close(BceWithLogits::new().weight(Weights::per_class(&w)).loss(&x, &t).unwrap(), expected, 0.0);
}

fn mean_divides_by_the_number<N: Number>() {
    let (x, w) = (numbers::<N>(&[1.0, -2.0, 0.5, 3.0]), numbers::<N>(&[0.0, 1.0, 2.0, 5.0]));
    each_label!(&numbers::<N>(&[1.0, 0.0, 0.0, 1.0]), t => {
        let bce = BceWithLogits::new().weight(Weights::per_element(&w));
        let mut losses = [N::NAN; 4];
        bce.losses(&x, t, &mut losses).unwrap();
        let sum: f64 = losses.iter().map(|l| l.to_f64()).sum();
        close(bce.reduction(Reduction::Sum).loss(&x, t).unwrap(), sum, 0.0);
        close(bce.loss(&x, t).unwrap(), sum / 4.0, 0.0);
        close(bce.reduction(Reduction::WeightedMean).loss(&x, t).unwrap(), sum / 8.0, 0.0);
    });
}

fn weight_per_class_in_all_reductions<N: Number>() {
    const LEN: usize = 1024 * 256;
    let (x, t) = (Random(5).normals::<N>(LEN, 1.0), Random(6).hard::<N>(LEN));
    let w = Random(7).units::<N>(256);
    let [losses, gradients]: [Vec<f64>; 2] = [0, 1].map(|which| {
        (0..LEN).map(|i| by_hand(x[i].to_f64(), t[i].to_f64(), 1.0, w[i % 256].to_f64())[which]).collect()
    });
    let sum: f64 = losses.iter().sum();
    let bce = BceWithLogits::new().weight(Weights::per_class(&w));
    let mut out = vec![N::NAN; LEN];
    bce.losses(&x, &t, &mut out).unwrap();
    all_close(&out, &losses, 0.0);
    for (reduction, n) in [(Reduction::Sum, 1.0), (Reduction::Mean, LEN as f64)] {
        let bce = bce.reduction(reduction);
        // The expected sum is a plain one.
        let digits = 1e-12 * sum / n;
        close(bce.loss(&x, &t).unwrap(), sum / n, digits);
        close(bce.loss_and_gradient(&x, &t, &mut out).unwrap(), sum / n, digits);
        all_close(&out, &gradients.iter().map(|g| g / n).collect::<Vec<_>>(), 0.0);
    }
}

#[test]
fn legacy_arguments() {
    for size_average in [None, Some(true), Some(false)] {
        assert_eq!(Reduction::from_legacy(size_average, Some(false)), None);
        let expected = if size_average == Some(false) { Reduction::Sum } else { Reduction::Mean };
        for reduce in [None, Some(true)] {
            assert_eq!(Reduction::from_legacy(size_average, reduce), Some(expected));
        }
    }
    assert_eq!(Reduction::default(), Reduction::Mean);
}

fn target_gradient<N: Number>() {
    let x = numbers::<N>(&[-3.0, -0.5, 0.0, 0.75, 4.0]);
    let bce = BceWithLogits::new().reduction(Reduction::Sum);
    for p in [1.0, 0.5, 5.0] {
        let bce = bce.pos_weight(Weights::uniform(N::new(p)));
        let expected: Vec<f64> = x.iter().map(|x| -x.to_f64() + (p - 1.0) * (-x.to_f64()).exp().ln_1p()).collect();
        each_label!(&numbers::<N>(&[0.0, 1.0, 0.0, 1.0, 1.0]), t => {
            let mut out = vec![N::NAN; 5];
            bce.target_gradient(&x, t, &mut out).unwrap();
            all_close(&out, &expected, 8.0 * N::EPSILON.to_f64());
        });
        // The same, for any target.
        let mut out = vec![N::NAN; 5];
        bce.target_gradient(&x, &numbers::<N>(&[0.3; 5]), &mut out).unwrap();
        all_close(&out, &expected, 8.0 * N::EPSILON.to_f64());
    }
}

fn second_derivative<N: Number>() {
    let x = numbers::<N>(&[-3.0, -0.5, 0.0, 0.75, 4.0]);
    for (p, t) in [(1.0, 0.0), (1.0, 0.25), (5.0, 1.0), (5.0, 0.5)] {
        let bce = BceWithLogits::new().reduction(Reduction::Sum).pos_weight(Weights::uniform(N::new(p)));
        let (mut gradient, mut hessian) = (x.clone(), x.clone());
        bce.gradient_and_hessian(&x, &numbers::<N>(&[t; 5]), &mut gradient, &mut hessian).unwrap();
        let sigmoid = |x: &N| 1.0 / (1.0 + (-x.to_f64()).exp());
        let expected = |x| (p * t + 1.0 - t) * sigmoid(x) * (1.0 - sigmoid(x));
        all_close(&hessian, &x.iter().map(expected).collect::<Vec<_>>(), 0.0);
    }
}

fn targets_outside<N: Number>() {
    let sum = BceWithLogits::new().reduction(Reduction::Sum);
    close(sum.loss(&[N::new(3.0)], &[N::new(2.0)]).unwrap(), -2.951_41, 5e-6);
    for (x, t) in [(3.0, 2.0), (-1.5, 2.0), (0.5, -1.0), (-2.0, -0.5)] {
        let mut gradient = [N::NAN];
        let loss = sum.loss_and_gradient(&[N::new(x)], &[N::new(t)], &mut gradient).unwrap();
        let [expected, slope] = by_hand(x, t, 1.0, 1.0);
        close(loss, expected, 8.0 * N::EPSILON.to_f64());
        close(gradient[0], slope, 8.0 * N::EPSILON.to_f64());
    }
}

fn all_positive<N: Number>() {
    const LEN: usize = 10_000;
    let x = Random(8).normals::<N>(LEN, 1.0);
    // The usual formula by hand, in `N`.
    let one = N::new(1.0);
    let sigmoid: Vec<N> = x.iter().map(|&x| one / (one + N::new((-x).to_f64().exp()))).collect();
    let sum: f64 = sigmoid.iter().map(|&s| -N::new(s.to_f64().ln()).to_f64()).sum();
    let expected: Vec<f64> = sigmoid.iter().map(|&s| (s - one).to_f64() / LEN as f64).collect();
    each_label!(&[one; LEN], t => {
        let mut gradient = x.clone();
        let loss = BceWithLogits::new().loss_and_gradient(&x, t, &mut gradient).unwrap();
        close(loss, sum / LEN as f64, 1e-12);
        // s - 1 cancels where s is near 1, so the formula by hand has only the digits of s there.
        all_close(&gradient, &expected, N::EPSILON.to_f64() / LEN as f64);
    });
}

// The rest differs on purpose.

/// PyTorch's own formulas for one element in `float32`: the loss and its gradient.
fn theirs(x: f32, t: f32, w: f32) -> [f32; 2] {
    let log_sigmoid = x.min(0.0) - (-x.abs()).exp().ln_1p();
    [w * ((1.0 - t) * x - log_sigmoid), w * (1.0 / (1.0 + (-x).exp()) - t)]
}

#[test]
fn what_comes_out_of_their_formulas() {
    assert_eq!(theirs(20.0, 1.0, 1.0)[1], 0.0);
    assert_eq!(theirs(-15.0, 0.0, 1.0)[0], 0.0);
    assert!(theirs(f32::INFINITY, 1.0, 1.0)[0].is_nan());
    assert!(theirs(f32::NEG_INFINITY, 1.0, 1.0)[0].is_nan());
    assert!(theirs(f32::NAN, 1.0, 0.0)[0].is_nan());
}

fn infinite_logits<N: Number>() {
    let x = [N::INFINITY, -N::INFINITY, N::INFINITY, -N::INFINITY];
    each_label!(&numbers::<N>(&[1.0, 0.0, 0.0, 1.0]), t => {
        let (mut losses, mut gradient) = ([N::NAN; 4], [N::NAN; 4]);
        let bce = BceWithLogits::new().reduction(Reduction::Sum).pos_weight(Weights::uniform(N::new(3.0)));
        bce.losses(&x, t, &mut losses).unwrap();
        assert_eq!(losses, [N::new(0.0), N::new(0.0), N::INFINITY, N::INFINITY]);
        assert_eq!(bce.loss_and_gradient(&x, t, &mut gradient), Ok(N::INFINITY));
        assert_eq!(gradient, [0.0, 0.0, 1.0, -3.0].map(N::new));
    });
}

fn mean_of_nothing<N: Number>() {
    let nothing: [N; 0] = [];
    for reduction in [Reduction::Mean, Reduction::WeightedMean] {
        let bce = BceWithLogits::new().reduction(reduction);
        assert_eq!(bce.loss(&nothing, &nothing), Err(Error::EmptyMean));
        assert_eq!(bce.gradient(&nothing, &nothing, &mut []), Err(Error::EmptyMean));
    }
    assert_eq!(BceWithLogits::new().reduction(Reduction::Sum).loss(&nothing, &nothing), Ok(N::new(0.0)));
}

fn weight_zero<N: Number>() {
    let (x, w) = ([N::NAN, N::new(2.0), N::INFINITY], numbers::<N>(&[0.0, 1.0, 0.0]));
    each_label!(&numbers::<N>(&[1.0, 0.0, 0.0]), t => {
        let mut gradient = [N::NAN; 3];
        let bce = BceWithLogits::new().weight(Weights::per_element(&w)).reduction(Reduction::WeightedMean);
        let [loss, slope] = by_hand(2.0, 0.0, 1.0, 1.0);
        close(bce.loss_and_gradient(&x, t, &mut gradient).unwrap(), loss, 0.0);
        all_close(&gradient, &[0.0, slope, 0.0], 0.0);
    });
}

fn invalid_weights<N: Number>() {
    let (x, t) = ([N::new(1.0)], [N::new(1.0)]);
    for bad in [N::new(-1.0), N::INFINITY, N::NAN] {
        let weight = BceWithLogits::new().weight(Weights::uniform(bad));
        assert!(matches!(weight.loss(&x, &t), Err(Error::Weight { .. })));
        let pos_weight = BceWithLogits::new().pos_weight(Weights::uniform(bad));
        assert!(matches!(pos_weight.loss(&x, &t), Err(Error::Weight { .. })));
    }
}

fn accurate_tails<N: Number>() {
    // PyTorch's loss at t = 0 is 0 below -14.56, and its gradient at t = 1 is 0 above 16.64.
    for a in [14.56, 15.0, 16.64, 20.0, 50.0, 80.0] {
        let sum = BceWithLogits::new().reduction(Reduction::Sum);
        let tail = (-N::new(a).to_f64()).exp();
        let mut gradient = [N::NAN];
        close(sum.loss(&[N::new(-a)], &[0u8]).unwrap(), tail.ln_1p(), 0.0);
        close(sum.loss_and_gradient(&[N::new(a)], &[1u8], &mut gradient).unwrap(), tail.ln_1p(), 0.0);
        close(gradient[0], -tail / (1.0 + tail), 0.0);
    }
}
