//! Binary cross-entropy of any numbers as probabilities. It is right if all are probabilities, and else an error that names
//! the first one that is none and whose weight is not 0. All methods and all backends of a kind agree. The positive weights
//! that balance targets are right, or an error that names the class, for targets of any type and any number of classes.

use logit_loss::{Backend, Bce, ClassCount, Error, Label, Loss, LossSum, Reduction, pos_weight};

use super::bounds::{is_close, is_normal, product};
use super::input::{Bytes, unit};
use super::number::Number;
use super::{case, kind};

/// Weights and positive weights are read as for losses of logits.
type Case<T> = case::Case<T, kind::Bce<T>>;

pub fn body(data: &[u8]) {
    let mut bytes = Bytes::new(data);
    if bytes.flag() { look_at::<f64>(bytes) } else { look_at::<f32>(bytes) }
}

fn look_at<T: Number>(mut bytes: Bytes<'_>) {
    let classes = bytes.below(80);
    // One time in four, all numbers are allowed.
    let raw = bytes.below(4) == 3;
    let number = |v: T| if raw { v } else { unit(v) };
    let case = Case::<T>::read(&mut bytes, number, number);
    let bce = bce(&case);
    let invalid = |i: &usize| !is_unit(case.logits[*i]) && case.weight.at(*i).wide() != 0.0;
    if let Some(index) = (0..case.len()).find(invalid) {
        refused(&case, bce, index);
    } else {
        elements(&case, bce.reduction(Reduction::Sum));
        methods_agree(&case, bce);
        backends_agree(&case, bce);
    }
    let wide: Vec<f64> = case.targets.iter().map(|t| t.wide()).collect();
    let _ = balance(&case.targets, &wide, classes);
    // The same targets in every type.
    let wide: Vec<f64> = wide.iter().map(|&t| f64::from(u8::from(t >= 0.5))).collect();
    let numbers: Vec<T> = wide.iter().map(|&t| T::of(t)).collect();
    let bools: Vec<bool> = wide.iter().map(|&t| t == 1.0).collect();
    let bytes: Vec<u8> = bools.iter().map(|&t| t.into()).collect();
    let found = balance(&numbers, &wide, classes);
    assert_eq!(balance::<T, _>(&bools, &wide, classes), found, "{classes} classes of {wide:?}, bool");
    assert_eq!(balance::<T, _>(&bytes, &wide, classes), found, "{classes} classes of {wide:?}, u8");
}

fn bce<T: Number>(case: &Case<T>) -> Bce<'_, T> {
    let bce =
        Bce::new().weight(case.weight.weights()).pos_weight(case.kind.pos_weight.weights()).reduction(case.reduction);
    case.backend.map_or(bce, |backend| bce.backend(backend))
}

fn is_unit<T: Number>(v: T) -> bool {
    (0.0..=1.0).contains(&v.wide())
}

/// Checks that every method returns the error, and writes nothing.
fn refused<T: Number>(case: &Case<T>, bce: Bce<'_, T>, index: usize) {
    let (p, t) = (&case.logits[..], &case.targets[..]);
    let mut out = vec![T::of(-7.25); p.len()];
    let mut in_place = p.to_vec();
    let mut sum = LossSum::new();
    let all = [
        bce.loss(p, t).map(drop),
        bce.losses(p, t, &mut out),
        bce.gradient(p, t, &mut out),
        bce.loss_and_gradient(p, t, &mut out).map(drop),
        bce.backward(p, t, case.upstream.weights(), &mut out),
        bce.loss_and_gradient_in_place(&mut in_place, t).map(drop),
        bce.accumulate(&mut sum, p, t),
    ];
    let expected = Err(Error::Probability { index });
    assert!(all.iter().all(|&result| result == expected), "{all:?} and not {index}: {}", case.describe(index));
    let untouched = out.iter().all(|v| v.wide() == -7.25) && sum == LossSum::new();
    assert!(untouched, "written on an error: {}", case.describe(index));
    assert!(in_place.iter().zip(p).all(|(a, b)| a.key() == b.key()), "in place, on an error: {}", case.describe(index));
}

/// Returns loss and gradient in `f64`, and the gradient with the absolute values of its terms, for the weight `w`.
fn exact<T: Number>(case: &Case<T>, i: usize, w: f64) -> [f64; 3] {
    let [p, t, p_w] = [case.logits[i], case.targets[i], case.kind.pos_weight.at(i)].map(T::wide);
    if w == 0.0 {
        return [0.0; 3];
    }
    let (q, up) = (1.0 - p, 1.0 - t);
    let below = (p * q).max(T::of(1e-12).wide());
    let (costs, slopes) = ([-p.ln(), -(-p).ln_1p()].map(|cost| cost.min(100.0)), [q / below, p / below]);
    // This avoids the quotient of two numbers that consist of rounding errors.
    let slopes = if p * q > below * 0.5 && below > T::of(1e-12).wide() { [1.0 / p, 1.0 / q] } else { slopes };
    let [missed, raised] = [product([w, p_w * t, slopes[0]]), product([w, up, slopes[1]])];
    let loss = product([w, p_w * t, costs[0]]) + product([w, up, costs[1]]);
    let difference =
        if p_w == 1.0 { product([w, (p - t).abs(), 1.0 / below]).copysign(p - t) } else { raised - missed };
    let hard = t == 0.0 || t == 1.0;
    [loss, if hard { raised - missed } else { difference }, if hard || p_w == 1.0 { 0.0 } else { raised + missed }]
}

/// Whether the weights and their products, with the costs of the target, are numbers that keep all their digits.
fn is_in_range<T: Number>(case: &Case<T>, i: usize) -> bool {
    let [w, p_w, u] = [case.weight.at(i), case.kind.pos_weight.at(i), case.upstream.at(i)].map(|v| v.wide().abs());
    let [p, t] = [case.logits[i], case.targets[i]].map(T::wide);
    // For a soft target, the order of the factors is not specified.
    let moderate = |factors: &[f64]| factors.contains(&0.0) || (1e-6..1e6).contains(&factors.iter().product::<f64>());
    let all: [&[f64]; 6] = [&[w], &[p_w], &[u], &[w, u], &[w, p_w], &[p_w, t]];
    let hard = t == 0.0 || t == 1.0;
    let kept: [&[f64]; 3] = [&[p], &[1.0 - t, p], &[p_w, t, 1.0 - p]];
    let soft = kept.into_iter().all(is_normal::<T>) && all.into_iter().all(moderate);
    all.into_iter().all(is_normal::<T>) && w * p_w.max(1.0) * u <= T::LARGEST && (hard || soft)
}

fn elements<T: Number>(case: &Case<T>, bce: Bce<'_, T>) {
    let n = case.len();
    let (p, t) = (&case.logits[..], &case.targets[..]);
    let [mut losses, mut gradient, mut back] = core::array::from_fn(|_| vec![T::of(f64::NAN); n]);
    bce.losses(p, t, &mut losses).expect("losses");
    bce.gradient(p, t, &mut gradient).expect("gradient");
    bce.backward(p, t, case.upstream.weights(), &mut back).expect("backward");
    for i in 0..n {
        let found = [losses[i], gradient[i], back[i]];
        let context = || format!("{found:?}: {}", case.describe(i));
        if case.weight.at(i).wide() == 0.0 {
            assert!(found.iter().all(|v| v.wide() == 0.0), "weight 0, {}", context());
            continue;
        }
        if t[i].wide().is_nan() {
            assert!(found[..2].iter().all(|v| v.wide().is_nan()), "target NaN, {}", context());
            continue;
        }
        if !is_unit(t[i]) {
            continue;
        }
        assert!(found.iter().all(|v| !v.wide().is_nan()) && losses[i].wide() >= 0.0, "{}", context());
        if !is_in_range(case, i) {
            continue;
        }
        let (w, upstream) = (case.weight.at(i).wide(), case.upstream.at(i).wide());
        let [loss, slope, size] = exact(case, i, w);
        assert!(is_close(losses[i], loss, 6.0), "loss and not {loss:e}, {}", context());
        let [_, back_slope, back_size] = exact(case, i, w * upstream.abs());
        for (v, exact, size) in [(gradient[i], slope, size), (back[i], back_slope * upstream.signum(), back_size)] {
            let close = is_close(v, exact, 6.0) || (v.wide() - exact).abs() <= 6.0 * T::ULP_OF_ONE * size;
            assert!(close, "gradient {v:?} and not {exact:e}, {}", context());
        }
    }
}

fn methods_agree<T: Number>(case: &Case<T>, bce: Bce<'_, T>) {
    let (p, t) = (&case.logits[..], &case.targets[..]);
    let [mut alone, mut both, mut in_place] = [p.to_vec(), p.to_vec(), p.to_vec()];
    let losses = [
        bce.loss(p, t),
        bce.loss_and_gradient(p, t, &mut both),
        bce.loss_and_gradient_in_place(&mut in_place, t),
        bce.gradient(p, t, &mut alone).and_then(|()| bce.loss(p, t)),
    ];
    let keys = losses.map(|loss| loss.map(T::key));
    assert!(keys.iter().all(|&key| key == keys[0]), "{losses:?}: {}", case.describe(case.len()));
    for i in 0..if keys[0].is_ok() { case.len() } else { 0 } {
        let all = [alone[i], both[i], in_place[i]];
        assert!(all.iter().all(|v| v.key() == all[0].key()), "gradients {all:?}: {}", case.describe(i));
    }
    let mut sum = LossSum::new();
    bce.accumulate(&mut sum, p, t).expect("accumulate");
    let accumulated = match case.reduction {
        Reduction::Sum => Some(sum.sum()),
        Reduction::Mean => sum.mean(),
        _ => sum.weighted_mean(),
    };
    let same = accumulated.map(T::key) == keys[0].ok();
    assert!(same, "{accumulated:?} and {:?}: {}", losses[0], case.describe(case.len()));
}

fn backends_agree<T: Number>(case: &Case<T>, bce: Bce<'_, T>) {
    let (p, t) = (&case.logits[..], &case.targets[..]);
    let mut first: [Option<Vec<Result<u64, Error>>>; 2] = [None, None];
    for backend in Backend::available() {
        let bce = bce.backend(backend);
        let [mut losses, mut gradient, mut back] = core::array::from_fn(|_| p.to_vec());
        let loss = bce.loss_and_gradient(p, t, &mut gradient);
        bce.losses(p, t, &mut losses).expect("losses");
        bce.backward(p, t, case.upstream.weights(), &mut back).expect("backward");
        let all = losses.iter().chain(&gradient).chain(&back).map(|v| Ok(v.key()));
        let found: Vec<_> = all.chain([loss.map(T::key)]).collect();
        let expected = first[usize::from(backend.is_fused())].get_or_insert_with(|| found.clone());
        if let Some(at) = found.iter().zip(&*expected).position(|(a, b)| a != b) {
            panic!("{} differs at {at}: {}", backend.name(), case.describe(at % case.len().max(1)));
        }
    }
}

/// Returns the balance of each class, as bits, or its error; panics if either is wrong.
fn balance<T: Number, Y: Label<T>>(targets: &[Y], values: &[f64], classes: usize) -> Result<Vec<u64>, Error> {
    let mut out = vec![T::of(-7.25); classes];
    let mut counts = vec![ClassCount::new(); classes];
    let counted = Bce::<T>::new().count_classes(&mut counts, 1, targets);
    let found = counted.and_then(|()| pos_weight(&counts, &mut out));
    let context = || format!("{found:?}, {out:?}: {classes} classes of {values:?}");
    assert!(found.is_ok() || out.iter().all(|v| v.wide() == -7.25), "written on an error, {}", context());
    let keys = found.map(|()| out.iter().map(|v| v.key()).collect());
    let n = values.len();
    if !n.is_multiple_of(classes) {
        assert_eq!(found, Err(Error::Classes { classes, pixels: 1, inputs: n }), "{}", context());
        return keys;
    }
    if let Some(index) = values.iter().position(|t| !(0.0..=1.0).contains(t)) {
        assert_eq!(found, Err(Error::Target { index }), "{}", context());
        return keys;
    }
    let mut expected = Ok(());
    for (class, weight) in out.iter().enumerate() {
        let of_class = || values.iter().skip(class).step_by(classes);
        let (positives, negatives) = (of_class().sum::<f64>(), of_class().map(|t| 1.0 - t).sum::<f64>());
        let quotient = negatives / positives;
        if expected.is_err() {
            // The first such class is reported.
        } else if of_class().all(|&t| t == 0.0) {
            expected = Err(Error::NoPositives { class });
        } else if of_class().all(|&t| t == 1.0) {
            expected = Err(Error::NoNegatives { class });
        } else if quotient * 2.0 > T::LARGEST || quotient < 2.0 * T::TINY {
            // Rounding decides whether there is a quotient.
            return keys;
        } else if found.is_ok() {
            // The sums here are plain ones, and 1 - t is rounded.
            let plain = n as f64 * f64::EPSILON * (1.0 + n as f64 / negatives);
            let error = (weight.wide() / quotient - 1.0).abs();
            assert!(error <= T::ULP_OF_ONE + plain, "class {class}: {quotient}, {}", context());
        }
    }
    assert_eq!(found, expected, "{}", context());
    keys
}
