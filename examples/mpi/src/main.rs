//! [`LossSum`](logit_loss::LossSum) between processes, by MPI: the mean loss of a data set that is divided among ranks, and
//! a logistic regression that is trained on several ranks at once.
//!
//! A sum of losses is defined over chunks of 32,768 `f32` or 16,384 `f64`: each chunk is summed on its own, and the sums of
//! chunks are added from the first to the last. Where shards are cut at multiples of a chunk, two ways give **the bits of
//! one call, for any number of ranks**, and the program fails if they do not:
//!
//! * **A sum per chunk, merged** in order: merging the sum of one chunk does what `accumulate` does with that chunk. Ranks
//!   work at the same time, and send 40 bytes for every chunk. The crate's threads do the same (feature `rayon`).
//! * **One sum, passed on**: each rank accumulates its shard onto the sum that it received. It sends 40 bytes for every
//!   rank, but each rank waits for the one before it.
//!
//! Two other ways do not, though they repeat their own bits as long as cuts and order stay, and are within the promised
//! error:
//!
//! * **A sum per rank, merged** in order: (a + b) + (c + d) instead of ((a + b) + c) + d. The count is always the same. The
//!   last bits of the low word may differ, and where the mean is close to halfway between two numbers, the mean may differ
//!   too. That is very rare, but the data set "halfway" is made so. The bits are those of one call if every rank but the
//!   first has one chunk or none.
//! * **Cut anywhere**: a chunk has other elements, so the high word may differ too.
//!
//! Ranks may run on different machines if all fuse multiply and add, or if none do.
//!
//! In training, the derivative with respect to a logit has the same bits wherever it is computed. The derivatives with
//! respect to the parameters are summed by each rank over its rows, and then by MPI over the ranks, in an order that MPI
//! chooses. All ranks get the same bits, as MPI requires of an all-reduce, and the program fails if their parameters differ.
//! Another number of ranks gives other bits.
//!
//! ```text
//! cargo build && mpirun -n 4 --oversubscribe target/debug/logit-loss-mpi
//! ```
//!
//! `--bad-shard RANK` removes a target from the shard of that rank. A rank that finds an error ends all ranks.

mod data;
mod evaluate;
mod ranks;
mod train;

use data::Data;
use mpi::Rank;
use mpi::topology::SimpleCommunicator;
use mpi::traits::Communicator;
use std::error::Error;

fn main() {
    let universe = mpi::initialize().expect("MPI is initialised once");
    let world = universe.world();
    if let Err(error) = run(&world) {
        // The message is written at once, since mpirun could put other ranks' messages between its parts.
        let message = format!("rank {} of {}: {error}\n", world.rank(), world.size());
        eprint!("{message}");
        // The others may be waiting for this rank, and would wait for ever.
        world.abort(1);
    }
}

fn run(world: &SimpleCommunicator) -> Result<(), Box<dyn Error>> {
    let bad = bad_shard(world.size())? == Some(world.rank());
    let mut findings = Vec::new();
    for data in [Data::wines(), Data::generated(), Data::halfway()] {
        findings.extend(evaluate::evaluate(world, &data, bad)?);
    }
    let report = train::run(world)?;

    // Only rank 0 has a report.
    if let Some(report) = report {
        println!("Ranks: {}\n\n{}", world.size(), evaluate::table(&findings));
        println!(
            "\nShards are cut at multiples of 32,768 logits, except in the last way. A sum per chunk, merged in order, and\n\
             one sum, passed on, have all bits of one call for any number of ranks. A sum per rank is added in another\n\
             order: the last bits of the low word may differ, and if the mean is close to halfway between two numbers, it\n\
             may be the other one. If shards are cut anywhere, either word may differ. Every way has an error within the\n\
             promised number of ULP. ULP: the error found, against a sum in f64.\n"
        );
        for found in &findings {
            found.check()?;
        }
        println!("Logistic regression on {} wines, divided row by row:\n\n{}", report.wines, report.table);
        println!(
            "\nAll ranks ended with the same bits in all parameters. They differ by {:.1e} from those that one rank finds alone,\n\
             relative to the largest: the derivative with respect to a logit has the same bits on any rank, but those with\n\
             respect to the parameters are summed over rows and then over ranks, in an order that depends on the number of\n\
             ranks.",
            report.apart
        );
    }
    Ok(())
}

/// Returns the rank whose shard is to be bad.
fn bad_shard(ranks: Rank) -> Result<Option<Rank>, Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match &arguments[..] {
        [] => Ok(None),
        [option, rank] if option == "--bad-shard" => match rank.parse()? {
            rank if (0..ranks).contains(&rank) => Ok(Some(rank)),
            _ => Err(format!("--bad-shard {rank}: there are {ranks} ranks").into()),
        },
        _ => Err("usage: logit-loss-mpi [--bad-shard RANK]".into()),
    }
}
