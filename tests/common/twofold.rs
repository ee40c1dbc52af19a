//! Numbers of two words of `f64`: they have over 100 bits, and take a hundredth of the time of numbers with any number of
//! digits.
//!
//! The exponent is stored separately, so that no number here is subnormal or infinite.

use std::cmp::Ordering;
use std::ops::{Add, Div, Mul, Neg, Sub};

use super::exact::Exact;

/// hi + lo, where lo is at most half an ULP of hi.
#[derive(Clone, Copy, Debug)]
struct Words {
    hi: f64,
    lo: f64,
}

/// The algorithms are those of Joldes, Muller and Popescu ("Tight and rigorous error bounds for basic building blocks of
/// double-word arithmetic", 2017). Their errors are a few times 2^-106. None needs a fused multiply-add.
impl Words {
    const fn new(v: f64) -> Self {
        Self { hi: v, lo: 0.0 }
    }

    /// Returns the exact sum.
    const fn sum(a: f64, b: f64) -> Self {
        let hi = a + b;
        let b_part = hi - a;
        let a_part = hi - b_part;
        Self { hi, lo: (a - a_part) + (b - b_part) }
    }

    /// Returns the exact sum for |a| >= |b|.
    const fn ordered_sum(a: f64, b: f64) -> Self {
        let hi = a + b;
        Self { hi, lo: b - (hi - a) }
    }

    /// Returns the exact product.
    const fn product(a: f64, b: f64) -> Self {
        let (a_head, a_tail) = Self::split(a);
        let (b_head, b_tail) = Self::split(b);
        let hi = a * b;
        Self { hi, lo: ((a_head * b_head - hi) + a_head * b_tail + a_tail * b_head) + a_tail * b_tail }
    }

    const fn split(v: f64) -> (f64, f64) {
        let shifted = v * 134_217_729.0; // 2^27 + 1
        let head = shifted - (shifted - v);
        (head, v - head)
    }

    const fn plus(self, other: Self) -> Self {
        let (high, low) = (Self::sum(self.hi, other.hi), Self::sum(self.lo, other.lo));
        let head = Self::ordered_sum(high.hi, high.lo + low.hi);
        Self::ordered_sum(head.hi, low.lo + head.lo)
    }

    const fn times(self, other: Self) -> Self {
        let product = Self::product(self.hi, other.hi);
        let cross = self.hi * other.lo + self.lo * other.hi;
        Self::ordered_sum(product.hi, product.lo + (cross + self.lo * other.lo))
    }

    const fn over(self, other: Self) -> Self {
        let first = self.hi / other.hi;
        let left = self.plus(other.times(Self::new(-first)));
        let second = left.hi / other.hi;
        let left = left.plus(other.times(Self::new(-second)));
        Self::ordered_sum(first, second).plus(Self::new(left.hi / other.hi))
    }

    const fn by_power(self, k: i32) -> Self {
        let power = power(k);
        Self { hi: self.hi * power, lo: self.lo * power }
    }

    /// Returns self - k ln 2.
    fn less_ln_2(self, k: f64) -> Self {
        LN_2.iter().fold(self, |rest, &word| rest.plus(Self::product(-k, word)))
    }

    /// Returns log(1 + self) for 1 + self from sqrt(1/2) to sqrt(2): twice the inverse hyperbolic tangent of self / (2 +
    /// self).
    fn ln_1p(self) -> Self {
        let s = self.over(Self::new(2.0).plus(self));
        s.by_power(1).times(series(&ODD, s.times(s), 11))
    }
}

/// Returns 2^k, if that is normal.
const fn power(k: i32) -> f64 {
    f64::from_bits(((1023 + k) as u64) << 52)
}

const LN_2: [f64; 3] = [std::f64::consts::LN_2, 2.319_046_813_846_299_6e-17, 5.707_708_438_416_212e-34];

/// 1 / k!, enough of them for 2^-110 at ln 2 / 2.
const FACTORIALS: [Words; 24] = {
    let mut all = [Words::new(1.0); 24];
    let mut k = 1;
    while k < all.len() {
        all[k] = all[k - 1].over(Words::new(k as f64));
        k += 1;
    }
    all
};

/// 1 / (2 k + 1), enough of them for 2^-110 at (sqrt(2) - 1)^4.
const ODD: [Words; 22] = {
    let mut all = [Words::new(1.0); 22];
    let mut k = 1;
    while k < all.len() {
        all[k] = Words::new(1.0).over(Words::new((2 * k + 1) as f64));
        k += 1;
    }
    all
};

/// Returns the power series; from the power `single` on, one word is enough.
fn series(coefficients: &[Words], x: Words, single: usize) -> Words {
    let (double, single) = coefficients.split_at(single);
    let tail = single.iter().rev().fold(0.0, |sum, c| sum * x.hi + c.hi);
    double.iter().rev().fold(Words::new(tail), |sum, &c| sum.times(x).plus(c))
}

/// words 2^exponent, where the high word is in [1, 2), or both are 0.
#[derive(Clone, Copy, Debug)]
pub struct Twofold {
    words: Words,
    exponent: i32,
}

impl Twofold {
    const ZERO: Self = Self { words: Words::new(0.0), exponent: 0 };

    fn new(words: Words, exponent: i32) -> Self {
        if words.hi == 0.0 {
            return Self::ZERO;
        }
        let k = (words.hi.to_bits() >> 52 & 0x7ff) as i32 - 1023;
        Self { words: words.by_power(-k), exponent: exponent + k }
    }

    pub fn is_zero(self) -> bool {
        self.words.hi == 0.0
    }

    /// Returns both words and their exponent.
    pub fn parts(self) -> ([f64; 2], i32) {
        ([self.words.hi, self.words.lo], self.exponent)
    }
}

impl Add for Twofold {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        if self.is_zero() {
            return other;
        }
        if other.is_zero() {
            return self;
        }
        let (a, b) = if self.exponent < other.exponent { (other, self) } else { (self, other) };
        // The smaller number is beyond all digits of the larger one.
        if a.exponent - b.exponent > 250 {
            return a;
        }
        Self::new(a.words.plus(b.words.by_power(b.exponent - a.exponent)), a.exponent)
    }
}

impl Neg for Twofold {
    type Output = Self;

    fn neg(self) -> Self {
        Self { words: Words { hi: -self.words.hi, lo: -self.words.lo }, ..self }
    }
}

impl Sub for Twofold {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl Mul for Twofold {
    type Output = Self;

    #[expect(clippy::suspicious_arithmetic_impl, reason = "exponents are added")]
    fn mul(self, other: Self) -> Self {
        Self::new(self.words.times(other.words), self.exponent + other.exponent)
    }
}

impl Div for Twofold {
    type Output = Self;

    fn div(self, other: Self) -> Self {
        assert!(!other.is_zero());
        Self::new(self.words.over(other.words), self.exponent - other.exponent)
    }
}

impl PartialEq for Twofold {
    fn eq(&self, other: &Self) -> bool {
        (*self - *other).is_zero()
    }
}

impl PartialOrd for Twofold {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        (*self - *other).words.hi.partial_cmp(&0.0)
    }
}

impl Exact for Twofold {
    fn from_f64(v: f64) -> Self {
        assert!(v.is_finite());
        // This power of two keeps the number normal.
        let k = if v.abs() < 1.0 { -512 } else { 512 };
        Self::new(Words::new(v).by_power(-k), k)
    }

    /// Returns exp(self) for self below 2^20; 0 below -2^20.
    fn exp(&self) -> Self {
        if self.exponent < -115 {
            return Self::from_f64(1.0) + *self;
        }
        if self.exponent >= 20 {
            assert!(self.words.hi < 0.0);
            return Self::ZERO;
        }
        let x = self.words.by_power(self.exponent);
        let k = (x.hi * std::f64::consts::LOG2_E).round();
        Self::new(series(&FACTORIALS, x.less_ln_2(k), 14), k as i32)
    }

    fn ln_1p(&self) -> Self {
        if self.exponent < -115 {
            return *self;
        }
        // Up to a quarter, no digit may be lost to the 1.
        if self.exponent < -2 {
            return Self::new(self.words.by_power(self.exponent).ln_1p(), 0);
        }
        (Self::from_f64(1.0) + *self).ln()
    }

    fn ln(&self) -> Self {
        if self.is_zero() {
            return Self::from_f64(-1e6);
        }
        assert!(self.words.hi > 0.0);
        let up = i32::from(self.words.hi > std::f64::consts::SQRT_2);
        let log = self.words.by_power(-up).plus(Words::new(-1.0)).ln_1p();
        Self::new(log.less_ln_2(-f64::from(self.exponent + up)), 0)
    }

    fn exponent(&self) -> Option<i32> {
        let Words { hi, lo } = self.words;
        (!self.is_zero()).then(|| self.exponent - i32::from(hi.abs() == 1.0 && hi * lo < 0.0))
    }

    fn over_power(self, k: i32) -> f64 {
        match self.exponent - k {
            _ if self.is_zero() => 0.0,
            over if over > 1023 => self.words.hi * f64::INFINITY,
            under if under < -1022 => 0.0,
            k => self.words.hi * power(k),
        }
    }
}
