//! References: `f64` for `f32`, and numbers of two words for `f64`. Both are compared with numbers of 140 bits.

use std::ops::{Add, Div, Mul, Neg, Sub};

use dashu_float::{FBig, round::mode::HalfEven};

use super::Number;
use super::twofold::Twofold;

/// A number of 140 bits, with which the other references are compared.
pub type Big = FBig<HalfEven, 2>;

pub fn big(v: f64) -> Big {
    Big::try_from(v).expect("finite").with_precision(140).value()
}

/// A number with more digits than the type it is a reference for.
pub trait Exact:
    Clone
    + PartialOrd
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
{
    fn from_f64(v: f64) -> Self;
    fn exp(&self) -> Self;
    fn ln_1p(&self) -> Self;
    /// Returns the logarithm; of 0, a number whose exponential is 0.
    fn ln(&self) -> Self;
    /// Returns the k for which 2^k <= |self| < 2^(k + 1); none for 0.
    fn exponent(&self) -> Option<i32>;
    /// Returns self / 2^k.
    fn over_power(self, k: i32) -> f64;
}

impl Exact for f64 {
    fn from_f64(v: f64) -> f64 {
        v
    }
    fn exp(&self) -> f64 {
        libm::exp(*self)
    }
    fn ln_1p(&self) -> f64 {
        libm::log1p(*self)
    }
    fn ln(&self) -> f64 {
        if *self == 0.0 { -1e6 } else { libm::log(*self) }
    }
    fn exponent(&self) -> Option<i32> {
        // A subnormal `f64` is far below any `f32`.
        (*self != 0.0).then(|| (self.to_bits() >> 52 & 0x7ff) as i32 - 1023)
    }
    fn over_power(self, k: i32) -> f64 {
        self * f64::from_bits(((1023 - k) as u64) << 52)
    }
}

impl Exact for Big {
    fn from_f64(v: f64) -> Big {
        big(v)
    }
    fn exp(&self) -> Big {
        // No weight can make more of such a number; and a 0 that is a product has no precision.
        match self {
            x if *x < big(-4000.0) => big(0.0),
            x if *x == big(0.0) => big(1.0),
            x => Big::exp(x),
        }
    }
    fn ln_1p(&self) -> Big {
        Big::ln_1p(self)
    }
    fn ln(&self) -> Big {
        // `ln` itself panics close to 1.
        if *self == big(0.0) {
            big(-1e6)
        } else if *self > big(0.5) {
            (self - big(1.0)).ln_1p()
        } else {
            Big::ln(self)
        }
    }
    fn exponent(&self) -> Option<i32> {
        let repr = self.repr();
        (!repr.significand().is_zero()).then(|| repr.exponent() as i32 + repr.digits() as i32 - 1)
    }
    fn over_power(self, k: i32) -> f64 {
        (self >> k as isize).to_f64().value()
    }
}

/// A type with a reference for its results.
pub trait Referenced: Number {
    type Exact: Exact;
}

impl Referenced for f32 {
    type Exact = f64;
}

impl Referenced for f64 {
    type Exact = Twofold;
}

/// Returns the exponent of an ULP of a number of this size.
pub fn ulp_of<N: Referenced>(size: &N::Exact) -> i32 {
    size.exponent().map_or(N::LEAST_EXPONENT, |k| (k + 1 - N::PRECISION).max(N::LEAST_EXPONENT))
}

/// Returns the error of a result in ULP of `size`.
pub fn error_of<N: Referenced>(found: N, exact: &N::Exact, size: &N::Exact) -> f64 {
    let largest = N::Exact::from_f64(N::LARGEST.to_f64());
    let magnitude = if *exact < N::Exact::from_f64(0.0) { -exact.clone() } else { exact.clone() };
    if found.abs() == N::INFINITY && magnitude >= largest {
        return 0.0;
    }
    if found.is_nan() || found.abs() == N::INFINITY {
        return f64::INFINITY;
    }
    (N::Exact::from_f64(found.to_f64()) - exact.clone()).over_power(ulp_of::<N>(size)).abs()
}

/// Returns the parts that all formulas share, of each logit.
pub fn references<N: Referenced>(logits: &[N]) -> Vec<Logit<N::Exact>> {
    logits.iter().map(|x| Logit::new(&N::Exact::from_f64(x.to_f64()))).collect()
}

/// The parts of one logit that all formulas share.
pub struct Logit<E> {
    pub positive: bool,
    /// |x|
    pub a: E,
    /// exp(-a)
    pub e: E,
    /// log1p(e)
    pub log: E,
}

impl<E: Exact> Logit<E> {
    pub fn new(x: &E) -> Self {
        let positive = *x >= E::from_f64(0.0);
        let a = if positive { x.clone() } else { -x.clone() };
        let e = (-a.clone()).exp();
        Self { positive, log: e.ln_1p(), a, e }
    }

    /// Returns loss, gradient and Hessian.
    pub fn derivatives(&self, t: f64, p: f64, w: f64) -> [E; 3] {
        let [one, t, p, w] = [1.0, t, p, w].map(E::from_f64);
        let (up, down) = (one.clone() - t.clone(), p * t);
        let both = up.clone() + down.clone();
        let (near, far) = if self.positive { (up, down) } else { (down, up) };
        let d = one + self.e.clone();
        let slope = w.clone() * (near.clone() - far * self.e.clone()) / d.clone();
        [
            w.clone() * (near * self.a.clone() + both.clone() * self.log.clone()),
            if self.positive { slope } else { -slope },
            w * both * self.e.clone() / (d.clone() * d),
        ]
    }

    /// Returns w (up + down), the unit for the error of a soft target's gradient.
    pub fn scale(t: f64, p: f64, w: f64) -> E {
        let [one, t, p, w] = [1.0, t, p, w].map(E::from_f64);
        w * (one - t.clone() + p * t)
    }

    /// Returns the derivative with respect to the target, and the larger of its two terms.
    pub fn target_gradient(&self, p: f64, w: f64) -> [E; 2] {
        let [zero, one, p, w] = [0.0, 1.0, p, w].map(E::from_f64);
        let linear = w.clone() * if self.positive { -self.a.clone() } else { p.clone() * self.a.clone() };
        let logarithm = w * (p - one) * self.log.clone();
        let size = |v: &E| if *v < zero { -v.clone() } else { v.clone() };
        let (a, b) = (size(&linear), size(&logarithm));
        [linear + logarithm, if a < b { b } else { a }]
    }

    /// Returns focal loss, gradient and Hessian by torchvision's formulas, each with the absolute values of its terms and
    /// factors; `alpha` is for positives and negatives.
    pub fn focal(&self, t: f64, gamma: f64, alpha: [f64; 2]) -> [[E; 2]; 3] {
        let [one, two] = [1.0, 2.0].map(E::from_f64);
        let [t, g, positive, negative] = [t, gamma, alpha[0], alpha[1]].map(E::from_f64);
        let rest = one.clone() - t.clone();
        let d = one.clone() + self.e.clone();
        let (near, far) = (one.clone() / d.clone(), self.e.clone() / d);
        // sigmoid(x) and sigmoid(-x)
        let (z, other) = if self.positive { (near, far) } else { (far, near) };
        let cost = if self.positive { rest.clone() } else { t.clone() };
        let c = cost * self.a.clone() + self.log.clone();
        let m = t.clone() * other.clone() + rest.clone() * z.clone();
        let factor = (positive * t.clone() + negative * rest.clone()) * (g.clone() * m.ln()).exp();
        let v = z.clone() * other.clone();
        let vm = if m == E::from_f64(0.0) { one.clone() } else { v.clone() / m };
        let (up, down) = (rest.clone() * z.clone(), t.clone() * other.clone());
        let of = |slope: E, k: E, bend: E, less: E| {
            let (kv, gc) = (k * vm.clone(), g.clone() * c.clone());
            [
                factor.clone() * c.clone(),
                factor.clone() * (slope.clone() + gc.clone() * kv.clone()),
                factor.clone()
                    * (v.clone()
                        + two.clone() * g.clone() * slope * kv.clone()
                        + gc.clone() * less * kv.clone() * kv.clone()
                        + gc * kv * bend),
            ]
        };
        let exact = of(up.clone() - down.clone(), rest - t, other - z, g.clone() - one.clone());
        let sizes = of(up + down, one.clone(), one.clone(), g.clone() + one);
        let [a, b, c] = exact;
        let [size_a, size_b, size_c] = sizes;
        [[a, size_a], [b, size_b], [c, size_c]]
    }

    /// Returns asymmetric loss, gradient and Hessian of a target, each with the absolute values of its terms; the margin has
    /// two words.
    pub fn asymmetric(&self, t: f64, gammas: [f64; 2], margin: [f64; 2]) -> [[E; 2]; 3] {
        let d = E::from_f64(1.0) + self.e.clone();
        let (near, far) = (E::from_f64(1.0) / d.clone(), self.e.clone() / d);
        let (z, other) = if self.positive { (near, far) } else { (far, near) };
        let [up, down] = [1.0 - t, t].map(E::from_f64);
        let none = E::from_f64(0.0);
        // softplus(x) and softplus(-x)
        let (above, below) = (self.a.clone() + self.log.clone(), self.log.clone());
        let [plus, minus] = if self.positive { [above, below] } else { [below, above] };
        let margin = E::from_f64(margin[0]) + E::from_f64(margin[1]);
        let positive = side(other.clone(), z.clone(), minus, gammas[0], none);
        let negative = side(z, other, plus, gammas[1], margin);
        let mut all = positive.into_iter().zip(negative).enumerate().map(|(k, (positive, negative))| {
            let [p, n] = [positive.map(|v| down.clone() * v), negative.map(|v| up.clone() * v)];
            let [[p, p_size], [n, n_size]] = [p, n];
            [if k == 1 { n - p } else { n + p }, n_size + p_size]
        });
        [0; 3].map(|_| all.next().expect("three"))
    }
}

/// Returns loss and derivatives of one side of asymmetric loss, as functions that ascend, with the sizes of their terms.
fn side<E: Exact>(s: E, r: E, softplus: E, gamma: f64, m: E) -> [[E; 2]; 3] {
    let [zero, one, two, g] = [0.0, 1.0, 2.0, gamma].map(E::from_f64);
    let q = s.clone() - m.clone();
    if gamma > 0.0 && q == zero || q < zero || m > zero && q == zero {
        return [0; 3].map(|_| [zero.clone(), zero.clone()]);
    }
    let rest = r.clone() + m.clone();
    let (l, c, k, part) = if m == zero {
        (softplus, one.clone(), one.clone(), zero)
    } else {
        let l = if rest < E::from_f64(0.5) { -rest.ln() } else { -(-q.clone()).ln_1p() };
        (l, q.clone() / s.clone(), r.clone() / rest.clone(), m.clone() / rest)
    };
    let power = if gamma == 0.0 { one.clone() } else { (g.clone() * q.ln()).exp() };
    let v = s.clone() * r.clone();
    let over = l.clone() / c.clone();
    let loss = power.clone() * l;
    let gradient = power.clone() * (g.clone() * over.clone() * r.clone() + s.clone() * k.clone());
    let of = |less: E, more: E, last: E| {
        let bend = g.clone() * r.clone() + less * r.clone() + more * c.clone() * s.clone();
        let first = g.clone() * (over.clone() * r.clone() * bend + two.clone() * v.clone() * k.clone());
        power.clone() / c.clone()
            * (first
                + c.clone() * (v.clone() + last * s.clone() * k.clone() * part.clone() * (one.clone() + m.clone())))
    };
    let below = c.clone() - one.clone();
    let hessian = of(below.clone(), -one.clone(), -one.clone());
    let size = of(-below, one.clone(), one.clone());
    [[loss.clone(), loss], [gradient.clone(), gradient], [hessian, size]]
}
