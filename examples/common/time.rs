//! Times a framework's own loss and the one over `logit-loss`, by turns.

#[expect(dead_code, reason = "two contestants are told apart without their keys")]
#[path = "../../benches/common/rounds.rs"]
mod rounds;

use comfy_table::{CellAlignment, Table, presets};
use indicatif::ProgressBar;
use rounds::{Contestant, race, seconds};
use std::time::Duration;

pub const SIZES: [usize; 2] = [64 << 10, 1 << 20];
const TIME: Duration = Duration::from_secs(2);

/// A task that both do, with this number of elements.
pub struct Task<'a> {
    pub name: &'static str,
    pub elements: usize,
    pub theirs: Box<dyn FnMut() + 'a>,
    pub ours: Box<dyn FnMut() + 'a>,
}

/// Makes logits from -8 to 8, a quarter of them positive; any formula of the loss can compute these.
pub fn inputs(elements: usize) -> (Vec<f32>, Vec<f32>) {
    let mut rng = fastrand::Rng::with_seed(1);
    let logits = (0..elements).map(|_| 16.0 * rng.f32() - 8.0).collect();
    let targets = (0..elements).map(|_| f32::from(rng.f32() < 0.25)).collect();
    (logits, targets)
}

/// Returns medians, and the median of the ratios within each round.
pub fn table(framework: &str, tasks: Vec<Task<'_>>) -> Table {
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN).set_header([
        "elements",
        "",
        &format!("{framework}, us"),
        "logit-loss, us",
        "ratio",
        "rounds",
    ]);
    let spinner = ProgressBar::new_spinner();
    spinner.enable_steady_tick(Duration::from_millis(100));
    for Task { name, elements, mut theirs, mut ours } in tasks {
        spinner.set_message(format!("{name}, {elements} elements"));
        let rates = race(
            vec![
                Contestant::new((), elements, move |repeats| seconds(repeats, &mut theirs)),
                Contestant::new((), elements, move |repeats| seconds(repeats, &mut ours)),
            ],
            TIME,
        );
        let [theirs, ours] = &rates[..] else { unreachable!("two took part") };
        let microseconds = |rate: f64| format!("{:.0}", elements as f64 / rate * 1e6);
        table.add_row([
            format!("{} Ki", elements >> 10),
            name.to_string(),
            microseconds(theirs.median()),
            microseconds(ours.median()),
            format!("{:.1}", ours.over(theirs)),
            ours.rounds().to_string(),
        ]);
    }
    spinner.finish_and_clear();
    for column in table.column_iter_mut().skip(2) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}
