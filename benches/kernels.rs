//! The loss, alone and with gradient, of both types on every backend, beside the plain loop; and focal loss on the fastest
//! backend.

#[path = "common/plain.rs"]
mod plain;

use criterion::{BenchmarkGroup, BenchmarkId, Criterion, SamplingMode, Throughput};
use criterion::{criterion_group, criterion_main, measurement::WallTime};
use logit_loss::{Backend, BceWithLogits, FocalLoss, Loss, Reduction};
use plain::{Plain, inputs};
use std::hint::black_box;
use std::time::Duration;

const SIZES: [usize; 8] = [1, 8, 32, 64, 1 << 10, 32 << 10, 1 << 20, 16 << 20];

fn bench<T: Plain>(c: &mut Criterion) {
    let (logits, targets) = inputs::<T>(SIZES[SIZES.len() - 1]);
    let mut gradient = logits.clone();

    let mut group = group::<T>(c, "loss");
    for n in SIZES {
        let (x, t) = (&logits[..n], &targets[..n]);
        throughput::<T>(&mut group, n, 2);
        for (name, bce) in losses::<T>() {
            group.bench_function(BenchmarkId::new(name, n), |b| b.iter(|| bce.loss(black_box(x), black_box(t))));
        }
        for (name, focal) in focal_losses::<T>() {
            group.bench_function(BenchmarkId::new(name, n), |b| b.iter(|| focal.loss(black_box(x), black_box(t))));
        }
        group.bench_function(BenchmarkId::new("plain loop", n), |b| b.iter(|| T::loss(black_box(x), black_box(t))));
    }
    group.finish();

    let mut group = self::group::<T>(c, "loss_and_gradient");
    for n in SIZES {
        let (x, t, g) = (&logits[..n], &targets[..n], &mut gradient[..n]);
        throughput::<T>(&mut group, n, 3);
        for (name, bce) in losses::<T>() {
            group.bench_function(BenchmarkId::new(name, n), |b| {
                b.iter(|| bce.loss_and_gradient(black_box(x), black_box(t), black_box(g)));
            });
        }
        for (name, focal) in focal_losses::<T>() {
            group.bench_function(BenchmarkId::new(name, n), |b| {
                b.iter(|| focal.loss_and_gradient(black_box(x), black_box(t), black_box(g)));
            });
        }
        group.bench_function(BenchmarkId::new("plain loop", n), |b| {
            b.iter(|| T::loss_and_gradient(black_box(x), black_box(t), black_box(g)));
        });
    }
    group.finish();
}

fn losses<T: Plain>() -> impl Iterator<Item = (&'static str, BceWithLogits<'static, T>)> {
    let bce = BceWithLogits::new().reduction(Reduction::Sum);
    Backend::available().map(move |backend| (backend.name(), bce.backend(backend)))
}

/// Gammas whose power is a repeated product, and an exponential.
fn focal_losses<T: Plain>() -> [(&'static str, FocalLoss<'static, T>); 2] {
    let focal = FocalLoss::new().reduction(Reduction::Sum);
    [("focal, gamma 2", focal), ("focal, gamma 0.5", focal.gamma(T::number(0.5)))]
}

fn group<'c, T: Plain>(c: &'c mut Criterion, what: &str) -> BenchmarkGroup<'c, WallTime> {
    let mut group = c.benchmark_group(format!("{what}/{}", T::NAME));
    // All samples have the same number of iterations: the largest sizes would take minutes otherwise.
    group.sampling_mode(SamplingMode::Flat);
    group
}

/// Sets the throughput in elements, and in bytes of this number of streams.
fn throughput<T>(group: &mut BenchmarkGroup<'_, WallTime>, n: usize, streams: usize) {
    let bytes = (streams * n * size_of::<T>()) as u64;
    group.throughput(Throughput::ElementsAndBytes { elements: n as u64, bytes });
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .without_plots()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(600));
    targets = bench::<f32>, bench::<f64>
}
criterion_main!(benches);
