//! The methods of every loss, written once: each checks its arguments, makes streams, and runs a pass.
//!
//! The inputs are logits, or probabilities. The type of the targets is erased, so that a program with several types has each
//! method once.

use super::checks::Scales;
use super::plans::{HessianPlans, Plans};
use crate::counts::ClassCount;
use crate::driver::{Pass, RowResult, Streams, Threads, Values, ValuesMut};
use crate::error::{Argument, Error, expect_len};
use crate::math::DoubleWord;
use crate::real::Real;
use crate::reduction::{LossSum, quotient};
use crate::simd::Backend;
use crate::weights::Weights;

#[inline]
pub fn loss<T: Real, L: Plans<T>>(loss: &L, inputs: Values<'_, T>, targets: Values<'_, T>) -> Result<T, Error> {
    if let Some(loss) = loss.short(RowResult::Sum, Streams::new(inputs), targets) {
        return Ok(loss);
    }
    let checked = loss.check(inputs, targets)?;
    let scales = checked.scales(inputs);
    let streams = checked.streams(Streams::new(inputs), scales.weight);
    scales.reduced(loss.run_sum(&checked.pass(scales, DoubleWord::ZERO), streams))
}

#[inline]
pub fn losses<T: Real, L: Plans<T>>(
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
pub fn gradient<T: Real, L: Plans<T>>(
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
pub fn loss_and_gradient<T: Real, L: Plans<T>>(
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
pub fn loss_and_gradient_in_place<T: Real, L: Plans<T>>(
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
pub fn gradient_and_hessian<T: Real, L: HessianPlans<T>>(
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
pub fn backward<T: Real, L: Plans<T>>(
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
pub fn accumulate<T: Real, L: Plans<T>>(
    loss: &L,
    sum: &mut LossSum<T>,
    inputs: Values<'_, T>,
    targets: Values<'_, T>,
) -> Result<(), Error> {
    let checked = loss.check(inputs, targets)?;
    // Nothing is divided, so an empty batch is allowed.
    let scales = Scales::new(checked.weight, DoubleWord::ONE);
    let streams = checked.streams(Streams::new(inputs), scales.weight);
    sum.sum = loss.run_sum(&checked.pass(scales, sum.sum), streams);
    sum.weight = checked.weight_sum(inputs, 0..inputs.len(), sum.weight);
    sum.count = sum.count.saturating_add(checked.present as u64);
    Ok(())
}

#[inline]
pub fn loss_per_sample<T: Real, L: Plans<T>>(
    loss: &L,
    inputs: Values<'_, T>,
    targets: Values<'_, T>,
    out: &mut [T],
) -> Result<(), Error> {
    let Some(width) = parts(inputs.len(), out.len()) else {
        return Err(Error::Samples { samples: out.len(), inputs: inputs.len() });
    };
    let checked = loss.check(inputs, targets)?;
    let scales = Scales::new(checked.weight, DoubleWord::ONE);
    checked.threads.fill(out, width, |sample| {
        let range = width * sample..width * (sample + 1);
        let streams = checked.streams(Streams::new(inputs), scales.weight).within(range.clone());
        let sum = loss.run_sum(&checked.pass(scales, DoubleWord::ZERO), streams);
        let divisor = checked.divisor(checked.count(range.clone()), inputs, range);
        quotient(sum, divisor).unwrap_or_default()
    });
    Ok(())
}

/// The number of losses that are evaluated at a time.
const FEW: usize = 256;

#[inline]
pub fn accumulate_per_class<T: Real, L: Plans<T>>(
    loss: &L,
    sums: &mut [LossSum<T>],
    pixels: usize,
    inputs: Values<'_, T>,
    targets: Values<'_, T>,
) -> Result<(), Error> {
    let mut classes = Classes::new(sums.len(), pixels, inputs.len())?;
    let checked = loss.check(inputs, targets)?;
    let pass = Pass { threads: Threads::One, ..checked.pass(Scales::none(checked.weight), DoubleWord::ZERO) };
    let mut losses = [T::ZERO; FEW];
    let len = inputs.len();
    for start in (0..len).step_by(FEW) {
        let losses = losses.get_mut(..FEW.min(len - start)).unwrap_or_default();
        let streams = checked.streams(Streams::new(inputs), checked.weight);
        loss.run_losses(&pass, streams.writing_from(start, ValuesMut::new(losses)));
        for (index, &loss) in (start..).zip(losses.iter()) {
            let class = classes.next();
            if let Some(sum) = sums.get_mut(class)
                && checked.count(index..index + 1) > 0
            {
                sum.sum = sum.sum.accumulate(loss);
                sum.weight = sum.weight.accumulate(checked.weight_of(index));
                sum.count = sum.count.saturating_add(1);
            }
        }
    }
    Ok(())
}

#[inline]
pub fn count_classes<T: Real, L: Plans<T>>(
    loss: &L,
    counts: &mut [ClassCount],
    pixels: usize,
    targets: Values<'_, T>,
) -> Result<(), Error> {
    let mut classes = Classes::new(counts.len(), pixels, targets.len())?;
    let settings = loss.settings();
    let exclusion = settings.exclusion(targets.len())?;
    let mut wrong = None;
    let backend = settings.backend.unwrap_or_else(Backend::best);
    exclusion.each(backend, targets, |index, target| {
        if !(T::ZERO..=T::ONE).contains(&target) {
            wrong = wrong.or(Some(index));
        }
    });
    if let Some(index) = wrong {
        return Err(Error::Target { index });
    }
    let (mut next, mut class) = (0, 0);
    exclusion.each(backend, targets, |index, target| {
        while next <= index {
            class = classes.next();
            next += 1;
        }
        if let Some(count) = counts.get_mut(class) {
            count.add(target);
        }
    });
    Ok(())
}

/// Returns how many inputs each part has, if all parts have as many.
fn parts(inputs: usize, parts: usize) -> Option<usize> {
    match inputs.checked_div(parts) {
        Some(width) if inputs.is_multiple_of(parts) => Some(width),
        None if inputs == 0 => Some(0),
        _ => None,
    }
}

/// Iterates over the classes of the elements of [N, classes, pixels] without divisions, which are slow.
struct Classes {
    classes: usize,
    pixels: usize,
    class: usize,
    pixel: usize,
}

impl Classes {
    fn new(classes: usize, pixels: usize, inputs: usize) -> Result<Self, Error> {
        match classes.checked_mul(pixels) {
            Some(sample) if inputs.is_multiple_of(sample) => Ok(Self { classes, pixels, class: 0, pixel: 0 }),
            _ => Err(Error::Classes { classes, pixels, inputs }),
        }
    }

    fn next(&mut self) -> usize {
        let class = self.class;
        self.pixel += 1;
        if self.pixel == self.pixels {
            self.pixel = 0;
            self.class = if class + 1 == self.classes { 0 } else { class + 1 };
        }
        class
    }
}
