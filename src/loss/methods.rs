//! The methods of every loss, once: checks, streams, pass.
//!
//! The inputs are what the loss takes: logits, or probabilities. The type of the targets is known no more, so that
//! programs with several of them have all of this once.

use super::{Checked, HessianPlans, Plans, Scales, expect_len};
use crate::driver::{RowResult, Streams, Values, ValuesMut};
use crate::error::{Argument, Error};
use crate::math::DoubleWord;
use crate::real::Real;
use crate::reduction::{LossSum, Reduction};
use crate::weights::Weights;

#[inline]
pub fn loss<T: Real, L: Plans<T> + ?Sized>(
    loss: &L,
    inputs: Values<'_, T>,
    targets: Values<'_, T>,
) -> Result<T, Error> {
    if let Some(loss) = loss.short(RowResult::Sum, Streams::new(inputs), targets) {
        return Ok(loss);
    }
    let checked = loss.check(inputs, targets)?;
    let scales = checked.scales(inputs);
    let streams = checked.streams(Streams::new(inputs), scales.weight);
    scales.reduced(loss.run_sum(&checked.pass(scales, DoubleWord::ZERO), streams))
}

#[inline]
pub fn losses<T: Real, L: Plans<T> + ?Sized>(
    loss: &L,
    inputs: Values<'_, T>,
    targets: Values<'_, T>,
    mut out: ValuesMut<'_, T>,
) -> Result<(), Error> {
    expect_len(Argument::Output, inputs.len(), out.len())?;
    if loss.short(RowResult::Losses, Streams::new(inputs).writing(out.reborrow()), targets).is_some() {
        return Ok(());
    }
    let checked = loss.check(inputs, targets)?;
    let scales = Scales::none(checked.weight);
    let streams = checked.streams(Streams::new(inputs).writing(out), scales.weight);
    loss.run_losses(&checked.pass(scales, DoubleWord::ZERO), streams);
    Ok(())
}

#[inline]
pub fn gradient<T: Real, L: Plans<T> + ?Sized>(
    loss: &L,
    inputs: Values<'_, T>,
    targets: Values<'_, T>,
    mut gradient: ValuesMut<'_, T>,
) -> Result<(), Error> {
    expect_len(Argument::Gradient, inputs.len(), gradient.len())?;
    if loss.short(RowResult::Gradient, Streams::new(inputs).writing(gradient.reborrow()), targets).is_some() {
        return Ok(());
    }
    let checked = loss.check(inputs, targets)?;
    let scales = checked.scales(inputs).with_derivative()?;
    let streams = checked.streams(Streams::new(inputs).writing(gradient), scales.weight);
    loss.run_gradient(&checked.pass(scales, DoubleWord::ZERO), streams);
    Ok(())
}

#[inline]
pub fn loss_and_gradient<T: Real, L: Plans<T> + ?Sized>(
    loss: &L,
    inputs: Values<'_, T>,
    targets: Values<'_, T>,
    mut gradient: ValuesMut<'_, T>,
) -> Result<T, Error> {
    expect_len(Argument::Gradient, inputs.len(), gradient.len())?;
    let streams = Streams::new(inputs).writing(gradient.reborrow());
    if let Some(loss) = loss.short(RowResult::SumAndGradient, streams, targets) {
        return Ok(loss);
    }
    let checked = loss.check(inputs, targets)?;
    let scales = checked.scales(inputs).with_derivative()?;
    let streams = checked.streams(Streams::new(inputs).writing(gradient), scales.weight);
    scales.reduced(loss.run_sum_and_gradient(&checked.pass(scales, DoubleWord::ZERO), streams))
}

#[inline]
pub fn loss_and_gradient_in_place<T: Real, L: Plans<T> + ?Sized>(
    loss: &L,
    mut inputs: ValuesMut<'_, T>,
    targets: Values<'_, T>,
) -> Result<T, Error> {
    if let Some(loss) = loss.short(RowResult::SumAndGradient, Streams::in_place(inputs.reborrow()), targets) {
        return Ok(loss);
    }
    let checked = loss.check(inputs.values(), targets)?;
    let scales = checked.scales(inputs.values()).with_derivative()?;
    let streams = checked.streams(Streams::in_place(inputs), scales.weight);
    scales.reduced(loss.run_sum_and_gradient(&checked.pass(scales, DoubleWord::ZERO), streams))
}

#[inline]
pub fn gradient_and_hessian<T: Real, L: HessianPlans<T> + ?Sized>(
    loss: &L,
    inputs: Values<'_, T>,
    targets: Values<'_, T>,
    mut gradient: ValuesMut<'_, T>,
    mut hessian: ValuesMut<'_, T>,
) -> Result<(), Error> {
    expect_len(Argument::Gradient, inputs.len(), gradient.len())?;
    expect_len(Argument::Hessian, inputs.len(), hessian.len())?;
    let streams = Streams::new(inputs).writing(gradient.reborrow()).writing_second(hessian.reborrow());
    if loss.short(RowResult::GradientAndHessian, streams, targets).is_some() {
        return Ok(());
    }
    let checked = loss.check(inputs, targets)?;
    let scales = checked.scales(inputs).with_derivative()?;
    let streams = Streams::new(inputs).writing(gradient).writing_second(hessian);
    loss.run_gradient_and_hessian(&checked.pass(scales, DoubleWord::ZERO), checked.streams(streams, scales.weight));
    Ok(())
}

#[inline]
pub fn backward<T: Real, L: Plans<T> + ?Sized>(
    loss: &L,
    inputs: Values<'_, T>,
    targets: Values<'_, T>,
    upstream: Weights<'_, T>,
    gradient: ValuesMut<'_, T>,
) -> Result<(), Error> {
    expect_len(Argument::Gradient, inputs.len(), gradient.len())?;
    let checked = loss.check(inputs, targets)?;
    let upstream = upstream.checked_signed(checked.threads, Argument::Upstream, inputs.len(), checked.backend)?;
    let streams = checked.streams(Streams::new(inputs).writing(gradient).upstream(upstream), checked.weight);
    loss.run_backward(&checked.pass(Scales::none(checked.weight), DoubleWord::ZERO), streams);
    Ok(())
}

#[inline]
pub fn accumulate<T: Real, L: Plans<T> + ?Sized>(
    loss: &L,
    sum: &mut LossSum<T>,
    inputs: Values<'_, T>,
    targets: Values<'_, T>,
) -> Result<(), Error> {
    let checked = loss.check(inputs, targets)?;
    // Neither divided nor differentiated, so an empty batch is as good as any.
    let checked = Checked { reduction: Reduction::Sum, ..checked };
    let scales = checked.scales(inputs);
    let streams = checked.streams(Streams::new(inputs), scales.weight);
    sum.sum = loss.run_sum(&checked.pass(scales, sum.sum), streams);
    sum.weight = checked.weight_sum(inputs, sum.weight);
    sum.count = sum.count.saturating_add(inputs.len() as u64);
    Ok(())
}
