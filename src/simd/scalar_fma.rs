//! The scalar backend that fuses: the bits of AVX2 and NEON on every machine.

use super::scalar::{MulAdd, SideBySide};
use super::{Kernel, Native};

#[derive(Clone, Copy)]
pub struct Fused;

/// Four elements side by side, whose chains of operations do not wait for each other.
pub(super) type Two<T> = SideBySide<SideBySide<<T as Native>::ScalarFma>>;
pub(super) type Four<T> = Two<T>;

/// # Safety
///
/// The conditions of [`Kernel::run`] hold. Every CPU of the target has the instructions.
#[inline(never)]
pub(super) unsafe fn run<T: Native, K: Kernel<T>>(args: &mut K::Args) -> K::Out {
    // SAFETY: the target has the instructions; the rest is the caller's promise.
    unsafe { super::run::<T, K, T::ScalarFma, Two<T>, Four<T>>(args) }
}

// SAFETY: the code is safe.
unsafe impl MulAdd<f32> for Fused {
    const FUSED: bool = true;

    #[cfg_attr(not(unoptimized), inline(always))]
    unsafe fn mul_add(a: f32, b: f32, c: f32) -> f32 {
        single::mul_add(a, b, c)
    }
}

// SAFETY: the code is safe.
unsafe impl MulAdd<f64> for Fused {
    const FUSED: bool = true;

    #[cfg_attr(not(unoptimized), inline(always))]
    unsafe fn mul_add(a: f64, b: f64, c: f64) -> f64 {
        libm::fma(a, b, c)
    }
}

/// `f32` on a Cortex-M with an FPU: stable Rust reaches its instruction through `asm!`, without `std`.
#[cfg(cortex_m_fpu)]
mod single {
    use core::arch::asm;

    // The compiler's code for `a * b + c` rounds twice. The registers of the FPU cannot be operands of `asm!`, since the
    // compiler requires instructions on `f64` for them: so core registers hold the operands, and one instruction becomes
    // four.
    #[inline(always)]
    pub fn mul_add(a: f32, b: f32, c: f32) -> f32 {
        let r;
        // SAFETY: instructions on registers, which the target has.
        unsafe {
            asm!("vmov s0, s1, {a}, {b}", "vmov s2, {c}", "vfma.f32 s2, s0, s1", "vmov {r}, s2",
                 a = in(reg) a, b = in(reg) b, c = in(reg) c, r = lateout(reg) r, out("s0") _, out("s1") _, out("s2") _,
                 options(pure, nomem, nostack, preserves_flags));
        }
        r
    }
}

/// `f32` by way of `f64`: the product of two `f32` is exact there, and the sum is mostly so exact that rounding it again
/// changes nothing.
#[cfg(not(cortex_m_fpu))]
mod single {
    /// The bits of an `f64` beyond the digits of an `f32`, and their value halfway between two `f32`.
    const BEYOND: u64 = (1 << 29) - 1;
    const HALFWAY: u64 = 1 << 28;

    #[cfg_attr(not(unoptimized), inline(always))]
    pub fn mul_add(a: f32, b: f32, c: f32) -> f32 {
        let (product, c) = (f64::from(a) * f64::from(b), f64::from(c));
        let sum = product + c;
        // Subnormal numbers have fewer digits. (Infinity and NaN have zeros in these bits.)
        let is_sure = sum.to_bits() & BEYOND != HALFWAY && sum.abs() >= f64::from(f32::MIN_POSITIVE);
        if is_sure { sum as f32 } else { to_odd(sum, product, c) as f32 }
    }

    /// Returns the sum of two numbers, rounded to odd: rounding it again, to at least two digits less, gives the same as
    /// rounding once. Algorithm: S. Boldo and G. Melquiond, "Emulation of a FMA and correctly rounded sums: proved
    /// algorithms using rounding to odd" (2008).
    #[cold]
    #[inline(never)]
    fn to_odd(sum: f64, a: f64, b: f64) -> f64 {
        let part = sum - a;
        // The rounding error of the sum (D. Knuth's TwoSum).
        let lost = (a - (sum - part)) + (b - part);
        let bits = sum.to_bits();
        if lost == 0.0 || bits & 1 == 1 {
            return sum;
        }
        // If the sum is even, its odd neighbour on the other side of the exact sum replaces it.
        f64::from_bits(if (lost > 0.0) == (sum > 0.0) { bits + 1 } else { bits - 1 })
    }
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use quickcheck::quickcheck;

    use super::{Fused, MulAdd};
    use crate::simd::Float;
    use crate::tests::{Bits, exact, magnitude};

    trait Number: Float {
        fn of_bits(bits: u64) -> Self;
        fn bits(self) -> u64;
    }

    impl Number for f32 {
        fn of_bits(bits: u64) -> f32 {
            f32::from_bits(bits as u32)
        }
        fn bits(self) -> u64 {
            self.to_bits().into()
        }
    }

    impl Number for f64 {
        fn of_bits(bits: u64) -> f64 {
            f64::from_bits(bits)
        }
        fn bits(self) -> u64 {
            self.to_bits()
        }
    }

    /// Checks that `a * b + c` is the nearest number and, of two that are as near, the even one.
    fn check<T: Number>(a: T, b: T, c: T)
    where
        Fused: MulAdd<T>,
    {
        // SAFETY: safe code, or an instruction that the target has.
        let found = unsafe { Fused::mul_add(a, b, c) };
        let sum = exact(a) * exact(b) + exact(c);
        let size = magnitude(sum.clone());
        let message = || std::format!("{a:?} * {b:?} + {c:?}: {found:?}");
        if !found.is_finite() {
            // The middle between the largest number and the next one, if there were one.
            let half = (exact(T::MAX) - exact(T::of_bits(T::MAX.bits() - 1))) * exact(0.5);
            assert!(size >= exact(T::MAX) + half && (found > T::ZERO) == (sum > exact(0.0)), "{}", message());
            return;
        }
        assert!(found == T::ZERO || (found > T::ZERO) == (sum > exact(0.0)), "{}", message());
        let bits = found.magnitude().bits();
        let distance = |bits| magnitude(&size - exact(T::of_bits(bits)));
        for other in [bits.saturating_sub(1), bits + 1] {
            if other != bits && T::of_bits(other).is_finite() {
                let (here, there) = (distance(bits), distance(other));
                assert!(here < there || here == there && bits.is_multiple_of(2), "{}", message());
            }
        }
    }

    /// Numbers whose products and sums are near one another, subnormal, or too large.
    fn edges<T: Number>() -> Vec<T> {
        let fraction = 1 << T::FRACTION_BITS;
        let largest = T::MAX.bits() / fraction;
        let half = largest / 2;
        let exponents = [0, 1, 2, half / 2, half - 1, half, half + T::FRACTION_BITS as u64, half + half / 2, largest];
        let fractions = [0, 1, fraction / 2, fraction / 2 + 1, fraction - 1];
        exponents.iter().flat_map(|e| fractions.map(|f| T::of_bits(e * fraction + f))).collect()
    }

    fn check_edges<T: Number>()
    where
        Fused: MulAdd<T>,
    {
        let edges = edges::<T>();
        for &a in &edges {
            for &b in &edges {
                for &c in &edges {
                    check(a, b, c);
                    check(a, -b, c);
                }
            }
        }
    }

    #[test]
    fn rounded_once_at_the_edges() {
        check_edges::<f32>();
        check_edges::<f64>();
    }

    /// Checks products of many digits, and products of so few that some lie halfway between two numbers, with summands near
    /// them and far below.
    fn check_near<T: Number>(bits: Bits)
    where
        Fused: MulAdd<T>,
    {
        let one = T::ONE.bits();
        let fraction = (1 << T::FRACTION_BITS) - 1;
        let few = fraction & !(fraction >> T::FRACTION_BITS.div_ceil(2));
        let number = |i, digits| T::of_bits(one | bits.other(i).0 & digits);
        for (i, digits) in [fraction, few].into_iter().enumerate() {
            let (a, b) = (number(2 * i, digits), number(2 * i + 1, digits));
            for power in 0..=2 * T::FRACTION_BITS as u64 + 2 {
                let c = T::of_bits(number(4 + i, fraction).bits() - (power << T::FRACTION_BITS));
                check(a, b, c);
                check(a, -b, c);
                check(c, a, b);
                check(-c, a, b);
            }
        }
    }

    /// Checks products of about half of the smallest number, with summands whose last digit is the smallest number.
    fn check_subnormal<T: Number>()
    where
        Fused: MulAdd<T>,
    {
        let (one, digits) = (T::ONE.bits(), T::FRACTION_BITS);
        let bias = one >> digits;
        // 2^-power.
        let scale = |power: u64| T::of_bits((bias - power) << digits);
        let (first, power) = ((bias + digits as u64) / 2, bias + digits as u64);
        let places = || (0..=digits).step_by(digits / 23);
        for (i, j) in places().flat_map(|i| places().map(move |j| (i, j))) {
            let a = T::of_bits(one + (1 << (digits - i)));
            for b in [one + (1 << (digits - j)), one - (1 << (digits - j))] {
                for place in places() {
                    let c = T::of_bits((1 << place) | 1);
                    let (a, b) = (a * scale(first), T::of_bits(b) * scale(power - first));
                    check(a, b, c);
                    check(a, -b, c);
                }
            }
        }
    }

    #[test]
    fn rounded_once_where_subnormal() {
        check_subnormal::<f32>();
        check_subnormal::<f64>();
        // The sum in `f64` is odd as it is, and its neighbour is halfway between two numbers.
        let scale = f32::from_bits((127 - 75) << 23);
        let (a, b) = (1.0 + 2875.0 * f32::EPSILON, 1.0 - 2874.0 * f32::EPSILON);
        check(a * scale, b * scale, f32::from_bits(1 << 22));
    }

    quickcheck! {
        fn rounded_once_near_ties(bits: Bits) -> bool {
            check_near::<f32>(bits);
            check_near::<f64>(bits);
            true
        }
    }

    #[test]
    fn what_is_not_finite() {
        let infinite = f32::INFINITY;
        // SAFETY: safe code, or an instruction that the target has.
        let mul_add = |a, b, c| unsafe { Fused::mul_add(a, b, c) };
        assert_eq!(mul_add(infinite, 2.0, -1.0), infinite);
        assert_eq!(mul_add(2.0, -2.0, infinite), infinite);
        assert!(mul_add(infinite, 1.0, -infinite).is_nan());
        assert!(mul_add(infinite, 0.0, 1.0).is_nan());
        assert!(mul_add(f32::NAN, 0.0, 1.0).is_nan());
        assert_eq!(mul_add(1.0, 0.0, -0.0).to_bits(), 0);
        assert_eq!(mul_add(-1.0, 0.0, -0.0).to_bits(), (-0.0f32).to_bits());
    }
}
