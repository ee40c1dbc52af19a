//! A digest of the bits of every function, for few inputs and without a heap. Microcontrollers compute them, and
//! `tests/same_bits` does so on all backends of a larger machine. All must get the digests in `digests.txt`, which is
//! written by
//!
//! ```text
//! GOLDEN=write cargo test --test same_bits board
//! ```

use logit_loss::{
    Activation, Backend, Bce, BceWithLogits, ClassCount, Error, FocalLoss, Hessian, Label, Loss, LossSum, Real,
    Weights, pos_weight,
};

const TABLE: &str = include_str!("../digests.txt");

/// The number of elements for which a small board has room.
pub const SINGLES: usize = 300;
pub const DOUBLES: usize = 150;

/// `f32` or `f64`.
pub trait Element: Real + Label<Self> {
    fn new(v: f64) -> Self;
    fn from_bits_of(bits: u64) -> Self;
    fn bits(self) -> u64;
    fn is_nan(self) -> bool;
}

impl Element for f32 {
    fn new(v: f64) -> f32 {
        v as f32
    }
    fn from_bits_of(bits: u64) -> f32 {
        f32::from_bits(bits as u32)
    }
    fn bits(self) -> u64 {
        u64::from(self.to_bits())
    }
    fn is_nan(self) -> bool {
        self.is_nan()
    }
}

impl Element for f64 {
    fn new(v: f64) -> f64 {
        v
    }
    fn from_bits_of(bits: u64) -> f64 {
        f64::from_bits(bits)
    }
    fn bits(self) -> u64 {
        self.to_bits()
    }
    fn is_nan(self) -> bool {
        self.is_nan()
    }
}

/// The name of a digest: inputs, loss and method.
pub type Name = [&'static str; 3];

/// Returns the digest in `digests.txt`. Each line has the three names, and the digests of `f32` fused, `f32`, `f64` fused,
/// `f64`.
pub fn expected<T: Real>(name: Name, backend: Backend) -> Option<u64> {
    let digests = TABLE.lines().find_map(|line| {
        let mut parts = line.split(" | ");
        name.iter().all(|&part| parts.next() == Some(part)).then(|| parts.next())?
    })?;
    u64::from_str_radix(digests.split(' ').nth(column::<T>(backend))?, 16).ok()
}

pub fn column<T: Real>(backend: Backend) -> usize {
    usize::from(size_of::<T>() == 8) * 2 + usize::from(!backend.is_fused())
}

/// SplitMix64.
struct Random(u64);

impl Random {
    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Returns a number in [0, 1).
    fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// The inputs, and room for the results.
struct Bench<'s, T, const N: usize> {
    backend: Backend,
    inputs: &'static str,
    logits: [T; N],
    targets: [T; N],
    out: [T; N],
    /// Receives each name and digest.
    see: &'s mut dyn FnMut(Name, u64),
}

/// FNV-1a of 64 bits. The payload and sign of a NaN are not promised.
fn digest<T: Element>(values: &[T]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325;
    for &value in values {
        let bits = if value.is_nan() { u64::MAX } else { value.bits() };
        for byte in bits.to_le_bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    hash
}

/// Runs every function for `N` elements on one backend.
pub fn all<T: Element, const N: usize>(backend: Backend, see: &mut dyn FnMut(Name, u64)) {
    let zeros = [T::new(0.0); N];
    let mut bench = Bench { backend, inputs: "usual", logits: zeros, targets: zeros, out: zeros, see };
    let mut weights = zeros;
    let mut random = Random(N as u64);
    // Logits in use, close to 0, and in the tails.
    let tail = if size_of::<T>() == 8 { 1100.0 } else { 160.0 };
    for (i, x) in bench.logits.iter_mut().enumerate() {
        *x = T::new([20.0, 2.0, 20.0, tail][i % 4] * (2.0 * random.unit() - 1.0));
    }
    for (i, w) in weights.iter_mut().enumerate() {
        *w = T::new([4.0, 0.0, 1.0][i % 3] * random.unit());
    }
    bench.targets.fill_with(|| T::new((random.bits() >> 63) as f64));
    bench.losses(&weights);
    bench.inputs = "soft";
    bench.targets.fill_with(|| T::new(random.unit()));
    bench.losses(&weights);
    bench.activations();
    bench.inputs = "any logits";
    bench.logits.fill_with(|| T::from_bits_of(random.bits()));
    bench.losses(&weights);
    bench.activations();
    bench.inputs = "probabilities";
    bench.logits.fill_with(|| T::new(random.unit()));
    bench.probabilities(&weights);
}

impl<T: Element, const N: usize> Bench<'_, T, N> {
    fn losses(&mut self, weights: &[T]) {
        let bce = BceWithLogits::new().backend(self.backend);
        let five = bce.pos_weight(Weights::uniform(T::new(5.0)));
        self.of_logits("bce", bce);
        self.of_logits("bce, p = 5", five);
        self.of_logits("bce, p = 5, smoothed", five.label_smoothing(T::new(0.1)));
        let classes = [0.5, 4.0].map(T::new);
        let weighted = bce.pos_weight(Weights::per_class(&classes)).weight(Weights::per_element(weights));
        self.of_logits("bce, weighted", weighted);
        let done = weighted.target_gradient(&self.logits, &self.targets, &mut self.out);
        self.wrote("bce, weighted", "target_gradient", done);
        let focal = FocalLoss::new().backend(self.backend);
        self.of_logits("focal", focal);
        self.of_logits("focal, gamma 1.5, weighted", focal.gamma(T::new(1.5)).weight(Weights::per_element(weights)));
    }

    fn of_logits(&mut self, name: &'static str, loss: impl Hessian<T>) {
        let mean = loss.loss(&self.logits, &self.targets);
        self.gave(name, "loss", mean.ok().as_slice());
        let done = loss.losses(&self.logits, &self.targets, &mut self.out);
        self.wrote(name, "losses", done);
        let mean = loss.loss_and_gradient(&self.logits, &self.targets, &mut self.out);
        self.gave(name, "loss with gradient", mean.ok().as_slice());
        self.wrote(name, "gradient", mean);
        self.out = self.logits;
        let mean = loss.loss_and_gradient_in_place(&mut self.out, &self.targets);
        self.wrote(name, "in place", mean);
        let mut gradient = self.logits;
        let done = loss.gradient_and_hessian(&self.logits, &self.targets, &mut gradient, &mut self.out);
        self.gave(name, "gradient with hessian", &gradient);
        self.wrote(name, "hessian", done);
        let done = loss.backward(&self.logits, &self.targets, Weights::per_sample(&[T::new(-2.0)], N), &mut self.out);
        self.wrote(name, "backward", done);
        let mut sum = LossSum::new();
        let done = loss.accumulate(&mut sum, &self.logits, &self.targets);
        self.out.fill(sum.sum());
        self.wrote(name, "accumulate", done);
    }

    fn probabilities(&mut self, weights: &[T]) {
        let bce = Bce::new().weight(Weights::per_element(weights)).backend(self.backend);
        let mean = bce.loss_and_gradient(&self.logits, &self.targets, &mut self.out);
        self.gave("bce", "loss with gradient", mean.ok().as_slice());
        self.wrote("bce", "gradient", mean);
        let done = bce.losses(&self.logits, &self.targets, &mut self.out);
        self.wrote("bce", "losses", done);
        let mut balance = [T::new(0.0)];
        let mut counts = [ClassCount::new()];
        let done = bce.count_classes(&mut counts, 1, &self.targets).and_then(|()| pos_weight(&counts, &mut balance));
        self.out.fill(balance[0]);
        self.wrote("balance", "pos_weight", done);
    }

    fn activations(&mut self) {
        let backend = self.backend;
        let done = Activation::sigmoid().backend(backend).apply(&self.logits, &mut self.out);
        self.wrote("activations", "sigmoid", done);
        let done = Activation::log_sigmoid().backend(backend).apply(&self.logits, &mut self.out);
        self.wrote("activations", "log_sigmoid", done);
        let done = Activation::softplus(T::new(1.0)).backend(backend).apply(&self.logits, &mut self.out);
        self.wrote("activations", "softplus", done);
        let done = Activation::softplus(T::new(0.7)).backend(backend).apply(&self.logits, &mut self.out);
        self.wrote("activations", "softplus, beta 0.7", done);
    }

    /// Digests the output, if it was written.
    fn wrote<R>(&mut self, loss: &'static str, method: &'static str, done: Result<R, Error>) {
        let found = digest(if done.is_ok() { &self.out } else { &[] });
        (self.see)([self.inputs, loss, method], found);
    }

    fn gave(&mut self, loss: &'static str, method: &'static str, values: &[T]) {
        (self.see)([self.inputs, loss, method], digest(values));
    }
}
