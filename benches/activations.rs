//! Sigmoid, its logarithm and softplus of both types on every backend, beside plain loops.

use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use logit_loss::{Activation, Backend, Real};
use std::hint::black_box;
use std::time::Duration;

const SIZES: [usize; 3] = [64, 32 << 10, 4 << 20];

/// The plain loops that most people write.
trait Plain: Real {
    const NAME: &'static str;
    fn of(v: f64) -> Self;
    fn sigmoid(x: Self) -> Self;
    fn log_sigmoid(x: Self) -> Self;
    fn softplus(x: Self) -> Self;
    fn softplus_of_2(x: Self) -> Self;
}

macro_rules! plain {
    ($type:ident) => {
        impl Plain for $type {
            const NAME: &'static str = stringify!($type);
            fn of(v: f64) -> $type {
                v as $type
            }
            fn sigmoid(x: $type) -> $type {
                1.0 / (1.0 + (-x).exp())
            }
            fn log_sigmoid(x: $type) -> $type {
                x.min(0.0) - (-x.abs()).exp().ln_1p()
            }
            fn softplus(x: $type) -> $type {
                x.max(0.0) + (-x.abs()).exp().ln_1p()
            }
            fn softplus_of_2(x: $type) -> $type {
                Self::softplus(2.0 * x) / 2.0
            }
        }
    };
}

plain!(f32);
plain!(f64);

/// A function of this crate, and the plain function of one element.
type Pair<T> = (Activation<T>, fn(T) -> T);

fn bench<T: Plain>(c: &mut Criterion) {
    // Logits from -8 to 8, in no order.
    let n = SIZES[SIZES.len() - 1];
    let logits: Vec<T> = (0..n).map(|i| T::of((i as f64 * 0.618_033_988_749_895).fract() * 16.0 - 8.0)).collect();
    let mut out = logits.clone();
    let functions: [(&str, Pair<T>); 4] = [
        ("sigmoid", (Activation::sigmoid(), T::sigmoid)),
        ("log_sigmoid", (Activation::log_sigmoid(), T::log_sigmoid)),
        ("softplus", (Activation::softplus(T::of(1.0)), T::softplus)),
        ("softplus, beta 2", (Activation::softplus(T::of(2.0)), T::softplus_of_2)),
    ];
    for (name, (activation, plain)) in functions {
        let mut group = c.benchmark_group(format!("{name}/{}", T::NAME));
        group.sampling_mode(SamplingMode::Flat);
        for n in SIZES {
            let (x, out) = (&logits[..n], &mut out[..n]);
            let bytes = (2 * size_of_val(x)) as u64;
            group.throughput(Throughput::ElementsAndBytes { elements: n as u64, bytes });
            for backend in Backend::available() {
                group.bench_function(BenchmarkId::new(backend.name(), n), |b| {
                    b.iter(|| activation.backend(backend).apply(black_box(x), black_box(out)));
                });
            }
            group.bench_function(BenchmarkId::new("plain loop", n), |b| {
                b.iter(|| {
                    for (out, &x) in black_box(&mut *out).iter_mut().zip(black_box(x)) {
                        *out = plain(x);
                    }
                });
            });
        }
        group.finish();
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .without_plots()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(100))
        .measurement_time(Duration::from_millis(300));
    targets = bench::<f32>, bench::<f64>
}
criterion_main!(benches);
