//! The first promise, at speed: one function, by one method, on one backend, without an allocation.
//!
//! Logits are not NaN, targets are in [0, 1], weights are valid. Then no result is NaN, no loss is negative, no derivative
//! is beyond its [`Limits`], and an absent element gives 0, even if it is NaN. Any bytes are a valid call.

use logit_loss::{AsymmetricLoss, Bce, BceWithLogits, Error, FocalLoss, Hessian, Loss, LossSum};

use super::activation::Activation;
use super::case::check;
use super::factors::are_ones;
use super::few_elements::Case;
use super::few_factors::{Few, MOST};
use super::input::{Bytes, not_nan, unit, up_to};
use super::kind::LARGEST_GAMMA;
use super::limits::Limits;
use super::number::Number;

pub fn body(data: &[u8]) {
    let mut bytes = Bytes::new(data);
    if bytes.flag() { call::<f64>(bytes) } else { call::<f32>(bytes) }
}

/// Sets what every loss can be set to.
macro_rules! set {
    ($loss:expr, $case:expr) => {{
        let (weight, class_weight) = ($case.weight.weights(), $case.class_weight.weights());
        let mut loss = $loss.reduction($case.reduction);
        loss = if are_ones(weight) { loss } else { loss.weight(weight) };
        loss = if are_ones(class_weight) { loss } else { loss.class_weight(class_weight) };
        loss = $case.backend.map_or(loss, |backend| loss.backend(backend));
        loss = $case.ignored.map_or(loss, |value| loss.ignore_target(value));
        if $case.is_masked { loss.mask(&$case.mask[..$case.len]) } else { loss }
    }};
}

fn call<T: Number>(mut bytes: Bytes<'_>) {
    let (function, method) = (bytes.below(5), bytes.byte());
    match function {
        0 => {
            let case = Case::<T>::read(&mut bytes, not_nan);
            let loss = BceWithLogits::new().pos_weight(case.pos_weight.weights()).label_smoothing(case.smoothing);
            let call = Call { case: &case, loss: set!(loss, case), limits: Limits::CrossEntropy };
            match method % 11 {
                9 => call.hessian(),
                10 => call.target_gradient(),
                method => call.run(method),
            }
        }
        1 => {
            let gamma = up_to(LARGEST_GAMMA, bytes.number::<T>());
            let alpha = if bytes.flag() { Some(unit(bytes.number::<T>())) } else { None };
            let case = Case::<T>::read(&mut bytes, not_nan);
            let loss = FocalLoss::new().pos_weight(case.pos_weight.weights()).label_smoothing(case.smoothing);
            let loss = alpha.map_or(loss.without_alpha(), |alpha| loss.alpha(alpha)).gamma(gamma);
            let is_cross_entropy = gamma == T::of(0.0) && alpha.is_none();
            let limits = if is_cross_entropy { Limits::CrossEntropy } else { Limits::Sign };
            Call { case: &case, loss: set!(loss, case), limits }.run_or_hessian(method);
        }
        2 => {
            let [gamma_pos, gamma_neg] = [(); 2].map(|()| up_to(LARGEST_GAMMA, bytes.number::<T>()));
            let margin = up_to(1.0 - T::ULP_OF_ONE / 2.0, bytes.number::<T>());
            // There are no positive weights and, below, no smoothing, so the limits must not use any.
            let case = Case::<T> { pos_weight: Few::ones(), ..Case::read(&mut bytes, not_nan) };
            let loss = AsymmetricLoss::new().gamma_pos(gamma_pos).gamma_neg(gamma_neg).margin(margin);
            let loss = set!(loss.label_smoothing(case.smoothing), case);
            Call { case: &case, loss, limits: Limits::Sign }.run_or_hessian(method);
        }
        3 => {
            let case = Case::<T> { smoothing: T::of(0.0), ..Case::read(&mut bytes, unit) };
            let loss = set!(Bce::new().pos_weight(case.pos_weight.weights()), case);
            Call { case: &case, loss, limits: Limits::Probability }.run(method % 9);
        }
        _ => activation::<T>(bytes, method),
    }
}

/// A loss, and the arguments of its methods.
struct Call<'c, T, L> {
    case: &'c Case<T>,
    loss: L,
    limits: Limits,
}

/// Fills outputs with values that are never right, so that elements that are not written are noticed.
fn unset<T: Number>() -> [T; MOST] {
    [T::of(f64::NAN); MOST]
}

impl<T: Number, L: Loss<T>> Call<'_, T, L> {
    fn run(&self, method: u8) {
        let &Self { case, ref loss, .. } = self;
        let (x, y) = (&case.logits[..case.len], &case.targets[..case.len]);
        let mut results = unset::<T>();
        let out = &mut results[..case.len];
        match method {
            0 => self.reduced(loss.loss(x, y)),
            1 => {
                loss.losses(x, y, out).expect("losses");
                for (i, l) in out.iter().map(|l| l.wide()).enumerate() {
                    check!(case, i, l >= 0.0, "loss {l:e}");
                    check!(case, i, l == 0.0 || !case.is_absent[i], "loss {l:e} of what is not there");
                }
            }
            2 => {
                if case.has_mean(loss.gradient(x, y, out)) {
                    self.derivative(out, |_| 1.0, case.divisor);
                }
            }
            3 => {
                let mean = loss.loss_and_gradient(x, y, out);
                self.reduced(mean);
                if mean.is_ok() {
                    self.derivative(out, |_| 1.0, case.divisor);
                }
            }
            4 => {
                out.copy_from_slice(x);
                let mean = loss.loss_and_gradient_in_place(out, y);
                self.reduced(mean);
                if mean.is_ok() {
                    self.derivative(out, |_| 1.0, case.divisor);
                }
            }
            5 => {
                loss.backward(x, y, case.upstream.weights(), out).expect("backward");
                self.derivative(out, |i| case.upstream.at(i), 1.0);
            }
            6 => {
                let mut sum = LossSum::new();
                loss.accumulate(&mut sum, x, y).expect("accumulate");
                self.sum(&sum);
                let present = (0..case.len).filter(|&i| !case.is_excluded(i)).count();
                check!(case, case.len, sum.count() == present as u64, "{} of {present} counted", sum.count());
            }
            7 => {
                let samples = &mut results[..case.parts[0]];
                loss.loss_per_sample(x, y, samples).expect("loss_per_sample");
                for (sample, l) in samples.iter().map(|l| l.wide()).enumerate() {
                    check!(case, case.len, l >= 0.0, "loss {l:e} of sample {sample}");
                }
            }
            _ => {
                let [classes, pixels] = case.parts;
                let mut sums = [LossSum::new(); MOST];
                let sums = &mut sums[..classes];
                loss.accumulate_per_class(sums, pixels, x, y).expect("accumulate_per_class");
                sums.iter().for_each(|sum| self.sum(sum));
            }
        }
    }

    /// Checks the loss, if there is a mean.
    fn reduced(&self, loss: Result<T, Error>) {
        let case = self.case;
        if case.has_mean(loss.map(drop)) {
            check!(case, case.len, loss.is_ok_and(|l| l.wide() >= 0.0), "loss {loss:?}");
        }
    }

    fn sum(&self, sum: &LossSum<T>) {
        let case = self.case;
        let all = [Some(sum.sum()), Some(sum.weight()), sum.mean(), sum.weighted_mean()];
        check!(case, case.len, all.iter().flatten().all(|v| v.wide() >= 0.0), "sum, weight and means are {all:?}");
    }

    /// Checks gradients that are multiplied by an upstream derivative, and divided.
    fn derivative(&self, found: &[T], upstream: impl Fn(usize) -> f64, divisor: f64) {
        let case = self.case;
        for (i, g) in found.iter().map(|g| g.wide()).enumerate() {
            let [low, high] = if case.is_absent[i] {
                [0.0; 2]
            } else {
                self.limits.of_gradient(&case.element(i, upstream(i), divisor))
            };
            check!(case, i, low <= g && g <= high, "derivative {g:e}, not from {low:e} to {high:e}");
        }
    }
}

impl<T: Number, L: Hessian<T>> Call<'_, T, L> {
    fn run_or_hessian(&self, method: u8) {
        match method % 10 {
            9 => self.hessian(),
            method => self.run(method),
        }
    }

    fn hessian(&self) {
        let &Self { case, ref loss, limits } = self;
        let (x, y) = (&case.logits[..case.len], &case.targets[..case.len]);
        let [mut gradient, mut hessian] = [unset(), unset()];
        let (gradient, hessian) = (&mut gradient[..case.len], &mut hessian[..case.len]);
        if !case.has_mean(loss.gradient_and_hessian(x, y, gradient, hessian)) {
            return;
        }
        self.derivative(gradient, |_| 1.0, case.divisor);
        for (i, h) in hessian.iter().map(|h| h.wide()).enumerate() {
            let [low, high] =
                if case.is_absent[i] { [0.0; 2] } else { limits.of_hessian(&case.element(i, 1.0, case.divisor)) };
            check!(case, i, low <= h && h <= high, "Hessian {h:e}, not from {low:e} to {high:e}");
        }
    }
}

impl<T: Number> Call<'_, T, BceWithLogits<'_, T>> {
    fn target_gradient(&self) {
        let &Self { case, ref loss, .. } = self;
        let mut out = unset::<T>();
        let out = &mut out[..case.len];
        let (x, y) = (&case.logits[..case.len], &case.targets[..case.len]);
        if case.has_mean(loss.target_gradient(x, y, out)) {
            for (i, d) in out.iter().map(|d| d.wide()).enumerate() {
                check!(case, i, !d.is_nan(), "target gradient is NaN");
                check!(case, i, d == 0.0 || !case.is_absent[i], "target gradient {d:e} of what is not there");
            }
        }
    }
}

fn activation<T: Number>(mut bytes: Bytes<'_>, method: u8) {
    let largest = 2f64.powi(100);
    let function = match bytes.below(3) {
        0 => Activation::Sigmoid,
        1 => Activation::LogSigmoid,
        _ => {
            let beta: T = not_nan(bytes.number());
            Activation::Softplus(T::of(beta.wide().abs().clamp(1.0 / largest, largest)))
        }
    };
    let (backend, len) = (bytes.backend(), bytes.below(MOST + 1));
    let (mut x, mut results) = ([T::of(0.0); MOST], unset());
    let (x, y) = (&mut x[..len], &mut results[..len]);
    bytes.fill(x, not_nan);
    let result = if method.is_multiple_of(2) {
        function.write(backend, x, y)
    } else {
        y.copy_from_slice(x);
        function.replace(backend, y)
    };
    assert_eq!(result, Ok(()), "{function:?} of {x:?}");
    for [x, y] in x.iter().zip(&*y).map(|(x, y)| [x.wide(), y.wide()]) {
        assert!(function.in_range(x, y), "{function:?} of {x:e} is {y:e} on {backend:?}");
    }
}
