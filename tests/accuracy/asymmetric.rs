//! Asymmetric loss.

use crate::common::exact::{Exact, Logit, Referenced, error_of, references};
use crate::common::{Number, Random, for_both_types};
use crate::search::{Search, Worst, logits, over_all_patterns, points};
use logit_loss::{AsymmetricLoss, Hessian, Loss, Reduction};

for_both_types!(hard_targets, soft_targets, close_to_the_margin);

/// Integers up to 4 take repeated products, all others an exponential.
const GAMMAS: [f64; 7] = [0.0, 0.5, 1.0, 1.5, 2.0, 4.0, 64.0];
const MARGINS: [f64; 4] = [0.0, 0.05, 0.2, 0.5];
const HARD: [&str; 3] = ["asymmetric loss", "asymmetric gradient", "asymmetric Hessian"];
/// Soft targets have one row for all results.
const SOFT: [&str; 3] = ["asymmetric, soft"; 3];

/// Fewer points than elsewhere, since there are many functions.
fn fewer_points<N: Number>() -> Vec<N> {
    if N::PRECISION == 24 { points() } else { logits(40) }
}

/// Returns loss, gradient and Hessian of each element.
fn derivatives<N: Number>(asymmetric: AsymmetricLoss<'_, N>, x: &[N], t: N) -> [Vec<N>; 3] {
    let targets = vec![t; x.len()];
    let mut columns = [0; 3].map(|_| vec![N::NAN; x.len()]);
    let [losses, gradient, hessian] = &mut columns;
    asymmetric.losses(x, &targets, losses).unwrap();
    asymmetric.gradient_and_hessian(x, &targets, gradient, hessian).unwrap();
    columns
}

/// One result with the margin as it is, and with margins that are allowed instead.
struct Expected<E> {
    /// Each result has the size of its terms.
    all: [[[E; 2]; 3]; 3],
}

impl<E: Exact> Expected<E> {
    fn new<N: Referenced<Exact = E>>(x: &Logit<E>, t: f64, gammas: [f64; 2], margin: f64) -> Self {
        // The margin may differ by a quarter of an ULP.
        let m = N::new(margin);
        let off = if margin > 0.0 { (N::from_bits_of(m.bits() + 1).to_f64() - m.to_f64()) / 4.0 } else { 0.0 };
        Self { all: [0.0, -off, off].map(|off| x.asymmetric(t, gammas, [margin, off])) }
    }

    /// Whether the probability is below one of the margins, and above another.
    fn is_at_the_margin(&self) -> bool {
        let zero = E::from_f64(0.0);
        self.all.iter().any(|[[loss, _], ..]| *loss == zero) && self.all.iter().any(|[[loss, _], ..]| *loss > zero)
    }

    /// Returns the error of a result. Where terms may cancel, it is in ULP of the sum of their magnitudes.
    fn error<N: Referenced<Exact = E>>(&self, found: N, k: usize, cancels: bool) -> f64 {
        let [[value, size], [one, _], [other, _]] = self.all.each_ref().map(|all| &all[k]);
        let (low, high) = if one < other { (one, other) } else { (other, one) };
        let exact = N::Exact::from_f64(found.to_f64());
        if *low <= exact && exact <= *high {
            return 0.0;
        }
        let ends = [value, low, high].map(|end| error_of(found, end, if cancels { size } else { end }));
        ends.into_iter().fold(f64::INFINITY, f64::min)
    }
}

/// Compares all three results at all points; `rows` are those of the table.
fn compare<N: Referenced>(
    worst: &mut Worst,
    points: &[N],
    (t, gammas, margin): (f64, [f64; 2], f64),
    cancels: [bool; 3],
    rows: [&str; 3],
) {
    let t = N::new(t).to_f64();
    let [positive, negative, margin] = [gammas[0], gammas[1], margin].map(N::new);
    let expected: Vec<_> = references(points)
        .iter()
        .map(|x| Expected::new::<N>(x, t, [positive.to_f64(), negative.to_f64()], margin.to_f64()))
        .collect();
    for backend in worst.backends.clone() {
        let asymmetric = AsymmetricLoss::new().gamma_pos(positive).gamma_neg(negative).margin(margin);
        let asymmetric = asymmetric.backend(backend).reduction(Reduction::Sum);
        for (k, found) in derivatives(asymmetric, points, N::new(t)).iter().enumerate() {
            for (i, (&found, expected)) in found.iter().zip(&expected).enumerate() {
                // At a margin of 0.5 the reference has no digits left here; and a Hessian may jump.
                let is_lost = margin == N::new(0.5) && points[i].abs() < N::new(512.0) * N::EPSILON;
                if is_lost || k == 2 && expected.is_at_the_margin() {
                    continue;
                }
                let error = expected.error(found, k, cancels[k]);
                worst.see::<N>(backend, &format!("{}, gamma {}", rows[k], gammas[1]), error, || {
                    format!("x {:?}, t {t}, margin {margin:?}: {found:?}", points[i])
                });
            }
        }
    }
}

/// Compares both hard targets.
fn compare_hard<N: Referenced>(worst: &mut Worst, points: &[N], gammas: &[f64]) {
    for &gamma in gammas {
        compare(worst, points, (1.0, [gamma; 2], 0.05), [false, false, true], HARD);
        for margin in MARGINS {
            compare(worst, points, (0.0, [gamma; 2], margin), [false, false, true], HARD);
        }
    }
}

fn hard_targets<N: Referenced>() {
    let mut worst = Worst::on(crate::common::backends());
    compare_hard(&mut worst, &fewer_points::<N>(), &GAMMAS);
    worst.report::<N>(Search::Short);
}

fn soft_targets<N: Referenced>() {
    let (mut points, mut worst) = (fewer_points::<N>(), Worst::on(crate::common::backends()));
    points.retain(|x| x.abs() < N::new(1e10));
    points.truncate(4000);
    for gamma in GAMMAS {
        for t in [0.5, 0.1, 0.999] {
            for margin in MARGINS {
                compare(&mut worst, &points, (t, [1.0, gamma], margin), [false, true, true], SOFT);
            }
        }
    }
    worst.report::<N>(Search::Full);
}

/// Compares where S - m has lost some or all digits.
fn close_to_the_margin<N: Referenced>() {
    let (mut random, mut worst) = (Random(21), Worst::on(crate::common::backends()));
    for margin in MARGINS.into_iter().skip(1) {
        let logit = N::new((N::new(margin).to_f64() / (1.0 - N::new(margin).to_f64())).ln());
        let mut points: Vec<N> =
            (0..64).map(|k| N::from_bits_of(logit.bits().wrapping_add(k).saturating_sub(32))).collect();
        points.retain(|x| x.abs() < N::new(3.0));
        for _ in 0..1500 {
            let distance = (random.unit() * -f64::from(N::PRECISION)).exp2();
            points.push(N::new(logit.to_f64() + distance));
        }
        for gamma in GAMMAS {
            compare(&mut worst, &points, (0.0, [gamma; 2], margin), [false, false, true], HARD);
        }
    }
    worst.report::<N>(Search::Short);
}

/// Compares more patterns of `f32`.
#[test]
#[ignore = "takes minutes"]
fn dense() {
    let worst = over_all_patterns(2039, |worst, points| compare_hard(worst, points, &GAMMAS));
    worst.report::<f32>(Search::Short);
}
