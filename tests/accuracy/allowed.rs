//! The table of allowed errors, `errors.md`, which these tests read and the documentation quotes.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::common::Number;

const TABLE: &str = include_str!("errors.md");

/// On backends that do not fuse, more is promised by.
const UNFUSED: f64 = 1.0;

/// What is known of one result's error, in ULP.
#[derive(Clone, Copy, Debug)]
pub struct Allowed {
    pub promised: f64,
    /// What was found and no more, rounded up.
    pub measured: Option<f64>,
    pub proven: Option<f64>,
}

/// By result, each by type and arithmetic.
static ROWS: LazyLock<BTreeMap<&str, [Allowed; 4]>> = LazyLock::new(|| {
    let mut rows = BTreeMap::new();
    for line in TABLE.lines().filter(|line| line.starts_with('|')).skip(2) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let number = |cell: &str| (cell != "-").then(|| cell.parse().expect(line));
        let [name, promised, figures @ ..] = &cells[..] else { panic!("{line}") };
        let [measured, proven] = [&figures[..4], &figures[4..8]];
        let row = [0, 1, 2, 3].map(|k| Allowed {
            promised: number(promised).expect(line) + if k % 2 == 0 { 0.0 } else { UNFUSED },
            measured: number(measured[k]),
            proven: number(proven[k]),
        });
        assert!(rows.insert(*name, row).is_none(), "twice: {line}");
    }
    rows
});

pub fn of<N: Number>(name: &str, fused: bool) -> Allowed {
    let row = ROWS.get(name).unwrap_or_else(|| panic!("no row of {name}"));
    row[if N::PRECISION == 24 { 0 } else { 2 } + usize::from(!fused)]
}

/// No figure contradicts another.
#[test]
fn the_table_is_consistent() {
    for (name, row) in &*ROWS {
        for allowed in row {
            let proven = allowed.proven.unwrap_or(allowed.promised);
            let measured = allowed.measured.unwrap_or(0.0);
            assert!(measured <= proven && measured <= allowed.promised, "{name}: {allowed:?}");
        }
    }
}

/// What the documentation says was found is what the table says.
#[test]
fn the_documentation_quotes_the_table() {
    let files = [
        ("src/lib.rs", include_str!("../../src/lib.rs")),
        ("src/activation.rs", include_str!("../../src/activation.rs")),
        ("src/loss/focal.rs", include_str!("../../src/loss/focal.rs")),
        ("src/loss/probability.rs", include_str!("../../src/loss/probability.rs")),
    ];
    let text = |file: &str| {
        let (_, text) = files.iter().find(|(name, _)| *name == file).expect(file);
        text.lines().map(|line| line.trim_start_matches(['/', '!', ' '])).collect::<Vec<_>>().join(" ")
    };
    let found = |name: &str, fused: bool| {
        let [single, double] = [of::<f32>(name, fused), of::<f64>(name, fused)];
        [single, double].map(|allowed| format!("{:.2}", allowed.measured.expect(name)))
    };
    let quotes = |file: &str, quote: String| assert!(text(file).contains(&quote), "{file} does not say: {quote}");
    for (name, label) in [
        ("loss", "loss"),
        ("gradient", "gradient"),
        ("Hessian", "Hessian"),
        ("sigmoid", "[`sigmoid`]"),
        ("log_sigmoid", "[`log_sigmoid`]"),
        ("softplus", "[`softplus`]"),
    ] {
        let ([single, double], [single_unfused, double_unfused]) = (found(name, true), found(name, false));
        quotes("src/lib.rs", format!("| {label} | {single} | {single_unfused} | {double} | {double_unfused} |"));
    }
    for name in ["sigmoid", "log_sigmoid", "softplus"] {
        let [single, double] = found(name, true);
        quotes("src/activation.rs", format!("{single} ULP in `f32` and {double} in `f64`"));
    }
    let [single, _] = found("softplus, any beta", true);
    quotes("src/activation.rs", format!("{single} in `f32` at -0.59510195 for beta = 1.444957"));
    for gamma in ["0.5", "1", "1.5", "2", "3", "5"] {
        let [loss, gradient, hessian] = ["loss", "gradient", "Hessian"].map(|result| {
            let [single, _] = found(&format!("focal {result}, gamma {gamma}"), true);
            single
        });
        quotes("src/loss/focal.rs", format!("| {gamma} | {loss} | {gradient} | {hessian} |"));
    }
    let [[loss, _], [gradient, _]] = ["loss", "gradient"].map(|name| found(&format!("{name} of a probability"), true));
    quotes("src/loss/probability.rs", format!("({loss} found in `f32`"));
    quotes("src/loss/probability.rs", format!("({gradient} found,"));
    quotes("src/lib.rs", format!("loss {loss} found at"));
    quotes("src/lib.rs", format!("gradient {gradient} at"));
}
