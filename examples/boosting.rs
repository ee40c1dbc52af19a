//! Gradient boosting of decision stumps on the red wines, with the gradient and the Hessian of a weighted loss.
//!
//! Each round looks at every threshold of every feature and takes the one whose two leaves lower the loss most, to
//! second order, as XGBoost does: with G and H the sums of gradients and Hessians in a leaf, its value is -G / (H + lambda)
//! and its gain G^2 / (H + lambda). The derivatives are those of a sum: under a mean, H would come divided by n and
//! lambda would weigh n times as much.
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
use logit_loss::{BceWithLogits, Hessian, Reduction, Weights};
use metrics::{Metrics, cross_entropy};
use plotters::prelude::*;
use std::error::Error;
use std::path::PathBuf;

const SEED: u64 = 1;
const ROUNDS: usize = 300;
const LEARNING_RATE: f32 = 0.1;
const LAMBDA: f64 = 1.0;
/// XGBoost's floor of the Hessian. The crate has none: 1e-30 is right where it says so. Whoever divides by one adds it.
const FLOOR: f32 = 1e-16;

/// Adds one of two values, by one feature's threshold.
struct Stump {
    feature: usize,
    /// Up to here it is the first value.
    threshold: f32,
    values: [f32; 2],
}

impl Stump {
    /// The best there is; `sorted` has the rows by each feature.
    fn fit(part: &Part, sorted: &[Vec<usize>], gradient: &[f32], hessian: &[f32]) -> Stump {
        let sum = |values: &[f32]| values.iter().map(|&v| f64::from(v)).sum::<f64>();
        let (all_g, all_h) = (sum(gradient), sum(hessian));
        let gain = |g: f64, h: f64| g * g / (h + LAMBDA);
        let value = |g: f64, h: f64| -(g / (h + LAMBDA)) as f32 * LEARNING_RATE;
        let mut best = (f64::NEG_INFINITY, Stump { feature: 0, threshold: f32::INFINITY, values: [0.0; 2] });
        for (feature, rows) in sorted.iter().enumerate() {
            let of = |row: usize| part.features[[row, feature]];
            let (mut g, mut h) = (0.0, 0.0);
            for pair in rows.windows(2) {
                g += f64::from(gradient[pair[0]]);
                h += f64::from(hessian[pair[0]]);
                let gain = gain(g, h) + gain(all_g - g, all_h - h);
                // Between equal values there is no threshold.
                if of(pair[0]) < of(pair[1]) && gain > best.0 {
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

/// What came of one loss.
struct Run {
    name: &'static str,
    /// Plain cross-entropy after each round, in training and held out.
    curves: [Vec<f64>; 2],
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
    let bar = ProgressBar::new((losses.len() * ROUNDS) as u64)
        .with_style(ProgressStyle::with_template("{bar:40} {percent:>3} %")?);
    let runs = losses.map(|(name, loss)| boost(name, loss, &data, &bar)).into_iter().collect::<Result<Vec<_>, _>>()?;
    bar.finish_and_clear();
    println!("{}", table(&runs));
    println!("On the held-out wines, after {ROUNDS} rounds; BCE is the plain one whatever was optimised.");
    println!("Figure: {}", draw(&runs)?.display());
    Ok(())
}

fn boost(
    name: &'static str,
    loss: BceWithLogits<'_, f32>,
    data: &Data,
    bar: &ProgressBar,
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
    let (mut logits, mut unseen) = (vec![0.0; n], vec![0.0; held_out.targets.len()]);
    let (mut gradient, mut hessian) = (vec![0.0; n], vec![0.0; n]);
    let mut curves = [Vec::new(), Vec::new()];
    for _ in 0..ROUNDS {
        loss.gradient_and_hessian(&logits, &train.targets, &mut gradient, &mut hessian)?;
        hessian.iter_mut().for_each(|h| *h = h.max(FLOOR));
        let stump = Stump::fit(train, &sorted, &gradient, &hessian);
        stump.add_to(&mut logits, train);
        stump.add_to(&mut unseen, held_out);
        curves[0].push(cross_entropy(&logits, &train.targets));
        curves[1].push(cross_entropy(&unseen, &held_out.targets));
        bar.inc(1);
    }
    Ok(Run { name, curves, metrics: Metrics::new(&unseen, &held_out.targets) })
}

/// What XGBoost documents for `binary:logistic`, in its two digits, the last of which may be cut off.
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
