//! Four panels: loss curves above ROC curves, raw features beside standardised ones.

use crate::Row;
use crate::plot::{self, Area, FONT, Outcome};
use plotters::prelude::*;
use std::error::Error;
use std::path::PathBuf;

const SIZE: (u32, u32) = (1200, 960);
const LEGEND_HEIGHT: u32 = 50;

/// Colours that stay apart for the colour-blind (Okabe and Ito), and widths that let a curve show beneath another:
/// on standardised features several losses coincide.
const STYLES: [(RGBColor, u32); 5] = [
    (RGBColor(213, 94, 0), 7),
    (RGBColor(230, 159, 0), 4),
    (RGBColor(0, 114, 178), 2),
    (RGBColor(0, 158, 115), 2),
    (RGBColor(204, 121, 167), 2),
];

fn style(index: usize) -> ShapeStyle {
    let (colour, width) = STYLES[index % STYLES.len()];
    colour.stroke_width(width)
}

pub fn draw(rows: &[Row]) -> Result<PathBuf, Box<dyn Error>> {
    let path = plot::path("imbalanced.svg")?;
    let root = SVGBackend::new(&path, SIZE).into_drawing_area();
    root.fill(&WHITE)?;
    let (header, body) = root.split_vertically(LEGEND_HEIGHT);
    let groups: Vec<&[Row]> = rows.chunk_by(|a, b| a.features == b.features).collect();
    legend(&header, groups[0])?;
    let panels = body.split_evenly((2, groups.len()));
    for (column, group) in groups.iter().enumerate() {
        losses(&panels[column], group)?;
        roc(&panels[column + groups.len()], group)?;
    }
    root.present()?;
    drop((header, body, panels, root));
    Ok(path)
}

fn legend(area: &Area, rows: &[Row]) -> Outcome {
    let step = SIZE.0 as i32 / rows.len() as i32;
    for (index, row) in rows.iter().enumerate() {
        let x = 30 + step * index as i32;
        area.draw(&PathElement::new([(x, 28), (x + 40, 28)], style(index)))?;
        area.draw(&Text::new(row.loss, (x + 50, 20), (FONT, 20)))?;
    }
    Ok(())
}

fn losses(area: &Area, rows: &[Row]) -> Outcome {
    let finite = || {
        let all = rows.iter().flat_map(|row| &row.run.curve);
        all.copied().filter(|x| x.is_finite())
    };
    let low = finite().fold(f64::INFINITY, f64::min) / 1.2;
    let high = finite().fold(0.0, f64::max) * 1.2;
    let epochs = rows[0].run.curve.len() - 1;
    // Left alone, a logarithmic axis is labelled at powers of ten only, of which a panel may hold one.
    let decades = [0.01, 0.1, 1.0, 10.0, 100.0].into_iter();
    let ticks = decades
        .flat_map(|decade| [1.0, 2.0, 5.0].map(|digit| digit * decade))
        .filter(|tick| (low..high).contains(tick))
        .collect();
    let mut chart = ChartBuilder::on(area)
        .caption(format!("Loss, {} features", rows[0].features), (FONT, 24))
        .margin(12)
        .x_label_area_size(46)
        .y_label_area_size(70)
        .build_cartesian_2d(0.0..epochs as f64, (low..high).log_scale().with_key_points(ticks))?;
    chart
        .configure_mesh()
        .label_style((FONT, 16))
        .axis_desc_style((FONT, 18))
        .x_desc("epoch")
        .y_desc("held-out plain cross-entropy")
        .x_label_formatter(&|x| format!("{x:.0}"))
        .y_label_formatter(&|y| format!("{y:.1}"))
        .light_line_style(WHITE)
        .draw()?;
    for (index, row) in rows.iter().enumerate() {
        let curve = row.run.curve.iter().enumerate();
        let points: Vec<(f64, f64)> =
            curve.map(|(epoch, &loss)| (epoch as f64, loss)).take_while(|point| point.1.is_finite()).collect();
        let last = points.last().copied();
        chart.draw_series(LineSeries::new(points, style(index)))?;
        if let (Some(step), Some(last)) = (row.run.first_nan, last) {
            let colour = style(index).color;
            chart.draw_series([EmptyElement::at(last)
                + Cross::new((0, 0), 9, colour.stroke_width(4))
                + Text::new(format!("NaN at step {step}"), (16, -8), (FONT, 18).into_font().color(&colour))])?;
        }
    }
    Ok(())
}

fn roc(area: &Area, rows: &[Row]) -> Outcome {
    let title = format!("ROC, {} features", rows[0].features);
    let mut chart = plot::unit_square(area, &title, "false-positive rate", "recall")?;
    let chance = BLACK.mix(0.4).stroke_width(1);
    chart.draw_series(LineSeries::new([(0.0, 0.0), (1.0, 1.0)], chance))?;
    for (index, row) in rows.iter().enumerate() {
        let metrics = &row.run.metrics;
        chart.draw_series(LineSeries::new(metrics.roc.iter().copied(), style(index)))?;
        let line = 0.07 * (rows.len() - index) as f64;
        let words = format!("{}: AUC {:.3}", row.loss, metrics.auc);
        let font = (FONT, 18).into_font().color(&style(index).color);
        chart.draw_series([Text::new(words, (0.52, line + 0.02), font)])?;
    }
    Ok(())
}
