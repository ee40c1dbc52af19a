//! Rates on cases small enough to do by hand, the wines of the reversed question, and the textbook's formula beside the
//! crate's.

use crate::data::Part;
use crate::metrics::{Metrics, cross_entropy};
use crate::{textbook, trial};
use logit_loss::{BceWithLogits, Loss};

#[track_caller]
fn assert_close(found: f32, expected: f32) {
    assert!((found - expected).abs() <= 1e-5 * expected.abs().max(1.0), "{found}, not {expected}");
}

#[test]
fn false_positive_rates_at_a_recall_by_hand() {
    let metrics = Metrics::new(&[5.0, 4.0, 3.0, 3.0, 2.0, 1.0, 0.0], &[1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 0.0]);
    for (recall, known) in [(0.0, 0.0), (0.33, 0.0), (1.0 / 3.0, 0.0), (0.34, 0.5), (0.9, 0.5), (1.0, 0.5)] {
        assert_eq!(metrics.false_positive_rate_at(recall), known, "{recall}");
    }
    // Equal logits are called together, and so are the false alarms among them.
    assert_eq!(Metrics::new(&[1.0; 4], &[0.0, 1.0, 0.0, 1.0]).false_positive_rate_at(0.1), 1.0);
    assert!(Metrics::new(&[1.0, f32::NAN], &[0.0, 1.0]).false_positive_rate_at(0.9).is_nan());
}

/// No threshold has fewer false alarms with as many hits.
#[test]
fn no_threshold_with_the_recall_has_fewer_false_alarms() {
    let mut rng = fastrand::Rng::with_seed(1);
    for count in [2, 3, 10, 64] {
        let targets: Vec<f32> = (0..count).map(|index| f32::from(index % 3 == 0)).collect();
        // Some logits are equal.
        let logits: Vec<f32> = targets.iter().map(|t| t + rng.i8(-8..8) as f32 / 4.0).collect();
        let called = |threshold: f32, class: f32| {
            let of_class = || logits.iter().zip(&targets).filter(|pair| *pair.1 == class);
            of_class().filter(|pair| *pair.0 >= threshold).count() as f64 / of_class().count() as f64
        };
        for recall in [0.1, 0.5, 0.9, 1.0] {
            let enough = logits.iter().filter(|&&threshold| called(threshold, 1.0) >= recall);
            let fewest = enough.map(|&threshold| called(threshold, 0.0)).fold(1.0, f64::min);
            let found = Metrics::new(&logits, &targets).false_positive_rate_at(recall);
            assert_eq!(found, fewest, "{recall} of {count}");
        }
    }
}

#[test]
fn of_the_turned_question_positives_are_five_times_the_negatives() {
    let (all, others) = (Part::all(), trial::others());
    assert_eq!((all.positives(), all.negatives()), (217, 1382));
    assert_eq!((others.positives(), others.negatives()), (1085, 217));
    // All good wines are negatives.
    let of = |part: &Part, class: f32| {
        let rows: Vec<usize> = (0..part.targets.len()).filter(|&row| part.targets[row] == class).collect();
        part.rows(&rows).features
    };
    assert_eq!(of(&others, 0.0), of(&all, 1.0));
}

/// Where the textbook's formula still works, it gives the same loss.
#[test]
fn the_textbook_is_right_near_zero() -> Result<(), logit_loss::Error> {
    let (logits, targets) = ([-4.0, -1.0, 0.0, 0.5, 3.0, 4.0], [1.0, 0.0, 1.0, 0.0, 0.25, 1.0]);
    let mut expected = [0.0; 6];
    let loss = BceWithLogits::new().loss_and_gradient(&logits, &targets, &mut expected)?;
    assert_close(cross_entropy(&logits, &targets) as f32, loss);
    for formula in [textbook::bare, textbook::clamped] {
        let mut gradient = [0.0; 6];
        assert_close(formula(&logits, &targets, &mut gradient), loss);
        gradient.iter().zip(&expected).for_each(|(found, known)| assert_close(*found, *known));
    }
    Ok(())
}

#[test]
fn the_textbook_ends_in_nan_and_a_clamp_in_silence() {
    let mut gradient = [0.0];
    assert!(textbook::bare(&[20.0], &[1.0], &mut gradient).is_nan());
    assert!(gradient[0].is_nan());
    assert!(textbook::clamped(&[20.0], &[0.0], &mut gradient).is_finite());
    assert_eq!(gradient, [0.0]);
}
