//! The methods of every loss, once: checks, slices, kernel.
//!
//! The inputs are what the loss takes: logits, or probabilities. The type of the targets is known no more, so that
//! programs with several of them have all of this once.

use super::{Checked, Curved, Passes, Scales, expect_len};
use crate::error::{Argument, Error};
use crate::kernel::{Slices, Targets, Values, ValuesMut};
use crate::math::Double;
use crate::real::Real;
use crate::reduction::{LossSum, Reduction};
use crate::threads::{OneThread, Threads};
use crate::weights::Weights;

#[inline]
pub fn loss<T: Real, L: Passes<T> + ?Sized>(
    threads: impl Threads,
    loss: &L,
    inputs: Values<'_, T>,
    targets: Targets<'_, T>,
) -> Result<T, Error> {
    let checked = loss.check(threads, inputs, targets)?;
    let scales = checked.scales(threads, inputs);
    let slices = checked.slices(inputs, scales.weight);
    scales
        .reduced(threads.sum(slices, Double::ZERO, |streams, onto| loss.sum(&checked.pass(streams, scales).onto(onto))))
}

#[inline]
pub fn losses<T: Real, L: Passes<T> + ?Sized>(
    threads: impl Threads,
    loss: &L,
    inputs: Values<'_, T>,
    targets: Targets<'_, T>,
    out: ValuesMut<'_, T>,
) -> Result<(), Error> {
    expect_len(Argument::Output, inputs.len(), out.len())?;
    let checked = loss.check(threads, inputs, targets)?;
    let scales = Scales::none(checked.weight);
    let slices = checked.writing(inputs, scales.weight, out);
    threads.write(slices, |streams| loss.per_element(&checked.pass(streams, scales)));
    Ok(())
}

#[inline]
pub fn gradient<T: Real, L: Passes<T> + ?Sized>(
    threads: impl Threads,
    loss: &L,
    inputs: Values<'_, T>,
    targets: Targets<'_, T>,
    gradient: ValuesMut<'_, T>,
) -> Result<(), Error> {
    expect_len(Argument::Gradient, inputs.len(), gradient.len())?;
    let checked = loss.check(threads, inputs, targets)?;
    let scales = checked.scales(threads, inputs).with_derivative()?;
    let slices = checked.writing(inputs, scales.weight, gradient);
    threads.write(slices, |streams| loss.slope(&checked.pass(streams, scales)));
    Ok(())
}

#[inline]
pub fn loss_and_gradient<T: Real, L: Passes<T> + ?Sized>(
    threads: impl Threads,
    loss: &L,
    inputs: Values<'_, T>,
    targets: Targets<'_, T>,
    gradient: ValuesMut<'_, T>,
) -> Result<T, Error> {
    expect_len(Argument::Gradient, inputs.len(), gradient.len())?;
    let checked = loss.check(threads, inputs, targets)?;
    let scales = checked.scales(threads, inputs).with_derivative()?;
    let slices = checked.writing(inputs, scales.weight, gradient);
    sum_and_gradient(threads, loss, &checked, scales, slices)
}

#[inline]
pub fn loss_and_gradient_in_place<T: Real, L: Passes<T> + ?Sized>(
    threads: impl Threads,
    loss: &L,
    inputs: ValuesMut<'_, T>,
    targets: Targets<'_, T>,
) -> Result<T, Error> {
    let checked = loss.check(threads, inputs.values(), targets)?;
    let scales = checked.scales(threads, inputs.values()).with_derivative()?;
    let slices = Slices::in_place(inputs, checked.targets).weighted(checked.pos_weight, scales.weight);
    sum_and_gradient(threads, loss, &checked, scales, slices)
}

#[inline]
fn sum_and_gradient<T: Real, L: Passes<T> + ?Sized>(
    threads: impl Threads,
    loss: &L,
    checked: &Checked<'_, T>,
    scales: Scales<'_, T>,
    slices: Slices<'_, T>,
) -> Result<T, Error> {
    scales.reduced(
        threads.sum(slices, Double::ZERO, |streams, onto| {
            loss.sum_and_gradient(&checked.pass(streams, scales).onto(onto))
        }),
    )
}

#[inline]
pub fn gradient_and_hessian<T: Real, L: Curved<T> + ?Sized>(
    loss: &L,
    inputs: Values<'_, T>,
    targets: Targets<'_, T>,
    gradient: ValuesMut<'_, T>,
    hessian: ValuesMut<'_, T>,
) -> Result<(), Error> {
    expect_len(Argument::Gradient, inputs.len(), gradient.len())?;
    expect_len(Argument::Hessian, inputs.len(), hessian.len())?;
    let checked = loss.check(OneThread, inputs, targets)?;
    let scales = checked.scales(OneThread, inputs).with_derivative()?;
    let streams = checked.writing(inputs, scales.weight, gradient).streams().writing_second(hessian);
    loss.slope_and_curvature(&checked.pass(&streams, scales));
    Ok(())
}

#[inline]
pub fn backward<T: Real, L: Passes<T> + ?Sized>(
    loss: &L,
    inputs: Values<'_, T>,
    targets: Targets<'_, T>,
    upstream: Weights<'_, T>,
    gradient: ValuesMut<'_, T>,
) -> Result<(), Error> {
    expect_len(Argument::Gradient, inputs.len(), gradient.len())?;
    let checked = loss.check(OneThread, inputs, targets)?;
    let upstream = upstream.checked_signed(Argument::Upstream, inputs.len(), checked.backend)?;
    let streams = checked.writing(inputs, checked.weight, gradient).streams().upstream(upstream);
    loss.product(&checked.pass(&streams, Scales::none(checked.weight)));
    Ok(())
}

#[inline]
pub fn accumulate<T: Real, L: Passes<T> + ?Sized>(
    threads: impl Threads,
    loss: &L,
    sum: &mut LossSum<T>,
    inputs: Values<'_, T>,
    targets: Targets<'_, T>,
) -> Result<(), Error> {
    let checked = loss.check(threads, inputs, targets)?;
    // Neither divided nor differentiated, so an empty batch is as good as any.
    let checked = Checked { reduction: Reduction::Sum, ..checked };
    let scales = checked.scales(threads, inputs);
    let slices = checked.slices(inputs, scales.weight);
    sum.sum = threads.sum(slices, sum.sum, |streams, onto| loss.sum(&checked.pass(streams, scales).onto(onto)));
    sum.weight = checked.weight_sum(threads, inputs, sum.weight);
    sum.count = sum.count.saturating_add(inputs.len() as u64);
    Ok(())
}
