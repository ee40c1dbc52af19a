//! Which formulas binary cross-entropy uses, as far as sums tell: the formulas of hard targets take logarithms of products.
//! (Focal loss has the same bits by either formula.)

use core::marker::PhantomData;
use std::format;
use std::vec::Vec;

use super::plan::pass;
use crate::driver::formulas::BcePlans;
use crate::driver::plan::Plan;
use crate::driver::{BceParameters, Factors, Streams, Values, threads};
use crate::math::{Balanced, DoubleWord, Formula, Smoothing, Sum, Unit, Weighted};
use crate::simd::Backend;

/// Part of one block.
const LEN: usize = 700;

/// Checks that `found` is the sum of `expected`, and not that of `other`.
fn check<'s>(
    streams: impl Fn() -> Streams<'s, f32>,
    found: impl Fn(Backend) -> DoubleWord<f32>,
    expected: impl Formula<f32>,
    other: impl Formula<f32>,
    name: &str,
) {
    for backend in Backend::available() {
        let found = found(backend);
        let sum = threads::run(&pass(backend), streams(), &Plan::one(backend, &expected));
        assert_eq!(found, sum, "{}: {name}", backend.name());
        let sum = threads::run(&pass(backend), streams(), &Plan::one(backend, &other));
        assert_ne!(found, sum, "{}: {name}", backend.name());
    }
}

#[test]
fn of_cross_entropy() {
    let bytes: Vec<u8> = (0..LEN).map(|i| u8::from(i.is_multiple_of(3))).collect();
    let hard: Vec<f32> = bytes.iter().map(|&byte| f32::from(byte)).collect();
    let mut soft = hard.clone();
    soft[LEN / 2] = 0.5;
    let logits: Vec<f32> = (0..LEN).map(|i| ((i * 37 % 101) as f32 - 50.3) / 7.0).collect();
    let mut infinite = logits.clone();
    infinite[LEN - 1] = f32::INFINITY; // its target is 1
    for smoothing in [Smoothing::none(), Smoothing::new(0.25)] {
        for p in [1.0, 5.0, 7.0] {
            let (scale, wanted) = (1.0, PhantomData::<Sum>);
            let parameters = BceParameters { smoothing, pos_weight: p };
            let unit = Unit { scale, wanted };
            let balanced = Balanced::<f32, Sum, false> { smoothing, scale, pos_weight: p, wanted };
            let hard_balanced = Balanced::<f32, Sum, true> { smoothing, scale, pos_weight: p, wanted };
            let any = Weighted::<f32, Sum, false, false> { smoothing, scale, pos_weight: p, wanted };
            let hard_weighted = Weighted::<f32, Sum, true, true> { smoothing, scale, pos_weight: p, wanted };
            let all_targets = [(Values::new(&hard), true), (Values::new(&bytes), true), (Values::new(&soft), false)];
            for (targets, are_hard) in all_targets {
                for (logits, are_finite) in [(&logits, true), (&infinite, false)] {
                    // The loss of the infinite logit is 0, unless its target is smoothed.
                    if !are_finite && smoothing.lift > 0.0 {
                        continue;
                    }
                    let name = format!("p = {p}, hard: {are_hard}, finite: {are_finite}");
                    let streams = || {
                        let streams = Streams::new(Values::new(logits)).targets(targets);
                        streams.weighted(Factors::Uniform(p), Factors::Uniform(1.0))
                    };
                    let found = |backend| f32::bce_sum(parameters, &pass(backend), streams());
                    let smoothed = || streams().smoothed(smoothing);
                    let products = are_hard && are_finite;
                    if p == 1.0 {
                        check(smoothed, found, unit, any, &name);
                    } else if p < 6.0 && products {
                        check(smoothed, found, hard_balanced, balanced, &name);
                    } else if p < 6.0 {
                        check(smoothed, found, balanced, hard_balanced, &name);
                    } else if products {
                        check(smoothed, found, hard_weighted, any, &name);
                    } else {
                        check(smoothed, found, any, hard_weighted, &name);
                    }
                }
            }
        }
    }
}
