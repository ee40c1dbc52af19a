//! Two panels: reliability above the number of wines in each bin, and precision against recall with the threshold.

use crate::newton::Map;
use crate::plot::{self, Area, FONT, Outcome, Square};
use crate::ranking::{average_precision, precision_recall};
use crate::reliability::{BINS, Reliability};
use crate::{Study, WANTED_FALSE_POSITIVE_RATE};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use std::error::Error;
use std::f64::consts::TAU;
use std::path::PathBuf;

const SIZE: (u32, u32) = (1240, 780);
const COUNTS_HEIGHT: u32 = 150;

/// The style of each map: colours that colour-blind people can tell apart (Okabe and Ito), and a number of corners for those
/// who see no colours.
const STYLES: [(&str, RGBColor, usize); 3] =
    [("as trained", RGBColor(213, 94, 0), 3), ("temperature", RGBColor(0, 158, 115), 4), ("Platt", BLUE, ROUND)];
const BLUE: RGBColor = RGBColor(0, 114, 178);
const ROUND: usize = 24;
const GREY: RGBColor = RGBColor(153, 153, 153);

struct Curve {
    name: &'static str,
    colour: RGBColor,
    corners: usize,
    reliability: Reliability,
}

pub fn draw(study: &Study) -> Result<PathBuf, Box<dyn Error>> {
    let path = plot::path("calibration.svg")?;
    let root = SVGBackend::new(&path, SIZE).into_drawing_area();
    root.fill(&WHITE)?;
    let (left, right) = root.split_horizontally(SIZE.0 / 2);
    let (above, below) = left.split_vertically(SIZE.1 - COUNTS_HEIGHT);
    let curve = |(name, map): (&'static str, Map)| {
        let (_, colour, corners) = STYLES.into_iter().find(|style| style.0 == name)?;
        let reliability = Reliability::new(&map.apply(&study.test.logits), &study.test.targets);
        Some(Curve { name, colour, corners, reliability })
    };
    let curves: Vec<Curve> = study.maps().into_iter().filter_map(curve).collect();
    reliability(&above, &format!("Reliability, {} test wines", study.test.targets.len()), &curves)?;
    counts(&below, &curves)?;
    precision(&right, study)?;
    root.present()?;
    drop((left, right, above, below, root));
    Ok(path)
}

fn reliability(area: &Area, title: &str, curves: &[Curve]) -> Outcome {
    let mut chart = plot::unit_square(area, title, "probability, mean of the bin", "part of the bin that is good")?;
    chart.draw_series(LineSeries::new([(0.0, 0.0), (1.0, 1.0)], GREY))?;
    let row = |index: usize| 0.96 - 0.055 * index as f64;
    for (index, Curve { name, colour, corners, reliability }) in curves.iter().enumerate() {
        let points: Vec<_> = reliability.bins.iter().filter_map(|bin| Some((bin.point()?, bin.count))).collect();
        chart.draw_series(LineSeries::new(points.iter().map(|point| point.0), colour.stroke_width(2)))?;
        for &(at, count) in &points {
            marker(&mut chart, at, *corners, 4.0 + (count as f64).sqrt() / 2.5, 0, *colour)?;
        }
        marker(&mut chart, (0.035, row(index)), *corners, 7.0, 0, *colour)?;
        let words = format!("{name}: ECE {:.3}", reliability.calibration_error());
        text(&mut chart, words, (0.065, row(index)), *colour, HPos::Left)?;
    }
    let last = row(curves.len());
    chart.draw_series([PathElement::new([(0.02, last), (0.05, last)], GREY)])?;
    text(&mut chart, "as it should be".to_string(), (0.065, last), BLACK, HPos::Left)
}

/// Draws the counts beneath the panel above, with its scale.
fn counts(area: &Area, curves: &[Curve]) -> Outcome {
    let mut chart = ChartBuilder::on(area)
        .margin(12)
        .margin_top(0)
        .y_label_area_size(70)
        .build_cartesian_2d(0.0..1.0, -1.0..curves.len() as f64 + 1.0)?;
    let title = format!("wines in each of {BINS} bins");
    text(&mut chart, title, (0.5, curves.len() as f64 + 0.5), BLACK, HPos::Center)?;
    for (index, Curve { colour, corners, reliability, .. }) in curves.iter().enumerate() {
        let height = (curves.len() - index) as f64 - 0.5;
        marker(&mut chart, (0.0, height), *corners, 7.0, -20, *colour)?;
        for (bin, part) in reliability.bins.iter().enumerate() {
            let middle = (bin as f64 + 0.5) / BINS as f64;
            text(&mut chart, part.count.to_string(), (middle, height), *colour, HPos::Center)?;
        }
    }
    let words = "ECE: expected calibration error. Larger markers: more wines".to_string();
    text(&mut chart, words, (0.5, -0.5), BLACK, HPos::Center)
}

fn precision(area: &Area, study: &Study) -> Outcome {
    let title = format!("Precision and recall, {} test wines", study.test.targets.len());
    let mut chart = plot::unit_square(area, &title, "recall", "precision")?;
    let curve = precision_recall(&study.test.logits, &study.test.targets);
    chart.draw_series(LineSeries::new(curve.iter().copied(), BLUE.stroke_width(2)))?;
    let words = format!("average precision {:.3}, the same before and after", average_precision(&curve));
    text(&mut chart, words, (0.97, 0.96), BLUE, HPos::Right)?;

    let chance = study.test.positives() as f64 / study.test.targets.len() as f64;
    chart.draw_series(LineSeries::new([(0.0, chance), (1.0, chance)], GREY))?;
    text(&mut chart, format!("chosen at random: {chance:.3}"), (0.03, chance - 0.03), BLACK, HPos::Left)?;

    let alarm = study.test.alarm(study.threshold);
    let (recall, precision) = (alarm.recall(), alarm.precision());
    chart.draw_series([PathElement::new([(recall, precision), (recall, precision - 0.12)], BLACK)])?;
    marker(&mut chart, (recall, precision), ROUND, 8.0, 0, BLACK)?;
    let lines = [
        format!("threshold of a false-positive rate of {WANTED_FALSE_POSITIVE_RATE}"),
        "on the calibration part; on these wines".to_string(),
        format!("rate {:.3}, recall {recall:.3}, precision {precision:.3}", alarm.false_positive_rate()),
    ];
    for (index, line) in lines.into_iter().enumerate() {
        let height = precision - 0.15 - 0.04 * index as f64;
        text(&mut chart, line, (recall.clamp(0.32, 0.68), height), BLACK, HPos::Center)?;
    }
    Ok(())
}

/// Draws a polygon, `right` pixels to the right of a point.
fn marker(chart: &mut Square, at: (f64, f64), corners: usize, radius: f64, right: i32, colour: RGBColor) -> Outcome {
    let corner = |index: usize| {
        let (sin, cos) = (TAU * (index as f64 / corners as f64)).sin_cos();
        ((radius * sin).round() as i32 + right, (-radius * cos).round() as i32)
    };
    let outline: Vec<_> = (0..corners).map(corner).collect();
    chart.draw_series([EmptyElement::at(at) + Polygon::new(outline, colour.mix(0.8).filled())])?;
    Ok(())
}

fn text(chart: &mut Square, words: String, at: (f64, f64), colour: RGBColor, side: HPos) -> Outcome {
    let style = (FONT, 17).into_font().color(&colour).pos(Pos::new(side, VPos::Center));
    chart.draw_series([Text::new(words, at, style)])?;
    Ok(())
}
