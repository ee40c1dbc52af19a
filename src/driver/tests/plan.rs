//! Which formula evaluates which block.

use std::vec;
use std::vec::Vec;

use quickcheck::quickcheck;

use crate::driver::TransferPlans;
use crate::driver::block::Choice;
use crate::driver::plan::Plan;
use crate::driver::{Broadcast, Factors, Pass, Streams, Threads, Values, ValuesMut, threads};
use crate::math::{Constants, DoubleWord, Formula, Inputs, Results, Smoothing};
use crate::simd::{Backend, Lanes, Token};

/// A formula that writes its name for each element.
#[derive(Clone, Copy)]
struct Named<T>(T);

impl<T: Constants> Formula<T> for Named<T> {
    const OUTPUTS: usize = 1;

    #[cfg_attr(not(unoptimized), inline(always))]
    fn evaluate<L: Lanes<Scalar = T>>(self, l: Token<L>, _inputs: Inputs<L>) -> Results<L> {
        Results { term: l.zero(), products: [l.zero(); 2], outputs: [l.splat(self.0), l.zero()] }
    }
}

/// A formula that also tells whether it holds: for hard or for any targets, and for logits within the limit.
#[derive(Clone, Copy)]
struct Telling<T, const TELLS: bool, const HARD: bool>(T);

impl<T: Constants, const TELLS: bool, const HARD: bool> Formula<T> for Telling<T, TELLS, HARD> {
    const SUMS: bool = true;
    const OUTPUTS: usize = 1;
    const TELLS: bool = TELLS;

    #[cfg_attr(not(unoptimized), inline(always))]
    fn evaluate<L: Lanes<Scalar = T>>(self, l: Token<L>, inputs: Inputs<L>) -> Results<L> {
        let Inputs { logit, target, weight, .. } = inputs;
        let mut takes = l.splat(T::MODERATE_LOGIT).ge(logit.abs());
        if HARD {
            takes = takes & (target.equals(l.zero()) | target.equals(l.one()));
        }
        let takes = takes | weight.equals(l.zero());
        let term = takes.select(l.zero(), l.splat(T::NAN));
        Results { term, products: [l.zero(); 2], outputs: [l.splat(self.0), l.zero()] }
    }
}

const ANY: Named<f32> = Named(1.0);
const MODERATE: Named<f32> = Named(2.0);
const HARD: Named<f32> = Named(3.0);

#[test]
fn the_fastest_there_is() {
    let backend = Backend::best();
    let one = || Plan::one(backend, &ANY);
    let plans = [
        (one(), [&ANY, &ANY, &ANY, &ANY]),
        (one().moderate(backend, &MODERATE), [&ANY, &ANY, &MODERATE, &MODERATE]),
        (one().hard(backend, &HARD), [&ANY, &ANY, &ANY, &HARD]),
        (one().moderate(backend, &MODERATE).hard(backend, &HARD), [&ANY, &ANY, &MODERATE, &HARD]),
    ];
    for (plan, expected) in plans {
        let found = [None, Some(Choice::Any), Some(Choice::Moderate), Some(Choice::Hard)];
        for (found, expected) in found.into_iter().zip(expected) {
            // SAFETY: all formulas of this plan are of this type.
            let Named(name) = unsafe { plan.formula(found).formula.cast::<Named<f32>>().read() };
            assert_eq!(name, expected.0);
        }
    }
}

/// Elements of whole blocks and of a partial one, some of which are odd.
struct Elements<T> {
    logits: Vec<T>,
    targets: Vec<T>,
    weights: Vec<T>,
}

const BLOCKS: usize = 9;

impl<T: Constants> Elements<T> {
    fn new(odd: &[(u16, u8)]) -> Self {
        let limit = T::MODERATE_LOGIT;
        let len = BLOCKS * 32 * T::VIRTUAL_LANES + 43;
        let targets = (0..len).map(|i| if i % 3 == 0 { T::ONE } else { T::ZERO }).collect();
        let mut all = Self { logits: vec![-limit; len], targets, weights: vec![T::ONE; len] };
        let (half, two) = (T::ONE / (T::ONE + T::ONE), T::ONE + T::ONE);
        let nan = T::narrow(f64::NAN);
        for &(at, kind) in odd {
            let at = usize::from(at) % len;
            let Self { logits, targets, weights } = &mut all;
            match kind % 11 {
                0 => targets[at] = half,
                1 => targets[at] = nan,
                2 => targets[at] = -T::LEAST,
                3 => logits[at] = limit * two,
                4 => logits[at] = -T::MAX - T::MAX,
                5 => logits[at] = nan,
                6 => weights[at] = half,
                // A weight of 0 excuses logit and target.
                7 => (logits[at], weights[at]) = (T::MAX + T::MAX, T::ZERO),
                8 => (targets[at], weights[at]) = (half, T::ZERO),
                9 => (logits[at], targets[at], weights[at]) = (nan, nan, T::ZERO),
                _ => logits[at] = T::ZERO,
            }
        }
        all
    }

    /// The name of the formula for what a survey finds in each block.
    fn choices(
        &self,
        limit: T,
        smoothing: Smoothing<T>,
        weighted: bool,
        targets: bool,
        hard_weights: bool,
    ) -> Vec<u64> {
        let block = 32 * T::VIRTUAL_LANES;
        let smoothed = |t: T| (t * smoothing.keep + smoothing.lift).pattern();
        let choice = |first: usize| {
            let elements = (first..self.logits.len().min(first + block)).map(|i| {
                let (x, t, w) = (self.logits[i], self.targets[i], self.weights[i]);
                let is_absent = weighted && w == T::ZERO;
                let is_hard = !targets || [T::ZERO, T::ONE].map(smoothed).contains(&smoothed(t));
                if is_absent {
                    Choice::Hard
                } else if x.magnitude() > limit || !weighted && x.widen().is_nan() {
                    // A logit that is NaN needs a formula with weights, one of which may excuse it.
                    Choice::Any
                } else if is_hard && (!hard_weights || w == T::ONE) {
                    Choice::Hard
                } else {
                    Choice::Moderate
                }
            });
            elements.min().map_or(0, |choice| choice as u64 + 1)
        };
        (0..self.logits.len()).step_by(block).map(choice).collect()
    }
}

/// The name of the formula of each block; all elements of a block must have the same.
fn chosen<T: Constants>(found: &[T]) -> Vec<u64> {
    let blocks = found.chunks(32 * T::VIRTUAL_LANES);
    blocks.map(|block| if block.iter().all(|name| *name == block[0]) { block[0].to_count() } else { 0 }).collect()
}

fn check<T: TransferPlans, const WEIGHTED: bool, const TARGETS: bool, const HARD_WEIGHTS: bool>(odd: &[(u16, u8)]) {
    let (any, moderate, hard) = (Named(T::ONE), Named(T::from_count(2)), Named(T::from_count(3)));
    let limit = T::MODERATE_LOGIT;
    let elements = Elements::new(odd);
    let choices = elements.choices(limit, Smoothing::none(), WEIGHTED, TARGETS, HARD_WEIGHTS);
    for backend in Backend::available() {
        let mut found = vec![T::ZERO; elements.logits.len()];
        let of = Broadcast { values: &elements.weights, run: 1, copies: 1, cycles: false, start: None };
        let weight = Factors::Values { of: &of, moderate: true };
        let streams = Streams::new(Values::new(&elements.logits))
            .targets(Values::new(&elements.targets))
            .weighted(Factors::Uniform(T::ONE), weight)
            .writing(ValuesMut::new(&mut found));
        let plan = Plan::one(backend, &any).moderate(backend, &moderate).hard(backend, &hard);
        let plan = plan.surveyed::<WEIGHTED, TARGETS, HARD_WEIGHTS>(backend, &streams, limit);
        threads::run(&pass(backend), streams, &plan);
        assert_eq!(chosen(&found), choices, "{}: {odd:?}", backend.name());
    }
}

/// Checks plans that try a formula without looking: the one for hard targets; or, with `HARD_WEIGHTS`, the one for moderate
/// logits.
fn check_tried<T: TransferPlans, const HARD_WEIGHTS: bool>(odd: &[(u16, u8)]) {
    let any = Telling::<T, false, false>(T::ONE);
    let (tells, hard_tells) = (Telling::<T, true, false>(T::from_count(2)), Telling::<T, true, true>(T::from_count(3)));
    let hard = Telling::<T, false, true>(T::from_count(3));
    let elements = Elements::new(odd);
    let choices = elements.choices(T::MODERATE_LOGIT, Smoothing::none(), true, true, HARD_WEIGHTS);
    for backend in Backend::available() {
        let of = Broadcast { values: &elements.weights, run: 1, copies: 1, cycles: false, start: None };
        let weight = Factors::Values { of: &of, moderate: true };
        let (mut found, mut in_place) = (vec![T::ZERO; elements.logits.len()], elements.logits.clone());
        let out_of_place = Streams::new(Values::new(&elements.logits)).writing(ValuesMut::new(&mut found));
        for streams in [out_of_place, Streams::in_place(ValuesMut::new(&mut in_place))] {
            let streams = streams.targets(Values::new(&elements.targets)).weighted(Factors::Uniform(T::ONE), weight);
            let plan = Plan::one(backend, &any).moderate(backend, &tells);
            let plan = if HARD_WEIGHTS { plan.hard(backend, &hard) } else { plan.hard(backend, &hard_tells) };
            let plan = plan.surveyed::<true, true, HARD_WEIGHTS>(backend, &streams, T::MODERATE_LOGIT);
            assert_eq!(plan.tried(), Some(if HARD_WEIGHTS { Choice::Moderate } else { Choice::Hard }));
            threads::run(&pass(backend), streams, &plan);
        }
        for found in [found, in_place] {
            assert_eq!(chosen(&found), choices, "{}: {odd:?}", backend.name());
        }
    }
}

pub(super) fn pass<T: Constants>(backend: Backend) -> Pass<T> {
    Pass { backend, threads: Threads::One, scale: T::ONE, sum_scale: T::ONE, onto: DoubleWord::ZERO }
}

quickcheck! {
    fn each_block_has_the_fastest(odd: Vec<(u16, u8)>) -> () {
        // Few enough that some blocks have no odd element.
        let odd = &odd[..odd.len().min(4)];
        check::<f32, true, true, true>(odd);
        check::<f32, true, true, false>(odd);
        check::<f32, true, false, false>(odd);
        check::<f32, false, true, false>(odd);
        check::<f32, false, false, false>(odd);
        check::<f64, true, true, true>(odd);
        check::<f64, false, true, false>(odd);
        check_tried::<f32, true>(odd);
        check_tried::<f32, false>(odd);
        check_tried::<f64, true>(odd);
    }

    fn by_targets(odd: Vec<(u16, u8)>) -> () {
        let odd = &odd[..odd.len().min(4)];
        let (any, hard) = (Named(1.0), Named(3.0));
        for smoothing in [Smoothing::none(), Smoothing::new(0.5)] {
            // Surveys look at smoothed targets. No logit is too large here.
            let elements = Elements::<f32>::new(odd);
            let choices = elements.choices(f32::INFINITY, smoothing, true, true, false);
            // This plan has no formula for moderate blocks.
            let choices: Vec<_> = choices.into_iter().map(|name| if name == 3 { 3 } else { 1 }).collect();
            for backend in Backend::available() {
                let of = Broadcast { values: &elements.weights, run: 1, copies: 1, cycles: false, start: None };
                let weight = Factors::Values { of: &of, moderate: true };
                let mut found = vec![0.0; elements.logits.len()];
                let streams = Streams::new(Values::new(&elements.logits))
                    .targets(Values::new(&elements.targets))
                    .weighted(Factors::Uniform(1.0), weight)
                    .writing(ValuesMut::new(&mut found))
                    .smoothed(smoothing);
                let plan = Plan::by_targets(backend, &streams, &any, &hard);
                threads::run(&pass(backend), streams, &plan);
                assert_eq!(chosen(&found), choices, "{}: {odd:?}", backend.name());
            }
        }
    }
}

/// Targets that are bytes are hard, so no block is surveyed.
#[test]
fn targets_that_are_known() {
    let (any, hard) = (Named(1.0), Named(3.0));
    let (logits, bytes, numbers) = ([f32::INFINITY; 5], [0_u8, 1, 2, 0, 255], [0.0_f32; 5]);
    for backend in Backend::available() {
        let streams = Streams::new(Values::new(&logits)).targets(Values::new(&bytes));
        let plan = Plan::by_targets(backend, &streams, &any, &hard);
        assert!(plan.survey.is_none());
        let mut found = [0.0; 5];
        threads::run(&pass(backend), streams.writing(ValuesMut::new(&mut found)), &plan);
        assert_eq!(found, [3.0; 5]);
        let streams = Streams::new(Values::new(&logits)).targets(Values::new(&numbers));
        assert!(Plan::by_targets(backend, &streams, &any, &hard).survey.is_some());
    }
}
