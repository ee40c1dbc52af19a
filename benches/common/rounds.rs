//! Timing in rounds. Criterion measures one function for seconds and then the next, and by then a shared machine has
//! become another one; here every contestant runs once in each round, and ratios are taken within the round.

use std::hint::black_box;
use std::time::{Duration, Instant};

/// For how long one contestant runs in one round, at least.
const TURN: f64 = 200e-6;

pub struct Contestant<'a, K> {
    key: K,
    elements: usize,
    /// The seconds that so many calls took.
    run: Box<dyn FnMut(u32) -> f64 + 'a>,
}

impl<'a, K> Contestant<'a, K> {
    /// One whose every call is about so many elements.
    pub fn new(key: K, elements: usize, run: impl FnMut(u32) -> f64 + 'a) -> Self {
        Self { key, elements, run: Box::new(run) }
    }

    /// How many calls fill a turn.
    fn repeats(&mut self) -> u32 {
        // The first call may find pages that have not been touched, and says nothing.
        (self.run)(1);
        let mut repeats = 1;
        while (self.run)(repeats) < TURN {
            repeats *= 2;
        }
        repeats
    }

    fn rate(&mut self, repeats: u32) -> f64 {
        // With many calls in a turn, the first finds the caches full of what the one before has left there.
        if repeats > 1 {
            (self.run)(1);
        }
        self.elements as f64 * f64::from(repeats) / (self.run)(repeats)
    }
}

/// The seconds that so many calls take.
pub fn seconds<T>(repeats: u32, mut call: impl FnMut() -> T) -> f64 {
    let start = Instant::now();
    for _ in 0..repeats {
        black_box(call());
    }
    start.elapsed().as_secs_f64()
}

/// Elements per second in each round.
pub struct Rates<K> {
    pub key: K,
    rates: Vec<f64>,
}

impl<K> Rates<K> {
    /// Of how many rounds the medians are.
    pub fn rounds(&self) -> usize {
        self.rates.len()
    }

    pub fn quantile(&self, part: f64) -> f64 {
        quantile(self.rates.clone(), part)
    }

    pub fn median(&self) -> f64 {
        self.quantile(0.5)
    }

    /// How many times the rate of another in the same race: the median of the ratios within each round.
    pub fn over(&self, other: &Self) -> f64 {
        quantile(self.rates.iter().zip(&other.rates).map(|(ours, theirs)| ours / theirs).collect(), 0.5)
    }
}

/// As many rounds as fit into the time, but 11 at least: the median of 5 has been seen three times too low.
pub fn race<K>(contestants: Vec<Contestant<'_, K>>, time: Duration) -> Vec<Rates<K>> {
    let start = Instant::now();
    let mut runs: Vec<_> =
        contestants.into_iter().map(|mut contestant| (contestant.repeats(), contestant, Vec::new())).collect();
    while runs[0].2.len() < 11 || start.elapsed() < time {
        for (repeats, contestant, rates) in &mut runs {
            rates.push(contestant.rate(*repeats));
        }
    }
    runs.into_iter().map(|(_, contestant, rates)| Rates { key: contestant.key, rates }).collect()
}

fn quantile(mut values: Vec<f64>, part: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    values[((values.len() - 1) as f64 * part).round() as usize]
}
