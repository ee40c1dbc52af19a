//! Three panels: the plain loss on raw features, and two ROC curves on which a weight moves the threshold of 1/2.

use crate::plot::{self, Area, FONT, Outcome};
use crate::{RECALL, Row, TRIALS};
use plotters::coord::ranged1d::Ranged;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use std::error::Error;
use std::path::PathBuf;

const SIZE: (u32, u32) = (1560, 620);

/// Colours that colour-blind people can tell apart (Okabe and Ito).
const VERMILION: RGBColor = RGBColor(213, 94, 0);
const ORANGE: RGBColor = RGBColor(230, 159, 0);
const BLUE: RGBColor = RGBColor(0, 114, 178);
const GREEN: RGBColor = RGBColor(0, 158, 115);
const PURPLE: RGBColor = RGBColor(204, 121, 167);
const GREY: RGBColor = RGBColor(110, 110, 110);

const WAYS: [RGBColor; 3] = [VERMILION, ORANGE, BLUE];
const SHOWN: [(&str, &str, RGBColor); 4] = [
    ("pos_weight 1/5", "pos_weight 1/5", GREEN),
    ("BceWithLogits", "no pos_weight", BLUE),
    ("pos_weight 5", "pos_weight 5", VERMILION),
    ("AsymmetricLoss", "AsymmetricLoss", PURPLE),
];

pub fn draw(plain: &[Row], balanced: &[Row]) -> Result<PathBuf, Box<dyn Error>> {
    let path = plot::path("imbalanced.svg")?;
    let root = SVGBackend::new(&path, SIZE).into_drawing_area();
    root.fill(&WHITE)?;
    let panels = root.split_evenly((1, 3));
    let raw: Vec<&Row> = plain.iter().filter(|row| row.group == "raw").collect();
    losses(&panels[0], &raw)?;
    let groups = balanced.chunk_by(|a, b| a.group == b.group);
    let titles = ["Rare positives: 1 to 6.4 negatives", "Frequent positives: 5 to 1 negative"];
    for ((panel, rows), title) in panels[1..].iter().zip(groups).zip(titles) {
        roc(panel, rows, title)?;
    }
    root.present()?;
    drop((panels, root));
    Ok(path)
}

/// Draws one thin line for each trial.
fn losses(area: &Area, rows: &[&Row]) -> Outcome {
    let (low, high) = (0.25, 1000.0);
    let epochs = rows[0].runs[0].curve.len() - 1;
    let mut chart = ChartBuilder::on(area)
        .caption("Raw features: the plain loss, in three ways", (FONT, 22))
        .margin(12)
        .x_label_area_size(46)
        .y_label_area_size(70)
        .build_cartesian_2d(0.0..epochs as f64, (low..high).log_scale())?;
    chart
        .configure_mesh()
        .label_style((FONT, 16))
        .axis_desc_style((FONT, 18))
        .x_desc("epoch")
        .y_desc("cross-entropy of held-out wines")
        .x_label_formatter(&|x| format!("{x:.0}"))
        .y_label_formatter(&|y| y.to_string())
        .light_line_style(WHITE)
        .draw()?;
    for (row, colour) in rows.iter().zip(WAYS) {
        for run in &row.runs {
            let curve = run.curve.iter().enumerate().map(|(epoch, &loss)| (epoch as f64, loss));
            let points: Vec<(f64, f64)> = curve.take_while(|point| point.1.is_finite()).collect();
            if run.first_nan.is_some() {
                let ends =
                    points.last().map(|&at| EmptyElement::at(at) + Cross::new((0, 0), 6, colour.stroke_width(2)));
                chart.draw_series(ends)?;
            }
            chart.draw_series(LineSeries::new(points, colour.mix(0.7).stroke_width(2)))?;
        }
    }
    let [bare, clamped, ours] = rows else { unreachable!("three ways") };
    let nan: Vec<usize> = bare.runs.iter().filter_map(|run| run.first_nan).collect();
    let last = nan.iter().max().unwrap_or(&0);
    let words = [
        format!("x  sigmoid + log: NaN in {} of {TRIALS}, by step {last}", nan.len()),
        format!("+ clamp: {} of {TRIALS} learn", clamped.learned),
        format!("BceWithLogits: {} of {TRIALS} learn", ours.learned),
    ];
    for ((words, colour), height) in words.iter().zip(WAYS).zip([680.0, 470.0, 325.0]) {
        text(&mut chart, words, (2.0, height), colour, HPos::Left)?;
    }
    Ok(())
}

/// Draws means over the trials: of the false-positive rate at each recall, and of both at a threshold of 1/2.
fn roc(area: &Area, rows: &[Row], title: &str) -> Outcome {
    let mut chart = plot::unit_square(area, title, "false-positive rate", "recall")?;
    chart.draw_series([PathElement::new([(0.0, RECALL), (1.0, RECALL)], GREY.stroke_width(1))])?;
    text(&mut chart, &format!("recall {RECALL}"), (0.98, RECALL - 0.025), GREY, HPos::Right)?;
    text(&mut chart, "Dots: a threshold of 1/2. A weight moves", (0.98, 0.52), BLACK, HPos::Right)?;
    text(&mut chart, "the dot far, and the curve little.", (0.98, 0.47), BLACK, HPos::Right)?;
    text(&mut chart, "FPR at 1/2", (0.71, 0.36), BLACK, HPos::Right)?;
    text(&mut chart, &format!("at recall {RECALL}"), (0.98, 0.36), BLACK, HPos::Right)?;
    for (index, (loss, name, colour)) in SHOWN.into_iter().enumerate() {
        let row = rows.iter().find(|row| row.loss == loss).expect("it is there");
        let rate_at = |recall| row.mean(|metrics| metrics.false_positive_rate_at(recall));
        let curve = (0..=100).map(|percent| f64::from(percent) / 100.0).map(|recall| (rate_at(recall), recall));
        chart.draw_series(LineSeries::new(curve, colour.stroke_width(2)))?;
        let at = (row.mean(|metrics| metrics.false_positive_rate), row.mean(|metrics| metrics.recall));
        let height = 0.30 - 0.06 * index as f64;
        for at in [at, (0.12, height)] {
            chart.draw_series([Circle::new(at, 8, colour.filled()), Circle::new(at, 8, WHITE.stroke_width(2))])?;
        }
        text(&mut chart, name, (0.15, height), colour, HPos::Left)?;
        text(&mut chart, &format!("{:.3}", at.0), (0.71, height), colour, HPos::Right)?;
        text(&mut chart, &format!("{:.3}", rate_at(RECALL)), (0.98, height), colour, HPos::Right)?;
    }
    Ok(())
}

fn text<X: Ranged<ValueType = f64>, Y: Ranged<ValueType = f64>>(
    chart: &mut ChartContext<SVGBackend, Cartesian2d<X, Y>>,
    words: &str,
    at: (f64, f64),
    colour: RGBColor,
    side: HPos,
) -> Outcome {
    let style = (FONT, 17).into_font().color(&colour).pos(Pos::new(side, VPos::Center));
    chart.draw_series([Text::new(words.to_string(), at, style)])?;
    Ok(())
}
