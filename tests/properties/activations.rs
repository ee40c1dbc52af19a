//! Sigmoid, its logarithm, and softplus: monotonicity, and the identities between them.

use crate::common::activation::Activation::{self, LogSigmoid, Sigmoid, Softplus};
use crate::common::exact::{Exact, Referenced, error_of};
use crate::common::{Number, backends, for_both_types};
use crate::{CASES, Logit, check, ordered, unit};
use quickcheck::{Arbitrary, Gen};

for_both_types!(sigmoids_add_up, monotonic, softplus_less_its_mirror, logarithm_of_sigmoid, powers_of_two_as_beta);

/// Any of the functions, softplus with any beta.
#[derive(Clone, Copy, Debug)]
struct Any<N>(Activation<N>);

impl<N: Number> Arbitrary for Any<N> {
    fn arbitrary(g: &mut Gen) -> Self {
        let beta = (2.0 * unit(g) - 1.0) * 3.0;
        Self(*g.choose(&[Sigmoid, LogSigmoid, Softplus(N::new(1.0)), Softplus(N::new(10f64.powf(beta)))]).unwrap())
    }
}

/// Returns the results of every backend, and the error that it may have in excess.
fn on_all<N: Number>(function: Activation<N>, x: [N; 2]) -> impl Iterator<Item = ([N; 2], f64)> {
    backends().map(move |backend| {
        let found = function.of(backend, &x);
        ([found[0], found[1]], if backend.is_fused() { 0.0 } else { 1.0 })
    })
}

fn sigmoids_add_up<N: Number>() {
    // sigmoid(x) + sigmoid(-x) = 1, within an ULP of 1, which is two of the larger one.
    fn property<N: Number>(Logit(x): Logit<N>) -> bool {
        on_all(Sigmoid, [x, -x]).all(|([a, b], _)| (a + b - N::new(1.0)).abs() <= N::EPSILON)
    }
    check(10 * CASES, property::<N>);
}

fn monotonic<N: Referenced>() {
    fn property<N: Referenced>((Any(function), Logit(x), Logit(y)): (Any<N>, Logit<N>, Logit<N>)) -> bool {
        let (low, high) = if x <= y { (x, y) } else { (y, x) };
        on_all(function, [low, high]).all(|([a, b], excess)| ordered(a, b, excess))
    }
    check(5 * CASES, property::<N>);
}

fn softplus_less_its_mirror<N: Referenced>() {
    // softplus(x) - softplus(-x) = x for any beta, within the errors of both.
    fn property<N: Referenced>((Any(function), Logit(x)): (Any<N>, Logit<N>)) -> bool {
        let function = if let Softplus(_) = function { function } else { Softplus(N::new(1.0)) };
        on_all(function, [x, -x]).all(|([a, b], excess)| {
            let [x, a, b] = [x, a, b].map(|v| v.to_f64());
            if !x.is_finite() {
                return a - b == x;
            }
            let [x, a, b] = [x, a, b].map(N::Exact::from_f64);
            let larger = if a > b { a.clone() } else { b.clone() };
            let mirrored = N::new((a - x).over_power(0));
            error_of(mirrored, &b, &larger) <= 2.0 * (3.0 + excess)
        })
    }
    check(5 * CASES, property::<N>);
}

fn logarithm_of_sigmoid<N: Referenced>() {
    // The logarithm of the sigmoid, where the sigmoid still has the digits that the logarithm needs.
    fn property<N: Referenced>(Logit(x): Logit<N>) -> bool {
        let x = if x.abs() > N::new(80.0) { N::new(-0.75) } else { -x.abs() };
        let [mut sigmoid, mut log] = [[N::NAN]; 2];
        logit_loss::sigmoid(&[x], &mut sigmoid).unwrap();
        logit_loss::log_sigmoid(&[x], &mut log).unwrap();
        let (expected, found) = (sigmoid[0].to_f64().ln(), log[0].to_f64());
        (found - expected).abs() <= N::EPSILON.to_f64() * (4.0 + 4.0 * found.abs())
    }
    check(5 * CASES, property::<N>);
}

fn powers_of_two_as_beta<N: Referenced>() {
    // softplus(beta x) / beta, where neither the product nor the quotient rounds.
    fn property<N: Referenced>((Logit(x), power): (Logit<N>, u8)) -> bool {
        let beta = N::new(2f64.powi(i32::from(power % 41) - 20));
        let normal = |v: N| v.abs() >= N::SMALLEST_NORMAL && v.abs() <= N::LARGEST;
        let plain = on_all(Softplus(N::new(1.0)), [x * beta, -x * beta]);
        normal(x) && !normal(x * beta)
            || on_all(Softplus(beta), [x, -x]).zip(plain).all(|((found, excess), (plain, _))| {
                found.into_iter().zip(plain).all(|(found, plain)| {
                    let expected = plain / beta;
                    if !normal(plain) || !normal(expected) {
                        return true;
                    }
                    let expected = N::Exact::from_f64(expected.to_f64());
                    error_of(found, &expected, &expected) <= 5.0 + 2.0 * excess
                })
            })
    }
    check(5 * CASES, property::<N>);
}
