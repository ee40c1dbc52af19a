//! The margin as a logit.

use super::Margin;
use crate::math::Constants;

/// Margins that both types have, and ln(m / (1 - m)) in two words of `f64`: mpmath's
/// `L = log(m/(1-m)); float(L), float(L - float(L))` at 60 digits.
const LOGITS: [(f64, f64, f64); 8] = [
    (0.5, 0.0, 0.0),
    (0.25, -1.0986122886681098, 9.07129723500153e-17),
    (0.0625, -2.70805020110221, -2.0878445608437204e-18),
    (0.75, 1.0986122886681098, -9.07129723500153e-17),
    (0.9999990463256836, 13.862942657524135, 1.9431032133072528e-17),
    (7.888609052210118e-31, -69.31471805599453, 1.6777560748042647e-15),
    (0.05000000074505806, -2.9444389634810078, 1.874714675982009e-17),
    (0.20000000298023224, -1.3862943424934393, 7.158026120963729e-17),
];

/// Whether the error of x0 is within the bound: (1 - m) times it is the relative error of m.
fn is_close<T: Constants>(allowed: f64) {
    for (m, high, low) in LOGITS {
        let margin = Margin::new(T::narrow(m));
        let [hi, lo] = [margin.logit.hi.widen(), margin.logit.lo.widen()];
        let error = (1.0 - m) * ((hi - high) + lo - low).abs();
        assert!(error <= allowed, "{m}: {error:e}");
    }
}

#[test]
fn of_single_precision() {
    // A quarter of an ULP at most.
    is_close::<f32>(f64::from(f32::EPSILON) / 8.0);
}

#[test]
fn of_double_precision() {
    is_close::<f64>(f64::EPSILON / 8.0);
}

#[test]
fn none() {
    for m in [0.0, f32::from_bits(1), f32::from_bits(0x007f_ffff)] {
        assert!(Margin::new(m).is_none(), "{m:e}");
    }
    assert!(!Margin::new(f32::MIN_POSITIVE).is_none());
}
