//! The contestants of the race.

use crate::limits::Limits;
use crate::plain::{Plain, inputs};
use crate::programs::Program;
use crate::rounds::{Contestant, Rates, seconds};
use crate::{CACHED, LARGE};
use logit_loss::{Activation, Backend, BceWithLogits, FocalLoss, Label, Loss, Weights};
use std::cell::RefCell;
use std::hint::black_box;

pub const LOSS: &str = "loss";
pub const LOSS_AND_GRADIENT: &str = "loss_and_gradient";

pub const FLOATS: &str = "float targets";
pub const U8: &str = "u8 targets";
pub const BOOL: &str = "bool targets";
pub const P_5: &str = "p = 5";
pub const PER_CLASS: [(&str, usize); 3] = [("p of 1 class", 1), ("p of 3 classes", 3), ("p of 64 classes", 64)];
pub const PER_ELEMENT: &str = "weights per element";
pub const FOCAL: &str = "focal, gamma 2";
pub const VARIANTS: [&str; 9] =
    [FLOATS, U8, BOOL, P_5, PER_CLASS[0].0, PER_CLASS[1].0, PER_CLASS[2].0, PER_ELEMENT, FOCAL];

#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Key {
    pub n: usize,
    pub what: &'static str,
    pub element: &'static str,
    pub variant: &'static str,
    /// A backend, or a rival.
    pub who: &'static str,
}

impl Key {
    pub fn size(self) -> String {
        match self.n {
            LARGE => "16 Mi".to_string(),
            CACHED => "32 Ki".to_string(),
            n => n.to_string(),
        }
    }

    /// Returns the memory limit: reading, for contestants that write nothing, and the triad for the others.
    pub fn memory(self) -> Self {
        let what = if self.what == LOSS { LOSS } else { LOSS_AND_GRADIENT };
        Self { what, variant: FLOATS, who: "memory", ..self }
    }
}

pub type Measured = Rates<Key>;

pub fn find(all: &[Measured], key: Key) -> Option<&Measured> {
    all.iter().find(|rates| rates.key == key)
}

pub struct Inputs<T> {
    logits: Vec<T>,
    targets: Vec<T>,
    bytes: Vec<u8>,
    bools: Vec<bool>,
    weights: Vec<T>,
    out: RefCell<Vec<T>>,
}

impl<T: Plain> Inputs<T> {
    pub fn new(n: usize) -> Self {
        let (logits, targets) = inputs::<T>(n);
        let bools: Vec<bool> = targets.iter().map(|&t| t == T::number(1.0)).collect();
        let bytes = bools.iter().map(|&t| u8::from(t)).collect();
        let weights = (0..n).map(|i| T::number(0.5 + (i % 31) as f64 / 16.0)).collect();
        let out = RefCell::new(logits.clone());
        Self { logits, targets, bytes, bools, weights, out }
    }

    /// All variants, on each backend with vectors for an x86 server.
    pub fn on_vectors(&self, n: usize) -> Vec<Contestant<'_, Key>> {
        let mut all = Vec::new();
        for backend in Backend::available().filter(|backend| ["avx512", "avx2"].contains(&backend.name())) {
            let key = Key { n, what: "", element: T::NAME, variant: FLOATS, who: backend.name() };
            let bce = BceWithLogits::new().backend(backend);
            let (x, t) = (&self.logits[..n], &self.targets[..n]);
            self.add(&mut all, key, bce, x, t);
            self.add(&mut all, Key { variant: U8, ..key }, bce, x, &self.bytes[..n]);
            self.add(&mut all, Key { variant: BOOL, ..key }, bce, x, &self.bools[..n]);
            self.add(&mut all, Key { variant: P_5, ..key }, bce.pos_weight(Weights::uniform(T::number(5.0))), x, t);
            for (variant, classes) in PER_CLASS {
                let weighted = bce.pos_weight(Weights::per_class(&self.weights[..classes]));
                let whole = n - n % classes;
                self.add(&mut all, Key { variant, ..key }, weighted, &x[..whole], &t[..whole]);
            }
            let weighted = bce.weight(Weights::per_element(&self.weights[..n]));
            self.add(&mut all, Key { variant: PER_ELEMENT, ..key }, weighted, x, t);
            self.add(&mut all, Key { variant: FOCAL, ..key }, FocalLoss::new().backend(backend), x, t);

            let [sigmoid, softplus] = [Activation::sigmoid(), Activation::softplus(T::number(1.0))];
            self.add_activation(&mut all, Key { what: "sigmoid", ..key }, sigmoid.backend(backend));
            self.add_activation(&mut all, Key { what: "softplus", ..key }, softplus.backend(backend));
        }
        all
    }

    /// The scalar backends, and the plain loop.
    pub fn on_scalars(&self, n: usize) -> Vec<Contestant<'_, Key>> {
        let mut all = Vec::new();
        let key = Key { n, what: "", element: T::NAME, variant: FLOATS, who: "plain loop" };
        for backend in Backend::available().filter(|backend| backend.name().starts_with("scalar")) {
            let bce = BceWithLogits::new().backend(backend);
            self.add(&mut all, Key { who: backend.name(), ..key }, bce, &self.logits[..n], &self.targets[..n]);
        }
        self.add_plain(&mut all, key);
        all
    }

    /// Short slices on the backend that is chosen for them, and the plain loop.
    pub fn short(&self, n: usize) -> Vec<Contestant<'_, Key>> {
        let mut all = Vec::new();
        let key = Key { n, what: "", element: T::NAME, variant: FLOATS, who: "ours" };
        self.add(&mut all, key, BceWithLogits::new(), &self.logits[..n], &self.targets[..n]);
        self.add_plain(&mut all, Key { who: "plain loop", ..key });
        all
    }

    fn add<'a, Y: Label<T>>(
        &'a self,
        all: &mut Vec<Contestant<'a, Key>>,
        key: Key,
        loss: impl Loss<T> + Copy + 'a,
        logits: &'a [T],
        targets: &'a [Y],
    ) {
        let n = logits.len();
        all.push(Contestant::new(Key { what: LOSS, ..key }, n, move |repeats| {
            seconds(repeats, || loss.loss(black_box(logits), black_box(targets)).expect("the lengths fit"))
        }));
        all.push(Contestant::new(Key { what: LOSS_AND_GRADIENT, ..key }, n, move |repeats| {
            let out = &mut self.out.borrow_mut()[..n];
            seconds(repeats, || {
                let done = loss.loss_and_gradient(black_box(logits), black_box(targets), black_box(out));
                done.expect("the lengths fit")
            })
        }));
    }

    fn add_activation<'a>(&'a self, all: &mut Vec<Contestant<'a, Key>>, key: Key, activation: Activation<T>) {
        all.push(Contestant::new(key, key.n, move |repeats| {
            let (logits, out) = (&self.logits[..key.n], &mut self.out.borrow_mut()[..key.n]);
            seconds(repeats, || activation.apply(black_box(logits), black_box(out)).expect("the lengths fit"))
        }));
    }

    fn add_plain<'a>(&'a self, all: &mut Vec<Contestant<'a, Key>>, key: Key) {
        let (logits, targets) = (&self.logits[..key.n], &self.targets[..key.n]);
        all.push(Contestant::new(Key { what: LOSS, ..key }, key.n, move |repeats| {
            seconds(repeats, || T::loss(black_box(logits), black_box(targets)))
        }));
        all.push(Contestant::new(Key { what: LOSS_AND_GRADIENT, ..key }, key.n, move |repeats| {
            let out = &mut self.out.borrow_mut()[..key.n];
            seconds(repeats, || T::loss_and_gradient(black_box(logits), black_box(targets), black_box(out)))
        }));
    }
}

pub fn memory<T: Plain>(limits: &Limits, n: usize) -> [Contestant<'_, Key>; 2] {
    let key = Key { n, what: LOSS, element: T::NAME, variant: FLOATS, who: "memory" };
    [
        Contestant::new(key, n, |repeats| seconds(repeats, || limits.read())),
        Contestant::new(Key { what: LOSS_AND_GRADIENT, ..key }, n, |repeats| seconds(repeats, || limits.triad())),
    ]
}

pub fn programs<'a, T: Plain>(programs: &'a [(&'static str, Program)], n: usize) -> Vec<Contestant<'a, Key>> {
    let mut all = Vec::new();
    for &(who, ref program) in programs {
        let activations: &[&str] = if who == "PyTorch" { &["sigmoid", "softplus"] } else { &[] };
        for &what in [LOSS, LOSS_AND_GRADIENT].iter().chain(activations) {
            let key = Key { n, what, element: T::NAME, variant: FLOATS, who };
            all.push(Contestant::new(key, n, move |repeats| program.seconds(what, T::NAME, n, repeats)));
        }
    }
    all
}
