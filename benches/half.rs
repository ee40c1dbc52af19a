//! `f16` and `bf16` beside `f32`, in one race: `cargo bench --features half --bench half`, one minute.

#[expect(dead_code, reason = "its loops are measured elsewhere")]
#[path = "common/plain.rs"]
mod plain;
#[expect(dead_code, reason = "medians are enough")]
#[path = "common/rounds.rs"]
mod rounds;

use comfy_table::{CellAlignment, Table, presets};
use half::{bf16, f16};
use logit_loss::{Backend, BceWithLogits, Element, Label, Loss};
use plain::inputs;
use rounds::{Contestant, race, seconds};
use std::time::Duration;

const SIZES: [(&str, usize); 2] = [("32 Ki", 32 << 10), ("16 Mi", 16 << 20)];

/// Inputs in one format, and room for a gradient.
struct Kept<H> {
    logits: Vec<H>,
    targets: Vec<H>,
    gradient: Vec<H>,
}

impl<H: Element<f32> + Label<f32> + Copy> Kept<H> {
    fn new(logits: &[f32], targets: &[f32], round: fn(f32) -> H) -> Self {
        let [logits, targets] = [logits, targets].map(|values| values.iter().map(|&v| round(v)).collect::<Vec<_>>());
        Self { gradient: logits.clone(), logits, targets }
    }

    fn loss(&self, name: &'static str, bce: BceWithLogits<'static, f32>) -> Contestant<'_, &'static str> {
        Contestant::new(name, self.logits.len(), move |repeats| {
            seconds(repeats, || bce.loss(&self.logits, &self.targets))
        })
    }

    fn both(&mut self, name: &'static str, bce: BceWithLogits<'static, f32>) -> Contestant<'_, &'static str> {
        Contestant::new(name, self.logits.len(), move |repeats| {
            seconds(repeats, || bce.loss_and_gradient(&self.logits, &self.targets, &mut self.gradient))
        })
    }
}

fn main() {
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN).set_header([
        "n",
        "Backend",
        "What",
        "f32, G/s",
        "f16, times that",
        "bf16",
    ]);
    for (size, n) in SIZES {
        let (x, t) = inputs::<f32>(n);
        let mut gradient = x.clone();
        let (mut short, mut brain) = (Kept::new(&x, &t, f16::from_f32), Kept::new(&x, &t, bf16::from_f32));
        for backend in Backend::available() {
            let bce = BceWithLogits::new().backend(backend);
            let wide = Contestant::new("f32", n, |repeats| seconds(repeats, || bce.loss(&x, &t)));
            let contestants = [wide, short.loss("f16", bce), brain.loss("bf16", bce)];
            table.add_row(row([size, backend.name(), "loss"], contestants));
            let wide =
                Contestant::new("f32", n, |repeats| seconds(repeats, || bce.loss_and_gradient(&x, &t, &mut gradient)));
            let contestants = [wide, short.both("f16", bce), brain.both("bf16", bce)];
            table.add_row(row([size, backend.name(), "and gradient"], contestants));
        }
    }
    table.column_iter_mut().skip(3).for_each(|column| column.set_cell_alignment(CellAlignment::Right));
    println!("\nRatios are taken within a round:\n\n{table}");
}

/// The rate of the first, and the ratios of the others to it.
fn row(names: [&str; 3], contestants: [Contestant<'_, &str>; 3]) -> Vec<String> {
    let rates = race(contestants.into(), Duration::from_secs(2));
    let ratios = rates[1..].iter().map(|other| format!("{:.2}", other.over(&rates[0])));
    let first = format!("{:.2}", rates[0].median() / 1e9);
    names.map(String::from).into_iter().chain([first]).chain(ratios).collect()
}
