//! Timing in rounds. Criterion measures one function for seconds before it measures the next, and by then the load of a
//! shared machine has changed. Here every contestant runs once in each round, and ratios are taken within the round.

use std::hint::black_box;
use std::time::{Duration, Instant};

/// The least number of seconds that a contestant runs in one round.
const TURN: f64 = 200e-6;

pub struct Contestant<'a, K> {
    key: K,
    elements: usize,
    /// Returns the seconds that so many calls took.
    run: Box<dyn FnMut(u32) -> f64 + 'a>,
}

impl<'a, K> Contestant<'a, K> {
    /// Makes a contestant whose calls process about `elements` elements each.
    pub fn new(key: K, elements: usize, run: impl FnMut(u32) -> f64 + 'a) -> Self {
        Self { key, elements, run: Box::new(run) }
    }

    /// Returns how many calls fill a turn.
    fn repeats(&mut self) -> u32 {
        // The first call may touch new pages, so it is not timed.
        (self.run)(1);
        let mut repeats = 1;
        while (self.run)(repeats) < TURN {
            repeats *= 2;
        }
        repeats
    }

    fn rate(&mut self, repeats: u32) -> f64 {
        // With many calls in a turn, the first one finds the caches full of another contestant's data, so it is not timed.
        if repeats > 1 {
            (self.run)(1);
        }
        self.elements as f64 * f64::from(repeats) / (self.run)(repeats)
    }
}

/// Returns the seconds that `repeats` calls take.
pub fn seconds<T>(repeats: u32, mut call: impl FnMut() -> T) -> f64 {
    let start = Instant::now();
    for _ in 0..repeats {
        black_box(call());
    }
    start.elapsed().as_secs_f64()
}

/// The elements per second of each round.
pub struct Rates<K> {
    pub key: K,
    rates: Vec<f64>,
}

impl<K> Rates<K> {
    /// Returns the number of rounds over which the medians are taken.
    pub fn rounds(&self) -> usize {
        self.rates.len()
    }

    pub fn quantile(&self, part: f64) -> f64 {
        quantile(self.rates.clone(), part)
    }

    pub fn median(&self) -> f64 {
        self.quantile(0.5)
    }

    /// Returns how many times as fast as another contestant of the race it is: the median of the ratios within each round.
    pub fn over(&self, other: &Self) -> f64 {
        quantile(self.rates.iter().zip(&other.rates).map(|(ours, theirs)| ours / theirs).collect(), 0.5)
    }
}

/// Runs as many rounds as fit into the time, but at least 11: a median of 5 has been three times too low.
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
