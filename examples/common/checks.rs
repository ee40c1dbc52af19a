//! Parts of the tests of both frameworks.

use crate::gradients::{Pair, exact};

/// Logits at which sigmoid(x) rounds to 1, or 1 - sigmoid(x) loses its digits.
pub const FAR: [f32; 5] = [17.0, 20.0, 80.0, 100.0, f32::INFINITY];

/// Makes 30 logits from -4.2 to 4.5 and their targets: hard targets, or some soft ones.
pub fn values(soft: bool) -> (Vec<f64>, Vec<f64>) {
    let targets: &[f64] = if soft { &[0.0, 1.0, 0.25, 1.0] } else { &[0.0, 1.0, 1.0] };
    let logits = (0..30).map(|i| f64::from(i * 7 % 30) * 0.3 - 4.2);
    (logits.collect(), (0..30).map(|i| targets[i % targets.len()]).collect())
}

/// Returns (1 - t) softplus(x) + p t softplus(-x), and its derivative.
pub fn formula(x: f64, t: f64, p: f64) -> (f64, f64) {
    let softplus = |x: f64| x.max(0.0) + (-x.abs()).exp().ln_1p();
    let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
    ((1.0 - t) * softplus(x) + p * t * softplus(-x), (1.0 - t) * sigmoid(x) - p * t * sigmoid(-x))
}

#[track_caller]
pub fn assert_close(found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len());
    for (i, (found, expected)) in found.iter().zip(expected).enumerate() {
        assert!((found - expected).abs() <= tolerance, "{found} at {i}, not {expected}");
    }
}

/// Checks the errors that `logit-loss` promises: 2 ULP for the loss and 2.5 for the gradient, each 1 more for the mean.
pub fn assert_exact_far_out(single: impl Fn(f32, f32) -> Pair) {
    for (x, t) in FAR.into_iter().flat_map(|x| [(x, 1.0), (x, 0.0), (-x, 1.0), (-x, 0.0)]) {
        for (found, exact) in single(x, t).into_iter().zip(exact(x, t)) {
            let ulps = found.abs().to_bits().abs_diff(exact.abs().to_bits());
            assert!(ulps <= 3 && (exact == 0.0 || found.signum() == exact.signum()), "{x}, {t}: {found}, not {exact}");
        }
    }
}

/// The exact values beside numbers from another source: Python's `decimal`, with 50 digits.
#[test]
fn exact_values_are_exact() {
    assert_eq!(exact(20.0, 1.0), [2.061_153_6e-9, -2.061_153_6e-9]);
    assert_eq!(exact(15.0, 1.0)[1], -3.059_022_3e-7);
    // 27 times the smallest number.
    assert_eq!(exact(100.0, 1.0)[1], -f32::from_bits(27));
    assert_eq!(exact(0.0, 0.0), [std::f32::consts::LN_2, 0.5]);
    assert_eq!(exact(f32::INFINITY, 0.0), [f32::INFINITY, 1.0]);
}
