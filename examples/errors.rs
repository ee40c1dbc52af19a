//! Draws the error of four ways to write the loss and its gradient, at every logit.
//!
//! ```text
//! cargo run --release --example errors
//! ```
//!
//! It writes `docs/errors.svg`. All numbers are `f32`. The target is the hard one that each formula finds difficult: 0 for
//! the loss, 1 for the gradient. The exact values come from `f64`, by a formula in which nothing cancels. Logits go as far
//! as results are normal numbers.

use comfy_table::{CellAlignment, Table, presets};
use libm::{expf, log1pf, logf};
use logit_loss::{BceWithLogits, Loss, Reduction};
use plotters::coord::Shift;
use plotters::prelude::*;
use std::error::Error;
use std::fs;
use std::path::PathBuf;

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// A way to compute the loss at target 0, and the gradient at target 1.
struct Formula {
    name: &'static str,
    loss: fn(f32) -> f32,
    gradient: fn(f32) -> f32,
    colour: RGBColor,
    width: u32,
}

/// Colours that colour-blind people can tell apart (Okabe and Ito).
const FORMULAS: [Formula; 4] = [
    Formula {
        name: "textbook: ln(1 + exp(x)) - x t, 1 / (1 + exp(-x)) - t",
        loss: |x| logf(1.0 + expf(x)),
        gradient: |x| sigmoid(x) - 1.0,
        colour: RGBColor(230, 159, 0),
        width: 7,
    },
    Formula {
        name: "candle: -t ln(s) - (1 - t) ln(1 - s), s = 1 / (1 + exp(-x)), derived step by step",
        loss: |x| -0.0 * logf(sigmoid(x)) - 1.0 * logf(1.0 - sigmoid(x)),
        gradient: candle_gradient,
        colour: RGBColor(213, 94, 0),
        width: 5,
    },
    Formula {
        name: "PyTorch: (1 - t) x - log_sigmoid(x), sigmoid(x) - t",
        loss: |x| 1.0 * x - (x.min(0.0) - log1pf(expf(-x.abs()))),
        gradient: |x| sigmoid(x) - 1.0,
        colour: RGBColor(204, 121, 167),
        width: 2,
    },
    Formula { name: "logit-loss", loss: our_loss, gradient: our_gradient, colour: RGBColor(0, 114, 178), width: 3 },
];

fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + expf(-x))
}

/// The derivative of each step, for target 1.
fn candle_gradient(x: f32) -> f32 {
    let s = sigmoid(x);
    (-1.0 / s + 0.0 / (1.0 - s)) * (s * (1.0 - s))
}

fn our_loss(x: f32) -> f32 {
    BceWithLogits::new().loss(&[x], &[false]).expect("the lengths fit")
}

fn our_gradient(x: f32) -> f32 {
    let mut gradient = [0.0];
    let sum = BceWithLogits::new().reduction(Reduction::Sum);
    sum.gradient(&[x], &[true], &mut gradient).expect("the lengths fit");
    gradient[0]
}

fn exact_loss(x: f64) -> f64 {
    x.max(0.0) + libm::log1p(libm::exp(-x.abs()))
}

fn exact_gradient(x: f64) -> f64 {
    let e = libm::exp(-x.abs());
    -(if x >= 0.0 { e } else { 1.0 }) / (1.0 + e)
}

/// Beyond this logit, results are not normal numbers, and have fewer digits.
const LAST: f64 = 87.0;
/// Each point is the largest error of this number of logits.
const LOGITS: usize = 200;
const STEP: f64 = 0.25;
/// The range of errors that is drawn; a result that is not a number is drawn above it.
const LEAST: f64 = 1e-9;
const NOT_A_NUMBER: f64 = 10.0;
const TOP: f64 = 1000.0;

const FONT: &str = "sans-serif";
const SIZE: (u32, u32) = (1320, 640);
const LEGEND_HEIGHT: u32 = 120;

fn main() -> Result<(), Box<dyn Error>> {
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN).set_header([
        "relative error, at most",
        "loss, t = 0",
        "not a number",
        "gradient, t = 1",
        "not a number",
    ]);

    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/errors.svg"));
    let mut drawing = String::new();
    let root = SVGBackend::with_string(&mut drawing, SIZE).into_drawing_area();
    root.fill(&WHITE)?;
    let (legend, body) = root.split_vertically(LEGEND_HEIGHT);
    for (index, formula) in FORMULAS.iter().rev().enumerate() {
        let y = 22 + 24 * index as i32;
        legend.draw(&PathElement::new([(90, y), (130, y)], formula.colour.stroke_width(formula.width)))?;
        legend.draw(&Text::new(formula.name, (142, y - 9), (FONT, 18)))?;
    }
    let panels = body.split_evenly((1, 2));
    let loss: Vec<_> = FORMULAS.iter().map(|formula| errors(formula.loss, exact_loss)).collect();
    let gradient: Vec<_> = FORMULAS.iter().map(|formula| errors(formula.gradient, exact_gradient)).collect();
    panel(&panels[0], "Loss, target 0", &loss)?;
    panel(&panels[1], "Gradient, target 1", &gradient)?;
    root.present()?;
    drop((legend, body, panels, root));
    // Without a size of its own, the figure fills the width of a page, and rustdoc leaves no gap above and below it.
    let size = format!(r#" width="{}" height="{}""#, SIZE.0, SIZE.1);
    fs::write(&path, drawing.replacen(&size, "", 1))?;

    for ((formula, loss), gradient) in FORMULAS.iter().zip(&loss).zip(&gradient) {
        let name = formula.name.split(':').next().unwrap_or(formula.name);
        let [loss, gradient] = [loss, gradient].map(|errors| summary(errors));
        table.add_row([name.to_string(), loss.0, loss.1, gradient.0, gradient.1]);
    }
    table.column_iter_mut().skip(1).for_each(|column| column.set_cell_alignment(CellAlignment::Right));
    println!("{table}\nFigure: {}", path.display());
    Ok(())
}

/// Returns the largest relative error around each logit; infinite where a result is not finite.
fn errors(computed: fn(f32) -> f32, exact: fn(f64) -> f64) -> Vec<(f64, f64)> {
    let points = (2.0 * LAST / STEP) as usize;
    let around = |point: usize| {
        let start = -LAST + point as f64 * STEP;
        let one = |k: usize| {
            let x = (start + STEP * k as f64 / LOGITS as f64) as f32;
            let (computed, exact) = (f64::from(computed(x)), exact(f64::from(x)));
            if computed.is_finite() { (computed - exact).abs() / exact.abs() } else { f64::INFINITY }
        };
        (start + STEP / 2.0, (0..LOGITS).map(one).fold(0.0, f64::max))
    };
    (0..points).map(around).collect()
}

/// Returns the largest error, and the logit from which on the result is not a number.
fn summary(errors: &[(f64, f64)]) -> (String, String) {
    let largest = errors.iter().map(|point| point.1).filter(|error| error.is_finite()).fold(0.0, f64::max);
    let not = |point: &&(f64, f64)| point.1.is_infinite();
    let below = errors.iter().rev().filter(|point| point.0 < 0.0).find(not).map(|p| format!("below {:.0}", p.0));
    let above = errors.iter().filter(|point| point.0 > 0.0).find(not).map(|p| format!("above {:.0}", p.0));
    let places: Vec<_> = below.into_iter().chain(above).collect();
    (format!("{largest:.1e}"), if places.is_empty() { "-".to_string() } else { places.join(", ") })
}

fn panel(area: &Area<'_>, title: &str, all: &[Vec<(f64, f64)>]) -> Result<(), Box<dyn Error>> {
    let decades = (-9..=0).map(|exponent| 10_f64.powi(exponent)).collect();
    let mut chart = ChartBuilder::on(area)
        .caption(title, (FONT, 26))
        .margin(12)
        .x_label_area_size(50)
        .y_label_area_size(76)
        .build_cartesian_2d(-LAST..LAST, (LEAST..TOP).log_scale().with_key_points(decades))?;
    chart
        .configure_mesh()
        .label_style((FONT, 17))
        .axis_desc_style((FONT, 19))
        .x_desc("logit")
        .y_desc("relative error")
        .x_label_formatter(&|x| format!("{x:.0}"))
        .y_label_formatter(&|y| format!("{y:.0e}"))
        .light_line_style(WHITE)
        .draw()?;
    let ulp = f64::from(f32::EPSILON) / 2.0;
    chart.draw_series(DashedLineSeries::new([(-LAST, ulp), (LAST, ulp)], 6, 5, BLACK.stroke_width(1)))?;
    let words = (FONT, 16).into_font();
    chart.draw_series([Text::new("half an ULP of 1", (-84.0, ulp / 2.0), words.clone())])?;
    chart.draw_series([Text::new("NaN or infinite", (-16.0, NOT_A_NUMBER * 6.0), words)])?;
    for (index, (formula, errors)) in FORMULAS.iter().zip(all).enumerate() {
        let style = formula.colour.stroke_width(formula.width);
        for run in errors.chunk_by(|a, b| a.1.is_finite() == b.1.is_finite()) {
            let height = |error: f64| {
                if error.is_finite() { error.max(LEAST) } else { NOT_A_NUMBER * 3_f64.powi(index as i32) }
            };
            chart.draw_series(LineSeries::new(run.iter().map(|&(x, error)| (x, height(error))), style))?;
        }
    }
    Ok(())
}
