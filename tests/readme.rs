//! The numbers that the README gives for single values, and for the formula that most code uses.

use logit_loss::{BceWithLogits, Loss, Reduction};

/// Returns a number as the README shows it: the first five digits.
fn shown(v: f32) -> String {
    format!("{v:.4e}")
}

#[test]
fn the_table_of_gradients() {
    let bce = BceWithLogits::new().reduction(Reduction::Sum);
    let rows = [
        (15.0f32, "-3.0590e-7", "-3.5763e-7"),
        (20.0, "-2.0612e-9", "0.0000e0"),
        (100.0, "-3.7835e-44", "0.0000e0"),
        (f32::INFINITY, "0.0000e0", "0.0000e0"),
    ];
    for (x, ours, usual) in rows {
        let mut gradient = [1.0];
        bce.gradient(&[x], &[true], &mut gradient).unwrap();
        assert_eq!(shown(gradient[0]), ours, "{x}");
        assert_eq!(shown(1.0 / (1.0 + (-x).exp()) - 1.0), usual, "{x}");
    }
    let x = f32::INFINITY;
    assert!((x.max(0.0) - x * 1.0 + (-x.abs()).exp().ln_1p()).is_nan());
    assert_eq!(bce.loss(&[x], &[1.0f32]).unwrap(), 0.0);
}
