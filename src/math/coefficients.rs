//! The constants of the algorithms, and where they come from.
//!
//! Polynomials come from Sollya 8.0's `fpminimax`, for the relative error on the interval that range reduction leaves (a
//! little beyond it, since the rounded quotient may land on either side of a half). `tests/proofs` makes them again, and
//! proves the errors given here, which are relative errors of exp(-r), log1p(f) and log1p(e).

use crate::simd::Native;

/// The constants of one element type.
pub(crate) trait Constants: Native {
    /// log2(e)
    const LOG2_E: Self;
    /// ln 2 in two words. The high word ends in enough zeros that its product with any exponent is exact.
    const LN2_HI: Self;
    const LN2_LO: Self;
    /// Adding this number rounds to an integer in the lowest bits, on top of the exponent's bias and of an offset, 126 or
    /// 1022, that keeps 2^n normal where exp(-a) is not.
    const ROUNDING: Self;
    /// 2^-126 in `f32`, 2^-1022 in `f64`: multiplies a power of two whose exponent has the offset.
    const UNSCALE: Self;
    /// `ROUNDING` with half of the offset.
    const ROUNDING_HALF: Self;
    /// The largest a of [`exp_neg_value`](super::exp::exp_neg_value), which replaces larger ones. exp(-a) is 0 long before.
    /// Here 2^n, with half of the offset, is exactly 0, so that nothing underflows, which is slow.
    const EXP_ZERO: Self;
    /// The largest a for which 2^n is normal with the offset. exp(-a) is 0 long before. The exact exp(-a) times any number
    /// up to 2^100 (2^967) rounds to 0 from here on.
    const EXP_LIMIT: Self;
    /// The smallest number above 0.
    const LEAST: Self;
    /// The largest subnormal number.
    const LARGEST_SUBNORMAL: Self;
    /// The largest moderate logit, and the smallest and the largest moderate weight: no product of two moderate weights, or
    /// of one and exp(-a), is subnormal or infinite. A product of two and exp(-a) can be subnormal.
    const MODERATE_LOGIT: Self;
    const MODERATE_WEIGHTS: [Self; 2];
    /// The square roots of `MODERATE_WEIGHTS`.
    const MODERATE_PAIR: [Self; 2];
    /// exp(-r) for |r| <= 0.3467, from the highest power down.
    const EXP: &'static [Self];
    /// (exp(-r) - 1) / r by the same coefficients but the last, which is 1.
    const EXP_LESS_ONE: &'static [Self];
    /// `EXP` times 2^-63 (2^-511), which undoes half of the offset.
    const EXP_HALF: &'static [Self];
    /// (log1p(f) - f + f^2/2) / f^3 for -0.2929 <= f <= 0.41422, from the highest power down.
    const LOG1P: &'static [Self];
    /// (e - log1p(e)) / e^2 for 0 <= e <= 1, from the highest power down.
    const LOG1P_OF_FRACTION: &'static [Self];
    /// -1/2
    const MINUS_HALF: Self;
    /// bits(1) - bits(sqrt(1/2)). Added to the bits of y, it gives the exponent of y rounded to a power of two.
    const TO_POWER: Self;
    /// The largest number above 1 that `TO_POWER` rounds to 1.
    const BELOW_SQRT_2: Self;
    /// The bits of sign and exponent.
    const EXPONENT_MASK: Self;
    /// All bits except those of the sign and of the lower half of the fraction.
    const HEAD: Self;
    /// 2^127 (2^1023): subtracting the bits of 2^k from its bits leaves those of 2^-k.
    const RECIPROCAL: Self;
    /// 2^23 (2^52); an integer is added in its lowest bits.
    const INTEGER: Self;
    /// `INTEGER` plus the exponent's bias.
    const INTEGER_BIASED: Self;
    /// 2^64: makes every subnormal number a normal one.
    const LIFT: Self;
    /// `INTEGER_BIASED` plus the exponent of `LIFT`.
    const INTEGER_BIASED_LIFTED: Self;
}

impl Constants for f32 {
    const LOG2_E: Self = core::f32::consts::LOG2_E;
    const LN2_HI: Self = 0.693_145_75; // 15 bits, and exponents have 8
    const LN2_LO: Self = 1.428_606_8e-6;
    const ROUNDING: Self = 12_582_912.0 + 253.0; // 1.5 * 2^23 + 127 + 126
    const ROUNDING_HALF: Self = 12_582_912.0 + 190.0; // 1.5 * 2^23 + 127 + 63
    const EXP_ZERO: Self = 132.0; // n = -190
    const UNSCALE: Self = Self::MIN_POSITIVE;
    const EXP_LIMIT: Self = 174.0;
    const MODERATE_LOGIT: Self = 60.0;
    const MODERATE_WEIGHTS: [Self; 2] = [1.0 / (1_u32 << 30) as Self, (1_u32 << 30) as Self];
    const MODERATE_PAIR: [Self; 2] = [1.0 / 32_768.0, 32_768.0];
    const LEAST: Self = Self::from_bits(1);
    const LARGEST_SUBNORMAL: Self = Self::from_bits(0x007f_ffff);
    // Error below 2^-28.1.
    const EXP: &'static [Self] = &EXP_F32;
    const EXP_LESS_ONE: &'static [Self] = but_the_last(&EXP_F32);
    const EXP_HALF: &'static [Self] = &EXP_HALF_F32;
    // Error below 2^-26.8.
    const LOG1P: &'static [Self] = &LOG1P_F32;
    // Error below 2^-30.1.
    const LOG1P_OF_FRACTION: &'static [Self] = &LOG1P_OF_FRACTION_F32;
    const MINUS_HALF: Self = -0.5;
    const TO_POWER: Self = Self::from_bits(0x3f80_0000 - 0x3f35_04f3);
    const BELOW_SQRT_2: Self = Self::from_bits(0x3fb5_04f2);
    const EXPONENT_MASK: Self = Self::from_bits(0xff80_0000);
    const HEAD: Self = Self::from_bits(0x7fff_f000);
    const RECIPROCAL: Self = Self::from_bits(254 << 23);
    const INTEGER: Self = 8_388_608.0;
    const INTEGER_BIASED: Self = 8_388_608.0 + 127.0;
    const LIFT: Self = 18_446_744_073_709_551_616.0;
    const INTEGER_BIASED_LIFTED: Self = 8_388_608.0 + 191.0;
}

impl Constants for f64 {
    const LOG2_E: Self = core::f64::consts::LOG2_E;
    const LN2_HI: Self = Self::from_bits(0x3fe6_2e42_fefa_3800); // 42 bits, and exponents have 11
    const LN2_LO: Self = Self::from_bits(0x3d2e_f357_93c7_6730);
    const ROUNDING: Self = 6_755_399_441_055_744.0 + 2045.0; // 1.5 * 2^52 + 1023 + 1022
    const ROUNDING_HALF: Self = 6_755_399_441_055_744.0 + 1534.0; // 1.5 * 2^52 + 1023 + 511
    const EXP_ZERO: Self = 1063.0; // n = -1534
    const UNSCALE: Self = Self::MIN_POSITIVE;
    const EXP_LIMIT: Self = 1416.0;
    const MODERATE_LOGIT: Self = 600.0;
    const MODERATE_WEIGHTS: [Self; 2] = [1.0 / (1_u128 << 100) as Self, (1_u128 << 100) as Self];
    const MODERATE_PAIR: [Self; 2] = [1.0 / (1_u64 << 50) as Self, (1_u64 << 50) as Self];
    const LEAST: Self = Self::from_bits(1);
    const LARGEST_SUBNORMAL: Self = Self::from_bits(0x000f_ffff_ffff_ffff);
    // Error below 2^-57.8.
    const EXP: &'static [Self] = &EXP_F64;
    const EXP_LESS_ONE: &'static [Self] = but_the_last(&EXP_F64);
    const EXP_HALF: &'static [Self] = &EXP_HALF_F64;
    // Error below 2^-59.2.
    const LOG1P: &'static [Self] = &LOG1P_F64;
    // Error below 2^-59.1.
    const LOG1P_OF_FRACTION: &'static [Self] = &LOG1P_OF_FRACTION_F64;
    const MINUS_HALF: Self = -0.5;
    const TO_POWER: Self = Self::from_bits(0x3ff0_0000_0000_0000 - 0x3fe6_a09e_667f_3bcd);
    const BELOW_SQRT_2: Self = Self::from_bits(0x3ff6_a09e_667f_3bcc);
    const EXPONENT_MASK: Self = Self::from_bits(0xfff0_0000_0000_0000);
    const HEAD: Self = Self::from_bits(0x7fff_ffff_f800_0000);
    const RECIPROCAL: Self = Self::from_bits(2046 << 52);
    const INTEGER: Self = 4_503_599_627_370_496.0;
    const INTEGER_BIASED: Self = 4_503_599_627_370_496.0 + 1023.0;
    const LIFT: Self = 18_446_744_073_709_551_616.0;
    const INTEGER_BIASED_LIFTED: Self = 4_503_599_627_370_496.0 + 1087.0;
}

const fn but_the_last<T>(all: &'static [T]) -> &'static [T] {
    match all.split_last() {
        Some((_, rest)) => rest,
        None => all,
    }
}

const EXP_F32: [f32; 7] = [
    f32::from_bits(0x3ab4_a669), // 1.378250425e-03
    f32::from_bits(0xbc09_1cc4), // -8.368674666e-03
    f32::from_bits(0x3d2a_ad13), // 4.166896269e-02
    f32::from_bits(0xbe2a_aa49), // -1.666652113e-01
    f32::from_bits(0x3eff_fffd), // 4.999999106e-01
    f32::from_bits(0xbf80_0000), // -1.000000000e+00
    f32::from_bits(0x3f80_0000), // 1.000000000e+00
];

const EXP_HALF_F32: [f32; 7] = {
    let mut scaled = EXP_F32;
    let mut i = 0;
    while i < scaled.len() {
        scaled[i] *= f32::from_bits((127 - 63) << 23);
        i += 1;
    }
    scaled
};

const LOG1P_F32: [f32; 8] = [
    f32::from_bits(0xbd94_30f4), // -7.235899568e-02
    f32::from_bits(0x3e00_6333), // 1.253784150e-01
    f32::from_bits(0xbe07_5f36), // -1.321991384e-01
    f32::from_bits(0x3e11_dc6e), // 1.424424350e-01
    f32::from_bits(0xbe2a_32ab), // -1.662089080e-01
    f32::from_bits(0x3e4c_c94f), // 1.999866813e-01
    f32::from_bits(0xbe80_011b), // -2.500084341e-01
    f32::from_bits(0x3eaa_aaba), // 3.333337903e-01
];

const EXP_F64: [f64; 12] = [
    f64::from_bits(0xbe5a_d937_209d_2824), // -2.500461175e-08
    f64::from_bits(0x3e92_8ae1_0fca_39b6), // 2.763047318e-07
    f64::from_bits(0xbec7_1df1_8b9a_1062), // -2.755757205e-06
    f64::from_bits(0x3efa_0199_94c1_311e), // 2.480149242e-05
    f64::from_bits(0xbf2a_01a0_12ff_a32b), // -1.984126952e-04
    f64::from_bits(0x3f56_c16c_1847_c94a), // 1.388888894e-03
    f64::from_bits(0xbf81_1111_1112_6b2e), // -8.333333333e-03
    f64::from_bits(0x3fa5_5555_5555_06ac), // 4.166666667e-02
    f64::from_bits(0xbfc5_5555_5555_54fe), // -1.666666667e-01
    f64::from_bits(0x3fe0_0000_0000_000a), // 5.000000000e-01
    f64::from_bits(0xbff0_0000_0000_0000), // -1.000000000e+00
    f64::from_bits(0x3ff0_0000_0000_0000), // 1.000000000e+00
];

const EXP_HALF_F64: [f64; 12] = {
    let mut scaled = EXP_F64;
    let mut i = 0;
    while i < scaled.len() {
        scaled[i] *= f64::from_bits((1023 - 511) << 52);
        i += 1;
    }
    scaled
};

const LOG1P_F64: [f64; 20] = [
    f64::from_bits(0xbf98_de40_12eb_27a8), // -2.428531757e-02
    f64::from_bits(0x3fad_2cd6_47a5_94ab), // 5.698270440e-02
    f64::from_bits(0xbfb0_10aa_ba2d_7f28), // -6.275431676e-02
    f64::from_bits(0x3fab_ba46_c7ea_f505), // 5.415555182e-02
    f64::from_bits(0xbfab_4599_f5d0_d3d4), // -5.326539159e-02
    f64::from_bits(0x3fad_c986_9bae_f0b4), // 5.817814494e-02
    f64::from_bits(0xbfb0_0d01_90fd_d16d), // -6.269845762e-02
    f64::from_bits(0x3fb1_16a0_53ca_46b8), // 6.675149961e-02
    f64::from_bits(0xbfb2_4894_104a_9eed), // -7.141995809e-02
    f64::from_bits(0x3fb3_b0d7_776d_b878), // 7.691713968e-02
    f64::from_bits(0xbfb5_5557_7529_2e78), // -8.333345995e-02
    f64::from_bits(0x3fb7_45d5_8ea5_c285), // 9.090933545e-02
    f64::from_bits(0xbfb9_9999_a9bb_2e1c), // -1.000000038e-01
    f64::from_bits(0x3fbc_71c7_02d2_3313), // 1.111111051e-01
    f64::from_bits(0xbfbf_ffff_ff3b_e288), // -1.249999998e-01
    f64::from_bits(0x3fc2_4924_9275_ff8e), // 1.428571429e-01
    f64::from_bits(0xbfc5_5555_5556_afff), // -1.666666667e-01
    f64::from_bits(0x3fc9_9999_9999_4d52), // 2.000000000e-01
    f64::from_bits(0xbfcf_ffff_ffff_fe7d), // -2.500000000e-01
    f64::from_bits(0x3fd5_5555_5555_556b), // 3.333333333e-01
];

const LOG1P_OF_FRACTION_F32: [f32; 10] = [
    f32::from_bits(0xbb08_3dd6), // -2.078881022e-03
    f32::from_bits(0x3c5f_dfbb), // 1.366418134e-02
    f32::from_bits(0xbd2c_455b), // -4.205833003e-02
    f32::from_bits(0x3daa_57ad), // 8.317504078e-02
    f32::from_bits(0xbdff_7dfa), // -1.247520000e-01
    f32::from_bits(0x3e25_34b3), // 1.613338441e-01
    f32::from_bits(0xbe4b_c487), // -1.989918798e-01
    f32::from_bits(0x3e7f_e2a9), // 2.498880774e-01
    f32::from_bits(0xbeaa_a9da), // -3.333271146e-01
    f32::from_bits(0x3eff_fffc), // 4.999998808e-01
];

const LOG1P_OF_FRACTION_F64: [f64; 21] = [
    f64::from_bits(0x3ef1_6320_ec13_be18), // 1.658174620e-05
    f64::from_bits(0xbf2a_1e26_5bed_85d3), // -1.992627931e-04
    f64::from_bits(0x3f52_a826_5889_63f0), // 1.138722846e-03
    f64::from_bits(0xbf70_f1f1_a807_e833), // -4.136985750e-03
    f64::from_bits(0x3f86_1f45_bd5d_ebdb), // 1.080183491e-02
    f64::from_bits(0xbf96_5264_2dd0_89a0), // -2.179867296e-02
    f64::from_bits(0x3fa2_5cff_c513_f05a), // 3.586577683e-02
    f64::from_bits(0xbfa9_cb68_3ddc_95e1), // -5.037999873e-02
    f64::from_bits(0x3fb0_276e_6b4b_e621), // 6.310167427e-02
    f64::from_bits(0xbfb2_cafa_de1e_726e), // -7.340972827e-02
    f64::from_bits(0x3fb5_061a_dd72_1d04), // 8.212440401e-02
    f64::from_bits(0xbfb7_2fdb_ed57_e7ed), // -9.057402176e-02
    f64::from_bits(0x3fb9_94c4_93cc_9639), // 9.992626770e-02
    f64::from_bits(0xbfbc_70f2_d243_f8af), // -1.110984577e-01
    f64::from_bits(0x3fbf_ffe4_3c16_eff9), // 1.249983451e-01
    f64::from_bits(0xbfc2_4923_3abc_27cf), // -1.428569829e-01
    f64::from_bits(0x3fc5_5555_3dcd_8488), // 1.666666557e-01
    f64::from_bits(0xbfc9_9999_9886_8f8e), // -1.999999995e-01
    f64::from_bits(0x3fcf_ffff_fff8_620f), // 2.500000000e-01
    f64::from_bits(0xbfd5_5555_5555_4772), // -3.333333333e-01
    f64::from_bits(0x3fdf_ffff_ffff_ffee), // 5.000000000e-01
];
