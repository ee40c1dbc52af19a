//! Calls every public function for every type. `tests/linked.sh` links them into a program, and checks its symbols.

#![no_std]

use core::hint::black_box;
use core::panic::PanicInfo;

use half::{bf16, f16};
use logit_loss::{
    Activation, AsymmetricLoss, Backend, Bce, BceWithLogits, ClassCount, Element, Error, FocalLoss, Hessian, Label,
    Loss, LossSum, Real, Reduction, Weights, log_sigmoid, log_sigmoid_in_place, pos_weight_or, sigmoid,
    sigmoid_in_place, softplus, softplus_in_place,
};

unsafe extern "C" {
    /// This function does not exist, so a program with a path to a panic cannot be linked.
    fn a_panic_remains() -> !;
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    // SAFETY: no program can be linked that calls it.
    unsafe { a_panic_remains() }
}

/// Arguments that the compiler does not know.
pub struct Call<'a, T, Y> {
    logits: &'a [T],
    targets: &'a [Y],
    first: &'a mut [T],
    second: &'a mut [T],
    values: &'a [T],
    repeat: usize,
    form: [u8; 3],
    number: T,
    has_alpha: bool,
    size_average: Option<bool>,
    reduce: Option<bool>,
    backend: Option<usize>,
    sum: LossSum<T>,
    bytes: [u8; 40],
    counts: [ClassCount; 3],
    sums: [LossSum<T>; 3],
    mask: &'a [bool],
}

/// Arguments of `f16` or `bf16` that the compiler does not know.
pub struct HalfCall<'a, H, Y> {
    loss: BceWithLogits<'a, f32>,
    focal: FocalLoss<'a, f32>,
    asymmetric: AsymmetricLoss<'a, f32>,
    probability: Bce<'a, f32>,
    upstream: Weights<'a, f32>,
    inputs: &'a [H],
    targets: &'a [Y],
    gradient: &'a mut [H],
    hessian: &'a mut [H],
    sum: LossSum<f32>,
}

type Answer = Result<(), Error>;

/// The root of the program, which reaches all functions.
#[unsafe(no_mangle)]
pub static ALL: (
    fn(Call<'_, f32, f32>) -> Answer,
    fn(Call<'_, f32, bool>) -> Answer,
    fn(Call<'_, f32, u8>) -> Answer,
    fn(Call<'_, f32, i64>) -> Answer,
    fn(Call<'_, f32, Option<bool>>) -> Answer,
    fn(Call<'_, f64, f64>) -> Answer,
    fn(Call<'_, f64, bool>) -> Answer,
    fn(Call<'_, f64, u8>) -> Answer,
    fn(HalfCall<'_, f16, f16>) -> Answer,
    fn(HalfCall<'_, f16, bool>) -> Answer,
    fn(HalfCall<'_, bf16, bf16>) -> Answer,
    fn(HalfCall<'_, bf16, u8>) -> Answer,
) = (all, all, all, all, all, all, all, all, halves, halves, halves, halves);

fn all<T: Real, Y: Label<T>>(mut call: Call<'_, T, Y>) -> Answer {
    let backend = match call.backend {
        None => Backend::best(),
        Some(n) => Backend::available().nth(n).unwrap_or(Backend::best()),
    };
    black_box((backend.name(), backend.is_fused()));
    let [weight, pos_weight, upstream] = call.form.map(|form| weights(form, call.values, call.repeat));
    let reduction = Reduction::from_legacy(call.size_average, call.reduce).unwrap_or_default();

    let mut bce = BceWithLogits::default().weight(weight).pos_weight(pos_weight).label_smoothing(call.number);
    let mut focal = FocalLoss::default().weight(weight).pos_weight(pos_weight).gamma(call.number);
    focal = focal.label_smoothing(call.number);
    focal = if call.has_alpha { focal.alpha(call.number) } else { focal.without_alpha() };
    let mut asymmetric = AsymmetricLoss::default().weight(weight).gamma_pos(call.number).gamma_neg(call.number);
    asymmetric = asymmetric.margin(call.number).label_smoothing(call.number).reduction(reduction);
    let mut probabilities = Bce::default().weight(weight).pos_weight(pos_weight);
    bce = bce.class_weight(pos_weight).ignore_target(call.number).mask(call.mask);
    if call.backend.is_some() {
        (bce, focal, probabilities) = (bce.backend(backend), focal.backend(backend), probabilities.backend(backend));
        asymmetric = asymmetric.backend(backend);
    }
    let Call { logits, targets, first, second, number, sum, counts, sums: by_class, .. } = &mut call;
    let (bce, focal) = (bce.reduction(reduction), focal.reduction(reduction));
    methods(&bce, logits, targets, upstream, first, sum)?;
    parts(&bce, logits, targets, counts, by_class, first)?;
    bce.gradient_and_hessian(logits, targets, first, second)?;
    bce.target_gradient(logits, targets, first)?;
    methods(&focal, logits, targets, upstream, first, sum)?;
    focal.gradient_and_hessian(logits, targets, first, second)?;
    methods(&asymmetric, logits, targets, upstream, first, sum)?;
    asymmetric.gradient_and_hessian(logits, targets, first, second)?;
    methods(&probabilities.reduction(reduction), logits, targets, upstream, first, sum)?;
    activations(logits, first, *number, backend)?;
    sums(&mut call);
    logit_loss::pos_weight(&call.counts, call.first)?;
    pos_weight_or(&call.counts, call.number, call.first)
}

fn weights<T: Real>(form: u8, values: &[T], repeat: usize) -> Weights<'_, T> {
    match (form, values) {
        (0, &[value, ..]) => Weights::uniform(value),
        (1, _) => Weights::per_class(values),
        (2, _) => Weights::per_channel(values, repeat),
        (3, _) => Weights::per_sample(values, repeat),
        (4, _) => Weights::per_pixel(values, repeat, repeat),
        (5, _) => Weights::per_class(values).starting_at(repeat),
        _ => Weights::per_element(values),
    }
}

fn methods<T: Real, E: Element<T>, Y: Label<T>>(
    loss: &impl Loss<T>,
    inputs: &[E],
    targets: &[Y],
    upstream: Weights<'_, T>,
    out: &mut [E],
    sum: &mut LossSum<T>,
) -> Answer {
    black_box(loss.loss(inputs, targets)?);
    loss.losses(inputs, targets, out)?;
    loss.gradient(inputs, targets, out)?;
    black_box(loss.loss_and_gradient(inputs, targets, out)?);
    black_box(loss.loss_and_gradient_in_place(out, targets)?);
    loss.backward(inputs, targets, upstream, out)?;
    loss.accumulate(sum, inputs, targets)
}

fn parts<T: Real, Y: Label<T>>(
    loss: &impl Loss<T>,
    inputs: &[T],
    targets: &[Y],
    counts: &mut [ClassCount],
    sums: &mut [LossSum<T>],
    out: &mut [T],
) -> Answer {
    loss.loss_per_sample(inputs, targets, out)?;
    loss.accumulate_per_class(sums, 7, inputs, targets)?;
    loss.count_classes(counts, 7, targets)
}

fn halves<H: Element<f32>, Y: Label<f32>>(call: HalfCall<'_, H, Y>) -> Answer {
    let HalfCall { loss, focal, asymmetric, probability, upstream, inputs, targets, gradient, hessian, mut sum } = call;
    methods(&loss, inputs, targets, upstream, gradient, &mut sum)?;
    loss.gradient_and_hessian(inputs, targets, gradient, hessian)?;
    loss.target_gradient(inputs, targets, gradient)?;
    methods(&focal, inputs, targets, upstream, gradient, &mut sum)?;
    focal.gradient_and_hessian(inputs, targets, gradient, hessian)?;
    methods(&asymmetric, inputs, targets, upstream, gradient, &mut sum)?;
    asymmetric.gradient_and_hessian(inputs, targets, gradient, hessian)?;
    methods(&probability, inputs, targets, upstream, gradient, &mut sum)?;
    activations(inputs, gradient, sum.sum(), Backend::best())
}

fn activations<T: Real, E: Element<T>>(logits: &[E], out: &mut [E], beta: T, backend: Backend) -> Answer {
    sigmoid(logits, out)?;
    sigmoid_in_place(out);
    log_sigmoid(logits, out)?;
    log_sigmoid_in_place(out);
    softplus(beta, logits, out)?;
    softplus_in_place(beta, out)?;
    for activation in [Activation::sigmoid(), Activation::log_sigmoid(), Activation::softplus(beta)] {
        activation.apply(logits, out)?;
        activation.backend(backend).apply_in_place(out)?;
    }
    Ok(())
}

fn sums<T: Real, Y>(call: &mut Call<'_, T, Y>) {
    let Call { sum, bytes, .. } = call;
    sum.merge(&LossSum::from_le_bytes(*bytes));
    sum.merge(&LossSum::default());
    black_box((sum.sum(), sum.count(), sum.weight(), sum.mean(), sum.weighted_mean(), sum.to_le_bytes()));
}
