//! Losses: symmetry, sign, monotonicity, convexity, the gradient as a derivative, and running sums.

use crate::common::exact::{Big, Exact, Logit as Reference, Referenced, big, error_of, ulp_of};
use crate::common::{Number, Random, backends, for_both_types, same};
use crate::{CASES, Logit, check, ordered, unit};
use logit_loss::{BceWithLogits, Hessian, Loss, LossSum, Reduction, Weights};
use quickcheck::{Arbitrary, Gen};

for_both_types!(
    symmetry,
    never_negative,
    monotonic,
    monotonic_step_by_step,
    convex,
    gradient_is_the_derivative,
    gradient_has_the_sign_of_the_error,
    hessian_is_symmetric,
    linear_in_the_weight,
    linear_in_the_upstream,
    smoothing_is_a_soft_target,
    merged_sums,
    merging_loses_nothing,
    bytes_there_and_back,
);

/// A number in [0, 1], often one of the ends.
#[derive(Clone, Copy, Debug)]
struct Target<N>(N);

impl<N: Number> Arbitrary for Target<N> {
    fn arbitrary(g: &mut Gen) -> Self {
        let values = [0.0, 1.0, 0.5, unit(g), unit(g)];
        Self(N::new(*g.choose(&values).unwrap_or(&0.0)))
    }
}

/// Returns loss, gradient and Hessian of one element on every backend, with its name and the error that it may have in
/// excess.
fn on_all<N: Number>(bce: BceWithLogits<'_, N>, x: N, t: N) -> Vec<(&'static str, f64, [N; 3])> {
    backends()
        .map(|backend| {
            let bce = bce.backend(backend).reduction(Reduction::Sum);
            let [mut loss, mut gradient, mut hessian] = [[N::NAN]; 3];
            bce.losses(&[x], &[t], &mut loss).unwrap();
            bce.gradient_and_hessian(&[x], &[t], &mut gradient, &mut hessian).unwrap();
            let excess = if backend.is_fused() { 0.0 } else { 1.0 };
            (backend.name(), excess, [loss[0], gradient[0], hessian[0]])
        })
        .collect()
}

fn losses<N: Number>(x: N, t: N) -> Vec<(&'static str, f64, N)> {
    let all = on_all(BceWithLogits::new(), x, t);
    all.into_iter().map(|(name, excess, [loss, ..])| (name, excess, loss)).collect()
}

fn symmetry<N: Number>() {
    fn property<N: Number>(Logit(x): Logit<N>) -> bool {
        let (one, zero) = (N::new(1.0), N::new(0.0));
        let pairs = on_all(BceWithLogits::new(), x, one).into_iter().zip(on_all(BceWithLogits::new(), -x, zero));
        pairs.into_iter().all(|((_, _, a), (_, _, b))| {
            // A gradient of 0 may have either sign.
            same(a[0], b[0]) && a[1] == -b[1] && same(a[2], b[2])
        })
    }
    check(10 * CASES, property::<N>);
}

fn never_negative<N: Number>() {
    fn property<N: Number>((Logit(x), Target(t), p, w): (Logit<N>, Target<N>, u8, u8)) -> bool {
        let [p, w] = [p, w].map(|v| N::new(f64::from(v) / 16.0));
        let bce = BceWithLogits::new().pos_weight(Weights::uniform(p)).weight(Weights::uniform(w));
        let zero = N::new(0.0);
        on_all(bce, x, t).into_iter().all(|(_, _, [loss, gradient, hessian])| {
            loss >= zero && hessian >= zero && !gradient.is_nan() && gradient.abs() <= w * (p + N::new(1.0))
        })
    }
    check(10 * CASES, property::<N>);
}

fn monotonic<N: Referenced>() {
    fn property<N: Referenced>((Logit(x), Logit(y)): (Logit<N>, Logit<N>)) -> bool {
        let (x, y) = if x <= y { (x, y) } else { (y, x) };
        let rising = losses(x, N::new(0.0)).into_iter().zip(losses(y, N::new(0.0)));
        let falling = losses(y, N::new(1.0)).into_iter().zip(losses(x, N::new(1.0)));
        rising.chain(falling).all(|((_, excess, low), (_, _, high))| ordered(low, high, excess))
    }
    check(5 * CASES, property::<N>);
}

fn monotonic_step_by_step<N: Referenced>() {
    // For the next number, the loss may be equal, larger, or smaller within its error.
    fn property<N: Referenced>((Logit(x), steps): (Logit<N>, u8)) -> bool {
        let y = N::from_bits_of(x.bits().wrapping_add(steps.into()));
        if y.is_nan() {
            return true;
        }
        let (x, y) = if x <= y { (x, y) } else { (y, x) };
        let pairs = losses(x, N::new(0.0)).into_iter().zip(losses(y, N::new(0.0)));
        pairs.into_iter().all(|((_, excess, low), (_, _, high))| ordered(low, high, excess))
    }
    check(5 * CASES, property::<N>);
}

fn convex<N: Referenced>() {
    // The loss is below its chord, except for its error in the middle and half its error at each end.
    fn property<N: Referenced>((Logit(x), Logit(h), Target(t)): (Logit<N>, Logit<N>, Target<N>)) -> bool {
        let (low, high) = (x - h, x + h);
        // Only if the middle is exact and in range.
        let middle = high.to_f64() - x.to_f64() == h.to_f64() && x.to_f64() - low.to_f64() == h.to_f64();
        if !middle || low.abs() > N::new(1e30) || high.abs() > N::new(1e30) {
            return true;
        }
        let allowed = if t == N::new(0.0) || t == N::new(1.0) { 2.0 } else { 4.0 };
        let ulp = |v: N| ulp_of::<N>(&N::Exact::from_f64(v.to_f64()));
        let [a, m, b] = [low, x, high].map(|x| losses(x, t));
        (0..m.len()).all(|i| {
            let ((_, excess, m), (_, _, a), (_, _, b)) = (m[i], a[i], b[i]);
            let [exact_a, exact_m, exact_b] = [a, m, b].map(|v| big(v.to_f64()));
            let ulps = (big(1.0) << ulp(m) as isize)
                + ((big(1.0) << ulp(a) as isize) + (big(1.0) << ulp(b) as isize)) / big(2.0);
            exact_m <= (exact_a + exact_b) / big(2.0) + ulps * big(allowed + excess)
        })
    }
    check(5 * CASES, property::<N>);
}

fn gradient_is_the_derivative<N: Referenced>() {
    // The quotient of exact losses is off by h^2 / 6 of the third derivative: 2^-82, relative in the tails too.
    fn property<N: Referenced>((Logit(x), positive): (Logit<N>, bool)) -> bool {
        let t = N::new(f64::from(u8::from(positive)));
        if x.abs() > N::new(700.0) || x.abs() < N::new(1e-9) {
            return true;
        }
        let h = big(1.0) >> 40;
        let loss = |x: Big| {
            let [loss, ..] = Reference::new(&x).derivatives(t.to_f64(), 1.0, 1.0);
            loss
        };
        let x_ = big(x.to_f64());
        let slope = (loss(x_.clone() + h.clone()) - loss(x_ - h.clone())) / (h + (big(1.0) >> 40));
        let ulp = slope.exponent().map_or(N::LEAST_EXPONENT, |k| (k + 1 - N::PRECISION).max(N::LEAST_EXPONENT));
        on_all(BceWithLogits::new(), x, t).into_iter().all(|(_, excess, [_, gradient, _])| {
            (big(gradient.to_f64()) - slope.clone()).over_power(ulp).abs() <= 2.5 + excess + 1e-6
        })
    }
    check(CASES / 2, property::<N>);
}

fn gradient_has_the_sign_of_the_error<N: Number>() {
    // The gradient has the sign of sigmoid(x) - t, unless that is close to 0.
    fn property<N: Number>((Logit(x), Target(t)): (Logit<N>, Target<N>)) -> bool {
        let error = 1.0 / (1.0 + (-x.to_f64()).exp()) - t.to_f64();
        on_all(BceWithLogits::new(), x, t).into_iter().all(|(_, _, [_, gradient, _])| {
            error.abs() < 8.0 * N::EPSILON.to_f64() || (gradient.to_f64() > 0.0) == (error > 0.0)
        })
    }
    check(5 * CASES, property::<N>);
}

fn hessian_is_symmetric<N: Number>() {
    fn property<N: Number>((Logit(x), Target(t)): (Logit<N>, Target<N>)) -> bool {
        let pairs = on_all(BceWithLogits::new(), x, t).into_iter().zip(on_all(BceWithLogits::new(), -x, t));
        // 1/4, and the ULP by which it may be off.
        let largest = N::new(0.25) + N::new(1.25) * N::EPSILON;
        pairs.into_iter().all(|((_, _, a), (_, _, b))| same(a[2], b[2]) && a[2] <= largest)
    }
    check(5 * CASES, property::<N>);
}

fn linear_in_the_weight<N: Number>() {
    // A weight that is a power of two rounds nothing where both results and exp(-|x|) are normal. A subnormal exp(-|x|) is
    // rounded where there is no weight.
    fn property<N: Number>((Logit(x), Target(t), p, power): (Logit<N>, Target<N>, u8, u8)) -> bool {
        if x.to_f64().abs() > -N::SMALLEST_NORMAL.to_f64().ln() {
            return true;
        }
        let p = N::new(f64::from(p) / 16.0);
        let w = N::new(2f64.powi(i32::from(power % 41) - 20));
        let bce = BceWithLogits::new().pos_weight(Weights::uniform(p));
        let plain = on_all(bce, x, t);
        [Weights::uniform(w), Weights::per_class(&[w])].into_iter().all(|weight| {
            plain.iter().zip(on_all(bce.weight(weight), x, t)).all(|((_, _, a), (_, _, b))| {
                a.iter().zip(b).all(|(&a, b)| {
                    let normal = |v: N| v.abs() >= N::SMALLEST_NORMAL && v.abs() <= N::LARGEST;
                    !normal(a) || !normal(b) || a * w == b
                })
            })
        })
    }
    check(5 * CASES, property::<N>);
}

fn linear_in_the_upstream<N: Number>() {
    fn property<N: Number>((Logit(x), Target(t), power, negative): (Logit<N>, Target<N>, u8, bool)) -> bool {
        let upstream = N::new(2f64.powi(i32::from(power % 41) - 20) * if negative { -1.0 } else { 1.0 });
        backends().all(|backend| {
            let bce = BceWithLogits::new().backend(backend).pos_weight(Weights::uniform(N::new(3.0)));
            let (mut one, mut many) = ([N::NAN], [N::NAN]);
            bce.backward(&[x], &[t], Weights::uniform(N::new(1.0)), &mut one).unwrap();
            bce.backward(&[x], &[t], Weights::uniform(upstream), &mut many).unwrap();
            let subnormal = one[0].abs() < N::SMALLEST_NORMAL || many[0].abs() < N::SMALLEST_NORMAL;
            subnormal || one[0] * upstream == many[0]
        })
    }
    check(5 * CASES, property::<N>);
}

fn smoothing_is_a_soft_target<N: Number>() {
    // A smoothing of a power of two rounds the smoothed hard target once; from 2^-25 on, or 2^-54, 1 - s is 1.
    fn property<N: Number>((Logit(x), positive, power): (Logit<N>, bool, u8)) -> bool {
        let s = 2f64.powi(-i32::from(power % 64));
        let t = f64::from(u8::from(positive));
        let smooth = on_all(BceWithLogits::new().label_smoothing(N::new(s)), x, N::new(t));
        let soft = on_all(BceWithLogits::new(), x, N::new(t * (1.0 - s) + s / 2.0));
        smooth.into_iter().zip(soft).all(|((_, _, a), (_, _, b))| a.iter().zip(b).all(|(&a, b)| same(a, b)))
    }
    check(5 * CASES, property::<N>);
}

/// Returns the exact sum of both words.
fn exact_sum<N: Number>(sum: &LossSum<N>) -> Big {
    let bytes = sum.to_le_bytes();
    let word = |i: usize| f64::from_le_bytes(bytes[8 * i..8 * i + 8].try_into().unwrap());
    big(word(0)) + big(word(1))
}

/// Makes moderate logits and their targets.
fn batch<N: Number>(seed: u64, len: usize) -> (Vec<N>, Vec<N>) {
    let mut random = Random(seed);
    (random.normals(len, 5.0), random.units(len))
}

fn merged_sums<N: Referenced>() {
    // For any cuts of a batch and any order of merging, each part is within the error of its own sum, which is at most that
    // of one element.
    fn property<N: Referenced>((seed, cuts): (u64, Vec<u16>)) -> bool {
        let (x, t) = batch::<N>(seed, 500);
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| usize::from(cut) % 500).chain([0, 500]).collect();
        cuts.sort_unstable();
        backends().all(|backend| {
            let bce = BceWithLogits::new().backend(backend);
            let (mut whole, mut forwards, mut backwards) = (LossSum::new(), LossSum::new(), LossSum::new());
            bce.accumulate(&mut whole, &x, &t).unwrap();
            for cut in cuts.windows(2) {
                let mut part = LossSum::new();
                bce.accumulate(&mut part, &x[cut[0]..cut[1]], &t[cut[0]..cut[1]]).unwrap();
                forwards.merge(&part);
                part.merge(&backwards);
                backwards = part;
            }
            let excess = if backend.is_fused() { 0.0 } else { 1.0 };
            [forwards, backwards].iter().all(|sum| {
                let exact = N::Exact::from_f64(whole.sum().to_f64());
                error_of(sum.sum(), &exact, &exact) <= 3.0 + 2.0 * excess
                    && sum.count() == 500
                    && sum.weight() == N::new(500.0)
            })
        })
    }
    check(CASES / 4, property::<N>);
}

fn merging_loses_nothing<N: Number>() {
    // Merging rounds only the second word: each merge is off by at most 2^(3 - 2 p) of the sum, with p digits in a word.
    fn property<N: Number>((seed, lens): (u64, Vec<u8>)) -> bool {
        let (mut merged, mut exact) = (LossSum::new(), big(0.0));
        for (i, len) in lens.iter().enumerate() {
            let (x, t) = batch::<N>(seed ^ i as u64, usize::from(*len));
            let mut part = LossSum::new();
            BceWithLogits::new().accumulate(&mut part, &x, &t).unwrap();
            exact += exact_sum(&part);
            merged.merge(&part);
        }
        let error = exact_sum(&merged) - exact.clone();
        let Some(exponent) = exact.exponent() else { return lens.iter().all(|&len| len == 0) };
        error.over_power(exponent).abs() <= 2f64.powi(3 - 2 * N::PRECISION) * lens.len() as f64
            && merged.count() == lens.iter().map(|&len| u64::from(len)).sum::<u64>()
    }
    check(CASES / 4, property::<N>);
}

fn bytes_there_and_back<N: Number>() {
    fn property<N: Number>((seed, len): (u64, u8)) -> bool {
        let (x, t) = batch::<N>(seed, usize::from(len));
        let mut sum = LossSum::new();
        BceWithLogits::new().weight(Weights::uniform(N::new(0.3))).accumulate(&mut sum, &x, &t).unwrap();
        let bytes = sum.to_le_bytes();
        // A machine that computes in `f64` can read either type, and loses nothing.
        let wide = LossSum::<f64>::from_le_bytes(bytes);
        LossSum::from_le_bytes(bytes) == sum
            && LossSum::<N>::from_le_bytes(wide.to_le_bytes()) == sum
            && wide.count() == u64::from(len)
            && N::new(wide.sum()) == sum.sum()
            && N::new(wide.weight()) == sum.weight()
    }
    check(CASES, property::<N>);
}
