//! Functions that only PyTorch has too: a positive weight in one call, and a sigmoid over all elements.

use crate::contestants::{Inputs, OURS};
use crate::programs::Program;
use crate::rounds::{Contestant, Rates, race, seconds};
use crate::{Key, LARGEST, significant, time};
use comfy_table::{CellAlignment, Table, presets};
use logit_loss::{BceWithLogits, Loss, Weights, sigmoid};
use std::hint::black_box;

/// The name of each task here, and in `pytorch.py`.
const TASKS: [(&str, &str); 3] = [
    ("loss, p = 5", "balanced_loss"),
    ("loss and gradient, p = 5", "balanced_loss_and_gradient"),
    ("sigmoid", "sigmoid"),
];
const SIZES: [usize; 2] = [64 << 10, LARGEST];

/// Billions of elements a second, and how many times as fast we are.
pub fn table(inputs: &Inputs, pytorch: &Program) -> Table {
    let mut table = Table::new();
    let header = ["", "64 Ki: ours", "PyTorch", "ours / it", "16 Mi: ours", "PyTorch", "ours / it"];
    table.load_style(presets::ASCII_MARKDOWN).set_header(header);
    for (name, what) in TASKS {
        let mut cells = vec![name.to_string()];
        for n in SIZES {
            eprintln!("{name}, {n} elements");
            let theirs = Contestant::new((pytorch.name.clone(), n), n, |repeats| {
                pytorch.seconds(what, <f32 as crate::plain::Plain>::NAME, n, repeats)
            });
            let rates = race(vec![ours(what, inputs, n), theirs], time(n));
            let (ours, theirs): (&Rates<Key>, _) = (&rates[0], &rates[1]);
            let rates = [ours, theirs].map(|rates| rates.median() / 1e9);
            cells.extend([rates[0], rates[1], ours.over(theirs)].map(significant));
        }
        table.add_row(cells);
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

fn ours<'a>(what: &'static str, inputs: &'a Inputs, n: usize) -> Contestant<'a, Key> {
    let (logits, targets) = (&inputs.logits[..n], &inputs.targets[..n]);
    let bce = BceWithLogits::new().pos_weight(Weights::uniform(5.0));
    let mut out = vec![0.0; n];
    Contestant::new((OURS.to_string(), n), n, move |repeats| {
        let (logits, targets) = (black_box(logits), black_box(targets));
        seconds(repeats, || match what {
            "balanced_loss" => bce.loss(logits, targets),
            "sigmoid" => sigmoid(logits, &mut out).map(|()| 0.0),
            _ => bce.loss_and_gradient(logits, targets, &mut out),
        })
    })
}
