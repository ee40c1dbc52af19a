//! Elements per second against the number of elements: for the loss, and for the loss with its gradient.

use crate::contestants::{MEMORY, OURS};
use crate::rounds::Rates;
use crate::{Key, LARGEST, SIZES, Task};
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use std::error::Error;
use std::ops::Range;
use std::path::PathBuf;

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Outcome = Result<(), Box<dyn Error>>;

const FONT: &str = "sans-serif";
const SIZE: (u32, u32) = (1320, 600);
/// Room for the labels at the ends of the lines, and between two labels.
const LABELS: i32 = 150;
const LINE_HEIGHT: i32 = 20;

/// Colours that colour-blind people can tell apart (Okabe and Ito), by the beginning of a name.
const COLOURS: [(&str, RGBColor); 8] = [
    (OURS, RGBColor(0, 114, 178)),
    ("C", RGBColor(213, 94, 0)),
    ("PyTorch", RGBColor(204, 121, 167)),
    ("Rust loop, std", RGBColor(0, 158, 115)),
    ("Rust loop, libm", RGBColor(86, 180, 233)),
    ("burn", RGBColor(230, 159, 0)),
    ("candle", BLACK),
    (MEMORY, RGBColor(110, 110, 110)),
];

fn style(name: &str) -> ShapeStyle {
    let colour = COLOURS.iter().find(|(start, _)| name.starts_with(start)).map_or(BLACK, |found| found.1);
    colour.stroke_width(if name == OURS { 5 } else { 2 })
}

pub fn draw(panels: &[(Task, Vec<Rates<Key>>)]) -> Result<PathBuf, Box<dyn Error>> {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/throughput.svg"));
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

fn panel(area: &Area<'_>, task: Task, all: &[Rates<Key>], range: Range<f64>) -> Outcome {
    let title = match task {
        Task::Loss => "Loss",
        Task::LossAndGradient => "Loss and gradient",
    };
    let (first, last) = (SIZES[0] as f64, LARGEST as f64);
    let decades = (6..12).map(|exponent| 10_f64.powi(exponent)).filter(|rate| range.contains(rate)).collect();
    let sizes = SIZES[..1].iter().chain(SIZES[1..].iter().step_by(2)).map(|&n| n as f64).collect();
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
        let band = [(first, memory.quantile(0.1)), (last, memory.quantile(0.9))];
        chart.draw_series([Rectangle::new(band, style(MEMORY).color.mix(0.4).filled())])?;
    }
    let mut labels = Vec::new();
    for (name, points) in lines(all) {
        let style = style(name);
        if name != MEMORY {
            chart.draw_series(LineSeries::new(points.iter().copied(), style))?;
            let dots = points.iter().map(|&point| Circle::new(point, style.stroke_width + 1, style.filled()));
            chart.draw_series(dots)?;
        }
        labels.push((name, chart.backend_coord(&end(&points))));
    }
    write(area, &labels)
}

/// The lines from the slowest to the fastest, which is drawn on top.
fn lines(all: &[Rates<Key>]) -> Vec<(&str, Vec<(f64, f64)>)> {
    let mut lines: Vec<(&str, Vec<(f64, f64)>)> = Vec::new();
    for rates in all {
        let (name, n) = (rates.key.0.as_str(), rates.key.1 as f64);
        match lines.iter_mut().find(|line| line.0 == name) {
            Some(line) => line.1.push((n, rates.median())),
            None => lines.push((name, vec![(n, rates.median())])),
        }
    }
    lines.sort_by(|a, b| end(&a.1).1.total_cmp(&end(&b.1).1));
    lines
}

/// Writes each name where its line ends, moved up where it would cover the one below.
fn write(area: &Area<'_>, labels: &[(&str, (i32, i32))]) -> Outcome {
    let (left, top) = area.get_base_pixel();
    let mut free = i32::MAX;
    for &(name, (x, y)) in labels {
        let (x, y) = (x - left, y - top);
        let height = y.min(free);
        free = height - LINE_HEIGHT;
        let colour = style(name).color;
        area.draw(&PathElement::new([(x + 8, y), (x + 20, height)], colour.stroke_width(1)))?;
        let font = (FONT, 17).into_font().style(if name == OURS { FontStyle::Bold } else { FontStyle::Normal });
        let words = font.color(&colour).pos(Pos::new(HPos::Left, VPos::Center));
        area.draw(&Text::new(name, (x + 24, height), words))?;
    }
    Ok(())
}

fn end(points: &[(f64, f64)]) -> (f64, f64) {
    points[points.len() - 1]
}

/// Returns a number with the largest unit that leaves a whole part.
fn short(value: f64, step: f64, units: [&str; 3]) -> String {
    let unit = (0..3).rev().find(|&unit| value >= step.powi(unit)).unwrap_or(0);
    format!("{:.0}{}", value / step.powi(unit), units[unit as usize])
}
