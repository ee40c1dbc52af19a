//! The allowed distance of a result from its `f64` value.

use super::number::Number;

/// Rounds to `T`; infinite beyond the largest number of `T`.
pub fn rounded<T: Number>(v: f64) -> f64 {
    T::of(v).wide()
}

/// Returns one unit in the last place of `T` at `v`.
pub fn ulp<T: Number>(v: f64) -> f64 {
    let power = f64::from_bits(v.abs().to_bits() & (0x7ff << 52));
    (power * T::ULP_OF_ONE).max(T::TINY)
}

/// Whether the product is a normal number of `T`, or 0 by a factor of 0.
pub fn is_normal<T: Number>(factors: &[f64]) -> bool {
    factors.contains(&0.0) || factors.iter().product::<f64>() >= T::TINY / T::ULP_OF_ONE
}

/// Whether `v` is at most `allowed` from `exact`, or infinite where that is allowed.
pub fn is_within<T: Number>(v: T, exact: f64, allowed: f64) -> bool {
    let overflow = exact.abs() + allowed > T::LARGEST && v.wide().is_infinite() && v.wide() * exact > 0.0;
    overflow || (v.wide() - exact).abs() <= allowed
}

/// Returns the product of factors that are not negative, which rounds to 0 or infinity only at the end; 0 if any factor is
/// 0.
pub fn product<const N: usize>(mut factors: [f64; N]) -> f64 {
    factors.sort_by(f64::total_cmp);
    let mut rest = factors.iter();
    let mut product = 1.0;
    while let Some(factor) = if product > 1.0 { rest.next() } else { rest.next_back() } {
        product *= factor;
    }
    if factors[0] == 0.0 { 0.0 } else { product }
}

/// Whether `v` is within `ulps` ULP of `exact`, which has all digits of an `f32`, and an error of 4 ULP for `f64`.
pub fn is_close<T: Number>(v: T, exact: f64, ulps: f64) -> bool {
    is_within(v, exact, (ulps + if T::ULP_OF_ONE == f64::EPSILON { 4.0 } else { 0.5 }) * ulp::<T>(exact))
}
