//! Sums and means, against exact sums: their errors, and the errors of a plain loop, which rounds each loss and adds it to
//! one number of the same type.

use logit_loss::{BceWithLogits, Loss, Reduction, Weights};

use crate::common::exact::{Exact, Logit, Referenced, error_of};
use crate::common::{Number, Random, backends, for_both_types};
use crate::search::{Search, Worst, every, on_all_cores};

/// Logits and targets.
type Elements<N> = (Vec<N>, Vec<N>);

struct Distribution<N> {
    name: &'static str,
    /// Whether more is promised, since the logits are independent.
    independent: bool,
    elements: fn(&mut Random, usize) -> Elements<N>,
}

fn distributions<N: Number>() -> [Distribution<N>; 12] {
    let of = |name, independent, elements| Distribution { name, independent, elements };
    [
        of("uniform", true, |random, n| {
            ((0..n).map(|_| N::new(20.0 * random.unit() - 10.0)).collect(), random.hard(n))
        }),
        of("normal, small", true, |random, n| (random.normals(n, 0.3), random.hard(n))),
        of("normal", true, |random, n| (random.normals(n, 2.0), random.hard(n))),
        of("normal, large", true, |random, n| (random.normals(n, 10.0), random.hard(n))),
        of("normal, soft", true, |random, n| (random.normals(n, 2.0), random.units(n))),
        // Losses of about 1e-9.
        of("confident", true, |random, n| confident(random, n, 0.5)),
        of("equal", false, |random, n| (vec![N::new(8.0 * random.unit() - 4.0); n], vec![N::new(1.0); n])),
        of("equal, confident", false, |random, n| confident(random, n, 0.0)),
        of("alternating", false, |random, n| {
            let x = 12.0 * random.unit();
            (alternate(n, [x, -x]), vec![N::new(0.0); n])
        }),
        of("exploding", false, |_, n| {
            let most = N::LARGEST.to_f64() * 0.9;
            (alternate(n, [most, -most]), alternate(n, [0.0, 1.0]))
        }),
        of("mixed scales", false, |random, n| {
            let x = (0..n).map(|_| N::new((120.0 * random.unit() - 60.0).exp2() * random.normal())).collect();
            (x, random.hard(n))
        }),
        of("descending", false, |random, n| {
            let mut x: Vec<N> = (0..n).map(|_| N::new(-60.0 * random.unit())).collect();
            x.sort_by(|a, b| b.partial_cmp(a).unwrap());
            if random.below(2) == 1 {
                x.reverse();
            }
            (x, vec![N::new(0.0); n])
        }),
    ]
}

fn alternate<N: Number>(n: usize, values: [f64; 2]) -> Vec<N> {
    (0..n).map(|i| N::new(values[i % 2])).collect()
}

/// Makes logits that are far on the right side.
fn confident<N: Number>(random: &mut Random, n: usize, width: f64) -> Elements<N> {
    let t: Vec<N> = random.hard(n);
    let x = t.iter().map(|&t| N::new((20.7 + width * random.normal()) * (2.0 * t.to_f64() - 1.0))).collect();
    (x, t)
}

/// No positive weight, and one.
const POS_WEIGHTS: [f64; 2] = [1.0, 5.0];

/// The exact sum of the losses, and that of a plain loop.
struct Sums<N: Referenced> {
    exact: N::Exact,
    /// The rounding errors of the additions (Knuth).
    lost: N::Exact,
    plain: N,
}

impl<N: Referenced> Sums<N> {
    fn add(&mut self, loss: N::Exact) {
        let next = self.exact.clone() + loss.clone();
        let part = next.clone() - self.exact.clone();
        self.lost = self.lost.clone() + (self.exact.clone() - (next.clone() - part.clone())) + (loss.clone() - part);
        self.exact = next;
        self.plain = self.plain + N::new(loss.over_power(0));
    }
}

/// Returns the sums for each positive weight.
fn sums<N: Referenced>(x: &[N], t: &[N]) -> [Sums<N>; 2] {
    let zero = N::Exact::from_f64(0.0);
    let mut sums = POS_WEIGHTS.map(|_| Sums { exact: zero.clone(), lost: zero.clone(), plain: N::new(0.0) });
    for (x, t) in x.iter().zip(t) {
        let logit = Logit::new(&N::Exact::from_f64(x.to_f64()));
        for (sum, p) in sums.iter_mut().zip(POS_WEIGHTS) {
            let [loss, ..] = logit.derivatives(t.to_f64(), p, 1.0);
            sum.add(loss);
        }
    }
    sums
}

/// Returns the row of the table.
fn row(independent: bool, n: usize, soft: bool, p: f64) -> &'static str {
    match (independent, p == 1.0) {
        _ if n == 1 && soft && p != 1.0 => "mean of one, soft, p = 5",
        _ if n == 1 => "mean of one",
        (true, true) if n >= 16 => "mean of independent",
        (true, false) if n >= 16 => "mean of independent, p = 5",
        _ => "mean of any",
    }
}

/// Compares sums and means with the exact ones, for each positive weight. Returns the largest error of ours, and that of the
/// plain loop's sum.
fn compare<N: Referenced>(worst: &mut Worst, name: &str, independent: bool, (x, t): &Elements<N>) -> [[f64; 2]; 2] {
    let soft = t.iter().any(|&t| t != N::new(0.0) && t != N::new(1.0));
    let sums = sums(x, t);
    [0, 1].map(|k| {
        let (Sums { exact, lost, plain }, p) = (&sums[k], POS_WEIGHTS[k]);
        let sum = exact.clone() + lost.clone();
        let overflows = sum > N::Exact::from_f64(N::LARGEST.to_f64());
        let row = row(independent, x.len(), soft, p);
        let mut largest = 0.0f64;
        for backend in worst.backends.clone() {
            let bce = BceWithLogits::new().backend(backend).pos_weight(Weights::uniform(N::new(p)));
            for (reduction, divisor) in [(Reduction::Mean, x.len() as f64), (Reduction::Sum, 1.0)] {
                let found = bce.reduction(reduction).loss(x, t).unwrap();
                let at =
                    || format!("{reduction:?} of {} {name}, x {:?}, t {:?}, p {p}: {found:?}", x.len(), x[0], t[0]);
                if overflows {
                    assert_eq!(found, N::INFINITY, "{}", at());
                    continue;
                }
                let exact = sum.clone() / N::Exact::from_f64(divisor);
                let error = error_of(found, &exact, &exact);
                worst.see::<N>(backend, row, error, at);
                if backend.is_fused() {
                    largest = largest.max(error);
                }
            }
        }
        [largest, error_of(*plain, &sum, &sum)]
    })
}

/// Compares single logits, and logits that are all equal, so that all errors have the same sign: random ones, and those with
/// the largest errors of 300,000 in [-4, 4], in `f32`.
fn equal<N: Referenced>(logits: u64) -> Worst {
    let directed = [0.755_104_36, 0.815_626_74, 0.770_714_4, 0.786_149_3, -0.766_765].map(|x: f32| x.into());
    let found = on_all_cores(
        logits,
        || Worst::on(backends()),
        |worst, piece| {
            let mut random = Random(piece << 8);
            let x = N::new(directed.get(piece as usize).copied().unwrap_or_else(|| random.normal() * 10.0));
            for t in [0.0, 1.0, 0.3] {
                for n in [1, 2, 15, 32, 100, 512] {
                    compare(worst, "equal", false, &(vec![x; n], vec![N::new(t); n]));
                }
            }
        },
    );
    Worst::of_all(found)
}

/// Compares every distribution at every length, several times, the longest first, on all cores.
fn search<N: Referenced>(lengths: &[usize], runs: usize) -> Worst {
    let distributions = distributions::<N>();
    let pieces = distributions.len() * lengths.len();
    let found = on_all_cores(
        pieces as u64,
        || (Worst::on(backends()), Vec::new()),
        |(worst, lines), piece| {
            let length = lengths.len() - 1 - piece as usize / distributions.len();
            let (n, kind) = (lengths[length], piece as usize % distributions.len());
            let Distribution { name, independent, elements } = &distributions[kind];
            // Each piece has random numbers of its own, which do not depend on other pieces.
            let mut random = Random((kind as u64) << 32 | n as u64);
            let mut largest = [0.0; 4];
            for _ in 0..if n > 10_000 { 1 } else { runs } {
                let elements = elements(&mut random, n);
                let errors = compare(worst, name, *independent, &elements);
                for (largest, error) in largest.iter_mut().zip(errors.into_iter().flatten()) {
                    *largest = error.max(*largest);
                }
            }
            let [ours, plain, ours_5, plain_5] = largest;
            lines.push((kind, n, format!("{name:<16} {n:>8} {ours:>8.2} {plain:>12.2} {ours_5:>8.2} {plain_5:>12.2}")));
        },
    );
    let (found, lines): (Vec<_>, Vec<_>) = found.into_iter().unzip();
    let mut lines = lines.concat();
    lines.sort();
    println!("{}, in ULP: ours and a plain loop's, without and with p = 5", std::any::type_name::<N>());
    lines.iter().for_each(|(.., line)| println!("{line}"));
    Worst::of_all(found)
}

for_both_types!(short);

fn short<N: Referenced>() {
    search::<N>(&[1, 2, 15, 16, 17, 33, 100, 257, 1000], 2).report::<N>(Search::Short);
    equal::<N>(100).report::<N>(Search::Short);
}

fn long<N: Referenced>() {
    let lengths = [1, 2, 15, 16, 17, 31, 33, 64, 100, 257, 512, 1000, 10_000, 100_000, 1_000_000, 10_000_000];
    // The last length takes three minutes for `f64`, whose reference has two words.
    let ends_early = every() > 1 && N::PRECISION > 24;
    let lengths = &lengths[..lengths.len() - usize::from(ends_early)];
    Worst::of_all(vec![search::<N>(lengths, 20), equal::<N>(3000)]).report::<N>(Search::Full);
}

#[test]
#[ignore = "takes a minute"]
fn long_of_f32() {
    long::<f32>();
}

#[test]
#[ignore = "takes a minute"]
fn long_of_f64() {
    long::<f64>();
}
