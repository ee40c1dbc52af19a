//! One thread against pools of several, in one race: `cargo bench --features rayon --bench parallel`, two minutes.
//!
//! The first row is what the machine gives to threads that share nothing, not even memory: where other programs run, that
//! is less than there are cores, and no loss can do better.

#[expect(dead_code, reason = "its loops are measured elsewhere")]
#[path = "common/plain.rs"]
mod plain;
#[path = "common/rounds.rs"]
mod rounds;

use comfy_table::{CellAlignment, Table, presets};
use logit_loss::{BceWithLogits, FocalLoss, Label, LogitLoss, ParallelLoss, Weights};
use plain::{Plain, inputs};
use rayon::{ThreadPool, ThreadPoolBuilder};
use rounds::{Contestant, Rates, race, seconds};
use std::cell::RefCell;
use std::hint::black_box;
use std::thread::available_parallelism;
use std::time::Duration;

const SIZES: [(&str, usize); 3] = [("64 Ki", 64 << 10), ("1 Mi", 1 << 20), ("16 Mi", 16 << 20)];

/// Which threads: `None` is the method for one, others are those of a pool.
type Key = Option<usize>;

fn main() {
    let most = available_parallelism().map_or(1, usize::from);
    let powers = (0..).map(|k| 1 << k).take_while(|&threads| threads < most);
    let pools: Vec<_> =
        powers.chain([most]).map(|n| ThreadPoolBuilder::new().num_threads(n).build().unwrap()).collect();
    let mut table = Table::new();
    let columns = ["n", "What", "Type", "G/s without a pool"].map(String::from);
    let of_pools = pools.iter().map(|pool| format!("times that: {}", pool.current_num_threads()));
    table.load_style(presets::ASCII_MARKDOWN).set_header(columns.into_iter().chain(of_pools));
    let alone = race(registers(&pools), Duration::from_secs(5));
    table.add_row(row(&["-", "registers alone", "u64"], &alone));
    let mut rounds = alone[0].rounds();
    rounds = rounds.min(run::<f32>(&pools, &mut table)).min(run::<f64>(&pools, &mut table));
    for column in table.column_iter_mut().skip(3) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    println!("\nMedians of {rounds} rounds or more; ratios are taken within a round:\n\n{table}");
}

/// The elements are additions, shared out evenly.
fn registers(pools: &[ThreadPool]) -> Vec<Contestant<'_, Key>> {
    const ADDITIONS: usize = 1 << 22;
    fn add(count: usize) -> u64 {
        (0..count as u64).fold(0, |sum, v| black_box(sum + v))
    }
    let one = Contestant::new(None, ADDITIONS, |repeats| seconds(repeats, || add(ADDITIONS)));
    let many = pools.iter().map(|pool| {
        let threads = pool.current_num_threads();
        let run = move |repeats| seconds(repeats, || pool.broadcast(|_| add(ADDITIONS / threads)));
        Contestant::new(Some(threads), ADDITIONS, run)
    });
    [one].into_iter().chain(many).collect()
}

/// In how many rounds at least.
fn run<T: Plain>(pools: &[ThreadPool], table: &mut Table) -> usize {
    let mut rounds = usize::MAX;
    let (logits, targets) = inputs::<T>(SIZES[SIZES.len() - 1].1);
    let weights: Vec<T> = (0..logits.len()).map(|i| T::number(0.5 + (i % 31) as f64 / 16.0)).collect();
    let out = RefCell::new(logits.clone());
    for (size, n) in SIZES {
        let (x, t, w) = (&logits[..n], &targets[..n], Weights::per_element(&weights[..n]));
        let bce = BceWithLogits::new();
        let mut add = |what: &str, contestants| {
            let rates = race(contestants, Duration::from_secs(2));
            rounds = rounds.min(rates[0].rounds());
            table.add_row(row(&[size, what, T::NAME], &rates));
        };
        add("loss", losses(pools, bce, x, t));
        add("and gradient", gradients(pools, bce, x, t, &out));
        add("loss, weights per element", losses(pools, bce.weight(w), x, t));
        add("focal loss", losses(pools, FocalLoss::new(), x, t));
    }
    rounds
}

fn losses<'a, T: Plain, Y: Label<T> + Sync>(
    pools: &'a [ThreadPool],
    loss: impl LogitLoss<T> + Copy + 'a,
    x: &'a [T],
    t: &'a [Y],
) -> Vec<Contestant<'a, Key>> {
    let one = Contestant::new(None, x.len(), move |repeats| seconds(repeats, || loss.loss(x, t)));
    let many = pools.iter().map(|pool| {
        let run = move |repeats| seconds(repeats, || pool.install(|| loss.par_loss(x, t)));
        Contestant::new(Some(pool.current_num_threads()), x.len(), run)
    });
    [one].into_iter().chain(many).collect()
}

fn gradients<'a, T: Plain, Y: Label<T> + Sync>(
    pools: &'a [ThreadPool],
    loss: impl LogitLoss<T> + Copy + 'a,
    x: &'a [T],
    t: &'a [Y],
    out: &'a RefCell<Vec<T>>,
) -> Vec<Contestant<'a, Key>> {
    let one = Contestant::new(None, x.len(), move |repeats| {
        seconds(repeats, || loss.loss_and_gradient(x, t, &mut out.borrow_mut()[..x.len()]))
    });
    let many = pools.iter().map(|pool| {
        let run = move |repeats| {
            let gradient = &mut out.borrow_mut()[..x.len()];
            seconds(repeats, || pool.install(|| loss.par_loss_and_gradient(x, t, gradient)))
        };
        Contestant::new(Some(pool.current_num_threads()), x.len(), run)
    });
    [one].into_iter().chain(many).collect()
}

fn row(names: &[&str], rates: &[Rates<Key>]) -> Vec<String> {
    let mut cells: Vec<String> = names.iter().map(ToString::to_string).collect();
    let (one, many): (Vec<_>, Vec<_>) = rates.iter().partition(|rates| rates.key.is_none());
    cells.push(format!("{:.2}", one[0].median() / 1e9));
    cells.extend(many.iter().map(|rates| format!("{:.2}", rates.over(one[0]))));
    cells
}
