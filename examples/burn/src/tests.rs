//! The operation beside burn's own loss, where that is right, and beside exact values.

use crate::checks::{self, formula, values};
use crate::op::{Error, bce_with_logits, bce_with_logits_unreduced};
use crate::{ours, single, theirs};
use burn::nn::loss::BinaryCrossEntropyLossConfig;
use burn::tensor::activation::log_sigmoid;
use burn::tensor::{DType, Device, Tensor, TensorData};
use logit_loss::Reduction;

const ONE: &[f64] = &[1.0];
const TYPES: [DType; 2] = [DType::F32, DType::F64];

/// Makes a tensor of shape [6, 5].
fn tensor(values: &[f64], dtype: DType, device: &Device) -> Tensor<2> {
    Tensor::from_data(TensorData::new(values.to_vec(), [6, 5]), (device, dtype))
}

fn recording() -> Device {
    Device::flex().autodiff()
}

fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f64> {
    tensor.into_data().convert::<f64>().try_to_vec().expect("of f64")
}

#[track_caller]
fn assert_close<const D: usize>(found: Tensor<D>, expected: &[f64], tolerance: f64) {
    checks::assert_close(&numbers(found), expected, tolerance);
}

/// burn's own formula, written out, since its loss does not take `f64`.
fn burns_own(logits: Tensor<2>, targets: Tensor<2>) -> Tensor<1> {
    if logits.dtype() == DType::F32 {
        let loss = BinaryCrossEntropyLossConfig::new().with_logits(true).init(&logits.device());
        return loss.forward(logits, targets.int());
    }
    ((-targets + 1.0) * logits.clone() - log_sigmoid(logits)).mean()
}

/// burn's mean is over 30 elements, each with a few rounding errors of numbers around 1.
#[test]
fn gradients_are_those_of_burn() -> Result<(), Error> {
    let uses: [fn(Tensor<1>) -> Tensor<1>; 3] =
        [|loss| loss, |loss| loss * -3.5, |loss| (loss.clone() * loss * 0.25).exp()];
    let (x, t) = values(false);
    for (dtype, tolerance) in TYPES.into_iter().zip([2e-7, 4e-16]) {
        for device in [recording(), recording().gradient_checkpointing()] {
            for used in uses {
                for transposed in [false, true] {
                    let view = |tensor: Tensor<2>| if transposed { tensor.transpose() } else { tensor };
                    let logits = tensor(&x, dtype, &device).require_grad();
                    let targets = view(tensor(&t, dtype, &device));
                    let theirs = used(burns_own(view(logits.clone()), targets.clone()));
                    let ours = used(bce_with_logits(view(logits.clone()), targets, ONE, Reduction::Mean)?);
                    let expected = logits.grad(&theirs.backward()).expect("it is required");
                    let gradient = logits.grad(&ours.backward()).expect("it is required");
                    assert_close(gradient, &numbers(expected), tolerance);
                    assert_eq!(ours.dtype(), dtype);
                }
            }
        }
    }
    Ok(())
}

/// A view whose storage starts elsewhere, upstream derivatives in another order, a tensor used twice.
#[test]
fn gradients_find_their_way_through_views() -> Result<(), Error> {
    let (x, t) = values(true);
    let device = recording();
    let logits = tensor(&x, DType::F64, &device).require_grad();
    let part = |tensor: Tensor<2>| tensor.narrow(0, 2, 3);
    let (logits_part, targets) = (part(logits.clone()), part(tensor(&t, DType::F64, &device)));
    let upstream = TensorData::new(vec![2.0f64, -1.0, 0.5], [3, 1]);
    let upstream = Tensor::<2>::from_data(upstream, (&device, DType::F64)).expand([3, 5]);
    let losses = bce_with_logits_unreduced(logits_part.clone(), targets.clone(), ONE)?;
    let twice =
        (losses.transpose() * upstream.transpose()).sum() + bce_with_logits(logits_part, targets, ONE, Reduction::Sum)?;

    let mut expected = vec![0.0; 30];
    for i in 10..25 {
        expected[i] = [3.0, 0.0, 1.5][i / 5 - 2] * formula(x[i], t[i], 1.0).1;
    }
    assert_close(logits.grad(&twice.backward()).expect("it is required"), &expected, 1e-15);
    Ok(())
}

#[test]
fn positive_weights_and_reductions_follow_the_formula() -> Result<(), Error> {
    let (x, t) = values(true);
    for (dtype, tolerance) in TYPES.into_iter().zip([2e-6, 4e-15]) {
        for weights in [vec![3.0], vec![1.0, 6.0, 0.0, 0.5, 2.0]] {
            let exact: Vec<_> = (0..30).map(|i| formula(x[i], t[i], weights[i % weights.len()])).collect();
            let [losses, gradient] = [0, 1].map(|i| exact.iter().map(|pair| [pair.0, pair.1][i]).collect::<Vec<_>>());
            // Neither device records anything.
            for device in [Device::flex(), recording()] {
                let (x, t) = (tensor(&x, dtype, &device), tensor(&t, dtype, &device));
                assert_close(bce_with_logits_unreduced(x, t, &weights)?, &losses, tolerance);
            }

            let logits = tensor(&x, dtype, &recording()).require_grad();
            for (reduction, divisor) in [(Reduction::Sum, 1.0), (Reduction::Mean, 30.0)] {
                let targets = tensor(&t, dtype, &Device::flex());
                let loss = bce_with_logits(logits.clone(), targets, &weights, reduction)?;
                let by_logit = logits.grad(&(loss.clone() * 2.0).backward()).expect("it is required");
                assert_close(loss, &[losses.iter().sum::<f64>() / divisor], 30.0 / divisor * tolerance);
                let expected: Vec<f64> = gradient.iter().map(|g| 2.0 * g / divisor).collect();
                assert_close(by_logit, &expected, tolerance);
            }
        }
    }
    Ok(())
}

#[test]
fn exact_far_out() -> Result<(), Error> {
    checks::assert_exact_far_out(|x, t| single(ours, x, t).expect("one of each"));
    let changed = "burn's own loss is another one now: correct the README";
    assert!(single(theirs, f32::INFINITY, 1.0)?[0].is_nan(), "{changed}");
    assert_eq!(single(theirs, -20.0, 0.0)?, [0.0, 0.0], "{changed}");
    Ok(())
}

#[test]
fn what_does_not_fit_is_an_error() {
    let (x, t) = values(true);
    for device in [Device::flex(), recording()] {
        let (logits, targets) = (tensor(&x, DType::F32, &device), tensor(&t, DType::F32, &device));
        let refused = |logits: &Tensor<2>, targets: &Tensor<2>, pos_weight: &[f64], says: &str| {
            let (logits, targets) = (logits.clone(), targets.clone());
            let unreduced = bce_with_logits_unreduced(logits.clone(), targets.clone(), pos_weight).expect_err(says);
            let mean = bce_with_logits(logits, targets, pos_weight, Reduction::Mean).expect_err(says);
            assert!(unreduced.to_string().contains(says) && mean.to_string().contains(says), "{unreduced}, {mean}");
        };
        refused(&logits, &targets.clone().transpose(), ONE, "targets of [5, 6]");
        refused(&logits, &targets.clone().cast(DType::F64), ONE, "F32 and F64");
        refused(&logits.clone().cast(DType::F16), &targets.clone().cast(DType::F16), ONE, "logits of type F16");
        // As many weights as divide the number of logits, but not the classes.
        refused(&logits, &targets, &[1.0; 6], "6 positive weights");
        refused(&logits, &targets, &[], "0 positive weights");
        refused(&logits, &targets, &[-1.0], "negative or not finite");
        refused(&logits, &targets, &[f64::NAN; 5], "negative or not finite");
        refused(&logits, &tensor(&t, DType::F32, &recording()).require_grad(), ONE, "detach");

        let empty = Tensor::<1>::zeros([0], &device);
        let nothing = bce_with_logits(empty.clone(), empty, ONE, Reduction::Mean).expect_err("a mean of nothing");
        assert!(nothing.to_string().contains("a mean of nothing"), "{nothing}");
    }
}

/// A NaN shows the overflow of a scaled loss.
#[test]
fn an_infinite_upstream_derivative_gives_nan() -> Result<(), Error> {
    let (x, t) = values(false);
    let logits = tensor(&x, DType::F32, &recording()).require_grad();
    let loss = bce_with_logits(logits.clone(), tensor(&t, DType::F32, &recording()), ONE, Reduction::Mean)?;
    let gradient = logits.grad(&(loss * f32::INFINITY).backward()).expect("it is required");
    assert!(gradient.is_nan().all().into_scalar::<bool>());
    Ok(())
}
