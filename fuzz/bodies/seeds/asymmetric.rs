//! Of asymmetric loss.

use super::super::number::Number;
use super::{Call, HARD, MEAN, ORDINARY, SOFT, SUM, VALID, WEIGHTED_MEAN, Writer, case};

pub fn cases<T: Number>() -> Vec<(String, Vec<u8>)> {
    let infinite = f64::INFINITY;
    let [least_normal, flat, subnormal, gone] = [5, 16, 17, 19].map(|i| T::SPECIAL[i].wide());
    let mut seeds = Vec::new();
    let mut add = |name: String, writer: Writer| seeds.push((name, writer.0));
    // No margin, the default, one whose logit is 0, the largest and the least; with logits about each.
    let margins = [0.0, 0.05, 0.5, 1.0 - T::ULP_OF_ONE / 2.0, least_normal];
    let names = ["none", "default", "half", "largest", "least"];
    // Multiplied, exponentiated, and so small that the power is 1.
    let gammas = [[1.0, 4.0], [0.0, 0.5], [1.5, 64.0], [64.0, 0.0], [1e-40, 1.0]];
    for (margin, name) in margins.into_iter().zip(names) {
        let margin = T::of(margin).wide();
        let logit = if margin > 0.0 { (margin / (1.0 - margin)).ln() } else { -4.0 };
        let ulp = T::ULP_OF_ONE;
        let logits =
            [logit, logit * (1.0 + ulp), logit * (1.0 - ulp), logit + 1e-3, 0.3, flat, subnormal, gone, infinite];
        let logits: Vec<f64> =
            logits.into_iter().chain([-0.3, -flat, -subnormal, -gone, -infinite, 0.0, -0.0]).collect();
        for (i, gamma) in gammas.into_iter().enumerate() {
            let parameters = [gamma[0], gamma[1], margin];
            let targets: &[f64] = if i % 2 == 0 { HARD } else { SOFT };
            let case = case::<T>(96, SUM, &logits, targets).bytes(&[0]).asymmetric::<T>(parameters);
            add(format!("margin_{name}_gammas_{i}"), case);
        }
        let weighted = case::<T>(105, WEIGHTED_MEAN, &logits, &[0.0, 0.0, 1.0]).bytes(&[5]);
        let weighted = weighted.numbers::<T>(0, &[0.0, 1.0, 3.0, 1e9, 0.5, T::LARGEST, T::TINY]);
        add(format!("margin_{name}_weighted"), weighted.asymmetric::<T>([1.0, 2.0, margin]));
    }
    let head = Writer::default().bytes(&[0, 65, MEAN, 1]).number(T::of(0.1));
    let smoothed = head.numbers::<T>(0, ORDINARY).numbers::<T>(0, HARD).bytes(&[0]);
    add("smoothed".to_owned(), smoothed.asymmetric::<T>([1.0, 4.0, 0.05]));
    let blocks = case::<T>(213, SUM, ORDINARY, HARD).bytes(&[5]).numbers::<T>(7, &[1.0, 0.5]);
    add("block_of_hard_targets".to_owned(), blocks.asymmetric::<T>([2.0, 5.0, 0.2]));
    seeds
}

pub fn interface<T: Number>(flag: u8) -> Vec<(&'static str, Vec<u8>)> {
    let with = |positive, negative, margin| Call { asymmetric: Some([positive, negative, margin]), ..VALID };
    let valid = with(1.0, 4.0, 0.05);
    let variants = [
        ("asymmetric", valid.clone()),
        ("asymmetric_without_margin", with(0.0, 64.0, 0.0)),
        ("asymmetric_largest_margin", with(64.0, 0.0, 1.0 - T::ULP_OF_ONE / 2.0)),
        ("asymmetric_margin_of_1", with(1.0, 4.0, 1.0)),
        ("asymmetric_negative_margin", with(1.0, 4.0, -T::TINY)),
        ("asymmetric_nan_margin", with(1.0, 4.0, f64::NAN)),
        ("asymmetric_gamma_of_positives_beyond_64", with(64.0 * (1.0 + T::ULP_OF_ONE), 4.0, 0.05)),
        ("asymmetric_negative_gamma_of_negatives", with(1.0, -T::TINY, 0.05)),
        ("asymmetric_nan_gamma", with(f64::NAN, 4.0, 0.05)),
        ("asymmetric_smoothing_beyond_1", Call { smoothing: 1.5, ..valid.clone() }),
        ("asymmetric_wrong_length", Call { lengths: [11; 4], ..valid.clone() }),
        ("asymmetric_nan_where_the_weight_is_0", Call { logits: f64::NAN, ..valid }),
    ];
    variants.into_iter().map(|(name, call)| (name, call.bytes::<T>(flag))).collect()
}
