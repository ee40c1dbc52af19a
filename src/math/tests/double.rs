//! Two words against exact arithmetic.

use std::vec::Vec;

use quickcheck::quickcheck;

use super::{DoubleWord, Factor};
use crate::math::Constants;
use crate::simd::{Backend, Float, Kernel, Lanes, Token};
use crate::tests::{Bits, Exact, exact, magnitude};

fn both<T: Float>(v: DoubleWord<T>) -> Exact {
    exact(v.hi) + exact(v.lo)
}

fn power<T: Float>(exponent: i32) -> T {
    T::narrow(f64::from_bits(((1023 + exponent) as u64) << 52))
}

/// The value of the last digit of a normal number.
fn last_digit<T: Float>(v: T) -> Exact {
    let exponent = ((v.widen().to_bits() >> 52) & 0x7ff) as i32 - 1023;
    exact(power::<f64>(exponent / 2)) * exact(power::<f64>(exponent - exponent / 2 - T::FRACTION_BITS as i32))
}

/// A number of either sign between 2^-range and 2^range, every other time of few digits, so that there are ties.
fn number<T: Float>(Bits(bits): Bits, range: i32) -> T {
    let exponent = (bits >> 53) as i32 % (2 * range) - range;
    let digits = bits & 0xf_ffff_ffff_ffff;
    let digits = if bits & 1 == 0 { digits & 0xf_8000_0000_0000 } else { digits };
    let v = T::narrow(f64::from_bits(1023 << 52 | digits)) * power(exponent);
    if bits & 2 == 0 { v } else { -v }
}

/// The bits of a number that is not negative.
fn positive(Bits(bits): Bits) -> Bits {
    Bits(bits & !2)
}

/// Two words of a sum, of which the lower one is at most half a digit.
fn words<T: Float>(hi: Bits, lo: Bits, range: i32) -> DoubleWord<T> {
    let hi = number::<T>(hi, range);
    DoubleWord::two_sum(hi, number::<T>(lo, 1) * hi * power(-2 - T::FRACTION_BITS as i32))
}

fn sums_are_exact<T: Float>(a: T, b: T) {
    let sum = DoubleWord::two_sum(a, b);
    assert_eq!(sum.hi, a + b);
    assert_eq!(both(sum), exact(a) + exact(b), "{a} + {b}");
    let (more, less) = if a.magnitude() >= b.magnitude() { (a, b) } else { (b, a) };
    assert_eq!(DoubleWord::fast_two_sum(more, less), sum, "{more} + {less}");
    assert_eq!(DoubleWord::fast_two_sum(T::ZERO, less), DoubleWord { hi: less, lo: T::ZERO });
}

fn products_are_exact<T: Float>(a: T, b: T) {
    let product = DoubleWord::two_product(a, b);
    assert_eq!(product.hi, a * b);
    assert_eq!(both(product), exact(a) * exact(b), "{a} * {b}");
}

/// The error is a product of rounding errors: a few units of the second word's last digit.
fn is_close<T: Float>(found: DoubleWord<T>, expected: &Exact, units: i32) -> bool {
    let unit = exact(power::<f64>(-2 * T::FRACTION_BITS as i32 - 2));
    magnitude(both(found) - expected) <= magnitude(expected.clone()) * unit * exact(f64::from(units))
}

/// Whether the error is at most half a digit plus the error of the correction: a part of a digit, or the smallest number.
fn is_rounded<T: Constants>(found: T, sum: DoubleWord<T>, divisor: DoubleWord<T>) -> bool {
    let half = last_digit(found) * exact(0.5);
    let limit = half.clone() + half * exact(power::<f64>(5 - T::FRACTION_BITS as i32)) + exact(T::LEAST);
    magnitude(exact(found) * both(divisor) - both(sum)) <= limit * magnitude(both(divisor))
}

fn check_quotients<T: Constants>(sum: [Bits; 2], divisor: [Bits; 2], exponents: [i32; 7]) {
    let times = |v: DoubleWord<T>, by: T| DoubleWord { hi: v.hi * by, lo: v.lo * by };
    for up in exponents {
        for down in exponents {
            for [up, down] in [[up, -down], [-up, down]] {
                let sum = times(words(sum[0], sum[1], 1), power(up));
                let divisor = times(words(divisor[0], divisor[1], 1), power(down));
                let quotient = sum.divided(divisor);
                assert!(is_rounded(quotient, sum, divisor), "{sum:?} / {divisor:?} = {quotient}");
            }
        }
    }
}

quickcheck! {
    fn sums(a: Bits, b: Bits) -> () {
        fn check<T: Float>(a: Bits, b: Bits) {
            // The digits of the words overlap, touch, or do neither.
            for range in [1, 20, 60] {
                sums_are_exact(number::<T>(a, range), number::<T>(b, range));
            }
        }
        check::<f32>(a, b);
        check::<f64>(a, b);
    }

    fn products(a: Bits, b: Bits) -> () {
        products_are_exact(number::<f32>(a, 50), number::<f32>(b, 50));
        products_are_exact(number::<f64>(a, 450), number::<f64>(b, 450));
    }

    fn sums_go_on(hi: Bits, lo: Bits, other_hi: Bits, other_lo: Bits) -> () {
        fn check<T: Float>(a: [Bits; 2], b: [Bits; 2]) {
            let (a, b) = (words::<T>(positive(a[0]), a[1], 12), words::<T>(positive(b[0]), b[1], 12));
            let expected = both(a) + both(b);
            for sum in [a.join(b), a.plus(b)] {
                assert!(is_close(sum, &expected, 8), "{a:?} + {b:?} = {sum:?}");
            }
            assert_eq!(a.plus(b), a.join(b).normalised());
            let sum = a.accumulate(b.hi);
            assert!(is_close(sum, &(both(a) + exact(b.hi)), 8), "{a:?} + {} = {sum:?}", b.hi);
        }
        check::<f32>([hi, lo], [other_hi, other_lo]);
        check::<f64>([hi, lo], [other_hi, other_lo]);
    }

    fn normalised(hi: Bits, lo: Bits) -> () {
        fn check<T: Float>(hi: Bits, lo: Bits) {
            // The high word may be the smaller one.
            let sum = DoubleWord { hi: number::<T>(hi, 30), lo: number::<T>(lo, 30) };
            let normalised = sum.normalised();
            assert_eq!(both(normalised), both(sum));
            assert_eq!(normalised.hi, sum.value());
            assert_eq!(normalised.normalised(), normalised);
            assert_eq!(DoubleWord::ZERO.plus(normalised), normalised);
        }
        check::<f32>(hi, lo);
        check::<f64>(hi, lo);
    }

    fn counts(n: Bits) -> () {
        fn check<T: Float>(n: u64) {
            let count = DoubleWord::<T>::from_count(n);
            assert_eq!(both(count), Exact::from(n), "{n}");
            assert_eq!(count.normalised(), count, "{n}");
        }
        for exponent in 0..64 {
            let n = n.0 >> exponent;
            if n <= 1 << 48 {
                check::<f32>(n);
            }
            if n <= 1 << 63 {
                check::<f64>(n);
            }
        }
    }

    fn counts_add_up(a: Bits, b: Bits) -> () {
        let (a, b) = (a.0 >> 17, b.0 >> 17);
        let sum = DoubleWord::<f32>::from_count(a).plus(DoubleWord::from_count(b));
        assert_eq!(sum, DoubleWord::from_count(a + b).normalised());
    }

    fn factors(hi: Bits, lo: Bits, factor: Bits) -> () {
        fn check<T: Float>(hi: Bits, lo: Bits, factor: Bits) {
            let (sum, factor) = (words::<T>(hi, lo, 20), number::<T>(factor, 20));
            let product = sum.times(factor);
            assert!(is_close(product, &(both(sum) * exact(factor)), 8), "{sum:?} * {factor} = {product:?}");
            assert_eq!(product.normalised(), product);
        }
        check::<f32>(hi, lo, factor);
        check::<f64>(hi, lo, factor);
    }

    fn reciprocals(v: Bits) -> () {
        fn check<T: Float>(v: T) {
            let reciprocal = DoubleWord::reciprocal(v);
            assert_eq!(reciprocal.hi, T::ONE / v);
            // 1 / v has infinitely many digits, but its product with v, less 1, has few.
            let product = both(reciprocal) * exact(v);
            let left = magnitude(product - exact(1.0));
            assert!(left <= exact(power::<f64>(-2 * T::FRACTION_BITS as i32 - 2)) * exact(4.0), "1 / {v} = {reciprocal:?}");
        }
        // Up to here the low word is normal.
        check(number::<f32>(v, 100));
        check(number::<f64>(v, 900));
    }

    fn quotients(hi: Bits, lo: Bits, divisor_hi: Bits, divisor_lo: Bits) -> () {
        let (sum, divisor) = ([hi, lo], [divisor_hi, divisor_lo]);
        // Each is brought nearer to 1 beyond 2^57 (2^498), and the quotient is still normal.
        check_quotients::<f32>(sum, divisor, [0, 1, 50, 56, 57, 60, 61]);
        check_quotients::<f64>(sum, divisor, [0, 1, 490, 497, 498, 505, 510]);
    }

    fn products_of_lanes(factor: Bits, hi: Bits, lo: Bits) -> () {
        // No factor is negative.
        check_products_of_lanes(number::<f32>(positive(factor), 6), words(positive(hi), lo, 20));
        check_products_of_lanes(number::<f64>(positive(factor), 6), words(positive(hi), lo, 20));
    }
}

#[test]
fn sums_at_the_edges() {
    fn check<T: Constants>() {
        let numbers =
            [T::ZERO, -T::ZERO, T::ONE, -T::ONE, T::LEAST, -T::LEAST, T::LARGEST_SUBNORMAL, T::SMALL, T::LARGE];
        for a in numbers {
            for b in numbers {
                sums_are_exact(a, b);
            }
        }
        sums_are_exact(T::MAX, -T::MAX);
        sums_are_exact(T::MAX, -T::ONE);
        sums_are_exact(T::MAX, T::LEAST);
    }
    check::<f32>();
    check::<f64>();
}

#[test]
fn products_at_the_edges() {
    fn check<T: Constants>(largest: T, smallest: T) {
        let digits = T::ONE + power(-(T::FRACTION_BITS as i32));
        // From where splitting overflows down to where the last digit of the low word is the smallest number.
        products_are_exact(largest * digits, digits);
        products_are_exact(largest * digits, -digits / largest);
        products_are_exact(smallest * digits, digits);
        assert_ne!(DoubleWord::two_product(smallest * digits, digits).lo, T::ZERO);
        // Beyond, only the high word is left.
        let beyond = DoubleWord::two_product(power::<T>(4) * largest * digits, digits);
        assert_eq!(beyond, DoubleWord { hi: power::<T>(4) * largest * digits * digits, lo: T::ZERO });
    }
    check(power::<f32>(115), power(-103));
    check(power::<f64>(996), power(-970));
}

#[test]
fn counts_at_the_edges() {
    for exponent in 1..=48 {
        let n = 1_u64 << exponent;
        for n in [n - 1, n, if exponent < 48 { n + 1 } else { n }] {
            assert_eq!(both(DoubleWord::<f32>::from_count(n)), Exact::from(n));
            assert_eq!(both(DoubleWord::<f64>::from_count(n)), Exact::from(n));
        }
    }
    assert_eq!(DoubleWord::<f32>::from_count(0), DoubleWord::ZERO);
    // 2^53 + 1, and the last count that is between two numbers.
    assert_eq!(DoubleWord::<f64>::from_count((1 << 53) + 1).lo.abs(), 1.0);
    assert_eq!(both(DoubleWord::<f64>::from_count((1 << 63) - 1)), Exact::from((1_u64 << 63) - 1));
}

#[test]
fn what_is_not_finite() {
    fn check<T: Float>() {
        let infinity = T::MAX + T::MAX;
        let nan = T::narrow(f64::NAN);
        let one = DoubleWord { hi: T::ONE, lo: T::ZERO };
        // Where a sum overflows, its low word is NaN.
        for hi in [infinity, -infinity] {
            let sum = DoubleWord { hi, lo: nan };
            let clean = DoubleWord { hi, lo: T::ZERO };
            assert_eq!(sum.value(), hi);
            assert_eq!(sum.normalised(), clean);
            assert_eq!(sum.plus(one), clean);
            assert_eq!(sum.times(power(1)), clean);
            assert_eq!(sum.divided(DoubleWord { hi: power(1), lo: T::ZERO }), hi);
        }
        let overflown = DoubleWord { hi: T::MAX, lo: T::ZERO }.plus(DoubleWord { hi: T::MAX, lo: T::ZERO });
        assert_eq!(overflown, DoubleWord { hi: infinity, lo: T::ZERO });
        let sum = DoubleWord { hi: nan, lo: nan };
        for v in [sum.value(), sum.normalised().hi, sum.plus(one).hi, sum.times(power(1)).hi, sum.divided(one)] {
            assert!(v.widen().is_nan());
        }
    }
    check::<f32>();
    check::<f64>();
}

#[test]
fn by_one_nothing_changes() {
    fn check<T: Float>() {
        // This sum is not normalised.
        let sum = DoubleWord { hi: T::ONE, lo: T::MAX };
        assert_eq!(sum.times(T::ONE), sum);
        let one = DoubleWord { hi: T::ONE, lo: T::ZERO };
        let numbers: Vec<T> = (0..40).flat_map(|k| [power(3 * k), power::<T>(-3 * k), T::MAX * power(-k)]).collect();
        for hi in numbers {
            let half = hi * power(-1 - T::FRACTION_BITS as i32);
            for lo in [T::ZERO, half, -half, half * power(-1), -half * power(-1)] {
                let sum = DoubleWord { hi, lo }.normalised();
                assert_eq!(sum.divided(one), sum.value(), "{sum:?}");
            }
        }
    }
    check::<f32>();
    check::<f64>();
}

#[test]
fn quotients_at_the_edges() {
    fn check<T: Constants>() {
        let word = |hi| DoubleWord { hi, lo: T::ZERO };
        let three = T::ONE + T::ONE + T::ONE;
        // The largest and the smallest sums.
        assert_eq!(word(T::MAX).divided(word(T::MAX)), T::ONE);
        assert_eq!(word(T::MAX).divided(word(three)), T::MAX / three);
        assert_eq!(word(T::LEAST * three).divided(word(three)), T::LEAST);
        assert_eq!(word(T::LEAST).divided(word(T::ONE)), T::LEAST);
        assert_eq!(word(T::ONE).divided(word(T::MAX * power(-1))), T::ONE / (T::MAX * power(-1)));
        // A quotient that overflows, and one that is subnormal.
        assert_eq!(word(T::MAX).divided(word(power(-1))), T::MAX + T::MAX);
        assert_eq!(word(-T::MAX).divided(word(power(-1))), -T::MAX - T::MAX);
        assert_eq!(word(T::SMALL).divided(word(T::MAX * power(-1))), T::SMALL / (T::MAX * power(-1)));
        assert_eq!(word(T::ZERO).divided(word(three)), T::ZERO);
        // The low words count: 1 + d over 1 is 1, as near as 1 + 2 d; over 1 - d it is 1 + 2 d.
        let d = power::<T>(-1 - T::FRACTION_BITS as i32);
        let more = DoubleWord { hi: T::ONE, lo: d };
        assert_eq!(more.divided(word(T::ONE)), T::ONE);
        assert_eq!(more.divided(DoubleWord { hi: T::ONE, lo: -d * power(-1) }), T::ONE + d * power(1));
    }
    check::<f32>();
    check::<f64>();
}

/// The products of one number in each lane, by [`Factor::times`].
struct Products<T>(core::marker::PhantomData<T>);

struct Product<T> {
    factor: Factor<T>,
    a: DoubleWord<T>,
    /// Both words of each lane; a register has at most 16 lanes.
    found: [[T; 16]; 2],
}

impl<T: Constants> Kernel<T> for Products<T> {
    type Args = Product<T>;
    type Out = ();

    unsafe fn run<L: Lanes<Scalar = T>>(l: Token<L>, product: &mut Product<T>) {
        let a = DoubleWord { hi: l.splat(product.a.hi), lo: l.splat(product.a.lo) };
        let found = product.factor.times(l, a);
        // SAFETY: there is room for a register.
        unsafe {
            found.hi.store(product.found[0].as_mut_ptr());
            found.lo.store(product.found[1].as_mut_ptr());
        }
    }
}

fn check_products_of_lanes<T: Constants>(factor: T, a: DoubleWord<T>) {
    for backend in Backend::available() {
        let mut product = Product { factor: Factor::new(factor), a, found: [[T::ZERO; 16]; 2] };
        // SAFETY: the kernel trusts nothing.
        unsafe { backend.function::<T, Products<T>>().call(&mut product) };
        let [hi, lo] = product.found;
        let expected = both(a) * exact(factor);
        let found = DoubleWord { hi: hi[0], lo: lo[0] };
        // The high word is exact: the low word has all the errors, and is smaller by half of the digits.
        let limit = magnitude(expected.clone()) * exact(power::<f64>(2 - (3 * T::FRACTION_BITS / 2) as i32));
        assert!(magnitude(both(found) - &expected) <= limit, "{}: {factor} * {a:?} = {found:?}", backend.name());
        assert_eq!(found.hi, product.factor.head * a.hi_head(), "{}", backend.name());
    }
}

impl<T: Constants> DoubleWord<T> {
    fn hi_head(self) -> T {
        T::from_pattern(self.hi.pattern() & T::HEAD.pattern())
    }
}
