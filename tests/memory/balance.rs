//! The positive weights that balance classes.

use crate::common::{Number, balance, each_label, for_both_types};
use crate::fenced::{Fenced, Place};
use logit_loss::Label;

for_both_types!(any_number_of_classes);

fn any_number_of_classes<N: Number>() {
    for classes in (1..=70).chain([127, 128, 129, 257]) {
        for samples in 2..=5 {
            // Negatives and positives alternate, so that each class has both.
            let targets: Vec<N> = (0..classes * samples).map(|i| N::new((i / classes % 2) as f64)).collect();
            each_label!(&targets, labels => check::<N, _>(labels, classes));
        }
    }
}

fn check<N: Number, Y: Label<N> + Copy>(targets: &[Y], classes: usize) {
    let [mut from, mut to] = [Fenced::new(size_of_val(targets)), Fenced::new(classes * size_of::<N>())];
    for place in Place::all() {
        let out = to.hold(&vec![N::NAN; classes], place);
        balance(from.hold(targets, place), out).unwrap();
        assert!(!out.iter().any(|v| v.is_nan()), "{classes} classes of {} at {place:?}", targets.len());
        to.assert_kept();
        from.assert_kept();
    }
}
