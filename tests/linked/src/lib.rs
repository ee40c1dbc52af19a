//! Every public function for every type, linked into a program by `tests/linked.sh`, which looks at what came with them.

#![no_std]

use core::hint::black_box;
use core::panic::PanicInfo;

use half::{bf16, f16};
use logit_loss::{
    Backend, Bce, BceWithLogits, Error, FocalLoss, Half, HalfLoss, Label, LogitLoss, LossSum, Real, Reduction, Weights,
    log_sigmoid, log_sigmoid_in_place, log_sigmoid_in_place_with, log_sigmoid_with, pos_weight_from_targets, sigmoid,
    sigmoid_in_place, sigmoid_in_place_with, sigmoid_with, softplus, softplus_in_place, softplus_in_place_with,
    softplus_with,
};

unsafe extern "C" {
    /// Nobody has it: a program with a path to a panic cannot be linked.
    fn a_panic_remains() -> !;
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    // SAFETY: it is never linked.
    unsafe { a_panic_remains() }
}

/// What the compiler does not know.
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
}

/// What the compiler does not know of numbers kept in half the bits.
pub struct HalfCall<'a, H, Y> {
    loss: BceWithLogits<'a, f32>,
    focal: FocalLoss<'a, f32>,
    probability: Bce<'a, f32>,
    upstream: Weights<'a, f32>,
    inputs: &'a [H],
    targets: &'a [Y],
    gradient: &'a mut [H],
    sum: LossSum<f32>,
}

type Answer = Result<(), Error>;

/// From here all is reached: the root of the program.
#[unsafe(no_mangle)]
pub static ALL: (
    fn(Call<'_, f32, f32>) -> Answer,
    fn(Call<'_, f32, bool>) -> Answer,
    fn(Call<'_, f32, u8>) -> Answer,
    fn(Call<'_, f64, f64>) -> Answer,
    fn(Call<'_, f64, bool>) -> Answer,
    fn(Call<'_, f64, u8>) -> Answer,
    fn(HalfCall<'_, f16, f16>) -> Answer,
    fn(HalfCall<'_, f16, bool>) -> Answer,
    fn(HalfCall<'_, bf16, bf16>) -> Answer,
    fn(HalfCall<'_, bf16, u8>) -> Answer,
) = (all, all, all, all, all, all, halves, halves, halves, halves);

fn all<T: Real, Y: Label<T>>(mut call: Call<'_, T, Y>) -> Answer {
    let backend = match call.backend {
        None => Backend::best(),
        Some(n) => Backend::available().nth(n).unwrap_or(Backend::best()),
    };
    black_box((backend.name(), backend.is_fused::<f32>(), backend.is_fused::<f64>()));
    let [weight, pos_weight, upstream] = call.form.map(|form| weights(form, call.values, call.repeat));
    let reduction = Reduction::from_legacy(call.size_average, call.reduce).unwrap_or_default();

    let mut bce = BceWithLogits::default().weight(weight).pos_weight(pos_weight).label_smoothing(call.number);
    let mut focal = FocalLoss::default().weight(weight).label_smoothing(call.number).gamma(call.number);
    focal = if call.has_alpha { focal.alpha(call.number) } else { focal.without_alpha() };
    let mut probabilities = Bce::default().weight(weight).pos_weight(pos_weight);
    if call.backend.is_some() {
        (bce, focal, probabilities) = (bce.backend(backend), focal.backend(backend), probabilities.backend(backend));
    }
    of_logits(&bce.reduction(reduction), &mut call, upstream)?;
    of_logits(&focal.reduction(reduction), &mut call, upstream)?;
    bce.target_gradient(call.logits, call.targets, call.first)?;
    of_probabilities(&probabilities.reduction(reduction), &mut call, upstream)?;
    activations(&mut call, backend)?;
    sums(&mut call);
    pos_weight_from_targets(call.targets, call.first)
}

fn weights<T: Real>(form: u8, values: &[T], repeat: usize) -> Weights<'_, T> {
    match (form, values) {
        (0, &[value, ..]) => Weights::uniform(value),
        (1, _) => Weights::per_class(values),
        (2, _) => Weights::per_channel(values, repeat),
        (3, _) => Weights::per_sample(values, repeat),
        _ => Weights::per_element(values),
    }
}

fn of_logits<T: Real, Y: Label<T>, L: LogitLoss<T>>(
    loss: &L,
    call: &mut Call<'_, T, Y>,
    upstream: Weights<'_, T>,
) -> Answer {
    let Call { logits, targets, first, second, sum, .. } = call;
    black_box(loss.loss(logits, targets)?);
    loss.losses(logits, targets, first)?;
    loss.gradient(logits, targets, first)?;
    black_box(loss.loss_and_gradient(logits, targets, first)?);
    black_box(loss.loss_and_gradient_in_place(first, targets)?);
    loss.gradient_and_hessian(logits, targets, first, second)?;
    loss.backward(logits, targets, upstream, first)?;
    loss.accumulate(sum, logits, targets)
}

fn of_probabilities<T: Real, Y: Label<T>>(
    loss: &Bce<'_, T>,
    call: &mut Call<'_, T, Y>,
    upstream: Weights<'_, T>,
) -> Answer {
    let Call { logits, targets, first, sum, .. } = call;
    black_box(loss.loss(logits, targets)?);
    loss.losses(logits, targets, first)?;
    loss.gradient(logits, targets, first)?;
    black_box(loss.loss_and_gradient(logits, targets, first)?);
    black_box(loss.loss_and_gradient_in_place(first, targets)?);
    loss.backward(logits, targets, upstream, first)?;
    loss.accumulate(sum, logits, targets)
}

fn halves<H: Half, Y: Label<f32>>(mut call: HalfCall<'_, H, Y>) -> Answer {
    half(&{ call.loss }, &mut call)?;
    half(&{ call.focal }, &mut call)?;
    half(&{ call.probability }, &mut call)
}

fn half<H: Half, Y: Label<f32>>(loss: &impl HalfLoss, call: &mut HalfCall<'_, H, Y>) -> Answer {
    let HalfCall { inputs, targets, upstream, gradient, sum, .. } = call;
    black_box(loss.half_loss(inputs, targets)?);
    loss.half_losses(inputs, targets, gradient)?;
    loss.half_gradient(inputs, targets, gradient)?;
    black_box(loss.half_loss_and_gradient(inputs, targets, gradient)?);
    black_box(loss.half_loss_and_gradient_in_place(gradient, targets)?);
    loss.half_backward(inputs, targets, *upstream, gradient)?;
    loss.half_accumulate(sum, inputs, targets)
}

fn activations<T: Real, Y>(call: &mut Call<'_, T, Y>, backend: Backend) -> Answer {
    let Call { logits, first, number: beta, .. } = call;
    sigmoid(logits, first)?;
    sigmoid_with(backend, logits, first)?;
    sigmoid_in_place(first);
    sigmoid_in_place_with(backend, first);
    log_sigmoid(logits, first)?;
    log_sigmoid_with(backend, logits, first)?;
    log_sigmoid_in_place(first);
    log_sigmoid_in_place_with(backend, first);
    softplus(*beta, logits, first)?;
    softplus_with(backend, *beta, logits, first)?;
    softplus_in_place(*beta, first)?;
    softplus_in_place_with(backend, *beta, first)
}

fn sums<T: Real, Y>(call: &mut Call<'_, T, Y>) {
    let Call { sum, bytes, .. } = call;
    sum.merge(&LossSum::from_le_bytes(*bytes));
    sum.merge(&LossSum::default());
    black_box((sum.sum(), sum.count(), sum.weight(), sum.mean(), sum.weighted_mean(), sum.to_le_bytes()));
}
