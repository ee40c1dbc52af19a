//! Gradient boosting of decision stumps on the red wines, with the gradient and the Hessian of a loss.
//!
//! Each round tries every threshold of every feature, and takes the one whose two leaves lower the loss the most, to second
//! order, as XGBoost does. With G and H the sums of gradients and Hessians in a leaf, its value is -G / (H + lambda) and its
//! gain G^2 / (H + lambda). The derivatives are those of a sum: under a mean, H would be divided by n, and lambda would
//! weigh n times as much.
//!
//! The Hessian of focal loss is negative for an element that is far on the wrong side, and then neither value nor gain means
//! anything. The second table tries floors for the Hessian, with the default settings of XGBoost and LightGBM. Focal loss
//! starts as in its paper, from a probability of 0.01, where all positives are on the wrong side.
//!
//! ```text
//! cargo run --release --example boosting
//! ```

#[path = "common/data.rs"]
#[allow(dead_code, reason = "stumps need no scaling")]
mod data;
#[path = "common/metrics.rs"]
#[allow(dead_code, reason = "the figure has no ROC curve")]
mod metrics;
#[path = "common/plot.rs"]
#[expect(dead_code, reason = "its panel is no square")]
mod plot;

use comfy_table::{CellAlignment, Table, presets};
use data::{Data, Part};
use indicatif::{ProgressBar, ProgressStyle};
use logit_loss::{BceWithLogits, FocalLoss, Hessian, Loss, Reduction, Weights};
use metrics::{Metrics, cross_entropy};
use plotters::prelude::*;
use std::error::Error;
use std::path::PathBuf;

const SEED: u64 = 1;
const ROUNDS: usize = 300;
const SPLITS: u64 = 5;
const GAMMA: f32 = 2.0;

/// The size of the steps, and the leaves that are not made.
#[derive(Clone, Copy)]
struct Settings {
    learning_rate: f32,
    lambda: f64,
    least_hessian: f64,
    least_wines: usize,
}

const USUAL: Settings = Settings { learning_rate: 0.1, lambda: 1.0, least_hessian: 0.0, least_wines: 1 };
/// The defaults of `eta`, `lambda` and `min_child_weight`.
const XGBOOST: Settings = Settings { learning_rate: 0.3, lambda: 1.0, least_hessian: 1.0, least_wines: 1 };
/// The defaults of `learning_rate`, `lambda_l2`, `min_sum_hessian_in_leaf` and `min_data_in_leaf`.
const LIGHTGBM: Settings = Settings { learning_rate: 0.1, lambda: 0.0, least_hessian: 1e-3, least_wines: 20 };

/// Returns the Hessian to use, from a logit, its gradient and its Hessian.
type Floor = fn(f32, f32, f32) -> f32;

/// The floor that XGBoost puts under its own losses. The crate has none, since a Hessian of 1e-30 is right; code that
/// divides by it adds a floor.
const TINY: Floor = |_, _, h| h.max(1e-16);
const FLOORS: [(&str, Floor); 6] = [
    ("h", |_, _, h| h),
    ("max(h, 0)", |_, _, h| h.max(0.0)),
    ("max(h, 1e-6)", |_, _, h| h.max(1e-6)),
    ("max(h, 1e-3)", |_, _, h| h.max(1e-3)),
    ("max(h, p (1 - p) / 10)", |x, _, h| h.max(0.1 * plain_hessian(x))),
    ("max(h, abs(g) / 4)", |_, g, h| h.max(g.abs() / 4.0)),
];

/// Returns p (1 - p), with p = sigmoid(x).
fn plain_hessian(x: f32) -> f32 {
    0.25 / (0.5 * x).cosh().powi(2)
}

/// A stump adds one of two values, depending on the threshold of one feature.
struct Stump {
    feature: usize,
    /// The first value is for features up to this one.
    threshold: f32,
    values: [f32; 2],
}

impl Stump {
    /// Returns the best stump; `sorted` has the rows in the order of each feature.
    fn fit(settings: Settings, part: &Part, sorted: &[Vec<usize>], gradient: &[f32], hessian: &[f32]) -> Stump {
        let Settings { learning_rate, lambda, least_hessian, least_wines } = settings;
        let sum = |values: &[f32]| values.iter().map(|&v| f64::from(v)).sum::<f64>();
        let (all_g, all_h) = (sum(gradient), sum(hessian));
        let gain = |g: f64, h: f64| g * g / (h + lambda);
        let value = |g: f64, h: f64| -(g / (h + lambda)) as f32 * learning_rate;
        let mut best = (f64::NEG_INFINITY, Stump { feature: 0, threshold: f32::INFINITY, values: [0.0; 2] });
        for (feature, rows) in sorted.iter().enumerate() {
            let of = |row: usize| part.features[[row, feature]];
            let (mut g, mut h) = (0.0, 0.0);
            for (index, pair) in rows.windows(2).enumerate() {
                g += f64::from(gradient[pair[0]]);
                h += f64::from(hessian[pair[0]]);
                let gain = gain(g, h) + gain(all_g - g, all_h - h);
                let wines = (index + 1).min(rows.len() - index - 1);
                let allowed = h.min(all_h - h) >= least_hessian && wines >= least_wines;
                // There is no threshold between equal values.
                if allowed && of(pair[0]) < of(pair[1]) && gain > best.0 {
                    let values = [value(g, h), value(all_g - g, all_h - h)];
                    best = (gain, Stump { feature, threshold: of(pair[0]), values });
                }
            }
        }
        best.1
    }

    fn add_to(&self, logits: &mut [f32], part: &Part) {
        for (logit, &x) in logits.iter_mut().zip(part.features.column(self.feature)) {
            *logit += self.values[usize::from(x > self.threshold)];
        }
    }
}

/// The results of one loss.
struct Run {
    name: &'static str,
    /// Plain cross-entropy after each round, in training and held out.
    curves: [Vec<f64>; 2],
    /// The logits after the last round, in training.
    logits: Vec<f32>,
    metrics: Metrics,
}

fn main() -> Result<(), Box<dyn Error>> {
    check_known_values()?;
    let data = Data::load(&mut fastrand::Rng::with_seed(SEED));
    let (positives, negatives) = (data.train.positives(), data.train.negatives());
    let pos_weight = negatives as f32 / positives as f32;
    println!("Red wines: {} to train on, {positives} of them good (pos_weight {pos_weight:.2})", positives + negatives);

    let plain = BceWithLogits::new().reduction(Reduction::Sum);
    let losses = [("plain", plain), ("pos_weight", plain.pos_weight(Weights::uniform(pos_weight)))];
    // Where no Hessian is negative, the floors of the middle have the results of the first.
    let starts = [
        ("class log-odds", -pos_weight.ln(), vec![FLOORS[0], FLOORS[FLOORS.len() - 1]]),
        ("0.01", (0.01f32 / 0.99).ln(), FLOORS.to_vec()),
    ];
    let focal_runs: u64 = starts.iter().map(|(.., floors)| 2 * SPLITS * floors.len() as u64).sum();
    let bar = ProgressBar::new(losses.len() as u64 + focal_runs)
        .with_style(ProgressStyle::with_template("{bar:40} {percent:>3} %")?);
    let mut runs = Vec::new();
    for (name, loss) in losses {
        runs.push(boost(name, loss, TINY, USUAL, 0.0, &data)?);
        bar.inc(1);
    }
    let focal = focal_table(starts, &bar)?;
    bar.finish_and_clear();
    println!("{}", table(&runs));
    println!("On the held-out wines, after {ROUNDS} rounds; BCE is plain cross-entropy for every loss.");
    println!("\nFocal loss, gamma {GAMMA}, with a floor under its Hessian h:\n{focal}");
    println!(
        "g is the gradient, p the probability. Negative: the number of negative Hessians at the start, of {}. Loss:\n\
         focal loss in training after {ROUNDS} rounds. AUC: on the held-out wines. Both are means of {SPLITS} splits.\n\
         XGBoost, LightGBM: stumps of this example, with their default learning rate, lambda, and the least Hessian\n\
         and number of wines of a leaf.",
        positives + negatives
    );
    println!("\nFigure: {}", draw(&runs)?.display());
    Ok(())
}

fn boost(
    name: &'static str,
    loss: impl Hessian<f32>,
    floor: Floor,
    settings: Settings,
    start: f32,
    data: &Data,
) -> Result<Run, logit_loss::Error> {
    let Data { train, held_out } = data;
    let n = train.targets.len();
    let sorted: Vec<Vec<usize>> = train
        .features
        .columns()
        .into_iter()
        .map(|column| {
            let mut rows: Vec<usize> = (0..n).collect();
            rows.sort_by(|&a, &b| column[a].total_cmp(&column[b]));
            rows
        })
        .collect();
    let (mut logits, mut unseen) = (vec![start; n], vec![start; held_out.targets.len()]);
    let (mut gradient, mut hessian) = (vec![0.0; n], vec![0.0; n]);
    let mut curves = [Vec::new(), Vec::new()];
    for _ in 0..ROUNDS {
        loss.gradient_and_hessian(&logits, &train.targets, &mut gradient, &mut hessian)?;
        for ((h, &g), &x) in hessian.iter_mut().zip(&gradient).zip(&logits) {
            *h = floor(x, g, *h);
        }
        let stump = Stump::fit(settings, train, &sorted, &gradient, &hessian);
        stump.add_to(&mut logits, train);
        stump.add_to(&mut unseen, held_out);
        curves[0].push(cross_entropy(&logits, &train.targets));
        curves[1].push(cross_entropy(&unseen, &held_out.targets));
    }
    let metrics = Metrics::new(&unseen, &held_out.targets);
    Ok(Run { name, curves, logits, metrics })
}

/// A trial: the name and value of the first logit, and floors.
type Trial = (&'static str, f32, Vec<(&'static str, Floor)>);

fn focal_table(trials: [Trial; 2], bar: &ProgressBar) -> Result<Table, logit_loss::Error> {
    let focal = FocalLoss::new().without_alpha().gamma(GAMMA);
    let splits: Vec<Data> = (1..=SPLITS).map(|seed| Data::load(&mut fastrand::Rng::with_seed(seed))).collect();
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN).set_header([
        "Start",
        "Negative",
        "Hessian",
        "XGBoost: loss",
        "AUC",
        "LightGBM: loss",
        "AUC",
    ]);
    for (start, logit, floors) in trials {
        let negative = negative_hessians(focal, logit, &splits[0].train.targets)?;
        for (name, floor) in floors {
            let mut row = vec![start.to_string(), negative.to_string(), name.to_string()];
            for settings in [XGBOOST, LIGHTGBM] {
                let (mut loss, mut auc) = (0.0, 0.0);
                for data in &splits {
                    let run = boost(name, focal.reduction(Reduction::Sum), floor, settings, logit, data)?;
                    loss += f64::from(focal.loss(&run.logits, &data.train.targets)?) / SPLITS as f64;
                    auc += run.metrics.auc / SPLITS as f64;
                    bar.inc(1);
                }
                row.extend([
                    if loss < 10.0 { format!("{loss:.4}") } else { format!("{loss:.1}") },
                    format!("{auc:.3}"),
                ]);
            }
            table.add_row(row);
        }
    }
    table.column_iter_mut().skip(3).for_each(|column| column.set_cell_alignment(CellAlignment::Right));
    Ok(table)
}

fn negative_hessians(focal: FocalLoss<'_, f32>, logit: f32, targets: &[f32]) -> Result<usize, logit_loss::Error> {
    let (mut gradient, mut hessian) = (vec![0.0; targets.len()], vec![0.0; targets.len()]);
    focal.gradient_and_hessian(&vec![logit; targets.len()], targets, &mut gradient, &mut hessian)?;
    Ok(hessian.iter().filter(|&&h| h < 0.0).count())
}

/// Checks the numbers that XGBoost documents for `binary:logistic`, to its two digits, the last of which may be cut off.
fn check_known_values() -> Result<(), logit_loss::Error> {
    let loss = BceWithLogits::new().reduction(Reduction::Sum);
    let logits = [0.0f32, 0.1, 0.9, 1.0];
    for (label, gradients) in [(false, [0.5, 0.52, 0.71, 0.73]), (true, [-0.5, -0.47, -0.28, -0.26])] {
        let (mut gradient, mut hessian) = ([0.0; 4], [0.0; 4]);
        loss.gradient_and_hessian(&logits, &[label; 4], &mut gradient, &mut hessian)?;
        for (found, known) in gradient.iter().chain(&hessian).zip(gradients.iter().chain(&[0.25, 0.24, 0.20, 0.19])) {
            assert!((found - known).abs() < 0.01, "{found} and not {known}");
        }
    }
    Ok(())
}

fn table(runs: &[Run]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN).set_header(["Loss", "BCE", "Recall", "Prec.", "FPR", "AUC"]);
    for Run { name, metrics, .. } in runs {
        let Metrics { cross_entropy, recall, precision, false_positive_rate, auc, .. } = *metrics;
        let numbers = [cross_entropy, recall, precision.unwrap_or(f64::NAN), false_positive_rate, auc];
        table.add_row([name.to_string()].into_iter().chain(numbers.map(|v| format!("{v:.3}"))));
    }
    table.column_iter_mut().skip(1).for_each(|column| column.set_cell_alignment(CellAlignment::Right));
    table
}

fn draw(runs: &[Run]) -> Result<PathBuf, Box<dyn Error>> {
    let path = plot::path("boosting.svg")?;
    let root = SVGBackend::new(&path, (800, 500)).into_drawing_area();
    root.fill(&WHITE)?;
    let all = || runs.iter().flat_map(|run| run.curves.iter().flatten());
    let (low, high) = (all().copied().fold(f64::INFINITY, f64::min), all().copied().fold(0.0, f64::max));
    let mut chart = ChartBuilder::on(&root)
        .caption("Boosted stumps: cross-entropy of the wines", ("sans-serif", 24))
        .margin(12)
        .x_label_area_size(46)
        .y_label_area_size(60)
        .build_cartesian_2d(0..ROUNDS, 0.95 * low..1.02 * high)?;
    let mesh = &mut chart.configure_mesh();
    mesh.x_desc("round")
        .y_desc("plain cross-entropy")
        .label_style(("sans-serif", 16))
        .light_line_style(WHITE)
        .draw()?;
    for (run, colour) in runs.iter().zip([RGBColor(0, 114, 178), RGBColor(0, 158, 115)]) {
        for (curve, (part, width)) in run.curves.iter().zip([("training", 1), ("held out", 3)]) {
            let style = colour.stroke_width(width);
            let line = LineSeries::new(curve.iter().copied().enumerate(), style);
            let legend = move |(x, y)| PathElement::new([(x, y), (x + 24, y)], style);
            chart.draw_series(line)?.label(format!("{}, {part}", run.name)).legend(legend);
        }
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperRight)
        .label_font(("sans-serif", 16))
        .legend_area_size(32)
        .border_style(BLACK.mix(0.3))
        .background_style(WHITE)
        .draw()?;
    root.present()?;
    drop((chart, root));
    Ok(path)
}
