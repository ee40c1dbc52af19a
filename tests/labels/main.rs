//! Labels of all types, absent elements, two weights, and results for each sample and class.

#[path = "../common/mod.rs"]
mod common;

mod missing;
mod parts;
mod types;
mod weights;

/// Returns the sum of numbers that are not negative, to about the last digit (Neumaier).
fn sum(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, lost) = values.fold((0.0_f64, 0.0), |(sum, lost), v| {
        let next = sum + v;
        let (large, small) = if sum < v { (v, sum) } else { (sum, v) };
        (next, lost + (large - next + small))
    });
    sum + lost
}
