//! Our rates against the limits of memory, against a fused loop in C and against PyTorch if the machine has them; the cost
//! of other targets and weights; and whether all ratios are as high as they must be. `cargo bench --bench roofline`, two
//! minutes.

#[path = "roofline/contestants.rs"]
mod contestants;
#[path = "roofline/floors.rs"]
mod floors;
#[path = "common/limits.rs"]
mod limits;
#[path = "common/plain.rs"]
mod plain;
#[path = "common/programs.rs"]
mod programs;
#[path = "common/rounds.rs"]
mod rounds;

use comfy_table::{CellAlignment, Table, presets};
use contestants::{FLOATS, Key, LOSS, LOSS_AND_GRADIENT, Measured, VARIANTS, find};
use programs::Program;
use rounds::race;
use std::time::Duration;

/// The two numbers of elements: far more than caches hold, and few enough for the second-level cache.
const LARGE: usize = 16 << 20;
const CACHED: usize = 32 << 10;
const SHORT: [usize; 8] = [1, 8, 9, 15, 16, 17, 33, 64];

fn main() {
    let programs = programs::found(LARGE);
    let mut all = run::<f32>(&programs);
    all.extend(run::<f64>(&programs));
    let rounds = all.iter().map(Measured::rounds).min().unwrap_or(0);
    println!(
        "\nMedians of {rounds} rounds or more: G elements a second, and ratios to memory (two streams read; triad) and to targets as floats:\n"
    );
    println!("{}\n", rates(&all));
    println!("What must be reached, and the lowest that was found:\n");
    println!("{}", floors::table(&all));
}

fn run<T: plain::Plain>(programs: &[(&'static str, Program)]) -> Vec<Measured> {
    let inputs = contestants::Inputs::<T>::new(LARGE);
    let mut all = Vec::new();
    for (n, seconds) in [(LARGE, 30), (CACHED, 10)] {
        let limits = limits::Limits::new(n, size_of::<T>());
        let mut contestants = inputs.on_vectors(n);
        contestants.extend(contestants::memory::<T>(&limits, n));
        contestants.extend(contestants::programs::<T>(programs, n));
        if n == CACHED {
            contestants.extend(inputs.on_scalars(n));
        }
        all.extend(race(contestants, Duration::from_secs(seconds)));
    }
    for n in SHORT {
        all.extend(race(inputs.short(n), Duration::from_millis(300)));
    }
    all
}

fn rates(all: &[Measured]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN).set_header([
        "n", "What", "Type", "With", "avx512", "/memory", "/floats", "avx2", "/memory", "/floats", "memory", "C",
        "PyTorch",
    ]);
    for n in [LARGE, CACHED] {
        for element in ["f32", "f64"] {
            for what in [LOSS, LOSS_AND_GRADIENT] {
                for variant in VARIANTS {
                    table.add_row(row(all, Key { n, what, element, variant, who: "" }));
                }
            }
            for what in ["sigmoid", "softplus"] {
                table.add_row(row(all, Key { n, what, element, variant: FLOATS, who: "" }));
            }
        }
    }
    for column in table.column_iter_mut().skip(4) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

fn row(all: &[Measured], key: Key) -> Vec<String> {
    let number = |value: Option<f64>| value.map_or(String::new(), |value| format!("{value:.2}"));
    let by = |who| find(all, Key { who, ..key });
    let rate = |who| number(by(who).map(|rates| rates.median() / 1e9));
    let over = |who, rival| number(by(who).and_then(|rates| Some(rates.over(find(all, rival)?))));

    let mut cells = vec![key.size()];
    cells.extend([key.what, key.element, key.variant].map(String::from));
    for who in ["avx512", "avx2"] {
        let memory = if key.n == LARGE { over(who, key.memory()) } else { String::new() };
        cells.extend([rate(who), memory, over(who, Key { who, variant: FLOATS, ..key })]);
    }
    cells.extend(["memory", "C", "PyTorch"].map(rate));
    cells
}
