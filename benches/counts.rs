//! Calls every function once on every backend. `tests/counts.sh` counts the instructions of each call, and the bytes of the
//! functions compiled for them.
//!
//! Prints each call, in order: the table, the row and the column for its count.

use logit_loss::{
    Activation, Backend, Bce, BceWithLogits, Error, FocalLoss, Hessian, Label, Loss, Real, Reduction, Weights, sigmoid,
};
use std::any::type_name;
use std::hint::black_box;

const ELEMENTS: usize = 1 << 10;

fn main() {
    cases::<f32>();
    cases::<f64>();
}

trait Element: Real + Label<Self> {}
impl Element for f32 {}
impl Element for f64 {}

/// The function that callgrind counts: it must not be inlined, and a call must not be its last instruction.
#[inline(never)]
fn counted<R>(call: &mut impl FnMut() -> Result<R, Error>) {
    _ = black_box(call());
}

/// The place of a count in the tables.
struct Place<'a> {
    table: &'a str,
    element: &'a str,
    column: &'a str,
}

impl Place<'_> {
    fn count<R>(&self, function: &str, mut call: impl FnMut() -> Result<R, Error>) {
        // The first call detects the CPU, and fails if there is nothing to count.
        call().expect("the arguments fit");
        println!("{}\t{function}\t{}\t{}", self.table, self.element, self.column);
        counted(&mut call);
    }
}

fn cases<T: Element>() {
    for backend in Backend::available() {
        let place = Place { table: "instructions", element: type_name::<T>(), column: backend.name() };
        with_logits::<T>(&place, backend);
        focal::<T>(&place, backend);
        of_probabilities::<T>(&place, backend);
        activations::<T>(&place, backend);
    }
    for n in [1, 8, 16, 32] {
        short::<T>(&Place { table: "short", element: type_name::<T>(), column: &n.to_string() }, n);
    }
}

fn with_logits<T: Element>(place: &Place<'_>, backend: Backend) {
    let (x, t) = black_box(inputs::<T>(ELEMENTS));
    let (x, t) = (&x[..], &t[..]);
    let labels: Vec<bool> = t.iter().map(|&t| t == T::from(1.0)).collect();
    let labels = black_box(&labels[..]);
    let (g, h) = (&mut x.to_vec()[..], &mut x.to_vec()[..]);
    let bce = BceWithLogits::new().backend(backend);
    let upstream = Weights::uniform(T::from(0.5));

    place.count("BceWithLogits::loss", || bce.loss(x, t));
    place.count("BceWithLogits::losses", || bce.losses(x, t, g));
    place.count("BceWithLogits::gradient", || bce.gradient(x, t, g));
    place.count("BceWithLogits::loss_and_gradient", || bce.loss_and_gradient(x, t, g));
    place.count("BceWithLogits::gradient_and_hessian", || bce.gradient_and_hessian(x, t, g, h));
    place.count("BceWithLogits::backward", || bce.backward(x, t, upstream, g));
    place.count("BceWithLogits::target_gradient", || bce.target_gradient(x, t, g));

    let weight = weights::<T>(ELEMENTS);
    let (three, many) = (weights::<T>(3), weights::<T>(64));
    // Three classes must divide the number of logits.
    let (x3, t3) = (&x[..ELEMENTS / 3 * 3], &t[..ELEMENTS / 3 * 3]);
    let variants = [
        (", pos_weight 5", bce.pos_weight(Weights::uniform(T::from(5.0))), x, t),
        (", pos_weight of 3 classes", bce.pos_weight(Weights::per_class(&three)), x3, t3),
        (", pos_weight of 64 classes", bce.pos_weight(Weights::per_class(&many)), x, t),
        (", weight of each element", bce.weight(Weights::per_element(&weight)), x, t),
        (", weighted mean", bce.weight(Weights::per_element(&weight)).reduction(Reduction::WeightedMean), x, t),
        (", label smoothing", bce.label_smoothing(T::from(0.1)), x, t),
    ];
    for (what, bce, x, t) in variants {
        let g = &mut g[..x.len()];
        place.count(&format!("BceWithLogits::loss{what}"), || bce.loss(x, t));
        place.count(&format!("BceWithLogits::loss_and_gradient{what}"), || bce.loss_and_gradient(x, t, g));
    }
    place.count("BceWithLogits::loss, bool targets", || bce.loss(x, labels));
    place.count("BceWithLogits::loss_and_gradient, bool targets", || bce.loss_and_gradient(x, labels, g));
    missing(place, bce, x, labels, g);
}

/// Labels that may be other numbers, and absent elements.
fn missing<T: Element>(place: &Place<'_>, bce: BceWithLogits<'_, T>, x: &[T], labels: &[bool], g: &mut [T]) {
    let bytes: Vec<u8> = labels.iter().map(|&label| label.into()).collect();
    let words: Vec<i64> = labels.iter().map(|&label| label.into()).collect();
    let present: Vec<bool> = (0..labels.len()).map(|i| i % 7 != 3).collect();
    let some: Vec<u8> = bytes.iter().zip(&present).map(|(&label, &is)| if is { label } else { 255 }).collect();
    let (bytes, words, some, present) = black_box((&bytes[..], &words[..], &some[..], &present[..]));
    place.count("BceWithLogits::loss, u8 targets", || bce.loss(x, bytes));
    place.count("BceWithLogits::loss_and_gradient, u8 targets", || bce.loss_and_gradient(x, bytes, g));
    place.count("BceWithLogits::loss, i64 targets", || bce.loss(x, words));
    let ignoring = bce.ignore_target(T::from(255.0));
    place.count("BceWithLogits::loss, some ignored", || ignoring.loss(x, some));
    place.count("BceWithLogits::loss_and_gradient, some ignored", || ignoring.loss_and_gradient(x, some, g));
    let weighted = ignoring.reduction(Reduction::WeightedMean);
    place.count("BceWithLogits::loss, some ignored, weighted mean", || weighted.loss(x, some));
    let masked = bce.mask(present);
    place.count("BceWithLogits::loss, mask", || masked.loss(x, bytes));
    let five = ignoring.pos_weight(Weights::uniform(T::from(5.0)));
    place.count("BceWithLogits::loss, some ignored, pos_weight 5", || five.loss(x, some));
}

fn focal<T: Element>(place: &Place<'_>, backend: Backend) {
    let (x, t) = black_box(inputs::<T>(ELEMENTS));
    let (x, t) = (&x[..], &t[..]);
    let (g, h) = (&mut x.to_vec()[..], &mut x.to_vec()[..]);
    let focal = FocalLoss::new().backend(backend);
    let upstream = Weights::uniform(T::from(0.5));

    for (what, gamma) in [("", 2.0), (", gamma 1.5", 1.5)] {
        let focal = focal.gamma(T::from(gamma));
        place.count(&format!("FocalLoss::loss{what}"), || focal.loss(x, t));
        place.count(&format!("FocalLoss::loss_and_gradient{what}"), || focal.loss_and_gradient(x, t, g));
    }
    place.count("FocalLoss::losses", || focal.losses(x, t, g));
    place.count("FocalLoss::gradient", || focal.gradient(x, t, g));
    place.count("FocalLoss::gradient_and_hessian", || focal.gradient_and_hessian(x, t, g, h));
    place.count("FocalLoss::backward", || focal.backward(x, t, upstream, g));
}

fn of_probabilities<T: Element>(place: &Place<'_>, backend: Backend) {
    let (x, t) = black_box(inputs::<T>(ELEMENTS));
    let (p, t) = (&mut x.to_vec()[..], &t[..]);
    Activation::sigmoid().backend(backend).apply(&x, p).expect("as many probabilities as logits");
    let g = &mut x.to_vec()[..];
    let bce = Bce::new().backend(backend);
    let upstream = Weights::uniform(T::from(0.5));

    place.count("Bce::loss", || bce.loss(p, t));
    place.count("Bce::losses", || bce.losses(p, t, g));
    place.count("Bce::gradient", || bce.gradient(p, t, g));
    place.count("Bce::loss_and_gradient", || bce.loss_and_gradient(p, t, g));
    place.count("Bce::backward", || bce.backward(p, t, upstream, g));
}

fn activations<T: Element>(place: &Place<'_>, backend: Backend) {
    let (x, _) = black_box(inputs::<T>(ELEMENTS));
    let (x, out) = (&x[..], &mut x.to_vec()[..]);
    let [one, two] = black_box([T::from(1.0), T::from(2.0)]);

    place.count("sigmoid", || Activation::sigmoid().backend(backend).apply(x, out));
    place.count("log_sigmoid", || Activation::log_sigmoid().backend(backend).apply(x, out));
    place.count("softplus", || Activation::softplus(one).backend(backend).apply(x, out));
    place.count("softplus, beta 2", || Activation::softplus(two).backend(backend).apply(x, out));
}

/// Short slices, on the backend that is chosen if none is set.
fn short<T: Element>(place: &Place<'_>, n: usize) {
    let (x, t) = black_box(inputs::<T>(n));
    let (x, t) = (&x[..], &t[..]);
    let g = &mut x.to_vec()[..];
    let bce = BceWithLogits::new();

    place.count("BceWithLogits::loss", || bce.loss(x, t));
    place.count("BceWithLogits::loss_and_gradient", || bce.loss_and_gradient(x, t, g));
    let balanced = bce.pos_weight(Weights::uniform(T::from(5.0)));
    place.count("BceWithLogits::loss_and_gradient, pos_weight 5", || balanced.loss_and_gradient(x, t, g));
    let weight = weights::<T>(n);
    let weighted = bce.weight(Weights::per_element(&weight));
    place.count("BceWithLogits::loss_and_gradient, weight of each element", || weighted.loss_and_gradient(x, t, g));
    place.count("FocalLoss::loss_and_gradient", || FocalLoss::new().loss_and_gradient(x, t, g));
    place.count("sigmoid", || sigmoid(x, g));
}

/// Logits from -8 to 8, in no order, and targets of which a quarter are 1.
fn inputs<T: Element>(n: usize) -> (Vec<T>, Vec<T>) {
    // The fractional parts of the multiples of an irrational number are spread evenly.
    let spread = |i, step: f64| (i as f64 * step).fract();
    let logits = (0..n).map(|i| T::from((spread(i, 0.618_033_988_749_895) * 16.0 - 8.0) as f32)).collect();
    (logits, (0..n).map(|i| T::from(f32::from(u8::from(spread(i, 0.754_877_666_246_693) < 0.25)))).collect())
}

/// Weights other than 1.
fn weights<T: Element>(n: usize) -> Vec<T> {
    black_box((0..n).map(|i| T::from(0.5 + (i % 7) as f32)).collect())
}
