//! Sigmoid, its logarithm, and softplus.

use crate::common::activation::Activation::{self, LogSigmoid, Sigmoid, Softplus};
use crate::common::{Number, Random, backends, difference, for_both_types, same, slowest_of, written};
use logit_loss::{Backend, BceWithLogits, Loss, Reduction};

for_both_types!(every_length, every_offset, longer, neighbours, automatic_backend, like_the_losses);

fn logits<N: Number>(len: usize) -> Vec<N> {
    let mut random = Random(len as u64);
    let mut logits = random.normals::<N>(len, 8.0);
    for _ in 0..len / 8 {
        let special = [f64::INFINITY, f64::NEG_INFINITY, f64::NAN, 0.0, -0.0, 90.0, -100.0, 740.0, -720.0, 1e-30, 1e30];
        logits[random.below(len)] = N::new(special[random.below(special.len())]);
    }
    logits
}

/// Runs the function out of place and in place, on slices that start `offset` elements into their buffers; the logits start
/// elsewhere.
fn run<N: Number>(function: Activation<N>, backend: Option<Backend>, logits: &[N], offset: usize) -> Vec<N> {
    let from = (offset * 5 + 3) % 17;
    let moved = [&vec![N::NAN; from], logits, &[N::NAN; 3]].concat();
    let apart = written(logits.len(), offset, |out| function.write(backend, &moved[from..][..logits.len()], out));
    let in_place = written(logits.len(), offset, |out| {
        out.copy_from_slice(logits);
        function.replace(backend, out)
    });
    let name = backend.map_or("chosen", |b| b.name());
    let found = difference(&Ok(apart.clone()), &Ok(in_place));
    assert!(found.is_none(), "{function:?} apart and in place on {name}: {found:?}");
    apart
}

/// Compares all backends with the slowest of their kind, at these offsets.
fn check<N: Number>(len: usize, offsets: &[usize]) {
    let logits = logits::<N>(len);
    for function in Activation::all() {
        for backend in backends() {
            let expected = run(function, Some(slowest_of::<N>(backend)), &logits, 0);
            for &offset in offsets {
                let found = run(function, Some(backend), &logits, offset);
                let difference = difference(&Ok(found), &Ok(expected.clone()));
                let context = format!("{function:?} of {len} from {offset} on, {}", backend.name());
                assert!(difference.is_none(), "{context}: {difference:?}");
            }
        }
    }
}

fn every_length<N: Number>() {
    for len in 0..=200 {
        check::<N>(len, &[len % 17]);
    }
}

fn every_offset<N: Number>() {
    let offsets: Vec<usize> = (0..=16).collect();
    for len in [1, 7, 8, 16, 17, 31, 32, 33, 64, 65, 130] {
        check::<N>(len, &offsets);
    }
}

fn longer<N: Number>() {
    for around in [256, 512, 1024] {
        for len in around - 1..=around + 1 {
            check::<N>(len, &[len % 17]);
        }
    }
    check::<N>(N::CHUNK + 77, &[1]);
}

fn neighbours<N: Number>() {
    let logits = logits::<N>(70);
    for backend in backends() {
        for function in Activation::all() {
            let within = function.of(backend, &logits);
            for (i, (&x, &y)) in logits.iter().zip(&within).enumerate() {
                let mut among_nan = vec![N::NAN; 70];
                among_nan[i] = x;
                for other in [function.of(backend, &[x])[0], function.of(backend, &among_nan)[i]] {
                    assert!(same(y, other), "{function:?} of {x:?} on {}: {y:?}, {other:?}", backend.name());
                }
            }
        }
    }
}

fn automatic_backend<N: Number>() {
    for len in 0..=40 {
        for function in Activation::all() {
            let logits = logits::<N>(len);
            let [pinned, chosen] = [Some(Backend::best()), None].map(|backend| Ok(run(function, backend, &logits, 1)));
            let difference = difference(&pinned, &chosen);
            assert!(difference.is_none(), "{function:?} of {len}: {difference:?}");
        }
    }
}

/// Softplus is the loss of a negative, the logarithm of the sigmoid is minus that of a positive, and sigmoid is the
/// gradient: to the last bit, except for the sign of 0.
fn like_the_losses<N: Number>() {
    let logits: Vec<N> = logits(3000);
    let n = logits.len();
    for backend in backends() {
        let bce = BceWithLogits::new().backend(backend).reduction(Reduction::Sum);
        let [mut negative, mut positive, mut gradient] = [(); 3].map(|()| vec![N::NAN; n]);
        bce.losses(&logits, &vec![false; n], &mut negative).unwrap();
        bce.losses(&logits, &vec![true; n], &mut positive).unwrap();
        bce.gradient(&logits, &vec![false; n], &mut gradient).unwrap();
        positive.iter_mut().for_each(|loss| *loss = -*loss);
        for (function, expected) in [(Softplus(N::new(1.0)), negative), (LogSigmoid, positive), (Sigmoid, gradient)] {
            for ((x, found), expected) in logits.iter().zip(function.of(backend, &logits)).zip(expected) {
                let equal = found == expected || found.is_nan() && expected.is_nan();
                assert!(equal, "{function:?} of {x:?} on {}: {found:?} and not {expected:?}", backend.name());
            }
        }
    }
}
