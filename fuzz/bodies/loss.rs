//! The rules for any loss of logits that are not NaN, with targets from 0 to 1 and valid weights: no result is NaN, no loss
//! is negative, an element of weight 0 has no effect, and all methods give the same results.

use logit_loss::{Error, Hessian, Loss, LossSum, Reduction};

use super::bounds::ulp;
use super::case::{Case, check};
use super::kind::Kind;
use super::number::Number;

/// The results of the methods with one result for each element, undivided.
pub struct Elements<T> {
    pub losses: Vec<T>,
    pub gradient: Vec<T>,
    pub hessian: Vec<T>,
    pub back: Vec<T>,
    /// 0 for a loss without this derivative.
    pub by_target: Vec<T>,
}

impl<T: Number> Elements<T> {
    pub fn new<K: Kind<T>>(case: &Case<T, K>) -> Self {
        let n = case.len();
        let (x, y, loss) = (&case.logits[..], &case.targets[..], case.reduced(Reduction::Sum));
        let unset = || vec![T::of(f64::NAN); n];
        let [mut losses, mut gradient, mut hessian, mut back, mut by_target] = core::array::from_fn(|_| unset());
        loss.losses(x, y, &mut losses).expect("losses");
        loss.gradient_and_hessian(x, y, &mut gradient, &mut hessian).expect("gradient_and_hessian");
        loss.backward(x, y, case.upstream.weights(), &mut back).expect("backward");
        match K::target_gradient(&loss, x, y, &mut by_target) {
            Some(result) => result.expect("target_gradient"),
            None => by_target.fill(T::of(0.0)),
        }
        let elements = Self { losses, gradient, hessian, back, by_target };
        for i in 0..n {
            let [l, g, h, b, d] = elements.at(i);
            check!(case, i, l >= 0.0, "loss {l:e} is negative or NaN");
            check!(case, i, ![g, h, b, d].iter().any(|v| v.is_nan()), "a derivative is NaN: {:?}", [g, h, b, d]);
            let present = case.weight.at(i).wide() != 0.0;
            check!(case, i, present || [l, g, h, b, d] == [0.0; 5], "weight 0 leaves {:?}", [l, g, h, b, d]);
            let passed_on = case.upstream.at(i).wide() != 0.0;
            check!(case, i, passed_on || b == 0.0, "backward of 0 is {b:e}");
        }
        elements
    }

    pub fn at(&self, i: usize) -> [f64; 5] {
        let Self { losses, gradient, hessian, back, by_target } = self;
        [losses[i], gradient[i], hessian[i], back[i], by_target[i]].map(T::wide)
    }
}

/// The allowed error of an element besides a few ULP.
pub struct Slack {
    /// The error of its loss, as a part of a sum.
    pub loss: f64,
    /// The error of its gradient under a mean, compared with the gradient under a sum, divided.
    pub whole: f64,
    /// The part of the error that is divided too.
    pub divided: f64,
}

/// Checks all rules for any loss, given the results of each element. The slack is `None` for an element whose weights are so
/// large or small that nothing is promised for sums.
pub fn check<T: Number, K: Kind<T>>(case: &Case<T, K>, elements: &Elements<T>, slack: &[Option<Slack>]) {
    reduced(case, elements, slack);
    methods_agree(case);
    labels_agree(case);
}

/// Compares the sum, the means, and the derivatives of the means with those of each element.
fn reduced<T: Number, K: Kind<T>>(case: &Case<T, K>, elements: &Elements<T>, slack: &[Option<Slack>]) {
    let n = case.len();
    let (x, y) = (&case.logits[..], &case.targets[..]);
    // The error of `f64` here does not matter for an `f32`, and is nearly n ULP of an `f64`.
    let ulps = 12.0 + if T::ULP_OF_ONE == f64::EPSILON { n as f64 } else { 0.0 };
    let exact: f64 = elements.losses.iter().map(|v| v.wide()).sum();
    let sum = case.reduced(Reduction::Sum).loss(x, y).expect("sum").wide();
    check!(case, n, sum >= 0.0, "sum {sum:e} is negative or NaN");
    let off: f64 = slack.iter().flatten().map(|slack| slack.loss).sum();
    let allowed = ulps * ulp::<T>(exact) + off;
    // A uniform weight below 1 multiplies the sum of the unweighted losses, which may then be infinite.
    let shared = case.weight.shared().map_or(1.0, |w| w.wide().clamp(T::TINY, 1.0));
    let in_range = exact <= T::LARGEST * shared && slack.iter().all(Option::is_some);
    if in_range && exact + allowed <= T::LARGEST {
        check!(case, n, (sum - exact).abs() <= allowed, "sum {sum:e}, but the losses' is {exact:e}");
    } else if in_range && exact - allowed > T::LARGEST {
        check!(case, n, sum == f64::INFINITY, "sum {sum:e}, but the losses' is {exact:e}");
    }

    let weights: f64 = (0..n).map(|i| case.weight.at(i).wide()).sum();
    for (reduction, divisor) in [(Reduction::Mean, n as f64), (Reduction::WeightedMean, weights)] {
        let mut gradient = vec![T::of(f64::NAN); n];
        let mean = case.reduced(reduction).loss_and_gradient(x, y, &mut gradient);
        if divisor == 0.0 || divisor > T::LARGEST * 1.000_001 {
            check!(case, n, mean == Err(Error::EmptyMean), "{reduction:?} over {divisor:e} is {mean:?}");
            continue;
        }
        // Close to these limits an error is as right as a mean.
        if divisor > T::LARGEST * 0.999_999 || 1.0 / divisor > T::LARGEST * 0.999_999 {
            continue;
        }
        let mean = mean.unwrap_or_else(|error| panic!("{reduction:?}: {error}: {}", case.describe(n))).wide();
        check!(case, n, mean >= 0.0, "{reduction:?} {mean:e} is negative or NaN");
        let exact = sum / divisor;
        let allowed = ulps * ulp::<T>(exact) + T::TINY / divisor;
        if in_range && (sum.is_infinite() || exact - allowed > T::LARGEST) {
            check!(case, n, mean == f64::INFINITY, "{reduction:?} {mean:e} of {sum:e} over {divisor:e}");
        } else if in_range && exact + allowed <= T::LARGEST {
            check!(case, n, (mean - exact).abs() <= allowed, "{reduction:?} {mean:e} of {sum:e} over {divisor:e}");
        }
        for (i, ((g, of_sum), slack)) in gradient.iter().zip(&elements.gradient).zip(slack).enumerate() {
            let (g, of_sum) = (g.wide(), of_sum.wide());
            check!(case, i, !g.is_nan(), "{reduction:?}: gradient is NaN");
            let same_sign = g == 0.0 || of_sum == 0.0 || g.signum() == of_sum.signum();
            check!(case, i, same_sign, "{reduction:?}: gradient {g:e}, of sum {of_sum:e}");
            let Some(slack) = slack.as_ref().filter(|_| in_range) else { continue };
            let exact = of_sum / divisor;
            let allowed = ulps * ulp::<T>(exact) + slack.whole + slack.divided / divisor;
            if exact.abs() + allowed <= T::LARGEST {
                check!(case, i, (g - exact).abs() <= allowed, "{reduction:?}: gradient {g:e}, not {exact:e}");
            }
        }
    }
}

/// Checks that methods with the same results give the same bits.
fn methods_agree<T: Number, K: Kind<T>>(case: &Case<T, K>) {
    let n = case.len();
    let (x, y, loss) = (&case.logits[..], &case.targets[..], case.loss());
    let [mut alone, mut with_loss, mut with_hessian, mut hessian] = core::array::from_fn(|_| vec![T::of(f64::NAN); n]);
    let mut in_place = x.to_vec();
    let results = [
        loss.loss(x, y),
        loss.loss_and_gradient(x, y, &mut with_loss),
        loss.loss_and_gradient_in_place(&mut in_place, y),
    ];
    let keys = results.map(|result| result.map(T::key));
    check!(case, n, keys[0] == keys[1] && keys[0] == keys[2], "loss, with gradient, in place: {results:?}");

    let done = [loss.gradient(x, y, &mut alone), loss.gradient_and_hessian(x, y, &mut with_hessian, &mut hessian)];
    if results[0].is_ok() {
        check!(case, n, done == [Ok(()); 2], "the loss is Ok, its derivatives are {done:?}");
        for i in 0..n {
            let all = [alone[i], with_loss[i], with_hessian[i], in_place[i]];
            let same = all.iter().all(|v| v.key() == all[0].key());
            check!(case, i, same, "gradient alone, with loss, with Hessian, in place: {all:?}");
        }
    }

    let mut running = LossSum::new();
    case.loss().accumulate(&mut running, x, y).expect("accumulate");
    let (sum, mean, weighted) = (running.sum(), running.mean(), running.weighted_mean());
    let accumulated = match case.reduction {
        Reduction::Sum => Some(sum),
        Reduction::Mean => mean,
        _ => weighted,
    };
    check!(
        case,
        n,
        accumulated.map(T::key) == keys[0].ok(),
        "loss {:?}, accumulated {sum:?}, {mean:?}, {weighted:?}",
        results[0]
    );
    check!(case, n, running.count() == n as u64, "count {}", running.count());
    let there = LossSum::<T>::from_le_bytes(running.to_le_bytes());
    check!(case, n, there.sum().key() == sum.key(), "sum {sum:?}, after travelling {:?}", there.sum());
    check!(case, n, there.mean().map(T::key) == mean.map(T::key), "mean {mean:?}, after travelling {:?}", there.mean());
    let mut merged = LossSum::new();
    merged.merge(&running);
    check!(case, n, merged.sum().key() == sum.key(), "sum {sum:?}, merged with nothing {:?}", merged.sum());
}

/// Compares the same hard targets as numbers, `bool` and `u8`.
fn labels_agree<T: Number, K: Kind<T>>(case: &Case<T, K>) {
    let n = case.len();
    let (x, loss) = (&case.logits[..], case.loss());
    let bools: Vec<bool> = case.targets.iter().map(|t| t.wide() >= 0.5).collect();
    let bytes: Vec<u8> = bools.iter().map(|&t| t.into()).collect();
    let numbers: Vec<T> = bools.iter().map(|&t| T::of(f64::from(u8::from(t)))).collect();
    let mut gradients = [vec![T::of(0.0); n], vec![T::of(0.0); n], vec![T::of(0.0); n]];
    let [a, b, c] = &mut gradients;
    let results = [
        loss.loss_and_gradient(x, &numbers, a),
        loss.loss_and_gradient(x, &bools, b),
        loss.loss_and_gradient(x, &bytes, c),
    ];
    let keys = results.map(|result| result.map(T::key));
    check!(case, n, keys[0] == keys[1] && keys[0] == keys[2], "hard targets as T, bool, u8: {results:?}");
    let [by_number, by_bool, by_byte] = gradients;
    for (i, all) in by_number.iter().zip(&by_bool).zip(&by_byte).enumerate() {
        let ((a, b), c) = all;
        let same = a.key() == b.key() && a.key() == c.key();
        check!(case, i, same, "gradient by hard targets as T, bool, u8: {all:?}");
    }
}
