//! Parts that figures of several examples share.

use plotters::coord::Shift;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;
use std::error::Error;
use std::path::PathBuf;
use std::{fs, io};

pub type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
pub type Outcome = Result<(), Box<dyn Error>>;
pub type Square<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

pub const FONT: &str = "sans-serif";

/// Returns where to draw, and makes the folder.
pub fn path(name: &str) -> io::Result<PathBuf> {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/target"));
    fs::create_dir_all(&folder)?;
    Ok(folder.join(name))
}

/// Draws axes of two quantities from 0 to 1.
pub fn unit_square<'a, 'b>(
    area: &'a Area<'b>,
    title: &str,
    x: &str,
    y: &str,
) -> Result<Square<'a, 'b>, Box<dyn Error>> {
    let mut chart = ChartBuilder::on(area)
        .caption(title, (FONT, 24))
        .margin(12)
        .x_label_area_size(46)
        .y_label_area_size(70)
        .build_cartesian_2d(0.0..1.0, 0.0..1.0)?;
    chart
        .configure_mesh()
        .label_style((FONT, 16))
        .axis_desc_style((FONT, 18))
        .x_desc(x)
        .y_desc(y)
        .x_labels(6)
        .y_labels(6)
        .light_line_style(WHITE)
        .draw()?;
    Ok(chart)
}
