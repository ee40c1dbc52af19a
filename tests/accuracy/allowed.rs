//! The table of allowed errors, `errors.md`, which these tests read and the documentation quotes.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::activations::WORST_BETA;
use crate::common::Number;
use crate::hard::worst_input;

const TABLE: &str = include_str!("errors.md");

/// The additional error in ULP that backends without fused multiply-add may have.
const UNFUSED: f64 = 1.0;

/// The error of one result in ULP.
#[derive(Clone, Copy, Debug)]
pub struct Allowed {
    pub promised: f64,
    /// The largest error found, rounded up.
    pub measured: Option<f64>,
    pub proven: Option<f64>,
}

/// By result: `f32` fused and unfused, `f64` fused and unfused.
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

/// Checks that no figure contradicts another.
#[test]
fn the_table_is_consistent() {
    for (name, row) in &*ROWS {
        for (k, allowed) in row.iter().enumerate() {
            let measured = allowed.measured.unwrap_or(0.0);
            assert!(allowed.proven.is_none_or(|proven| measured <= proven), "{name}: {allowed:?}");
            assert!(measured <= allowed.promised, "{name}, column {k}: {allowed:?}");
        }
    }
}

/// Checks that the proven errors in the table are those in the README of the proofs, which the proofs read.
#[test]
fn the_proofs_prove_the_table() {
    let mut proven: BTreeMap<(&str, usize), f64> = BTreeMap::new();
    for line in include_str!("../proofs/README.md").lines() {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(|cell| cell.trim_matches([' ', '`'])).collect();
        let [formula, kind, arithmetic, bounds @ ..] = &cells[..] else { continue };
        let kind = ["f32", "f64"].iter().position(|name| name == kind);
        let arithmetic = ["fused", "unfused"].iter().position(|name| name == arithmetic);
        let (Some(kind), Some(arithmetic)) = (kind, arithmetic) else { continue };
        for name in match *formula {
            "log1p" | "softplus_positive" => &["softplus", "log_sigmoid", "loss"][..],
            "sigmoid_negative" | "sigmoid_positive" => &["sigmoid", "gradient"],
            "hessian" => &["Hessian"],
            "exponential" => &[],
            _ => panic!("{line}"),
        } {
            let most = proven.entry((name, 2 * kind + arithmetic)).or_default();
            bounds
                .iter()
                .filter(|bound| !bound.is_empty())
                .for_each(|bound| *most = most.max(bound.parse().expect(line)));
        }
    }
    for (name, row) in &*ROWS {
        for (k, allowed) in row.iter().enumerate() {
            assert_eq!(allowed.proven, proven.get(&(*name, k)).copied(), "{name}, column {k}");
        }
    }
}

/// Checks that the errors in the documentation are those in the table, and their inputs those in the list of the worst.
#[test]
fn the_documentation_quotes_the_table() {
    let text = |source: &str| {
        let lines = source.lines().map(|line| line.trim_start_matches(['/', '!', ' ']));
        lines.collect::<Vec<_>>().join(" ")
    };
    let [readme, library, activation, focal, asymmetric, probability] = [
        include_str!("../../README.md"),
        include_str!("../../src/lib.rs"),
        include_str!("../../src/activation.rs"),
        include_str!("../../src/loss/focal.rs"),
        include_str!("../../src/loss/asymmetric.rs"),
        include_str!("../../src/loss/probability.rs"),
    ]
    .map(text);
    let quotes = |text: &str, quote: String| assert!(text.contains(&quote), "nowhere: {quote}");
    let found = |name: &str, k: usize| format!("{:.2}", ROWS[name][k].measured.expect(name));
    for (name, label) in [
        ("loss", "loss"),
        ("gradient", "gradient"),
        ("Hessian", "Hessian"),
        ("sigmoid", "[`sigmoid`]"),
        ("log_sigmoid", "[`log_sigmoid`]"),
        ("softplus", "[`softplus`]"),
    ] {
        let figures = [0, 1, 2, 3].map(|k| found(name, k)).join(" | ");
        quotes(&library, format!("| {label} | {figures} |"));
        quotes(&readme, format!("| {} | {figures} |", label.trim_matches(['[', ']'])));
    }
    for name in ["sigmoid", "log_sigmoid", "softplus"] {
        let (single, double) = (worst_input::<f32>(name), worst_input::<f64>(name));
        let [of_single, of_double] = [0, 2].map(|k| found(name, k));
        quotes(
            &activation,
            format!("{of_single} ULP in `f32`, at {single:?}, and {of_double} in `f64`, at {double:?}"),
        );
    }
    let (beta, x) = WORST_BETA;
    quotes(&activation, format!("{} in `f32` at {x:?} for beta = {beta:?}", found("softplus, any beta", 0)));
    for (kind, text, gammas) in [
        ("focal", &focal, &["0.5", "1", "1.5", "2", "3", "5"][..]),
        ("asymmetric", &asymmetric, &["0", "0.5", "1", "1.5", "2", "4", "64"]),
    ] {
        for gamma in gammas {
            for (column, result) in ["loss", "gradient", "Hessian"].into_iter().enumerate() {
                let figure = found(&format!("{kind} {result}, gamma {gamma}"), 0);
                let row = text.split(&format!("| {gamma} | ")).nth(1).expect(gamma);
                assert_eq!(row.split(" | ").nth(2 * column), Some(&figure[..]), "{kind} {result}, gamma {gamma}");
            }
        }
    }
    let [loss, gradient] = ["loss", "gradient"].map(|name| found(&format!("{name} of a probability"), 0));
    quotes(&probability, format!("({loss} found in `f32`"));
    quotes(&probability, format!("({gradient} found,"));
    quotes(&library, format!("loss {loss} found at"));
    quotes(&library, format!("gradient {gradient} at"));
}
