//! The loss and gradient of single large logits: a framework's own, the one over `logit-loss`, and the exact ones.

use comfy_table::{CellAlignment, Table, presets};
use dashu_float::{FBig, round::mode::HalfEven};

/// Enough bits that rounding once more changes nothing.
type Big = FBig<HalfEven, 2>;

/// Logits and targets.
const CASES: [(f32, f32); 18] = [
    (f32::NEG_INFINITY, 1.0),
    (-100.0, 1.0),
    (-20.0, 1.0),
    (-15.0, 1.0),
    (0.0, 1.0),
    (5.0, 1.0),
    (15.0, 1.0),
    (17.0, 1.0),
    (20.0, 1.0),
    (100.0, 1.0),
    (f32::INFINITY, 1.0),
    (f32::NEG_INFINITY, 0.0),
    (-100.0, 0.0),
    (-20.0, 0.0),
    (15.0, 0.0),
    (17.0, 0.0),
    (100.0, 0.0),
    (f32::INFINITY, 0.0),
];

/// Loss and gradient.
pub type Pair = [f32; 2];

/// Makes the table; `theirs` and `ours` take a logit and a target.
pub fn table<E>(
    framework: &str,
    theirs: impl Fn(f32, f32) -> Result<Pair, E>,
    ours: impl Fn(f32, f32) -> Result<Pair, E>,
) -> Result<Table, E> {
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN).set_header([
        "logit, target",
        &format!("loss: {framework}"),
        "logit-loss",
        "exact",
        &format!("gradient: {framework}"),
        "logit-loss",
        "exact",
    ]);
    for (x, t) in CASES {
        let results = [theirs(x, t)?, ours(x, t)?, exact(x, t)];
        let column = |i: usize| results.map(|pair| number(pair[i]));
        table.add_row([vec![format!("{x}, {t}")], column(0).to_vec(), column(1).to_vec()].concat());
    }
    for column in table.column_iter_mut() {
        column.set_cell_alignment(CellAlignment::Right);
    }
    Ok(table)
}

fn number(v: f32) -> String {
    match v.abs() {
        0.0 => "0".to_string(),
        small if small < 0.1 => format!("{v:.4e}"),
        _ => format!("{v:.4}"),
    }
}

/// Returns the exact values, rounded once, for a target of 0 or 1.
pub fn exact(x: f32, t: f32) -> Pair {
    // The loss is softplus(y), and the gradient is sigmoid(y), with the sign of y.
    let (y, sign) = if t == 1.0 { (-x, -1.0) } else { (x, 1.0) };
    if y.is_infinite() {
        return if y > 0.0 { [y, sign] } else { [0.0, 0.0 * sign] };
    }
    let one = big(1.0);
    let e = if y == 0.0 { one.clone() } else { big(-y.abs()).exp() };
    let linear = big(y.max(0.0));
    let loss = linear + e.ln_1p();
    let sigmoid = if y > 0.0 { one.clone() } else { e.clone() } / (one + e);
    [rounded(&loss), sign * rounded(&sigmoid)]
}

fn big(v: f32) -> Big {
    Big::try_from(v).expect("finite").with_precision(200).value()
}

fn rounded(v: &Big) -> f32 {
    v.to_f32().value()
}
