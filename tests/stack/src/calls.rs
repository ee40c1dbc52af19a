//! Every function of `f32` or `f64`.

use logit_loss::{
    Activation, Backend, BceWithLogits, ClassCount, Element, Error, Hessian, Label, Loss, LossSum, Real, log_sigmoid,
    sigmoid, softplus,
};

use crate::Watch;
use crate::data::{Case, Factors, Parameters, SHAPES, extreme, hard, probability, usual};

/// Makes calls with its own inputs.
pub struct Caller<'a, E> {
    watch: &'a mut dyn Watch,
    inputs: Vec<E>,
    first: Vec<E>,
    second: Vec<E>,
    /// The name of the call.
    pub name: String,
}

impl<'a, E: Copy> Caller<'a, E> {
    pub fn new(watch: &'a mut dyn Watch, inputs: Vec<E>) -> Self {
        let [first, second] = [inputs.clone(), inputs.clone()];
        Self { watch, inputs, first, second, name: String::new() }
    }

    /// Makes a call with the inputs, and two outputs of the same length.
    pub fn call(&mut self, method: &str, mut work: impl FnMut(&[E], &mut [E], &mut [E]) -> Result<(), Error>) {
        let Self { inputs, first, second, name, .. } = self;
        self.watch.call(&format!("{method}: {} {name}", inputs.len()), &mut || work(inputs, first, second));
    }

    /// Makes a call with an output that holds the inputs.
    pub fn in_place(&mut self, method: &str, mut work: impl FnMut(&mut [E]) -> Result<(), Error>) {
        self.first.copy_from_slice(&self.inputs);
        self.call(method, |_, inputs, _| work(inputs));
    }
}

pub fn all<T: Real>(backend: Option<Backend>, watch: &mut dyn Watch) {
    for shape in SHAPES {
        let numbers = |value: fn(usize) -> f32| shape.of(|i| T::from(value(i)));
        let factors = Factors::new(shape, T::from);
        let cases = &factors.cases()[..];
        let plain = Parameters { backend, smoothing: T::from(0.0), gamma: T::from(2.0) };
        let smoothed = Parameters { smoothing: T::from(0.1), gamma: T::from(1.5), ..plain };
        let (soft, positive) = (numbers(probability), shape.of(hard));
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
            losses(caller, plain, cases, &bytes, "extreme logits, u8");
            losses(caller, smoothed, cases, &positive, "extreme logits, bool, smoothed");
        }
        "logits".clone_into(&mut caller.name);
        activations(caller, backend);
        let caller = &mut Caller::new(watch, numbers(probability));
        probabilities(caller, plain, cases, &soft, "probabilities, soft targets");
        if !shape.is_long() {
            probabilities(caller, plain, cases, &whole, "probabilities, hard targets");
            probabilities(caller, plain, cases, &positive, "probabilities, bool");
            probabilities(caller, plain, cases, &bytes, "probabilities, u8");
        }
        "targets".clone_into(&mut caller.name);
        // Soft targets count for both classes, for any number of elements.
        let half = vec![T::from(0.5); shape.len];
        caller.call("count_classes", |_, _, _| {
            BceWithLogits::<T>::new().count_classes(&mut [ClassCount::new()], 1, &half)
        });
    }
}

fn losses<T: Real, Y: Label<T>>(
    caller: &mut Caller<'_, T>,
    with: Parameters<T>,
    cases: &[Case<'_, T>],
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

/// The methods that all losses have.
pub fn methods<T: Real, E: Element<T>, Y: Label<T>>(
    caller: &mut Caller<'_, E>,
    loss: &impl Loss<T>,
    case: &Case<'_, T>,
    targets: &[Y],
) {
    caller.call("loss", |inputs, _, _| loss.loss(inputs, targets).map(|_| ()));
    caller.call("losses", |inputs, out, _| loss.losses(inputs, targets, out));
    caller.call("gradient", |inputs, out, _| loss.gradient(inputs, targets, out));
    caller.call("loss_and_gradient", |inputs, out, _| loss.loss_and_gradient(inputs, targets, out).map(|_| ()));
    caller
        .in_place("loss_and_gradient_in_place", |inputs| loss.loss_and_gradient_in_place(inputs, targets).map(|_| ()));
    caller.call("backward", |inputs, out, _| loss.backward(inputs, targets, case.upstream(), out));
    let mut sum = LossSum::new();
    caller.call("accumulate", |inputs, _, _| loss.accumulate(&mut sum, inputs, targets));
}

pub fn methods_of_logits<T: Real, E: Element<T>, Y: Label<T>>(
    caller: &mut Caller<'_, E>,
    loss: &impl Hessian<T>,
    case: &Case<'_, T>,
    targets: &[Y],
) {
    methods(caller, loss, case, targets);
    caller.call("gradient_and_hessian", |logits, gradient, hessian| {
        loss.gradient_and_hessian(logits, targets, gradient, hessian)
    });
}

fn probabilities<T: Real, Y: Label<T>>(
    caller: &mut Caller<'_, T>,
    with: Parameters<T>,
    cases: &[Case<'_, T>],
    targets: &[Y],
    kind: &str,
) {
    for case in cases {
        caller.name = format!("{kind}, {}, Bce", case.name);
        methods(caller, &case.probabilities(with), case, targets);
    }
}

pub fn activations<T: Real, E: Element<T>>(caller: &mut Caller<'_, E>, backend: Option<Backend>) {
    let beta = T::from(0.7);
    for (name, activation) in [
        ("sigmoid", Activation::sigmoid()),
        ("log_sigmoid", Activation::log_sigmoid()),
        ("softplus", Activation::softplus(T::from(1.0))),
        ("softplus, beta 0.7", Activation::softplus(beta)),
    ] {
        let activation = backend.map_or(activation, |backend| activation.backend(backend));
        caller.call(name, |logits, out, _| activation.apply(logits, out));
        caller.in_place(&format!("{name} in place"), |logits| activation.apply_in_place(logits));
    }
    caller.call("sigmoid, the function", |logits, out, _| sigmoid(logits, out));
    caller.call("log_sigmoid, the function", |logits, out, _| log_sigmoid(logits, out));
    caller.call("softplus, the function", |logits, out, _| softplus(beta, logits, out));
}
