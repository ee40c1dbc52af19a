//! `logit-loss` beside other crates that compute this loss: tables, and a figure for the README. All run on one thread, in
//! `f32`, interleaved. `cargo run --release --manifest-path benches/peers/Cargo.toml` takes six minutes and the build.

mod contestants;
mod figure;
#[path = "../../common/limits.rs"]
mod limits;
#[path = "../../common/plain.rs"]
mod plain;
#[path = "../../common/programs.rs"]
mod programs;
mod pytorch;
#[path = "../../common/rounds.rs"]
mod rounds;

use comfy_table::{CellAlignment, Table, presets};
use contestants::{Inputs, OURS};
use rounds::{Rates, race};
use std::error::Error;
use std::process::Command;
use std::time::Duration;
use std::{env, process};

const SIZES: [usize; 10] = [64, 256, 1 << 10, 4 << 10, 16 << 10, 64 << 10, 256 << 10, 1 << 20, 4 << 20, 16 << 20];
const LARGEST: usize = SIZES[SIZES.len() - 1];
/// Returns the time for a size and a task. The slowest contestants take seconds for the largest sizes, and all need as many
/// rounds.
fn time(n: usize) -> Duration {
    Duration::from_secs(match n {
        LARGEST => 45,
        n if n > 1 << 20 => 15,
        _ => 4,
    })
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Task {
    Loss,
    LossAndGradient,
}

/// The name of a contestant, and the number of elements of a call.
pub type Key = (String, usize);

fn main() -> Result<(), Box<dyn Error>> {
    // candle reads this variable when it is first used.
    if env::var("RAYON_NUM_THREADS").as_deref() != Ok("1") {
        let status = Command::new(env::current_exe()?).env("RAYON_NUM_THREADS", "1").status()?;
        process::exit(status.code().unwrap_or(1));
    }
    let programs = programs::found(LARGEST);
    let inputs = Inputs::new(LARGEST);
    let limits = limits::Limits::new(LARGEST, size_of::<f32>());
    let mut panels = Vec::new();
    for task in [Task::Loss, Task::LossAndGradient] {
        let mut rates = Vec::new();
        for n in SIZES {
            eprintln!("{n} elements");
            let mut contestants = inputs.contestants(task, n, &programs);
            if n == LARGEST {
                contestants.push(contestants::memory(task, n, &limits));
            }
            rates.extend(race(contestants, time(n)));
        }
        panels.push((task, rates));
    }
    let rounds = panels.iter().flat_map(|panel| &panel.1).map(Rates::rounds).min().unwrap_or(0);
    println!("\nBillions of f32 a second, one thread, medians of {rounds} rounds or more:\n\n{}\n", table(&panels));
    if let Some((_, program)) = programs.iter().find(|(who, _)| *who == "PyTorch") {
        println!("Beside PyTorch alone:\n\n{}\n", pytorch::table(&inputs, program));
    }
    println!("Drawn in {}.", figure::draw(&panels)?.display());
    Ok(())
}

/// Billions of elements a second, the fastest first, and how many times as fast we are for the most elements.
fn table(panels: &[(Task, Vec<Rates<Key>>)]) -> Table {
    let find = |task: usize, name: &str, n| panels[task].1.iter().find(|rates| rates.key.0 == name && rates.key.1 == n);
    let rate = |task, name, n| find(task, name, n).map_or(0.0, Rates::median);
    let mut names: Vec<&str> =
        panels[0].1.iter().filter(|rates| rates.key.1 == LARGEST).map(|rates| rates.key.0.as_str()).collect();
    names.sort_by(|a, b| rate(0, b, LARGEST).total_cmp(&rate(0, a, LARGEST)));

    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN).set_header([
        "",
        "loss: 64 Ki",
        "16 Mi",
        "ours / it",
        "and gradient: 64 Ki",
        "16 Mi",
        "ours / it",
    ]);
    for name in names {
        let mut cells = vec![name.to_string()];
        for task in 0..panels.len() {
            let rates = [64 << 10, LARGEST].map(|n| find(task, name, n));
            cells.extend(rates.map(|rates| rates.map_or(String::new(), |rates| significant(rates.median() / 1e9))));
            let ratio = rates[1].and_then(|it| Some(find(task, OURS, LARGEST)?.over(it)));
            cells.push(ratio.map_or(String::new(), significant));
        }
        table.add_row(cells);
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

/// Returns a rate with two digits.
fn significant(rate: f64) -> String {
    let decimals = (1.0 - rate.log10().floor()).max(0.0) as usize;
    format!("{rate:.decimals$}")
}
