//! Every function of `f16` or `bf16`.

use half::{bf16, f16};
use logit_loss::{Backend, Element, Label};

use crate::Watch;
use crate::calls::{Caller, activations, methods, methods_of_logits};
use crate::data::{Case, Factors, Parameters, SHAPES, extreme, hard, probability, usual};

/// Both formats.
pub trait Narrow: Element<f32> + Label<f32> + Copy {
    fn new(value: f32) -> Self;
}

impl Narrow for f16 {
    fn new(value: f32) -> Self {
        Self::from_f32(value)
    }
}

impl Narrow for bf16 {
    fn new(value: f32) -> Self {
        Self::from_f32(value)
    }
}

pub fn all<H: Narrow>(backend: Option<Backend>, watch: &mut dyn Watch) {
    for shape in SHAPES {
        let numbers = |value: fn(usize) -> f32| shape.of(|i| H::new(value(i)));
        let factors = Factors::new(shape, |value| value);
        let cases = &factors.cases()[..];
        let plain = Parameters { backend, smoothing: 0.0, gamma: 2.0 };
        let smoothed = Parameters { smoothing: 0.1, gamma: 1.5, ..plain };
        let (soft, wide, positive) = (numbers(probability), shape.of(probability), shape.of(hard));
        let whole = numbers(|i| f32::from(u8::from(hard(i))));
        let bytes = shape.of(|i| u8::from(hard(i)));

        let caller = &mut Caller::new(watch, numbers(usual));
        losses(caller, plain, cases, &whole, "logits, hard targets");
        if !shape.is_long() {
            losses(caller, plain, cases, &positive, "logits, bool");
            losses(caller, smoothed, cases, &soft, "logits, soft targets, smoothed");
        }
        let caller = &mut Caller::new(watch, numbers(extreme));
        losses(caller, plain, cases, &soft, "extreme logits, soft targets");
        if !shape.is_long() {
            losses(caller, smoothed, cases, &bytes, "extreme logits, u8, smoothed");
            losses(caller, plain, cases, &wide, "extreme logits, soft f32 targets");
        }
        "logits".clone_into(&mut caller.name);
        activations(caller, backend);
        let caller = &mut Caller::new(watch, numbers(probability));
        probabilities(caller, plain, cases, &soft, "probabilities, soft targets");
        if !shape.is_long() {
            probabilities(caller, plain, cases, &wide, "probabilities, soft f32 targets");
            probabilities(caller, plain, cases, &whole, "probabilities, hard targets");
            probabilities(caller, plain, cases, &bytes, "probabilities, u8");
        }
    }
}

fn losses<H: Narrow, Y: Label<f32>>(
    caller: &mut Caller<'_, H>,
    with: Parameters<f32>,
    cases: &[Case<'_, f32>],
    targets: &[Y],
    kind: &str,
) {
    for case in cases {
        caller.name = format!("{kind}, {}, BceWithLogits", case.name);
        let bce = case.bce(with);
        methods_of_logits(caller, &bce, case, targets);
        caller.call("target_gradient", |logits, out, _| bce.target_gradient(logits, targets, out));
        caller.name = format!("{kind}, {}, FocalLoss", case.name);
        methods_of_logits(caller, &case.focal(with), case, targets);
        caller.name = format!("{kind}, {}, AsymmetricLoss", case.name);
        methods_of_logits(caller, &case.asymmetric(with), case, targets);
    }
}

fn probabilities<H: Narrow, Y: Label<f32>>(
    caller: &mut Caller<'_, H>,
    with: Parameters<f32>,
    cases: &[Case<'_, f32>],
    targets: &[Y],
    kind: &str,
) {
    for case in cases {
        caller.name = format!("{kind}, {}, Bce", case.name);
        methods(caller, &case.probabilities(with), case, targets);
    }
}
