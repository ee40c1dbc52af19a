//! The mean loss of a data set that is divided among ranks, with several ways to send and add sums.

use crate::data::{CHUNK, Data, Shard, part, part_of_chunks};
use crate::ranks::{collect, merged, pass_on};
use comfy_table::{CellAlignment, Table, presets};
use logit_loss::{BceWithLogits, Loss, LossSum};
use mpi::topology::SimpleCommunicator;
use mpi::traits::Communicator;
use std::error::Error;

/// One way to get a sum.
struct Way {
    name: &'static str,
    sum: LossSum<f32>,
    /// Whether the bits are those of one call for any number of ranks.
    same_bits: bool,
}

/// The results of all ways for one data set.
pub struct Findings {
    data: &'static str,
    promised: f64,
    /// The exact mean, rounded once to `f64`.
    exact: f64,
    one_call: LossSum<f32>,
    ways: Vec<Way>,
}

impl Shard<'_> {
    fn add_to(&self, sum: &mut LossSum<f32>) -> Result<(), logit_loss::Error> {
        BceWithLogits::new().accumulate(sum, self.logits, self.targets)
    }

    fn sum(&self) -> Result<LossSum<f32>, logit_loss::Error> {
        let mut sum = LossSum::new();
        self.add_to(&mut sum)?;
        Ok(sum)
    }

    fn sum_of_each_chunk(&self) -> Result<Vec<LossSum<f32>>, logit_loss::Error> {
        let chunks = self.logits.chunks(CHUNK).zip(self.targets.chunks(CHUNK));
        chunks.map(|(logits, targets)| Shard { logits, targets }.sum()).collect()
    }
}

/// Evaluates only this rank's shard, and on rank 0 also all data for comparison. Rank 0 returns the findings. A bad shard
/// lacks a target.
pub fn evaluate(world: &SimpleCommunicator, data: &Data, bad: bool) -> Result<Option<Findings>, Box<dyn Error>> {
    let (rank, ranks) = (world.rank() as usize, world.size() as usize);
    let len = data.logits.len();
    let mut shard = data.shard(part_of_chunks(len, rank, ranks));
    if bad {
        shard.targets = shard.targets.split_last().map_or(&[], |(_, rest)| rest);
    }
    // This way runs first, since it finds a shard with too few targets.
    let by_rank = collect(world, &[shard.sum()?])?;
    let by_chunk = collect(world, &shard.sum_of_each_chunk()?)?;
    let passed_on = pass_on(world, |sum| shard.add_to(sum))?;
    let anywhere = collect(world, &[data.shard(part(len, rank, ranks)).sum()?])?;

    let (Some(by_rank), Some(by_chunk), Some(passed_on), Some(anywhere)) = (by_rank, by_chunk, passed_on, anywhere)
    else {
        return Ok(None);
    };
    let way = |name, sum, same_bits| Way { name, sum, same_bits };
    Ok(Some(Findings {
        data: data.name,
        promised: data.promised,
        exact: exact_mean(data)?,
        one_call: data.shard(0..len).sum()?,
        ways: vec![
            way("a sum per chunk, merged", merged(&by_chunk), true),
            way("one sum, passed on", passed_on, true),
            way("a sum per rank, merged", merged(&by_rank), false),
            way("the same, cut anywhere", merged(&anywhere), false),
        ],
    }))
}

/// Computes the mean with the same crate, in numbers with twice the digits.
fn exact_mean(data: &Data) -> Result<f64, Box<dyn Error>> {
    let logits: Vec<f64> = data.logits.iter().map(|&logit| logit.into()).collect();
    let mut sum = LossSum::<f64>::new();
    BceWithLogits::new().accumulate(&mut sum, &logits, &data.targets)?;
    Ok(sum.mean().ok_or("no logits")?)
}

impl Findings {
    fn mean(&self, sum: &LossSum<f32>) -> f32 {
        sum.mean().unwrap_or(f32::NAN)
    }

    fn ulps(&self, sum: &LossSum<f32>) -> f64 {
        let nearest = self.exact as f32;
        let ulp = f64::from(nearest.next_up()) - f64::from(nearest);
        (f64::from(self.mean(sum)) - self.exact).abs() / ulp
    }

    /// Checks that all promises were kept, and else says which was not.
    pub fn check(&self) -> Result<(), String> {
        for Way { name, sum, same_bits } in &self.ways {
            if *same_bits && sum.to_le_bytes() != self.one_call.to_le_bytes() {
                return Err(format!("{}: {name}: the bits differ from those of one call", self.data));
            }
            if sum.count() != self.one_call.count() {
                return Err(format!(
                    "{}: {name}: {} logits, expected {}",
                    self.data,
                    sum.count(),
                    self.one_call.count()
                ));
            }
            let ulps = self.ulps(sum);
            if ulps.is_nan() || ulps > self.promised {
                return Err(format!("{}: {name}: off by {ulps} ULP", self.data));
            }
        }
        Ok(())
    }
}

pub fn table(findings: &[Findings]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN).set_header([
        "Data",
        "Summed",
        "Mean",
        "Its bits",
        "Sum: two words",
        "As one call",
        "Promised",
        "ULP",
    ]);
    for found in findings {
        let one_call = Way { name: "one call", sum: found.one_call, same_bits: true };
        for Way { name, sum, same_bits } in std::iter::once(&one_call).chain(&found.ways) {
            let mean = found.mean(sum);
            let same = if sum.to_le_bytes() == found.one_call.to_le_bytes() {
                "all bits"
            } else if mean.to_bits() == found.mean(&found.one_call).to_bits() {
                "the mean"
            } else {
                "no"
            };
            table.add_row([
                found.data.to_string(),
                name.to_string(),
                format!("{mean:.8e}"),
                format!("{:08x}", mean.to_bits()),
                words(sum),
                same.to_string(),
                if *same_bits { "bits".to_string() } else { format!("{} ULP", found.promised) },
                format!("{:.2}", found.ulps(sum)),
            ]);
        }
    }
    for column in [2, 7] {
        table.column_mut(column).expect("a column").set_cell_alignment(CellAlignment::Right);
    }
    table
}

/// The words of the sum as they are sent, in the width of their type.
fn words(sum: &LossSum<f32>) -> String {
    let bytes = sum.to_le_bytes();
    let (words, _) = bytes.as_chunks::<8>();
    let bits = |word: [u8; 8]| (f64::from_le_bytes(word) as f32).to_bits();
    format!("{:08x} {:08x}", bits(words[0]), bits(words[1]))
}
