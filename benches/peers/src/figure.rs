//! Elements per second against the number of elements: the loss, and the loss with its gradient.

use crate::contestants::{MEMORY, OURS};
use crate::rounds::Rates;
use crate::{Key, LARGEST, SIZES, Task};
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use std::error::Error;
use std::path::PathBuf;

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Outcome = Result<(), Box<dyn Error>>;

const FONT: &str = "sans-serif";
const SIZE: (u32, u32) = (1320, 600);
/// Room for the labels at the lines' ends, and between two of them.
const LABELS: i32 = 150;
const LINE_HEIGHT: i32 = 20;

/// Colours that stay apart for the colour-blind (Okabe and Ito), by how a name begins.
const COLOURS: [(&str, RGBColor); 7] = [
    (OURS, RGBColor(0, 114, 178)),
    ("C", RGBColor(213, 94, 0)),
    ("PyTorch", RGBColor(204, 121, 167)),
    ("Rust loop, std", RGBColor(0, 158, 115)),
    ("Rust loop, libm", RGBColor(86, 180, 233)),
    ("burn", RGBColor(230, 159, 0)),
    ("candle", RGBColor(0, 0, 0)),
];

fn style(name: &str) -> ShapeStyle {
    let colour = COLOURS.iter().find(|(start, _)| name.starts_with(start)).map_or(BLACK, |found| found.1);
    colour.stroke_width(if name == OURS { 5 } else { 2 })
}

pub fn draw(panels: &[(Task, Vec<Rates<Key>>)]) -> Result<PathBuf, Box<dyn Error>> {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/throughput.svg"));
    let root = SVGBackend::new(&path, SIZE).into_drawing_area();
    root.fill(&WHITE)?;
    let all = || panels.iter().flat_map(|panel| &panel.1).map(Rates::median);
    let range = all().fold(f64::INFINITY, f64::min) / 1.3..all().fold(0.0, f64::max) * 1.3;
    for ((task, rates), area) in panels.iter().zip(root.split_evenly((1, panels.len()))) {
        panel(&area, *task, rates, range.clone())?;
    }
    root.present()?;
    drop(root);
    Ok(path)
}

fn panel(area: &Area<'_>, task: Task, all: &[Rates<Key>], range: std::ops::Range<f64>) -> Outcome {
    let (title, limit) = match task {
        Task::Loss => ("Loss", "memory: two streams read"),
        Task::LossAndGradient => ("Loss and gradient", "memory: two read, one written"),
    };
    let (first, last) = (SIZES[0] as f64, LARGEST as f64);
    let decades = (6..12).map(|exponent| 10_f64.powi(exponent)).filter(|rate| range.contains(rate)).collect();
    let sizes = SIZES.iter().step_by(2).map(|&n| n as f64).collect();
    let mut chart = ChartBuilder::on(area)
        .caption(title, (FONT, 26))
        .margin(12)
        .margin_right(LABELS)
        .x_label_area_size(50)
        .y_label_area_size(76)
        .build_cartesian_2d(
            (first..last).log_scale().with_key_points(sizes),
            range.log_scale().with_key_points(decades),
        )?;
    chart
        .configure_mesh()
        .label_style((FONT, 17))
        .axis_desc_style((FONT, 19))
        .x_desc("elements (f32)")
        .y_desc("elements a second, one thread")
        .x_label_formatter(&|&n| short(n, 1024.0, ["", " Ki", " Mi"]))
        .y_label_formatter(&|&rate| short(rate / 1e6, 1000.0, [" M", " G", " T"]))
        .light_line_style(WHITE)
        .draw()?;

    for memory in all.iter().filter(|rates| rates.key.0 == MEMORY) {
        let (low, high) = (memory.quantile(0.1), memory.quantile(0.9));
        chart.draw_series([Rectangle::new([(first, low), (last, high)], RGBColor(190, 190, 190).filled())])?;
        let words = (FONT, 17).into_font().color(&RGBColor(90, 90, 90)).pos(Pos::new(HPos::Left, VPos::Bottom));
        chart.draw_series([EmptyElement::at((first, high)) + Text::new(limit, (8, -2), words)])?;
    }

    // Slowest first: ours lies on top.
    let mut lines: Vec<(&str, Vec<(f64, f64)>)> = Vec::new();
    for rates in all.iter().filter(|rates| rates.key.0 != MEMORY) {
        let (name, n) = (rates.key.0.as_str(), rates.key.1 as f64);
        match lines.iter_mut().find(|line| line.0 == name) {
            Some(line) => line.1.push((n, rates.median())),
            None => lines.push((name, vec![(n, rates.median())])),
        }
    }
    lines.sort_by(|a, b| end(&a.1).1.total_cmp(&end(&b.1).1));
    let mut lowest = i32::MAX;
    for (name, points) in lines {
        chart.draw_series(LineSeries::new(points.iter().copied(), style(name)))?;
        chart.draw_series(
            points.iter().map(|&point| Circle::new(point, style(name).stroke_width + 1, style(name).filled())),
        )?;
        // Labels where lines end, moved up where they would cover the one below.
        let (x, y) = chart.backend_coord(&end(&points));
        let label = y.min(lowest.saturating_sub(LINE_HEIGHT));
        lowest = label;
        let (left, top) = area.get_base_pixel();
        let (x, y, label) = (x - left, y - top, label - top);
        area.draw(&PathElement::new([(x + 8, y), (x + 20, label)], style(name).color.stroke_width(1)))?;
        let font = (FONT, 17).into_font();
        let font = if name == OURS { font.style(FontStyle::Bold) } else { font };
        let words = font.color(&style(name).color).pos(Pos::new(HPos::Left, VPos::Center));
        area.draw(&Text::new(name, (x + 24, label), words))?;
    }
    Ok(())
}

fn end(points: &[(f64, f64)]) -> (f64, f64) {
    points[points.len() - 1]
}

/// A number with the largest unit that leaves a whole part.
fn short(value: f64, step: f64, units: [&str; 3]) -> String {
    let unit = (0..3).rev().find(|&unit| value >= step.powi(unit)).unwrap_or(0);
    format!("{:.0}{}", value / step.powi(unit), units[unit as usize])
}
