//! Properties that hold for all inputs, checked for random ones. A failing case is printed with its inputs.

#[path = "../common/mod.rs"]
mod common;

mod activations;
mod asymmetric;
mod focal;
mod losses;

use std::fmt::Debug;

use common::Number;
use common::exact::{Exact, Referenced, error_of};
use quickcheck::{Arbitrary, Gen, QuickCheck, TestResult, Testable};

const CASES: u64 = 400;

/// A property of random arguments.
struct Property<A>(fn(A) -> bool);

impl<A: Arbitrary + Debug> Testable for Property<A> {
    fn result(&self, g: &mut Gen) -> TestResult {
        let arguments = A::arbitrary(g);
        if (self.0)(arguments.clone()) { TestResult::passed() } else { TestResult::error(format!("{arguments:?}")) }
    }
}

fn check<A: Arbitrary + Debug>(cases: u64, property: fn(A) -> bool) {
    QuickCheck::new().tests(cases).min_tests_passed(cases).quickcheck(Property(property));
}

/// A logit that is not NaN: of any bits, or of a usual size.
#[derive(Clone, Copy, Debug)]
struct Logit<N>(N);

fn unit(g: &mut Gen) -> f64 {
    (u64::arbitrary(g) >> 11) as f64 / (1u64 << 53) as f64
}

impl<N: Number> Arbitrary for Logit<N> {
    fn arbitrary(g: &mut Gen) -> Self {
        let sizes = [1.0, 4.0, 20.0, 40.0, -1.0, -1.0, 750.0, 110.0];
        let size = *g.choose(&sizes).unwrap_or(&1.0);
        let any = N::from_bits_of(u64::arbitrary(g));
        Self(if size < 0.0 && !any.is_nan() { any } else { N::new((2.0 * unit(g) - 1.0) * size) })
    }
}

/// Whether `low` is at most `high`, within the error that both allow.
fn ordered<N: Referenced>(low: N, high: N, excess: f64) -> bool {
    low <= high
        || error_of(low, &N::Exact::from_f64(high.to_f64()), &N::Exact::from_f64(low.to_f64())) <= 4.0 + 2.0 * excess
}
