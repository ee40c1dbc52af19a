//! Logits with their targets, and how they are divided among ranks.

use linfa_datasets::winequality;
use logit_loss::LossSum;
use std::ops::Range;

/// A batch may be cut at multiples of this number.
pub const CHUNK: usize = LossSum::<f32>::CHUNK;

/// Wines of this quality or better are the positive class.
pub const GOOD: usize = 7;

const SEED: u64 = 1;

pub struct Data {
    pub name: &'static str,
    pub logits: Vec<f32>,
    pub targets: Vec<bool>,
    /// The error in ULP that the crate promises for a mean: 1 for independent logits, 4 for any.
    pub promised: f64,
}

impl Data {
    /// Makes the red wines 64 times, so that they fill more than a chunk. The logit is a rule of thumb: a wine with more
    /// than 12 % of alcohol is good.
    pub fn wines() -> Data {
        let wines = winequality();
        let alcohol = wines.feature_names().iter().position(|name| name == "alcohol").expect("a column");
        let logits: Vec<f32> = wines.records.column(alcohol).iter().map(|percent| (percent - 12.0) as f32).collect();
        let targets: Vec<bool> = wines.targets.iter().map(|&quality| quality >= GOOD).collect();
        Data { name: "wines, 64 times", logits: logits.repeat(64), targets: targets.repeat(64), promised: 4.0 }
    }

    /// Makes many logits, mostly right, and a last chunk that is not full.
    pub fn generated() -> Data {
        let mut rng = fastrand::Rng::with_seed(SEED);
        let mut uniform = || 16.0 * rng.f32() - 8.0;
        let (logits, targets) = (0..(1 << 20) + 777)
            .map(|_| {
                let logit = uniform();
                (logit, uniform() < logit)
            })
            .unzip();
        Data { name: "generated", logits, targets, promised: 1.0 }
    }

    /// Makes data for which the order of additions shows in the mean: two wrong answers leave the sum halfway between two
    /// `f32`. Each of the seven chunks that follow has a loss too small for the low word, but two of them together are not
    /// too small.
    pub fn halfway() -> Data {
        let mut logits = vec![f32::INFINITY; 8 * CHUNK];
        logits[0] = -(2f32.powi(40));
        logits[1] = -(2f32.powi(16));
        for chunk in 1..8 {
            // The loss is 0.00383, a little less than 2^-8, which is half a last digit of 2^16.
            logits[chunk * CHUNK] = 5.5625;
        }
        Data { name: "halfway", targets: vec![true; logits.len()], logits, promised: 4.0 }
    }

    pub fn shard(&self, range: Range<usize>) -> Shard<'_> {
        Shard { logits: &self.logits[range.clone()], targets: &self.targets[range] }
    }
}

/// The part of one rank.
#[derive(Clone, Copy)]
pub struct Shard<'a> {
    pub logits: &'a [f32],
    pub targets: &'a [bool],
}

/// Returns the part of a rank of `len` elements: as many as the others have, or one more.
pub fn part(len: usize, rank: usize, ranks: usize) -> Range<usize> {
    len * rank / ranks..len * (rank + 1) / ranks
}

/// Returns the part of a rank in whole chunks. A rank may get none.
pub fn part_of_chunks(len: usize, rank: usize, ranks: usize) -> Range<usize> {
    let chunks = part(len.div_ceil(CHUNK), rank, ranks);
    chunks.start * CHUNK..len.min(chunks.end * CHUNK)
}
