//! Checks the references: against numbers of 140 bits from another library, and against values computed elsewhere.

use crate::common::exact::{Big, Exact, Logit, Referenced, big, error_of};
use crate::common::{Random, for_both_types};
use crate::hard::values;
use crate::search::{every, magnitudes};

/// A reference as a number of 140 bits.
trait Checked: Referenced {
    /// The relative error that a reference may have.
    const ERROR: f64;

    fn to_big(v: Self::Exact) -> Big;
}

impl Checked for f32 {
    const ERROR: f64 = 1.0 / (1_u64 << 50) as f64;

    fn to_big(v: f64) -> Big {
        big(v)
    }
}

impl Checked for f64 {
    const ERROR: f64 = 1.0 / (1_u128 << 100) as f64;

    fn to_big(v: Self::Exact) -> Big {
        let ([hi, lo], exponent) = v.parts();
        (big(hi) + big(lo)) << exponent as isize
    }
}

/// Returns the relative error of a reference.
fn relative_error<N: Checked>(found: N::Exact, exact: &Big) -> f64 {
    // Far below any result that is not 0, the exponents of `f64` end.
    let scale = exact.exponent().map_or(0, |k| k.max(4 * N::LEAST_EXPONENT));
    (N::to_big(found) - exact.clone()).over_power(scale).abs()
}

const NAMES: [&str; 7] =
    ["log1p(e)", "a + log1p(e)", "1 / (1 + e)", "e / (1 + e)", "e / (1 + e)^2", "ln(p)", "log1p(-p)"];

/// Returns the five functions of |x| that results are made of, and the logarithms of a probability.
fn functions<E: Exact>(a: f64, p: f64) -> [E; 7] {
    let [log, sum, near, far, product] = values(E::from_f64(a));
    [log, sum, near, far, product, E::from_f64(p).ln(), E::from_f64(-p).ln_1p()]
}

fn compare<N: Checked>(points: usize) {
    let mut random = Random(3);
    let mut worst = [(0.0, N::NAN); 7];
    let all = magnitudes::<N>(&mut random, points / 11);
    assert!(all.len() >= points);
    for x in all {
        // Probabilities of every size below 1, and of every distance from 1.
        let p = N::new(if x.to_f64() < 1.0 { 1.0 - x.to_f64() } else { 1.0 / x.to_f64() });
        let p = if p > N::new(0.0) && p < N::new(1.0) { p } else { N::new(0.5) };
        let (found, exact) = (functions::<N::Exact>(x.to_f64(), p.to_f64()), functions::<Big>(x.to_f64(), p.to_f64()));
        for ((found, exact), worst) in found.into_iter().zip(exact).zip(&mut worst) {
            let error = relative_error::<N>(found, &exact);
            if error > worst.0 {
                *worst = (error, x);
            }
        }
    }
    for (name, (error, x)) in NAMES.into_iter().zip(worst) {
        println!("{name:<13} for {}: 2^{:.1} at {x:?}", std::any::type_name::<N>(), error.log2());
        assert!(error <= N::ERROR, "{name} of {x:?}: {error:e}");
    }
}

for_both_types!(are_right);

fn are_right<N: Checked>() {
    compare::<N>(2000);
}

#[test]
#[ignore = "takes many seconds"]
fn are_right_at_a_hundred_thousand_points() {
    let points = 100_000 / every() as usize;
    compare::<f32>(points);
    compare::<f64>(points);
}

/// Compares with values computed elsewhere.
#[test]
fn are_those_of_other_programs() {
    let logit = Logit::new(&big(1.0));
    let softplus = Exact::over_power(logit.log - big(0.313_261_687_518_222_8), 0);
    assert!(softplus.abs() < 1e-16, "{softplus:e}");
    assert_eq!(big(-745.0).exp().exponent(), Some(-1075));
    assert_eq!(error_of(1.0f32, &1.0, &1.0), 0.0);
    assert_eq!(error_of(1.0f32 + f32::EPSILON, &1.0, &1.0), 1.0);
    let zero = Exact::from_f64(0.0);
    assert_eq!(error_of(3.0 * f64::from_bits(1), &zero, &zero), 3.0);
}
