//! `f16` and `bf16`: each result is that of `f32`, rounded once.

mod common;

use common::family::Tested;
use common::{backends, balance};
use half::{bf16, f16};
use logit_loss::{
    Activation, Argument, Bce, BceWithLogits, Element, Error, FocalLoss, Label, Loss, LossSum, Reduction, Weights,
};
use std::fmt::Debug;

/// The functions of both formats that the tests need.
trait Format: Element<f32> + Label<f32> + Copy + PartialEq + Debug {
    /// The number of bits of the significand, including the hidden one.
    const PRECISION: i32;
    /// The smallest normal number is 2 to this power.
    const LEAST_EXPONENT: i32;
    fn of_bits(bits: u16) -> Self;
    fn rounded(v: f32) -> Self;
    fn bits(self) -> u16;
    fn wide(self) -> f32;
}

macro_rules! kept_as {
    ($format:ident, $precision:expr, $least:expr) => {
        impl Format for $format {
            const PRECISION: i32 = $precision;
            const LEAST_EXPONENT: i32 = $least;
            fn of_bits(bits: u16) -> Self {
                Self::from_bits(bits)
            }
            fn rounded(v: f32) -> Self {
                Self::from_f32_const(v)
            }
            fn bits(self) -> u16 {
                self.to_bits()
            }
            fn wide(self) -> f32 {
                self.to_f32_const()
            }
        }
    };
}

kept_as!(f16, 11, -14);
kept_as!(bf16, 8, -126);

/// Returns every pattern, including NaN and infinities.
fn all<H: Format>() -> Vec<H> {
    (0..=u16::MAX).map(H::of_bits).collect()
}

/// Any NaN equals any other NaN.
fn assert_same<H: Format>(found: &[H], expected: &[f32], what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (i, (&found, &expected)) in found.iter().zip(expected).enumerate() {
        let rounded = H::rounded(expected);
        let same = found.bits() == rounded.bits() || (found.wide().is_nan() && expected.is_nan());
        assert!(same, "{what}: {found:?} at {i}, f32 gives {expected:?}, which is {rounded:?}");
    }
}

/// Compares one loss in both types: reduced, for each element, all derivatives, in place and accumulated.
fn assert_alike<'w, H: Format, Y: Label<f32>>(
    loss: impl Tested<'w, f32>,
    inputs: &[H],
    targets: &[Y],
    wide_targets: &[f32],
    what: &str,
) {
    let n = inputs.len();
    let upstream = Weights::uniform(-0.75);
    let wide_inputs: Vec<f32> = inputs.iter().map(|x| x.wide()).collect();
    // The elements before and after the output must not change.
    let canary = H::of_bits(0x1234);
    let mut room = vec![canary; n + 2];
    let mut wide_out = vec![0.0f32; n];
    let bits = |result: Result<f32, Error>| result.map(|v| if v.is_nan() { u32::MAX } else { v.to_bits() });

    macro_rules! check {
        ($name:literal, $half:expr, $wide:expr) => {
            assert_eq!(($half).map_err(|e| e.to_string()), ($wide).map_err(|e| e.to_string()), "{what}");
            assert_same(&room[1..=n], &wide_out, &format!("{}: {what}", $name));
            assert_eq!([room[0], room[n + 1]], [canary; 2], "{}: {what}", $name);
        };
    }
    check!(
        "losses",
        loss.losses(inputs, targets, &mut room[1..=n]),
        loss.losses(&wide_inputs, wide_targets, &mut wide_out)
    );
    check!(
        "gradient",
        loss.gradient(inputs, targets, &mut room[1..=n]),
        loss.gradient(&wide_inputs, wide_targets, &mut wide_out)
    );
    check!(
        "loss and gradient",
        bits(loss.loss_and_gradient(inputs, targets, &mut room[1..=n])),
        bits(loss.loss_and_gradient(&wide_inputs, wide_targets, &mut wide_out))
    );
    room[1..=n].copy_from_slice(inputs);
    check!(
        "in place",
        bits(loss.loss_and_gradient_in_place(&mut room[1..=n], targets)),
        bits(loss.loss(&wide_inputs, wide_targets))
    );
    check!(
        "backward",
        loss.backward(inputs, targets, upstream, &mut room[1..=n]),
        loss.backward(&wide_inputs, wide_targets, upstream, &mut wide_out)
    );
    let (mut hessian, mut wide_hessian) = (vec![canary; n], vec![0.0; n]);
    if loss.curvature(&wide_inputs, wide_targets, &mut wide_out, &mut wide_hessian).is_some() {
        check!(
            "gradient and Hessian",
            loss.curvature(inputs, targets, &mut room[1..=n], &mut hessian).unwrap(),
            Ok::<_, Error>(())
        );
        assert_same(&hessian, &wide_hessian, &format!("Hessian: {what}"));
    }
    if loss.target_gradient_of(&wide_inputs, wide_targets, &mut wide_out).is_some() {
        check!(
            "by the targets",
            loss.target_gradient_of(inputs, targets, &mut room[1..=n]).unwrap(),
            Ok::<_, Error>(())
        );
    }
    assert_eq!(bits(loss.loss(inputs, targets)), bits(loss.loss(&wide_inputs, wide_targets)), "{what}");
    let (mut sum, mut wide_sum) = (LossSum::new(), LossSum::new());
    loss.accumulate(&mut sum, inputs, targets).unwrap();
    loss.accumulate(&mut wide_sum, &wide_inputs, wide_targets).unwrap();
    assert_eq!(bits(Ok(sum.sum())), bits(Ok(wide_sum.sum())), "{what}");
    assert_eq!((sum.count(), sum.weight()), (wide_sum.count(), wide_sum.weight()), "{what}");
}

/// Lengths around vectors, rows, blocks and chunks.
const LENGTHS: [usize; 12] = [1, 3, 7, 8, 31, 65, 255, 1000, 1024, 1100, 4097, 33_000];

fn alike_with<H: Format, Y: Label<f32>>(rng: &mut fastrand::Rng, targets: impl Fn(&[H]) -> Vec<Y>, soft: bool) {
    for backend in backends() {
        for n in LENGTHS {
            // In some blocks a few logits are too large for the formulas of the other blocks.
            let mut logit = || (rng.f32() - 0.5) * if rng.u16(0..1000) == 0 { 4000.0 } else { 40.0 };
            let logits: Vec<H> = (0..n).map(|_| H::rounded(logit())).collect();
            let values: Vec<H> =
                (0..n).map(|_| H::rounded(if soft { rng.f32() } else { f32::from(rng.bool()) })).collect();
            let targets = targets(&values);
            let wide_targets: Vec<f32> = values.iter().map(|t| t.wide()).collect();
            let weights: Vec<f32> = (0..n).map(|_| f32::from(rng.u8(0..4)) / 2.0).collect();
            let what = format!("{} of {}, {n} elements", backend.name(), std::any::type_name::<H>());

            let plain = BceWithLogits::new().backend(backend).reduction(Reduction::Sum);
            let weighted = plain.pos_weight(Weights::uniform(5.0)).weight(Weights::per_element(&weights));
            let focal = FocalLoss::new().backend(backend).reduction(Reduction::Sum).label_smoothing(0.1);
            for (name, loss) in [("plain", plain), ("mean", plain.reduction(Reduction::Mean)), ("weighted", weighted)] {
                assert_alike(loss, &logits, &targets, &wide_targets, &format!("{name}, {what}"));
            }
            for (name, loss) in [("focal", focal), ("focal, p = 5", focal.pos_weight(Weights::uniform(5.0)))] {
                assert_alike(loss, &logits, &targets, &wide_targets, &format!("{name}, {what}"));
            }

            let probabilities: Vec<H> = (0..n).map(|_| H::rounded(rng.f32())).collect();
            let of_probabilities = Bce::new().backend(backend).reduction(Reduction::Sum);
            assert_alike(of_probabilities, &probabilities, &targets, &wide_targets, &what);
        }
    }
}

fn alike<H: Format>() {
    let mut rng = fastrand::Rng::with_seed(1);
    alike_with(&mut rng, |values: &[H]| values.to_vec(), true);
    alike_with(&mut rng, |values: &[H]| values.to_vec(), false);
    alike_with(&mut rng, |values: &[H]| values.iter().map(|t| t.wide()).collect::<Vec<f32>>(), true);
    alike_with(&mut rng, |values: &[H]| values.iter().map(|t| t.wide() == 1.0).collect::<Vec<bool>>(), false);
}

#[test]
fn f16_is_f32_rounded() {
    alike::<f16>();
}

#[test]
fn bf16_is_f32_rounded() {
    alike::<bf16>();
}

/// Returns the exact results by `f64`, from formulas in which nothing cancels; their errors are too small to matter here.
fn exact(x: f64, positive: bool) -> [f64; 2] {
    let e = (-x.abs()).exp();
    let s = if x >= 0.0 { 1.0 } else { e } / (1.0 + e);
    let r = if x >= 0.0 { e } else { 1.0 } / (1.0 + e);
    let softplus = |x: f64| x.max(0.0) + e.ln_1p();
    if positive { [softplus(-x), -r] } else { [softplus(x), s] }
}

/// Returns the error in units of the format's last place at the exact value.
fn error<H: Format>(found: H, exact: f64) -> f64 {
    let exponent = if exact == 0.0 { H::LEAST_EXPONENT } else { exact.abs().log2().floor() as i32 };
    let ulp = 2f64.powi(exponent.max(H::LEAST_EXPONENT) - H::PRECISION + 1);
    (f64::from(found.wide()) - exact).abs() / ulp
}

/// Checks every logit, on every backend.
fn accuracy<H: Format>() {
    for backend in backends() {
        for positive in [false, true] {
            let logits = all::<H>();
            let targets = vec![positive; logits.len()];
            let loss = BceWithLogits::new().backend(backend).reduction(Reduction::Sum);
            let (mut losses, mut gradient) = (logits.clone(), logits.clone());
            loss.losses(&logits, &targets, &mut losses).unwrap();
            loss.gradient(&logits, &targets, &mut gradient).unwrap();
            for (i, x) in logits.iter().map(|x| f64::from(x.wide())).enumerate() {
                let [exact_loss, exact_gradient] = exact(x, positive);
                if x.is_nan() {
                    assert!(losses[i].wide().is_nan() && gradient[i].wide().is_nan(), "{backend:?} at {x}");
                    continue;
                }
                let what = format!("{} at {x}, target {positive}: {:?}, {:?}", backend.name(), losses[i], gradient[i]);
                if exact_loss.is_infinite() {
                    assert_eq!(losses[i].wide(), f32::INFINITY, "{what}");
                } else {
                    assert!(error(losses[i], exact_loss) <= 0.501, "{what}");
                }
                assert!(error(gradient[i], exact_gradient) <= 0.501, "{what}");
            }
        }
    }
}

#[test]
fn f16_is_within_half_an_ulp() {
    accuracy::<f16>();
}

#[test]
fn bf16_is_within_half_an_ulp() {
    accuracy::<bf16>();
}

/// Checks every number, out of place and in place.
fn activations<H: Format>() {
    let logits = all::<H>();
    let wide: Vec<f32> = logits.iter().map(|x| x.wide()).collect();
    for backend in backends() {
        for activation in [Activation::sigmoid(), Activation::log_sigmoid(), Activation::softplus(0.7)] {
            let activation = activation.backend(backend);
            // All logits, and an odd number of them.
            for n in [logits.len(), 37, 1] {
                let (mut out, mut in_place, mut expected) =
                    (logits[..n].to_vec(), logits[..n].to_vec(), wide[..n].to_vec());
                activation.apply(&logits[..n], &mut out).unwrap();
                activation.apply_in_place(&mut in_place).unwrap();
                activation.apply(&wide[..n], &mut expected).unwrap();
                for found in [out, in_place] {
                    assert_same(&found, &expected, &format!("{activation:?} of {n}"));
                }
            }
        }
    }
}

#[test]
fn activations_of_f16_are_f32_rounded() {
    activations::<f16>();
}

#[test]
fn activations_of_bf16_are_f32_rounded() {
    activations::<bf16>();
}

#[test]
fn a_weight_of_zero_takes_away_a_nan() {
    let logits = [f16::NAN, f16::ONE];
    let mut gradient = [f16::ONE; 2];
    let masked = BceWithLogits::new().weight(Weights::per_element(&[0.0, 1.0])).reduction(Reduction::Sum);
    let loss = masked.loss_and_gradient(&logits, &[f16::NAN, f16::ONE], &mut gradient).unwrap();
    assert!(loss > 0.0 && gradient[0] == f16::ZERO);
}

/// Absent elements have the results of `f32`.
#[test]
fn missing_labels() {
    for len in [1, 5, 33, 300, 3000] {
        let wide: Vec<f32> = (0..len).map(|i| f16::from_f32((i * 37 % 200) as f32 / 10.0 - 10.0).to_f32()).collect();
        let logits: Vec<f16> = wide.iter().copied().map(f16::from_f32).collect();
        let labels: Vec<i8> = (0..len).map(|i| (i % 3) as i8 - 1).collect();
        let targets: Vec<f16> = labels.iter().map(|&label| f16::from_f32(label.into())).collect();
        let present: Vec<bool> = (0..len).map(|i| i % 5 != 3).collect();
        let bce = BceWithLogits::new().reduction(Reduction::Sum).ignore_target(-1.0).mask(&present);
        for backend in backends() {
            for bce in [bce, bce.pos_weight(Weights::uniform(5.0)), bce.class_weight(Weights::uniform(7.0))] {
                let bce = bce.backend(backend);
                let (mut half, mut expected, mut by_half) =
                    (vec![f16::ZERO; len], vec![0.0; len], vec![f16::ZERO; len]);
                let sum = bce.loss_and_gradient(&logits, &labels, &mut half).unwrap();
                assert_eq!(sum, bce.loss_and_gradient(&wide, &labels, &mut expected).unwrap());
                assert_eq!(sum, bce.loss_and_gradient(&logits, &targets, &mut by_half).unwrap());
                assert!(half == by_half && half.iter().zip(&expected).all(|(h, &e)| *h == f16::from_f32(e)));
            }
        }
    }
}

/// An ignored value takes away the targets that equal it, and none if the format does not have it.
fn ignored<H: Format>() {
    let (x, targets) = ([0.5f32, -1.0, 2.0], [0.25, f32::NAN, 0.1].map(H::rounded));
    for (value, present) in [
        (0.25, [false, true, true]),
        (f32::NAN, [true, false, true]),
        (0.1, [true; 3]),
        (targets[2].wide(), [true, true, false]),
    ] {
        let bce = BceWithLogits::new().ignore_target(value);
        let (mut found, mut expected) = ([7.0; 3], [7.0; 3]);
        bce.losses(&x, &targets, &mut found).unwrap();
        BceWithLogits::new().mask(&present).losses(&x, &targets, &mut expected).unwrap();
        assert_eq!(found.map(f32::to_bits), expected.map(f32::to_bits), "{value}");
    }
}

#[test]
fn ignored_values_of_f16() {
    ignored::<f16>();
}

#[test]
fn ignored_values_of_bf16() {
    ignored::<bf16>();
}

#[test]
fn errors_come_before_effects() {
    let logits = [f16::ONE; 3];
    let mut out = [f16::ONE; 4];
    let bce = BceWithLogits::new();
    let length = |argument, found| Err(Error::Length { argument, expected: 3, found });
    assert_eq!(bce.losses(&logits, &[true; 3], &mut out), length(Argument::Output, 4));
    assert_eq!(bce.gradient(&logits, &[true; 3], &mut out), length(Argument::Gradient, 4));
    assert_eq!(bce.gradient(&logits, &[true; 2], &mut out[..3]), length(Argument::Targets, 2));
    assert_eq!(bce.gradient(&logits, &[f16::ONE; 4], &mut out[..3]), length(Argument::Targets, 4));
    assert_eq!(bce.loss::<f16, bool>(&[], &[]), Err(Error::EmptyMean));
    assert_eq!(out, [f16::ONE; 4]);
    let mut wrong = [bf16::ONE, bf16::from_f32(1.5)];
    assert_eq!(Bce::new().loss_and_gradient_in_place(&mut wrong, &[true; 2]), Err(Error::Probability { index: 1 }));
    assert_eq!(wrong[0], bf16::ONE);
}

#[test]
fn positive_weights_from_targets() {
    let targets = [1.0, 0.0, 0.0, 0.5, 0.25, 0.0].map(f16::from_f32);
    let (mut half, mut wide) = ([0.0f32; 2], [0.0; 2]);
    balance(&targets, &mut half).unwrap();
    balance(&targets.map(f16::to_f32), &mut wide).unwrap();
    assert_eq!(half, wide);
    assert_eq!(balance(&[f16::from_f32(1.5)], &mut half[..1]), Err(Error::Target { index: 0 }));
}
