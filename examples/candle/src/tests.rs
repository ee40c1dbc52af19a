//! The operation beside candle's own loss, where that is right, and beside exact values, where it is not.

use crate::checks::{self, FAR, formula};
use crate::op::bce_with_logits;
use crate::{ours, single, theirs};
use candle_core::{DType, Device, Result, Tensor, Var};
use candle_nn::loss::binary_cross_entropy_with_logit;
use logit_loss::Reduction;

const CPU: &Device = &Device::Cpu;
const REDUCTIONS: [Option<Reduction>; 3] = [None, Some(Reduction::Mean), Some(Reduction::Sum)];

/// Makes inputs of shape [6, 5].
fn inputs(dtype: DType) -> Result<(Var, Tensor)> {
    let (logits, targets) = checks::values(true);
    let tensor = |values| Tensor::from_vec(values, (6, 5), CPU)?.to_dtype(dtype);
    Ok((Var::from_tensor(&tensor(logits)?)?, tensor(targets)?))
}

fn values(tensor: &Tensor) -> Result<Vec<f64>> {
    tensor.to_dtype(DType::F64)?.flatten_all()?.to_vec1()
}

#[track_caller]
fn assert_close(found: &Tensor, expected: &[f64], tolerance: f64) -> Result<()> {
    checks::assert_close(&values(found)?, expected, tolerance);
    Ok(())
}

/// candle's mean is over 30 elements, each with a few rounding errors of numbers around 1.
#[test]
fn gradients_are_those_of_candle() -> Result<()> {
    type Use = fn(&Tensor) -> Result<Tensor>;
    let uses: [Use; 3] = [|loss| Ok(loss.clone()), |loss| loss * -3.5, |loss| loss.sqr()?.affine(0.25, 1.0)?.exp()];
    for (dtype, tolerance) in [(DType::F32, 2e-7), (DType::F64, 4e-16)] {
        let (logits, targets) = inputs(dtype)?;
        for used in uses {
            for transposed in [false, true] {
                let view = |tensor: &Tensor| if transposed { tensor.t() } else { Ok(tensor.clone()) };
                let (x, t) = (view(&logits)?, view(&targets)?);
                assert_eq!(x.is_contiguous(), !transposed);
                let expected = binary_cross_entropy_with_logit(&x, &t)?;
                let found = bce_with_logits(&x, &t, None, Some(Reduction::Mean))?;
                assert_close(&found, &values(&expected)?, 30.0 * tolerance)?;
                let gradient = |loss: &Tensor| -> Result<Tensor> {
                    Ok(used(loss)?.backward()?.remove(&logits).expect("a variable"))
                };
                assert_close(&gradient(&found)?, &values(&gradient(&expected)?)?, tolerance)?;
            }
        }
    }
    Ok(())
}

/// A view whose storage starts elsewhere, upstream derivatives in another order, a variable used twice.
#[test]
fn gradients_find_their_way_through_views() -> Result<()> {
    let (logits, targets) = inputs(DType::F64)?;
    let upstream = Tensor::new(&[[2.0f64], [-1.0], [0.5]], CPU)?.broadcast_as((3, 5))?;
    let (x, t) = (logits.narrow(0, 2, 3)?, targets.narrow(0, 2, 3)?);
    let losses = bce_with_logits(&x, &t, None, None)?;
    let twice = (losses.t()? * upstream.t()?)?.sum_all()? + bce_with_logits(&x, &t, None, Some(Reduction::Sum))?;
    let gradient = twice?.backward()?.remove(&logits).expect("a variable");

    let mut expected = vec![0.0; 30];
    let (logits, targets) = (values(&logits)?, values(&targets)?);
    for i in 10..25 {
        expected[i] = [3.0, 0.0, 1.5][i / 5 - 2] * formula(logits[i], targets[i], 1.0).1;
    }
    assert_close(&gradient, &expected, 1e-15)
}

#[test]
fn positive_weights_and_reductions_follow_the_formula() -> Result<()> {
    for (dtype, tolerance) in [(DType::F32, 2e-6), (DType::F64, 4e-15)] {
        let (logits, targets) = inputs(dtype)?;
        for weights in [vec![3.0f64], vec![1.0, 6.0, 0.0, 0.5, 2.0]] {
            let pos_weight = Tensor::new(weights.as_slice(), CPU)?.to_dtype(dtype)?;
            let (x, t) = (values(&logits)?, values(&targets)?);
            let exact: Vec<_> = (0..30).map(|i| formula(x[i], t[i], weights[i % weights.len()])).collect();
            for reduction in REDUCTIONS {
                let loss = bce_with_logits(&logits, &targets, Some(&pos_weight), reduction)?;
                let divisor = if reduction == Some(Reduction::Mean) { 30.0 } else { 1.0 };
                let losses = exact.iter().map(|(loss, _)| loss / divisor);
                let losses = if reduction.is_some() { vec![losses.sum()] } else { losses.collect() };
                assert_close(&loss, &losses, 30.0 / divisor * tolerance)?;
                assert_eq!(loss.rank(), if reduction.is_some() { 0 } else { 2 });
                let gradient = (loss * 2.0)?.backward()?.remove(&logits).expect("a variable");
                let expected: Vec<f64> = exact.iter().map(|(_, gradient)| 2.0 * gradient / divisor).collect();
                assert_close(&gradient, &expected, tolerance)?;
            }
        }
    }
    Ok(())
}

#[test]
fn exact_where_candle_gives_nan() -> Result<()> {
    checks::assert_exact_far_out(|x, t| single(ours, x, t).expect("one of each"));
    for x in FAR {
        assert!(single(theirs, x, 1.0)?[1].is_nan(), "candle's gradient at {x} is a number now: correct the README");
    }
    Ok(())
}

#[test]
fn what_does_not_fit_is_an_error() -> Result<()> {
    let (logits, targets) = inputs(DType::F32)?;
    let ones = |n: usize| Tensor::ones(n, DType::F32, CPU);
    for reduction in REDUCTIONS {
        let refused = |logits: &Tensor, targets: &Tensor, pos_weight: Option<&Tensor>, says: &str| {
            let error = bce_with_logits(logits, targets, pos_weight, reduction).expect_err(says).to_string();
            assert!(error.contains(says), "{error}");
        };
        refused(&logits, &targets.t()?, None, "shape mismatch");
        refused(&logits, &targets.narrow(0, 0, 5)?, None, "shape mismatch");
        refused(&logits, &targets.to_dtype(DType::F64)?, None, "unexpected dtype");
        refused(&logits, &targets.to_dtype(DType::U8)?, None, "unexpected dtype");
        refused(&logits.to_dtype(DType::BF16)?, &targets.to_dtype(DType::BF16)?, None, "unsupported dtype");
        refused(&logits.to_dtype(DType::U32)?, &targets.to_dtype(DType::U32)?, None, "unsupported dtype");
        refused(&logits, &targets, Some(&ones(5)?.to_dtype(DType::F64)?), "unexpected dtype");
        // As many weights as divide the number of logits, but not the classes.
        refused(&logits, &targets, Some(&ones(6)?), "6 positive weights");
        refused(&logits, &targets, Some(&ones(0)?), "0 positive weights");
        refused(&logits, &targets, Some(&ones(5)?.neg()?), "negative or not finite");
        refused(&logits, &logits, None, "detach");
        refused(&Tensor::new(1f32, CPU)?, &Tensor::new(1f32, CPU)?, Some(&ones(2)?), "2 positive weights");
    }
    let empty = ones(0)?;
    let nothing = bce_with_logits(&empty, &empty, None, Some(Reduction::Mean)).expect_err("a mean of nothing");
    assert!(nothing.to_string().contains("a mean of nothing"), "{nothing}");
    assert_eq!(bce_with_logits(&empty, &empty, None, Some(Reduction::Sum))?.to_scalar::<f32>()?, 0.0);
    assert_eq!(bce_with_logits(&empty, &empty, None, None)?.dims(), [0]);

    let losses = bce_with_logits(&logits, &targets, None, None)?;
    let upstream = (losses * f64::INFINITY)?.backward().expect_err("an infinite upstream derivative");
    assert!(upstream.to_string().contains("is not finite"), "{upstream}");
    Ok(())
}
