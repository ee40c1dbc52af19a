//! One thread against pools of several, in one race: `cargo bench --features rayon --bench parallel`, two minutes.
//!
//! The numbers in brackets are the limit of the machine in the same rounds: threads that each run the method for one thread
//! on a part of their own, and wait for each other only at the end of a turn. Where other programs run, the limit is less
//! than the number of cores, and then a ratio says nothing about an idle machine.

#[expect(dead_code, reason = "its loops are measured elsewhere")]
#[path = "common/plain.rs"]
mod plain;
#[path = "common/rounds.rs"]
mod rounds;

use comfy_table::{CellAlignment, Table, presets};
use logit_loss::{BceWithLogits, FocalLoss, Label, Loss, Weights};
use plain::{Plain, inputs};
use rayon_core::{ThreadPool, ThreadPoolBuilder};
use rounds::{Contestant, Rates, race, seconds};
use std::cell::RefCell;
use std::thread::available_parallelism;
use std::time::Duration;

const SIZES: [(&str, usize); 3] = [("64 Ki", 64 << 10), ("1 Mi", 1 << 20), ("16 Mi", 16 << 20)];

#[derive(Clone, Copy, PartialEq)]
enum Key {
    /// The method for one thread.
    One,
    /// The method for several threads, in a pool of this number.
    Many(usize),
    /// The method for one thread, on this number of threads at once.
    Apart(usize),
}

fn main() {
    let most = available_parallelism().map_or(1, usize::from);
    let powers = (0..).map(|k| 1 << k).take_while(|&threads| threads < most);
    let pools: Vec<_> =
        powers.chain([most]).map(|n| ThreadPoolBuilder::new().num_threads(n).build().unwrap()).collect();
    let mut table = Table::new();
    let columns = ["n", "What", "Type", "G/s without a pool"].map(String::from);
    let of_pools = pools.iter().map(|pool| format!("times that: {}", pool.current_num_threads()));
    table.load_style(presets::ASCII_MARKDOWN).set_header(columns.into_iter().chain(of_pools));
    let rounds = run::<f32>(&pools, &mut table).min(run::<f64>(&pools, &mut table));
    for column in table.column_iter_mut().skip(3) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    println!(
        "\nMedians of {rounds} rounds or more; ratios are taken within a round, in brackets of threads apart to one of them:\n\n{table}"
    );
}

/// Runs the method on each thread, on a part of its own.
fn apart<'a, T: Plain>(
    pools: &'a [ThreadPool],
    loss: impl Loss<T> + Copy + 'a,
    x: &'a [T],
    t: &'a [T],
) -> impl Iterator<Item = Contestant<'a, Key>> {
    pools.iter().map(move |pool| {
        let threads = pool.current_num_threads();
        let part = x.len() / threads;
        let run = move |repeats| {
            seconds(1, || {
                pool.broadcast(|thread| {
                    let part = part * thread.index()..part * (thread.index() + 1);
                    seconds(repeats, || loss.loss(&x[part.clone()], &t[part.clone()]))
                })
            })
        };
        Contestant::new(Key::Apart(threads), part * threads, run)
    })
}

/// Runs the race, and returns the least number of rounds.
fn run<T: Plain>(pools: &[ThreadPool], table: &mut Table) -> usize {
    let mut rounds = usize::MAX;
    let (logits, targets) = inputs::<T>(SIZES[SIZES.len() - 1].1);
    let weights: Vec<T> = (0..logits.len()).map(|i| T::number(0.5 + (i % 31) as f64 / 16.0)).collect();
    let out = RefCell::new(logits.clone());
    for (size, n) in SIZES {
        let (x, t, w) = (&logits[..n], &targets[..n], Weights::per_element(&weights[..n]));
        let bce = BceWithLogits::new();
        let with = |contestants: Vec<_>| contestants.into_iter().chain(apart(pools, bce, x, t)).collect();
        let mut add = |what: &str, contestants| {
            let rates = race(contestants, Duration::from_secs(2));
            rounds = rounds.min(rates[0].rounds());
            table.add_row(row(&[size, what, T::NAME], &rates, pools));
        };
        add("loss", with(losses(pools, [bce, bce.parallel()], x, t)));
        add("and gradient", with(gradients(pools, [bce, bce.parallel()], x, t, &out)));
        let weighted = bce.weight(w);
        add("loss, weights per element", with(losses(pools, [weighted, weighted.parallel()], x, t)));
        let focal = FocalLoss::new();
        add(
            "focal loss",
            losses(pools, [focal, focal.parallel()], x, t).into_iter().chain(apart(pools, focal, x, t)).collect(),
        );
    }
    rounds
}

fn losses<'a, T: Plain, Y: Label<T> + Sync, L: Loss<T> + Copy + 'a>(
    pools: &'a [ThreadPool],
    [loss, parallel]: [L; 2],
    x: &'a [T],
    t: &'a [Y],
) -> Vec<Contestant<'a, Key>> {
    let one = Contestant::new(Key::One, x.len(), move |repeats| seconds(repeats, || loss.loss(x, t)));
    let many = pools.iter().map(|pool| {
        let run = move |repeats| seconds(repeats, || pool.install(|| parallel.loss(x, t)));
        Contestant::new(Key::Many(pool.current_num_threads()), x.len(), run)
    });
    [one].into_iter().chain(many).collect()
}

fn gradients<'a, T: Plain, Y: Label<T> + Sync, L: Loss<T> + Copy + 'a>(
    pools: &'a [ThreadPool],
    [loss, parallel]: [L; 2],
    x: &'a [T],
    t: &'a [Y],
    out: &'a RefCell<Vec<T>>,
) -> Vec<Contestant<'a, Key>> {
    let one = Contestant::new(Key::One, x.len(), move |repeats| {
        seconds(repeats, || loss.loss_and_gradient(x, t, &mut out.borrow_mut()[..x.len()]))
    });
    let many = pools.iter().map(|pool| {
        let run = move |repeats| {
            let gradient = &mut out.borrow_mut()[..x.len()];
            seconds(repeats, || pool.install(|| parallel.loss_and_gradient(x, t, gradient)))
        };
        Contestant::new(Key::Many(pool.current_num_threads()), x.len(), run)
    });
    [one].into_iter().chain(many).collect()
}

fn row(names: &[&str], rates: &[Rates<Key>], pools: &[ThreadPool]) -> Vec<String> {
    let find = |key| rates.iter().find(|rates| rates.key == key).expect("everything has run");
    let mut cells: Vec<String> = names.iter().map(ToString::to_string).collect();
    cells.push(format!("{:.2}", find(Key::One).median() / 1e9));
    let ratios = |threads| {
        let apart = find(Key::Apart(threads)).over(find(Key::Apart(1)));
        format!("{:.2} ({apart:.2})", find(Key::Many(threads)).over(find(Key::One)))
    };
    cells.extend(pools.iter().map(|pool| ratios(pool.current_num_threads())));
    cells
}
