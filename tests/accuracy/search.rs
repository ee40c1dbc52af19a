//! The inputs of searches, and the largest errors that were found.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::{available_parallelism, scope};

use indicatif::{ProgressBar, ProgressStyle};
use logit_loss::Backend;

use crate::allowed;
use crate::common::{Number, Random, backends};

/// The number of ULP by which the table may exceed the error that a search finds.
const SLACK: f64 = 0.1;

/// Whether a search is long enough to find all errors in the table.
#[derive(Clone, Copy, PartialEq)]
pub enum Search {
    /// A longer search finds more.
    Short,
    Full,
}

impl Search {
    /// The kind of search that uses [`points`]; for `f32` a longer one goes through all patterns.
    pub fn here_and_there<N: Number>() -> Self {
        if N::PRECISION == 24 { Self::Short } else { Self::Full }
    }
}

/// The largest error found for each row of the table, by arithmetic.
pub struct Worst {
    pub backends: Vec<Backend>,
    found: BTreeMap<(String, bool), (f64, String)>,
}

impl Worst {
    pub fn on(backends: impl Iterator<Item = Backend>) -> Self {
        Self { backends: backends.collect(), found: BTreeMap::new() }
    }

    pub fn see<N: Number>(&mut self, backend: Backend, row: &str, error: f64, at: impl FnOnce() -> String) {
        assert!(!error.is_nan(), "{row}: {}", at());
        let worst = self.found.entry((row.into(), backend.is_fused())).or_insert((-1.0, String::new()));
        if error > worst.0 {
            *worst = (error, format!("{} on {}", at(), backend.name()));
        }
    }

    /// Joins the results of several searches.
    pub fn of_all(searches: Vec<Self>) -> Self {
        let mut all = Self::on(backends());
        for (key, found) in searches.into_iter().flat_map(|search| search.found) {
            let worst = all.found.entry(key).or_insert_with(|| found.clone());
            if found.0 > worst.0 {
                *worst = found;
            }
        }
        all
    }

    /// Prints all errors, and fails where one is larger than the table's or, after a full search, much smaller. Another test
    /// compares promised errors with the table.
    #[track_caller]
    pub fn report<N: Number>(&self, search: Search) {
        let kind = std::any::type_name::<N>();
        let mut broken = Vec::new();
        for ((row, fused), (error, at)) in &self.found {
            let allowed = allowed::of::<N>(row, *fused);
            let arithmetic = if *fused { "fused" } else { "unfused" };
            let line = format!("{row:<31} {kind} {arithmetic:<7} {error:.4} of {} ULP, at {at}", allowed.promised);
            println!("{line}");
            let measured = allowed.measured.unwrap_or(-1.0);
            if *error > measured || search == Search::Full && measured > error + SLACK {
                broken.push(format!("{line}; in the table: {measured}"));
            }
        }
        assert!(broken.is_empty(), "\n{}", broken.join("\n"));
        assert!(!self.found.is_empty());
    }
}

/// Magnitudes of logits of every size, and of those where functions change.
pub fn magnitudes<N: Number>(random: &mut Random, rounds: usize) -> Vec<N> {
    let mut all: Vec<N> = Vec::new();
    let (ln_2, precision) = (std::f64::consts::LN_2, f64::from(N::PRECISION));
    let last = -f64::from(N::LEAST_EXPONENT) * ln_2;
    for _ in 0..rounds {
        let any = N::from_bits_of(random.bits()).abs();
        if any <= N::LARGEST {
            all.push(any);
        }
        for (low, high) in [
            (0.0, 2.0),
            (0.0, 20.0),
            // Where 1 + e rounds to 1.
            (precision * 0.66, precision * 0.72),
            (0.0, last + 3.0),
            // Where results are subnormal.
            (last - precision, last + 2.0),
            // Where e is about 1, about 1/2, and about sqrt(2) - 1, where the logarithm takes an exponent out.
            (0.0, 1e-3),
            (0.69, 0.696),
            (0.8813, 0.8815),
        ] {
            all.push(N::new(low + (high - low) * random.unit()));
        }
        all.push(N::new((random.unit() * -2.0 * precision).exp2()));
        // The edges of the range reduction: multiples of ln 2 and the middles between them.
        let n = random.below((last / ln_2) as usize) as f64;
        let edge = (n + 0.5 * random.below(2) as f64) * ln_2;
        all.push(N::new(edge * (1.0 + (random.unit() - 0.5) * 1e-6)));
        all.push(N::from_bits_of((N::new(edge).bits() + random.below(64) as u64).saturating_sub(32)));
    }
    all
}

/// Logits of both signs.
pub fn logits<N: Number>(rounds: usize) -> Vec<N> {
    magnitudes(&mut Random(99), rounds).into_iter().flat_map(|x: N| [x, -x]).collect()
}

/// Points; for `f32` also a stride through all patterns.
pub fn points<N: Number>() -> Vec<N> {
    let mut points = logits(600);
    if N::PRECISION == 24 {
        points.extend(strided::<N>(262_147));
    }
    points
}

fn strided<N: Number>(stride: usize) -> impl Iterator<Item = N> {
    (0..=u64::from(u32::MAX)).step_by(stride).map(N::from_bits_of).filter(|x| x.abs() <= N::LARGEST)
}

/// The variable `EVERY` shortens the long searches: they take only every n-th of the backends that have the bits of another,
/// of the patterns of `f32` where no function changes, and of the points where references are compared; sums of `f64` leave
/// out the longest.
pub fn every() -> u64 {
    std::env::var("EVERY").map_or(1, |every| every.parse().expect("a number"))
}

/// Runs all pieces, with a thread for each core, and shows the progress. Returns what each thread has made.
pub fn on_all_cores<S: Send>(pieces: u64, start: impl Fn() -> S + Sync, work: impl Fn(&mut S, u64) + Sync) -> Vec<S> {
    let style = ProgressStyle::with_template("{bar:40} {percent:>3} %  {elapsed} of {duration}").unwrap();
    let bar = ProgressBar::new(pieces).with_style(style);
    let next = AtomicU64::new(0);
    let run = || {
        let mut state = start();
        loop {
            let piece = next.fetch_add(1, Ordering::Relaxed);
            if piece >= pieces {
                return state;
            }
            work(&mut state, piece);
            bar.inc(1);
        }
    };
    let states = scope(|scope| {
        let threads: Vec<_> = (0..available_parallelism().map_or(1, usize::from)).map(|_| scope.spawn(run)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    bar.finish_and_clear();
    states
}

/// Runs over the patterns of `f32` in steps of `stride`, on the fastest backend of each kind, since the others have the same
/// bits.
pub fn over_all_patterns(stride: u64, look: impl Fn(&mut Worst, &[f32]) + Sync) -> Worst {
    const PIECE: u64 = 1 << 20;
    let fastest = || {
        let kinds = [true, false].into_iter();
        Worst::on(kinds.filter_map(|kind| backends().find(|b| b.is_fused() == kind)))
    };
    let found = on_all_cores((1 << 32) / PIECE, fastest, |worst, piece| {
        let first = (piece * PIECE).next_multiple_of(stride);
        let patterns = (first..(piece + 1) * PIECE).step_by(stride as usize).map(|bits| f32::from_bits(bits as u32));
        let points: Vec<f32> = patterns.filter(|x| x.is_finite()).collect();
        look(worst, &points);
    });
    Worst::of_all(found)
}
