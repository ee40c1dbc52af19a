//! The functions of one logit alone: the activations, and the loss of a hard target with its derivatives.
//!
//! All are made of five functions of |x|, so that one reference serves both signs and all results. The search goes through
//! all patterns of `f32`; it takes `f64` at random, where functions change, and climbs from the worst inputs found. The
//! worst inputs are kept in `worst.csv`, and every run repeats them.

use std::fmt::Write as _;
use std::time::Instant;

use logit_loss::{Activation, Backend, BceWithLogits, Hessian, Loss, Reduction};

use crate::common::exact::{Exact, Logit, Referenced, ulp_of};
use crate::common::{Number, Random, backends, for_both_types};
use crate::search::{Search, Worst, every, magnitudes, on_all_cores};

/// The results: the row of the table, and the target.
const RESULTS: [(&str, &str); 9] = [
    ("sigmoid", ""),
    ("softplus", ""),
    ("log_sigmoid", ""),
    ("loss", "0"),
    ("loss", "1"),
    ("gradient", "0"),
    ("gradient", "1"),
    ("Hessian", "0"),
    ("Hessian", "1"),
];

/// For each result, the index of one of the five values and its sign, at |x| and at -|x|.
const PLACES: [[(usize, f64); 2]; 9] = [
    [(2, 1.0), (3, 1.0)],
    [(1, 1.0), (0, 1.0)],
    [(0, -1.0), (1, -1.0)],
    [(1, 1.0), (0, 1.0)],
    [(0, 1.0), (1, 1.0)],
    [(2, 1.0), (3, 1.0)],
    [(3, -1.0), (2, -1.0)],
    [(4, 1.0), (4, 1.0)],
    [(4, 1.0), (4, 1.0)],
];

/// Returns log1p(e), a + log1p(e), 1 / (1 + e), e / (1 + e), e / (1 + e)^2.
pub fn values<E: Exact>(a: E) -> [E; 5] {
    let Logit { a, e, log, .. } = Logit::new(&a);
    let d = E::from_f64(1.0) + e.clone();
    let far = e / d.clone();
    [log.clone(), a + log, E::from_f64(1.0) / d.clone(), far.clone(), far / d]
}

fn evaluate<N: Number>(backend: Backend, x: &[N], results: &mut [Vec<N>; 9]) {
    results.iter_mut().for_each(|result| result.resize(x.len(), N::NAN));
    let [sigmoid, softplus, log_sigmoid, loss_0, loss_1, gradient_0, gradient_1, hessian_0, hessian_1] = results;
    Activation::sigmoid().backend(backend).apply(x, sigmoid).unwrap();
    Activation::softplus(N::new(1.0)).backend(backend).apply(x, softplus).unwrap();
    Activation::log_sigmoid().backend(backend).apply(x, log_sigmoid).unwrap();
    let bce = BceWithLogits::new().backend(backend).reduction(Reduction::Sum);
    for (t, loss, gradient, hessian) in [(0.0, loss_0, gradient_0, hessian_0), (1.0, loss_1, gradient_1, hessian_1)] {
        let targets = vec![N::new(t); x.len()];
        bce.losses(x, &targets, loss).unwrap();
        bce.gradient_and_hessian(x, &targets, gradient, hessian).unwrap();
    }
}

/// The largest error of one result, and its input.
#[derive(Clone, Copy)]
struct Peak<N> {
    error: f64,
    x: N,
}

/// The largest errors of all results, for backends that fuse and for those that do not.
struct Sweep<N: Referenced> {
    peaks: [[Peak<N>; 9]; 2],
    results: [Vec<N>; 9],
    /// The results of another backend.
    others: [Vec<N>; 9],
    /// Whether other backends than the first of each kind are compared.
    compares: bool,
}

/// The five values of many magnitudes, and the ULP of each. Each value is a column, which is read from top to bottom.
struct Columns<E> {
    exact: [Vec<E>; 5],
    ulps: [Vec<i32>; 5],
}

impl<E: Exact> Columns<E> {
    fn of<N: Referenced<Exact = E>>(magnitudes: &[N]) -> Self {
        let (mut exact, mut ulps): ([Vec<E>; 5], [Vec<i32>; 5]) = Default::default();
        for a in magnitudes {
            for (k, value) in values(E::from_f64(a.to_f64())).into_iter().enumerate() {
                ulps[k].push(ulp_of::<N>(&value));
                exact[k].push(value);
            }
        }
        Self { exact, ulps }
    }

    /// Returns the errors of results in ULP; one of the values, with this sign, is exact.
    fn errors<N: Number>(&self, value: usize, sign: f64, results: &[N]) -> impl Iterator<Item = f64> {
        let exact = self.exact[value].iter().zip(&self.ulps[value]);
        results.iter().zip(exact).map(move |(found, (exact, &ulp))| {
            (E::from_f64(sign * found.to_f64()) - exact.clone()).over_power(ulp).abs()
        })
    }
}

impl<N: Referenced> Sweep<N> {
    fn new() -> Self {
        let nowhere = Peak { error: -1.0, x: N::NAN };
        Self { peaks: [[nowhere; 9]; 2], results: Default::default(), others: Default::default(), compares: true }
    }

    fn absorb(&mut self, other: &Self) {
        for (peak, other) in self.peaks.iter_mut().flatten().zip(other.peaks.iter().flatten()) {
            if other.error > peak.error {
                *peak = *other;
            }
        }
    }

    /// Selects the backends for a piece: in a long search, most pieces leave out the others.
    fn of_piece(&mut self, piece: u64) {
        self.compares = piece.is_multiple_of(every());
    }

    /// Compares both signs of finite magnitudes, on every backend. Backends of one kind must give the same bits, so the
    /// errors of one are those of all.
    fn see(&mut self, magnitudes: &[N]) {
        let x: Vec<N> = magnitudes.iter().copied().chain(magnitudes.iter().map(|&x| -x)).collect();
        let exact = Columns::of(magnitudes);
        for (kind, fused) in [true, false].into_iter().enumerate() {
            let mut alike = backends().filter(|b| b.is_fused() == fused);
            let Some(first) = alike.next() else { continue };
            evaluate(first, &x, &mut self.results);
            for other in alike.take_while(|_| self.compares) {
                evaluate(other, &x, &mut self.others);
                self.compare(&x, first, other);
            }
            for (k, (results, peak)) in self.results.iter().zip(&mut self.peaks[kind]).enumerate() {
                let finite = results.iter().fold(true, |all, v| all & (v.abs() <= N::LARGEST));
                assert!(finite, "{:?}: not finite, of one of {:?} to {:?}", RESULTS[k], x.first(), x.last());
                let (positive, negative) = results.split_at(magnitudes.len());
                for (results, (value, sign), side) in [(positive, PLACES[k][0], 1.0), (negative, PLACES[k][1], -1.0)] {
                    // Most often no error is larger than before, which is faster to check than to find its place.
                    let largest = exact.errors(value, sign, results).fold(0.0, f64::max);
                    if largest > peak.error {
                        let i = exact.errors(value, sign, results).position(|error| error == largest).unwrap_or(0);
                        *peak = Peak { error: largest, x: N::new(side * magnitudes[i].to_f64()) };
                    }
                }
            }
        }
    }

    fn compare(&self, x: &[N], first: Backend, other: Backend) {
        for (k, (ours, theirs)) in self.results.iter().zip(&self.others).enumerate() {
            let equal = ours.iter().zip(theirs).fold(true, |equal, (a, b)| equal & (a.bits() == b.bits()));
            if !equal {
                let i = (0..x.len()).find(|&i| ours[i].bits() != theirs[i].bits()).unwrap_or(0);
                let (x, a, b) = (x[i], ours[i], theirs[i]);
                let ((result, t), names) = (RESULTS[k], [first.name(), other.name()]);
                panic!("{result} {t} of {x:?} on {names:?}: {a:?} and {b:?}");
            }
        }
    }

    /// Searches around the largest errors found, again and again, at distances of any size.
    fn climb(&mut self, random: &mut Random, rounds: usize) {
        for _ in 0..rounds {
            let mut near = Vec::new();
            for peak in self.peaks.iter().flatten().filter(|peak| peak.error >= 0.0) {
                for _ in 0..100 {
                    let step = random.bits() >> (63 - random.below(N::PRECISION as usize));
                    let up = random.below(2) == 1;
                    let bits = peak.x.abs().bits();
                    let x = N::from_bits_of(if up { bits + step } else { bits.saturating_sub(step) });
                    near.extend((x <= N::LARGEST).then_some(x));
                }
            }
            self.see(&near);
        }
    }

    /// Prints the largest errors in the form of `worst.csv`, and compares them with the table.
    fn report(&self, search: Search) {
        let (mut worst, mut list) = (Worst::on(backends()), String::new());
        let kind = std::any::type_name::<N>();
        for (fused, peaks) in [true, false].into_iter().zip(&self.peaks) {
            let Some(backend) = backends().find(|b| b.is_fused() == fused) else { continue };
            let arithmetic = if fused { "fused" } else { "unfused" };
            for (peak, (result, t)) in peaks.iter().zip(RESULTS) {
                let (error, x) = (peak.error, peak.x);
                writeln!(list, "{kind},{arithmetic},{result},{t},{:x},{x:?},{error:.4}", x.bits()).unwrap();
                worst.see::<N>(backend, result, error, || format!("x {x:?}, t {t}"));
            }
        }
        println!("{list}");
        worst.report::<N>(search);
    }
}

/// Checks inputs that are not finite: NaN stays NaN, and infinite logits give the limits.
fn look_beyond<N: Number>(x: &[N]) {
    let inf = f64::INFINITY;
    let limits =
        [[1.0, 0.0], [inf, 0.0], [0.0, -inf], [inf, 0.0], [0.0, inf], [1.0, 0.0], [0.0, -1.0], [0.0, 0.0], [0.0, 0.0]];
    let mut results = Default::default();
    for backend in backends() {
        evaluate(backend, x, &mut results);
        for (results, limits) in results.iter().zip(limits) {
            for (&x, &found) in x.iter().zip(results) {
                let limit = limits[usize::from(x < N::new(0.0))];
                let right = if x.is_nan() { found.is_nan() } else { found == N::new(limit) };
                assert!(right, "{x:?} ({:x}) on {}: {found:?}", x.bits(), backend.name());
            }
        }
    }
}

/// Returns the worst known input of a result, on backends that fuse.
pub fn worst_input<N: Number>(name: &str) -> N {
    let (.., x, _) = listed::<N>().find(|&(kind, result, ..)| kind == 0 && RESULTS[result].0 == name).unwrap();
    x
}

/// Returns the lines of the list for one type: arithmetic, result, input, error.
fn listed<N: Number>() -> impl Iterator<Item = (usize, usize, N, f64)> {
    let lines = include_str!("worst.csv").lines().map(|line| line.split(',').collect::<Vec<_>>());
    lines.filter(|cells| cells[0] == std::any::type_name::<N>()).map(|cells| {
        let kind = ["fused", "unfused"].iter().position(|&name| name == cells[1]).unwrap();
        let result = RESULTS.iter().position(|&result| result == (cells[2], cells[3])).unwrap();
        let x = N::from_bits_of(u64::from_str_radix(cells[4], 16).unwrap());
        (kind, result, x, cells[6].parse().unwrap())
    })
}

/// Returns the worst errors that any search has found.
fn known<N: Referenced>() -> Sweep<N> {
    let mut sweep = Sweep::new();
    sweep.see(&listed::<N>().map(|(_, _, x, _)| x.abs()).collect::<Vec<_>>());
    sweep
}

for_both_types!(the_worst_known, here_and_there);

/// Each input is as bad as the list says, and the table agrees with the list.
fn the_worst_known<N: Referenced>() {
    for (kind, result, x, expected) in listed::<N>() {
        let mut sweep = Sweep::<N>::new();
        sweep.see(&[x.abs()]);
        let Peak { error, .. } = sweep.peaks[kind][result];
        assert!(error < 0.0 || (error - expected).abs() < 1e-3, "{:?} of {x:?}: {error}", RESULTS[result]);
    }
    known::<N>().report(Search::Full);
}

/// Compares a thousandth of the inputs of the long searches.
fn here_and_there<N: Referenced>() {
    let mut sweep = Sweep::<N>::new();
    sweep.see(&magnitudes(&mut Random(5), 600));
    sweep.report(Search::Short);
    look_beyond(&[N::NAN, -N::NAN, N::INFINITY, -N::INFINITY]);
}

/// Compares every pattern of `f32`; or, if [`every`] says so, only those where functions change: below 2^-40 exp(-a) is 1 or
/// next to it, and above 2^10 it is 0.
#[test]
#[ignore = "takes minutes"]
fn all_of_f32() {
    const PIECE: u32 = 1 << 16;
    let start = Instant::now();
    let infinity = f32::INFINITY.to_bits();
    let sweeps = on_all_cores(u64::from((1 << 31) / PIECE), Sweep::<f32>::new, |sweep, piece| {
        let first = piece as u32 * PIECE;
        let patterns = (first..first + PIECE).map(f32::from_bits);
        let turns = (2f32.powi(-40).to_bits()..2f32.powi(10).to_bits()).contains(&first);
        if !turns && first < infinity && !piece.is_multiple_of(every()) {
            return;
        }
        if first < infinity {
            sweep.of_piece(piece);
            sweep.see(&patterns.collect::<Vec<_>>());
        } else {
            look_beyond(&patterns.flat_map(|x| [x, -x]).collect::<Vec<_>>());
        }
    });
    let mut all = Sweep::new();
    sweeps.iter().for_each(|sweep| all.absorb(sweep));
    println!("{:.0} s", start.elapsed().as_secs_f64());
    all.report(Search::Full);
}

/// Compares as many points of `f64` as the variable `POINTS` says.
#[test]
#[ignore = "takes minutes"]
fn many_of_f64() {
    let points: f64 = std::env::var("POINTS").map_or(1e8, |points| points.parse().expect("a number of points"));
    let start = Instant::now();
    // A third of the points are random, and the rest climb.
    let (rounds, climbs) = (1100, 16);
    let sweeps = on_all_cores((points / 84_000.0).ceil() as u64, Sweep::<f64>::new, |best, piece| {
        let mut random = Random(piece << 20);
        let mut sweep = Sweep::new();
        sweep.of_piece(piece);
        sweep.see(&magnitudes(&mut random, rounds));
        sweep.climb(&mut random, climbs);
        best.absorb(&sweep);
    });
    // The search also starts from the worst known inputs, so the list can only grow worse.
    let mut all = known();
    sweeps.iter().for_each(|sweep| all.absorb(sweep));
    all.climb(&mut Random(1), 400);
    println!("{:.0} s", start.elapsed().as_secs_f64());
    all.report(Search::Full);
}
