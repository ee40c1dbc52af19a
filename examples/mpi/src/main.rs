//! [`LossSum`](logit_loss::LossSum) between processes, by MPI: the mean loss of a data set that is shared out, and a
//! logistic regression that is trained on several ranks at once.
//!
//! A sum of losses is defined over chunks of 32,768 `f32` or 16,384 `f64`: each chunk is summed on its own, and the
//! sums of chunks are added from the first to the last. Where shards are cut at multiples of that, this has **the bits
//! of one call, whatever the number of ranks**, and the program fails if it has not:
//!
//! * **A sum per chunk, merged** in order: to merge the sum of one chunk is what `accumulate` does with that chunk.
//!   Ranks work at the same time, and send 40 bytes for every chunk. The crate's threads do the same (feature `rayon`).
//! * **One sum, passed on**: each rank accumulates its shard onto the sum that it was handed. 40 bytes for every rank,
//!   but each has to wait for the one before it.
//!
//! This has not, though it repeats its own bits as long as cuts and order stay, and is within the promised error:
//!
//! * **A sum per rank, merged** in order: (a + b) + (c + d) instead of ((a + b) + c) + d. The count is the same always.
//!   The last bits of the low word may differ, and where the mean is close to halfway between two numbers, it may be
//!   the other one: hardly ever, but the data set "halfway" is made so. The bits are those of one call if every rank
//!   but the first has one chunk or none.
//! * **Cut anywhere**: other elements come together in a chunk, so the high word may differ too.
//!
//! Ranks may run on different machines as long as all fuse multiply and add, or none do.
//!
//! In training, the derivative by a logit has the same bits wherever it is computed. Those by the parameters are summed
//! by each rank over its rows, and then by MPI over the ranks, in an order that is MPI's: all ranks get the same bits,
//! as MPI demands of an all-reduce, and the program fails if their parameters differ. Another number of ranks gives
//! others.
//!
//! ```text
//! cargo build && mpirun -n 4 --oversubscribe target/debug/logit-loss-mpi
//! ```
//!
//! `--bad-shard RANK` takes a target from the shard of that rank. A rank that finds an error ends them all.

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
    let universe = mpi::initialize().expect("the only call");
    let world = universe.world();
    if let Err(error) = run(&world) {
        // In one piece, or mpirun puts other ranks' pieces between.
        let message = format!("rank {} of {}: {error}\n", world.rank(), world.size());
        eprint!("{message}");
        // The others may be waiting for this one, and would wait for ever.
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

    // On rank 0, that is.
    if let Some(report) = report {
        println!("Ranks: {}\n\n{}", world.size(), evaluate::table(&findings));
        println!(
            "\nShards are cut at multiples of 32,768 logits, but for the last way. So cut, a sum per chunk, merged in\n\
             order, and one sum that is passed on have all bits of one call, whatever the number of ranks. A sum per rank\n\
             is added in another order: the last bits of the low word may differ, and where the mean is close to halfway\n\
             between two numbers, it may be the other one. Cut anywhere, either word may differ. Those are promised to\n\
             be within so many ULP of the exact mean, as all are. ULP: the error found, against a sum in f64.\n"
        );
        for found in &findings {
            found.check()?;
        }
        println!("Logistic regression on {} wines, shared out row by row:\n\n{}", report.wines, report.table);
        println!(
            "\nAll ranks ended with the same bits in all parameters. They are {:.1e} from those that one rank finds\n\
             alone, relative to the largest: the derivative by a logit has the same bits on any rank, but those by the\n\
             parameters are summed over rows and then over ranks, in an order that depends on how many ranks there are.",
            report.apart
        );
    }
    Ok(())
}

/// The rank whose shard is to be bad.
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
