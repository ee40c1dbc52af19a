//! Sigmoid, its logarithm, and softplus.

use crate::common::activation::Activation;
use crate::common::{Number, Random, backends, for_both_types};
use crate::fenced::{End, Fenced, Place, Start};
use crate::losses::lengths;

for_both_types!(every_length_at_every_offset, around_blocks);

fn every_length_at_every_offset<N: Number>() {
    for len in 0..=70 {
        Place::all().for_each(|place| check::<N>(len, place));
    }
}

fn around_blocks<N: Number>() {
    for len in lengths::<N>() {
        [Start(0), End(0), Start(3), End(3)].into_iter().for_each(|place| check::<N>(len, place));
    }
}

fn check<N: Number>(len: usize, place: Place) {
    let x = Random(len as u64).normals::<N>(len, 8.0);
    let [mut from, mut to] = [Fenced::new(size_of_val(&x[..])), Fenced::new(size_of_val(&x[..]))];
    for backend in backends().map(Some).chain([None]) {
        for function in Activation::all() {
            let logits = from.hold(&x, place);
            let out = to.hold(&vec![N::NAN; len], place);
            function.write(backend, logits, out).unwrap();
            assert!(!out.iter().any(|v| v.is_nan()), "{function:?} on {backend:?}: {len} at {place:?}");
            function.replace(backend, logits).unwrap();
            assert!(logits == out, "{function:?} in place on {backend:?}: {len} at {place:?}");
            to.assert_kept();
            from.assert_kept();
        }
    }
}
