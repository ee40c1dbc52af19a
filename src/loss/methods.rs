//! The methods of every loss, once: checks, streams, kernel.
//!
//! The inputs are what the loss takes: logits, or probabilities. The type of the targets is known no more, so that
//! programs with several of them have all of this once.

use super::{Checked, Curved, Passes, Scales, expect_len};
use crate::error::{Argument, Error};
use crate::kernel::{Pass, Streams, Targets};
use crate::real::Real;
use crate::reduction::{LossSum, Reduction};
use crate::weights::Weights;

pub fn loss<T: Real, L: Passes<T> + ?Sized>(loss: &L, inputs: &[T], targets: Targets<'_, T>) -> Result<T, Error> {
    let checked = loss.check(inputs, targets)?;
    let scales = checked.scales(inputs)?;
    let streams = checked.streams(inputs, scales.weight);
    scales.reduced(loss.sum(&checked.pass(&streams, scales)))
}

pub fn losses<T: Real, L: Passes<T> + ?Sized>(
    loss: &L,
    inputs: &[T],
    targets: Targets<'_, T>,
    out: &mut [T],
) -> Result<(), Error> {
    expect_len(Argument::Output, inputs.len(), out.len())?;
    let checked = loss.check(inputs, targets)?;
    let streams = checked.streams(inputs, checked.weight).writing(out);
    loss.per_element(&checked.pass(&streams, Scales::none(checked.weight)));
    Ok(())
}

pub fn gradient<T: Real, L: Passes<T> + ?Sized>(
    loss: &L,
    inputs: &[T],
    targets: Targets<'_, T>,
    gradient: &mut [T],
) -> Result<(), Error> {
    expect_len(Argument::Gradient, inputs.len(), gradient.len())?;
    let checked = loss.check(inputs, targets)?;
    let scales = checked.scales(inputs)?;
    let streams = checked.streams(inputs, scales.weight).writing(gradient);
    loss.slope(&checked.pass(&streams, scales));
    Ok(())
}

pub fn loss_and_gradient<T: Real, L: Passes<T> + ?Sized>(
    loss: &L,
    inputs: &[T],
    targets: Targets<'_, T>,
    gradient: &mut [T],
) -> Result<T, Error> {
    expect_len(Argument::Gradient, inputs.len(), gradient.len())?;
    let checked = loss.check(inputs, targets)?;
    let scales = checked.scales(inputs)?;
    let streams = checked.streams(inputs, scales.weight).writing(gradient);
    scales.reduced(loss.sum_and_gradient(&checked.pass(&streams, scales)))
}

pub fn loss_and_gradient_in_place<T: Real, L: Passes<T> + ?Sized>(
    loss: &L,
    inputs: &mut [T],
    targets: Targets<'_, T>,
) -> Result<T, Error> {
    let checked = loss.check(inputs, targets)?;
    let scales = checked.scales(inputs)?;
    let streams = Streams::in_place(inputs, checked.targets).weighted(checked.pos_weight, scales.weight);
    scales.reduced(loss.sum_and_gradient(&checked.pass(&streams, scales)))
}

pub fn gradient_and_hessian<T: Real, L: Curved<T> + ?Sized>(
    loss: &L,
    inputs: &[T],
    targets: Targets<'_, T>,
    gradient: &mut [T],
    hessian: &mut [T],
) -> Result<(), Error> {
    expect_len(Argument::Gradient, inputs.len(), gradient.len())?;
    expect_len(Argument::Hessian, inputs.len(), hessian.len())?;
    let checked = loss.check(inputs, targets)?;
    let scales = checked.scales(inputs)?;
    let streams = checked.streams(inputs, scales.weight).writing(gradient).writing_second(hessian);
    loss.slope_and_curvature(&checked.pass(&streams, scales));
    Ok(())
}

pub fn backward<T: Real, L: Passes<T> + ?Sized>(
    loss: &L,
    inputs: &[T],
    targets: Targets<'_, T>,
    upstream: Weights<'_, T>,
    gradient: &mut [T],
) -> Result<(), Error> {
    expect_len(Argument::Gradient, inputs.len(), gradient.len())?;
    let checked = loss.check(inputs, targets)?;
    let upstream = upstream.checked_signed(Argument::Upstream, inputs.len(), checked.backend)?;
    let streams = checked.streams(inputs, checked.weight).upstream(upstream).writing(gradient);
    loss.product(&checked.pass(&streams, Scales::none(checked.weight)));
    Ok(())
}

pub fn accumulate<T: Real, L: Passes<T> + ?Sized>(
    loss: &L,
    sum: &mut LossSum<T>,
    inputs: &[T],
    targets: Targets<'_, T>,
) -> Result<(), Error> {
    let checked = loss.check(inputs, targets)?;
    // Neither divided nor differentiated, so an empty batch is as good as any.
    let checked = Checked { reduction: Reduction::Sum, ..checked };
    let scales = checked.scales(inputs)?;
    let streams = checked.streams(inputs, scales.weight);
    sum.sum = loss.sum(&Pass { onto: sum.sum, ..checked.pass(&streams, scales) });
    sum.weight = checked.weight_sum(inputs, sum.weight);
    sum.count = sum.count.saturating_add(inputs.len() as u64);
    Ok(())
}
