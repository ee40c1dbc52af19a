//! Newton's method beside closed forms, and metrics on cases small enough to do by hand.

use crate::metrics::cuts;
use crate::newton::{Fit, Map, Parameters, Problem};
use crate::ranking::{Alarm, average_precision, precision_recall, threshold};
use crate::reliability::Reliability;
use std::error::Error;
use std::iter::{repeat_n, zip};

const BOTH: [Parameters; 2] = [Parameters::Scale, Parameters::ScaleAndShift];

#[track_caller]
fn assert_close(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance * expected.abs().max(1.0), "{found}, not {expected}");
}

/// Makes `wines` wines, with good ones a little higher; `apart`, they are so far that a threshold separates the classes.
fn wines(wines: usize, apart: bool, rng: &mut fastrand::Rng) -> (Vec<f32>, Vec<f32>) {
    let targets: Vec<f32> = (0..wines).map(|index| f32::from(index % 5 == 0)).collect();
    let further = if apart { 2.0 } else { 0.7 };
    (targets.iter().map(|&t| 2.0 * rng.f32() - 1.5 + further * t).collect(), targets)
}

/// Makes wines from rows of logit, target, and how often both occur.
fn counted(rows: &[(f32, f32, usize)]) -> (Vec<f32>, Vec<f32>) {
    rows.iter().flat_map(|&(logit, target, count)| repeat_n((logit, target), count)).unzip()
}

/// With logits of only -1 and 1, Platt scaling has a parameter for each, which takes the log-odds of its mean target.
#[test]
fn platt_scaling_of_two_logits_is_known() -> Result<(), Box<dyn Error>> {
    let (logits, targets) = counted(&[(-1.0, 0.0, 70), (-1.0, 1.0, 5), (1.0, 0.0, 15), (1.0, 1.0, 10)]);
    // There are 85 negatives and 15 positives.
    let (low, high) = (1.0 / 87.0, 16.0 / 17.0);
    let log_odds = |negatives: f64, positives: f64| {
        let mean = (negatives * low + positives * high) / (negatives + positives);
        (mean / (1.0 - mean)).ln()
    };
    let (below, above) = (log_odds(70.0, 5.0), log_odds(15.0, 10.0));
    let platt = Fit::new(Parameters::ScaleAndShift, &logits, &targets)?.map;
    assert_close(platt.scale, (above - below) / 2.0, 1e-14);
    assert_close(platt.shift, (above + below) / 2.0, 1e-14);

    // After mirroring, a temperature has one log-odds: of the targets at 1, and of 1 minus the targets at -1.
    let mean = (70.0 * (1.0 - low) + 5.0 * (1.0 - high) + 15.0 * low + 10.0 * high) / 100.0;
    let temperature = Fit::new(Parameters::Scale, &logits, &targets)?.map;
    assert_close(temperature.scale, (mean / (1.0 - mean)).ln(), 1e-14);
    assert_eq!(temperature.shift, 0.0);
    Ok(())
}

/// Central differences of the loss are the gradient, and those of the gradient the Hessian.
#[test]
fn derivatives_are_those_of_the_loss() -> Result<(), Box<dyn Error>> {
    let (logits, targets) = wines(50, false, &mut fastrand::Rng::with_seed(1));
    let step = 1e-5;
    for parameters in BOTH {
        let problem = Problem::new(parameters, &logits, &targets);
        for at in [[0.0, 0.0], [1.0, 0.0], [0.3, -1.5], [4.0, 2.0]] {
            let moved = |parameter: usize, by: f64| {
                let mut at = at;
                at[parameter] += by;
                Map { scale: at[0], shift: at[1] }
            };
            let derivatives = problem.derivatives(moved(0, 0.0))?;
            for i in 0..2 {
                let [above, below] = [moved(i, step), moved(i, -step)];
                let fitted = i == 0 || parameters == Parameters::ScaleAndShift;
                let slope = (problem.loss(above)? - problem.loss(below)?) / (2.0 * step);
                assert_close(derivatives.gradient[i], if fitted { slope } else { 0.0 }, 1e-9);
                let [above, below] = [problem.derivatives(above)?, problem.derivatives(below)?];
                for j in 0..2 {
                    let slope = (above.gradient[j] - below.gradient[j]) / (2.0 * step);
                    assert_close(derivatives.hessian[i][j], if fitted { slope } else { 0.0 }, 1e-9);
                }
            }
        }
    }
    Ok(())
}

/// The method converges for logits of any scale, and where hard targets would send a to infinity.
#[test]
fn every_fit_settles_where_the_gradient_is_zero() -> Result<(), Box<dyn Error>> {
    let mut rng = fastrand::Rng::with_seed(1);
    for (count, apart) in [(2, false), (7, true), (50, false), (50, true), (399, false), (399, true)] {
        let (unscaled, targets) = wines(count, apart, &mut rng);
        for parameters in BOTH {
            let known = Fit::new(parameters, &unscaled, &targets)?.map;
            // Scaling by a power of 2 changes no rounding.
            for scale in [1.0, 2_f32.powi(-100), 2_f32.powi(100), -2.0] {
                let logits: Vec<f32> = unscaled.iter().map(|x| scale * x).collect();
                let fit = Fit::new(parameters, &logits, &targets)?;
                assert_eq!(fit.map, Map { scale: known.scale / f64::from(scale), shift: known.shift });
                let problem = Problem::new(parameters, &logits, &targets);
                assert!(problem.derivatives(fit.map)?.at_rounding_level());
                for pair in fit.steps.windows(2) {
                    assert!(pair[1].loss <= pair[0].loss * (1.0 + 4.0 * f64::EPSILON), "{pair:?}");
                }
            }
        }
    }
    Ok(())
}

/// A frequent class and one wine far out: a whole seventh step would take the loss from 0.0036 to 1058.
#[test]
fn a_step_too_long_is_halved() -> Result<(), Box<dyn Error>> {
    let rows = [(-2.34, 0.0, 16), (-1.18, 0.0, 7422), (-0.64, 1.0, 6), (-184.37, 0.0, 1), (-2.92, 0.0, 7)];
    let (logits, targets) = counted(&rows);
    let fit = Fit::new(Parameters::ScaleAndShift, &logits, &targets)?;
    assert!(fit.steps[6].taken.is_some_and(|taken| taken < 1.0));
    assert!(fit.steps.windows(2).all(|pair| pair[1].loss <= pair[0].loss * (1.0 + 4.0 * f64::EPSILON)));
    Ok(())
}

#[test]
fn what_has_little_to_tell_is_fitted_too() -> Result<(), Box<dyn Error>> {
    let log_odds = |mean: f64| (mean / (1.0 - mean)).ln();
    // No slope is better than another, since only the mean target matters.
    let equal = Fit::new(Parameters::ScaleAndShift, &[2.0; 4], &[0.0, 0.0, 0.0, 1.0])?;
    assert_close(equal.map.scale * 2.0 + equal.map.shift, log_odds((3.0 / 5.0 + 2.0 / 3.0) / 4.0), 1e-12);
    // There is one class.
    let good = Fit::new(Parameters::ScaleAndShift, &[1.0, -2.0, 0.5], &[1.0; 3])?;
    assert_close(good.map.scale, 0.0, 1e-12);
    assert_close(good.map.shift, log_odds(4.0 / 5.0), 1e-12);
    // All logits are 0.
    let silent = Fit::new(Parameters::ScaleAndShift, &[0.0; 4], &[0.0, 0.0, 0.0, 1.0])?;
    assert_eq!(silent.map.scale, 0.0);
    assert_close(silent.map.shift, log_odds((3.0 / 5.0 + 2.0 / 3.0) / 4.0), 1e-12);
    for parameters in BOTH {
        assert_eq!(Fit::new(parameters, &[0.0; 2], &[0.0, 1.0])?.map.scale, 0.0);
        assert!(Fit::new(parameters, &[], &[]).is_err());
        assert!(Fit::new(parameters, &[1.0, f32::NAN], &[0.0, 1.0]).is_err());
        assert!(Fit::new(parameters, &[1.0, f32::INFINITY], &[0.0, 1.0]).is_err());
    }
    Ok(())
}

#[test]
fn reliability_by_hand() {
    // The logits of the probabilities 0.05, 0.05, 0.75, 0.75, 0.75, and a certain one.
    let log_odds = |p: f32| (p / (1.0 - p)).ln();
    let logits = [0.05, 0.05, 0.75, 0.75, 0.75].map(log_odds).into_iter().chain([f32::INFINITY]).collect::<Vec<_>>();
    let reliability = Reliability::new(&logits, &[0.0, 1.0, 1.0, 0.0, 1.0, 1.0]);
    assert_eq!(reliability.bins.map(|bin| bin.count), [2, 0, 0, 0, 0, 0, 0, 3, 0, 1]);
    for (bin, known) in [(0, (0.05, 0.5)), (7, (0.75, 2.0 / 3.0)), (9, (1.0, 1.0))] {
        let point = reliability.bins[bin].point().expect("it has wines");
        assert_close(point.0, known.0, 1e-6);
        assert_close(point.1, known.1, 1e-6);
    }
    assert_eq!(reliability.bins[1].point(), None);
    assert_close(reliability.calibration_error(), (2.0 * 0.45 + 3.0 * (0.75 - 2.0 / 3.0) + 0.0) / 6.0, 1e-6);
    assert_close(reliability.expected, 0.1 + 2.25 + 1.0, 1e-6);
    let squares = 0.05 * 0.05 + 0.95 * 0.95 + 2.0 * 0.25 * 0.25 + 0.75 * 0.75;
    assert_close(reliability.brier, squares / 6.0, 1e-6);
}

/// The first case is scikit-learn's example of `average_precision_score`, to its two digits.
#[test]
fn average_precision_by_hand() {
    let average = |logits: &[f32], targets: &[f32]| average_precision(&precision_recall(logits, targets));
    assert_close(average(&[0.1, 0.4, 0.35, 0.8], &[0.0, 0.0, 1.0, 1.0]), 0.83, 0.005);
    assert_close(average(&[4.0, 3.0, 2.0, 1.0], &[1.0, 0.0, 1.0, 0.0]), (1.0 + 2.0 / 3.0) / 2.0, 1e-15);
    // Equal logits are called together.
    assert_close(average(&[1.0; 4], &[0.0, 1.0, 0.0, 0.0]), 0.25, 1e-15);
}

#[test]
fn thresholds_keep_the_rate_that_is_wanted() {
    let (logits, targets) = ([5.0, 4.0, 3.0, 3.0, 2.0, 1.0, 0.0], [1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 0.0]);
    for (wanted, known, hits, false_alarms) in
        [(0.0, 5.0, 1, 0), (0.25, 4.0, 1, 1), (0.49, 4.0, 1, 1), (0.5, 2.0, 3, 2), (1.0, 0.0, 3, 4)]
    {
        let found = threshold(wanted, &logits, &targets);
        assert_eq!(found, known, "{wanted}");
        let alarm = Alarm::new(found, &logits, &targets);
        assert_eq!((alarm.hits, alarm.positives, alarm.false_alarms, alarm.negatives), (hits, 3, false_alarms, 4));
        assert!(alarm.false_positive_rate() <= wanted);
    }
    // The highest logit is a false alarm.
    assert_eq!(threshold(0.1, &[1.0, 0.0], &[0.0, 1.0]), f32::INFINITY);
}

#[test]
fn no_map_that_rises_changes_the_order() {
    let (logits, targets) = wines(399, false, &mut fastrand::Rng::with_seed(1));
    let mapped = Map { scale: 0.25, shift: -1.5 }.apply(&logits);
    for (before, after) in zip(cuts(&logits, &targets), cuts(&mapped, &targets)) {
        assert_eq!((before.hits, before.false_alarms), (after.hits, after.false_alarms));
    }
}
