//! Sigmoid, softplus and the logarithm of sigmoid, over slices.

use crate::backend::Backend;
use crate::error::{Argument, Error, expect_len};
use crate::kernel::{Pass, Streams, Targets};
use crate::math::Double;
use crate::real::Real;

pub fn sigmoid<T: Real>(logits: &[T], out: &mut [T]) -> Result<(), Error> {
    sigmoid_with(Backend::best_for(logits.len()), logits, out)
}

pub fn sigmoid_with<T: Real>(backend: Backend, logits: &[T], out: &mut [T]) -> Result<(), Error> {
    expect_len(Argument::Output, logits.len(), out.len())?;
    T::sigmoid_pass(&pass(backend, &apart(logits, out)));
    Ok(())
}

pub fn sigmoid_in_place<T: Real>(logits: &mut [T]) {
    sigmoid_in_place_with(Backend::best_for(logits.len()), logits);
}

pub fn sigmoid_in_place_with<T: Real>(backend: Backend, logits: &mut [T]) {
    T::sigmoid_pass(&pass(backend, &in_place(logits)));
}

pub fn log_sigmoid<T: Real>(logits: &[T], out: &mut [T]) -> Result<(), Error> {
    log_sigmoid_with(Backend::best_for(logits.len()), logits, out)
}

pub fn log_sigmoid_with<T: Real>(backend: Backend, logits: &[T], out: &mut [T]) -> Result<(), Error> {
    expect_len(Argument::Output, logits.len(), out.len())?;
    T::log_sigmoid_pass(&pass(backend, &apart(logits, out)));
    Ok(())
}

pub fn log_sigmoid_in_place<T: Real>(logits: &mut [T]) {
    log_sigmoid_in_place_with(Backend::best_for(logits.len()), logits);
}

pub fn log_sigmoid_in_place_with<T: Real>(backend: Backend, logits: &mut [T]) {
    T::log_sigmoid_pass(&pass(backend, &in_place(logits)));
}

pub fn softplus<T: Real>(beta: T, logits: &[T], out: &mut [T]) -> Result<(), Error> {
    softplus_with(Backend::best_for(logits.len()), beta, logits, out)
}

pub fn softplus_with<T: Real>(backend: Backend, beta: T, logits: &[T], out: &mut [T]) -> Result<(), Error> {
    expect_len(Argument::Output, logits.len(), out.len())?;
    check_beta(beta)?;
    T::softplus_pass(beta, &pass(backend, &apart(logits, out)));
    Ok(())
}

pub fn softplus_in_place<T: Real>(beta: T, logits: &mut [T]) -> Result<(), Error> {
    softplus_in_place_with(Backend::best_for(logits.len()), beta, logits)
}

pub fn softplus_in_place_with<T: Real>(backend: Backend, beta: T, logits: &mut [T]) -> Result<(), Error> {
    check_beta(beta)?;
    T::softplus_pass(beta, &pass(backend, &in_place(logits)));
    Ok(())
}

/// 2^100
const LARGEST_BETA: f64 = f64::from_bits((1023 + 100) << 52);

fn check_beta<T: Real>(beta: T) -> Result<(), Error> {
    if (1.0 / LARGEST_BETA..=LARGEST_BETA).contains(&beta.widen()) {
        Ok(())
    } else {
        Err(Error::Parameter { argument: Argument::Beta })
    }
}

fn apart<'a, T: Real>(logits: &'a [T], out: &'a mut [T]) -> Streams<'a, T> {
    Streams::new(logits, Targets::Absent).writing(out)
}

fn in_place<T: Real>(logits: &mut [T]) -> Streams<'_, T> {
    Streams::in_place(logits, Targets::Absent)
}

fn pass<'s, 'a, T: Real>(backend: Backend, streams: &'s Streams<'a, T>) -> Pass<'s, 'a, T> {
    Pass { backend, streams, scale: T::ONE, factor: T::ONE, onto: Double::ZERO }
}
