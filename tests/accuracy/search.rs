//! Where errors are looked for, and the largest that were found.

use std::collections::BTreeMap;

use crate::allowed;
use crate::common::{Number, Random, backends};
use logit_loss::Backend;

/// The largest error found for each result on each backend.
pub struct Worst {
    pub backends: Vec<Backend>,
    found: BTreeMap<String, (f64, f64, String)>,
}

impl Worst {
    pub fn on(backends: impl Iterator<Item = Backend>) -> Self {
        Self { backends: backends.collect(), found: BTreeMap::new() }
    }

    pub fn see<N: Number>(
        &mut self,
        backend: Backend,
        what: &str,
        limit: f64,
        error: f64,
        at: impl FnOnce() -> String,
    ) {
        let limit = limit + if backend.fused::<N>() { 0.0 } else { allowed::UNFUSED };
        let key = format!("{what:<31} {:<10}", backend.name());
        let worst = self.found.entry(key).or_insert((-1.0, limit, String::new()));
        if error > worst.0 {
            *worst = (error, limit, at());
        }
    }

    /// What another search has found.
    pub fn absorb(&mut self, other: Self) {
        for (key, found) in other.found {
            let worst = self.found.entry(key).or_insert_with(|| found.clone());
            if found.0 > worst.0 {
                *worst = found;
            }
        }
    }

    #[track_caller]
    pub fn report<N>(&self) {
        let kind = std::any::type_name::<N>();
        let mut broken = Vec::new();
        for (key, (error, limit, at)) in &self.found {
            let line = format!("{kind} {key} {error:.4} of {limit} ULP, at {at}");
            println!("{line}");
            if error > limit {
                broken.push(line);
            }
        }
        assert!(broken.is_empty(), "\n{}", broken.join("\n"));
        assert!(!self.found.is_empty());
    }
}

/// Logits of every size, and those where something happens.
pub fn logits<N: Number>(dense: usize) -> Vec<N> {
    let mut random = Random(99);
    let mut all: Vec<N> = Vec::new();
    let last = -f64::from(N::LEAST_EXPONENT) * std::f64::consts::LN_2;
    for _ in 0..dense {
        // Every exponent; what is in use; tails; results that are subnormal.
        let any = N::from_bits_of(random.bits());
        if !any.is_nan() && any.abs() != N::INFINITY {
            all.push(any);
        }
        let precision = f64::from(N::PRECISION);
        for (low, high) in [
            (0.0, 2.0),
            (0.0, 20.0),
            // Where 1 + e is 1.
            (precision * 0.66, precision * 0.72),
            (0.0, last + 3.0),
            (last - precision, last + 2.0),
            // e is about 1, and about sqrt(2) - 1, where the logarithm takes the exponent out.
            (0.0, 1e-3),
            (0.8813, 0.8815),
        ] {
            all.push(N::new(low + (high - low) * random.unit()));
        }
        // The edges of the reduction to a range: multiples of ln 2 and halves between them.
        let n = random.below((last / std::f64::consts::LN_2) as usize) as f64;
        let edge = (n + 0.5 * random.below(2) as f64) * std::f64::consts::LN_2;
        all.push(N::new(edge * (1.0 + (random.unit() - 0.5) * 1e-6)));
    }
    all.iter().flat_map(|&x| [x, -x]).collect()
}

/// Of `f32` a stride through all patterns as well, since its reference is fast.
pub fn points<N: Number>() -> Vec<N> {
    if N::PRECISION == 24 {
        let mut points = logits::<N>(800);
        points.extend(strided::<N>(262_147));
        points
    } else {
        logits(120)
    }
}

fn strided<N: Number>(stride: usize) -> impl Iterator<Item = N> {
    (0..=u64::from(u32::MAX)).step_by(stride).map(N::from_bits_of).filter(|x| x.abs() <= N::LARGEST)
}

/// Looks at the patterns of `f32` in steps of `stride`, on the fastest backend of each kind, since the others have the
/// same bits.
pub fn over_all_patterns(stride: u64, look: impl Fn(&mut Worst, &[f32]) + Sync) -> Worst {
    const PIECE: u64 = 1 << 20;
    let threads = std::thread::available_parallelism().map_or(1, usize::from) as u64;
    let pieces = (1 << 32) / PIECE;
    let fastest = || [true, false].into_iter().filter_map(|kind| backends().find(|b| b.fused::<f32>() == kind));
    let search = |worker: u64| {
        let mut worst = Worst::on(fastest());
        for piece in (worker..pieces).step_by(threads as usize) {
            let first = (piece * PIECE).next_multiple_of(stride);
            let patterns =
                (first..(piece + 1) * PIECE).step_by(stride as usize).map(|bits| f32::from_bits(bits as u32));
            let points: Vec<f32> = patterns.filter(|x| x.is_finite()).collect();
            look(&mut worst, &points);
        }
        worst
    };
    let mut worst = Worst::on(fastest());
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|worker| scope.spawn(move || search(worker))).collect();
        for worker in workers {
            worst.absorb(worker.join().unwrap());
        }
    });
    worst
}
