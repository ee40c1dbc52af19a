//! The arguments of calls.

use logit_loss::{AsymmetricLoss, Backend, Bce, BceWithLogits, FocalLoss, Real, Reduction, Weights};

/// Lengths of one logit, part of a row, part of a block, and several blocks.
pub const SHAPES: [Shape; 4] = [
    Shape { len: 1, classes: 1, pixels: 1 },
    Shape { len: 33, classes: 3, pixels: 11 },
    Shape { len: 300, classes: 3, pixels: 50 },
    Shape { len: 1200, classes: 2, pixels: 600 },
];

/// The number of elements and its axes: `[N, classes]` or `[N, classes, pixels]`.
#[derive(Clone, Copy)]
pub struct Shape {
    pub len: usize,
    classes: usize,
    pixels: usize,
}

impl Shape {
    /// Whether calls take so long that similar ones are left out.
    pub fn is_long(self) -> bool {
        self.len > 1000
    }

    pub fn of<E>(self, value: impl FnMut(usize) -> E) -> Vec<E> {
        (0..self.len).map(value).collect()
    }
}

/// Logits of usual sizes.
pub fn usual(i: usize) -> f32 {
    (i * 37 % 201) as f32 / 10.0 - 10.0
}

/// Logits of which some take the slowest path.
pub fn extreme(i: usize) -> f32 {
    match i % 7 {
        0 => f32::INFINITY,
        2 => -1e30,
        4 => 1e-40,
        _ => usual(i),
    }
}

pub fn probability(i: usize) -> f32 {
    (i * 29 % 101) as f32 / 100.0
}

pub fn hard(i: usize) -> bool {
    i % 3 == 1
}

/// The weights and the reduction of a loss.
pub struct Case<'w, T> {
    pub name: String,
    weight: Weights<'w, T>,
    pos_weight: Option<Weights<'w, T>>,
    reduction: Reduction,
}

/// The other parameters of losses.
#[derive(Clone, Copy)]
pub struct Parameters<T> {
    /// Without a backend the crate chooses.
    pub backend: Option<Backend>,
    pub smoothing: T,
    pub gamma: T,
}

impl<'w, T: Real> Case<'w, T> {
    pub fn bce(&self, with: Parameters<T>) -> BceWithLogits<'w, T> {
        let mut bce = BceWithLogits::new().weight(self.weight).reduction(self.reduction);
        bce = self.pos_weight.map_or(bce, |pos_weight| bce.pos_weight(pos_weight)).label_smoothing(with.smoothing);
        with.backend.map_or(bce, |backend| bce.backend(backend))
    }

    pub fn focal(&self, with: Parameters<T>) -> FocalLoss<'w, T> {
        let mut focal = FocalLoss::new().weight(self.weight).reduction(self.reduction);
        focal = self.pos_weight.map_or(focal, |pos_weight| focal.pos_weight(pos_weight));
        focal = focal.label_smoothing(with.smoothing).gamma(with.gamma);
        with.backend.map_or(focal, |backend| focal.backend(backend))
    }

    /// Asymmetric loss, which has no positive weights.
    pub fn asymmetric(&self, with: Parameters<T>) -> AsymmetricLoss<'w, T> {
        let mut asymmetric = AsymmetricLoss::new().weight(self.weight).reduction(self.reduction);
        asymmetric = asymmetric.label_smoothing(with.smoothing).gamma_neg(with.gamma);
        with.backend.map_or(asymmetric, |backend| asymmetric.backend(backend))
    }

    /// The loss of probabilities, which has no parameters.
    pub fn probabilities(&self, with: Parameters<T>) -> Bce<'w, T> {
        let mut bce = Bce::new().weight(self.weight).reduction(self.reduction);
        bce = self.pos_weight.map_or(bce, |pos_weight| bce.pos_weight(pos_weight));
        with.backend.map_or(bce, |backend| bce.backend(backend))
    }

    /// Returns the upstream derivatives: the positive weights or, without any, the weights.
    pub fn upstream(&self) -> Weights<'w, T> {
        self.pos_weight.unwrap_or(self.weight)
    }
}

/// A factor for each element.
pub struct Factors<T> {
    shape: Shape,
    one: T,
    moderate: Vec<T>,
    huge: Vec<T>,
}

impl<T: Real> Factors<T> {
    pub fn new(shape: Shape, from: impl Fn(f32) -> T) -> Self {
        let moderate = shape.of(|i| from([5.0, 0.5, 1.0, 0.0][i % 4]));
        Self { shape, one: from(1.0), moderate, huge: shape.of(|i| from([1e30, 1.0][i % 2])) }
    }

    /// Returns every kind of weights.
    fn kinds<'w>(&self, values: &'w [T]) -> [(&'static str, Weights<'w, T>); 6] {
        let Shape { len, classes, pixels } = self.shape;
        [
            ("uniform", Weights::uniform(values[0])),
            ("per class", Weights::per_class(&values[..classes])),
            ("per channel", Weights::per_channel(&values[..classes], pixels)),
            ("per sample", Weights::per_sample(&values[..len / classes], classes)),
            ("per pixel", Weights::per_pixel(&values[..len / classes], classes, pixels)),
            ("per element", Weights::per_element(values)),
        ]
    }

    /// Returns every kind of weight, of positive weight, of both; and the divisors of means.
    pub fn cases(&self) -> Vec<Case<'_, T>> {
        let one = Weights::uniform(self.one);
        let mut cases = vec![];
        let mut add = |name, weight, pos_weight, reduction| {
            cases.push(Case { name, weight, pos_weight, reduction });
        };
        add("no weights".to_owned(), one, None, Reduction::Mean);
        add("sum".to_owned(), one, None, Reduction::Sum);
        for (kind, weights) in self.kinds(&self.moderate) {
            add(format!("weight {kind}"), weights, None, Reduction::WeightedMean);
            add(format!("pos_weight {kind}"), one, Some(weights), Reduction::Mean);
            add(format!("weight and pos_weight {kind}"), weights, Some(weights), Reduction::Mean);
        }
        for (kind, weights) in self.kinds(&self.huge) {
            add(format!("weight huge {kind}"), weights, None, Reduction::Mean);
            add(format!("pos_weight huge {kind}"), one, Some(weights), Reduction::Mean);
        }
        cases
    }
}
