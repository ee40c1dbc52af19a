//! Sends sums from rank to rank.

use logit_loss::{LossSum, Real};
use mpi::topology::SimpleCommunicator;
use mpi::traits::{Communicator, Destination, Source};
use std::error::Error;

/// The length is the same for both types.
const BYTES: usize = LossSum::<f32>::BYTES;

/// Collects the sums of all ranks on rank 0, from the first rank's first to the last rank's last. Other ranks get nothing.
pub fn collect<T: Real>(
    world: &SimpleCommunicator,
    sums: &[LossSum<T>],
) -> Result<Option<Vec<LossSum<T>>>, Box<dyn Error>> {
    if world.rank() != 0 {
        let bytes: Vec<u8> = sums.iter().flat_map(LossSum::to_le_bytes).collect();
        world.process_at_rank(0).send(&bytes[..]);
        return Ok(None);
    }
    let mut all = sums.to_vec();
    // Each rank is named, so that the order does not depend on which is the fastest.
    for rank in 1..world.size() {
        let (bytes, _) = world.process_at_rank(rank).receive_vec::<u8>();
        let (sums, rest) = bytes.as_chunks::<BYTES>();
        if !rest.is_empty() {
            return Err(format!("{} bytes from rank {rank} are not sums of {BYTES} each", bytes.len()).into());
        }
        all.extend(sums.iter().map(|&bytes| LossSum::from_le_bytes(bytes)));
    }
    Ok(Some(all))
}

/// Merges sums from the first to the last.
pub fn merged<T: Real>(sums: &[LossSum<T>]) -> LossSum<T> {
    sums.iter().fold(LossSum::new(), |mut all, sum| {
        all.merge(sum);
        all
    })
}

/// Passes one sum from rank to rank, each of which adds to it. The last rank sends it to rank 0; the others get nothing.
pub fn pass_on<T: Real>(
    world: &SimpleCommunicator,
    add: impl FnOnce(&mut LossSum<T>) -> Result<(), logit_loss::Error>,
) -> Result<Option<LossSum<T>>, logit_loss::Error> {
    let (rank, last) = (world.rank(), world.size() - 1);
    let receive = |from| {
        let mut bytes = [0u8; BYTES];
        world.process_at_rank(from).receive_into(&mut bytes[..]);
        LossSum::from_le_bytes(bytes)
    };
    let mut sum = if rank == 0 { LossSum::new() } else { receive(rank - 1) };
    add(&mut sum)?;
    if last == 0 {
        return Ok(Some(sum));
    }
    let next = if rank == last { 0 } else { rank + 1 };
    world.process_at_rank(next).send(&sum.to_le_bytes()[..]);
    Ok((rank == 0).then(|| receive(last)))
}
