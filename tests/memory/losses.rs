//! All losses.

use crate::common::family::{Family, Tested, for_all_families};
use crate::common::{Number, Random, backends};
use crate::fenced::{End, Fenced, Place, Start};
use logit_loss::{Backend, Element, Error, Label, LossSum, Reduction, Weights};

for_all_families!(every_length_at_every_offset, every_kind_at_the_fences, around_blocks, one_more_than_a_chunk);

const KINDS_OF_TARGETS: usize = 7;
const KINDS_OF_WEIGHTS: usize = 5;

/// Lengths around a row of all virtual lanes, one block, two blocks, and a row more.
pub fn lengths<N: Number>() -> Vec<usize> {
    let row = 128 / size_of::<N>();
    let block = 32 * row;
    let edges = [4 * row, block, block + row, 2 * block, 2 * block + row];
    edges.into_iter().flat_map(|edge| [edge - 1, edge, edge + 1]).collect()
}

fn every_length_at_every_offset<N: Number, F: Family<N>>() {
    let mut fences = Fences::new::<N>();
    for len in 0..=70 {
        for (i, place) in Place::all().enumerate() {
            for (j, backend) in backends().map(Some).chain([None]).enumerate() {
                fences.check::<N, F>(len, place, backend, len + 7 * i + j);
            }
        }
    }
}

fn every_kind_at_the_fences<N: Number, F: Family<N>>() {
    let mut fences = Fences::new::<N>();
    for len in 0..=70 {
        for place in [Start(0), End(0)] {
            for backend in backends() {
                (0..KINDS_OF_TARGETS * KINDS_OF_WEIGHTS)
                    .for_each(|kind| fences.check::<N, F>(len, place, Some(backend), kind));
            }
        }
    }
}

fn around_blocks<N: Number, F: Family<N>>() {
    let mut fences = Fences::new::<N>();
    for (i, len) in lengths::<N>().into_iter().enumerate() {
        for (j, place) in [Start(0), End(0), Start(3), End(3)].into_iter().enumerate() {
            for backend in backends() {
                // All kinds of targets, and all kinds of weights.
                (0..KINDS_OF_WEIGHTS).for_each(|kind| {
                    fences.check::<N, F>(len, place, Some(backend), KINDS_OF_TARGETS * kind + i + j + kind)
                });
            }
        }
    }
}

fn one_more_than_a_chunk<N: Number, F: Family<N>>() {
    let len = N::CHUNK + 1;
    let mut fences = Fences::new::<N>();
    for (i, place) in [Start(0), End(0)].into_iter().enumerate() {
        for (j, backend) in backends().enumerate() {
            fences.check::<N, F>(len, place, Some(backend), 7 * i + j);
        }
    }
}

/// One for each slice.
struct Fences {
    inputs: Fenced,
    targets: Fenced,
    weight: Fenced,
    class_weight: Fenced,
    pos_weight: Fenced,
    mask: Fenced,
    upstream: Fenced,
    outputs: [Fenced; 2],
}

impl Fences {
    fn new<N: Number>() -> Self {
        // Targets of eight bytes are the largest.
        let new = || Fenced::new((N::CHUNK + 1) * size_of::<u64>());
        Self {
            inputs: new(),
            targets: new(),
            weight: new(),
            class_weight: new(),
            pos_weight: new(),
            mask: new(),
            upstream: new(),
            outputs: [new(), new()],
        }
    }

    /// Runs every method with the kind of targets and weights that the number chooses; the rest is random.
    fn check<N: Number, F: Family<N>>(&mut self, len: usize, place: Place, backend: Option<Backend>, kind: usize) {
        let mut random = Random((kind * 1_000_003 + len) as u64);
        let Self { inputs, targets, weight, class_weight, pos_weight, mask, upstream, outputs } = self;
        let scale = [1.0, 30.0][random.below(2)];
        let x: Vec<N> = random.normals(len, scale).into_iter().map(F::input).collect();
        let x = &*inputs.hold(&x, place);
        {
            let mut form = |fenced, kind| weights::<N>(fenced, kind, len, place, &mut random);
            let weight = form(weight, kind / KINDS_OF_TARGETS % KINDS_OF_WEIGHTS);
            let pos_weight = form(pos_weight, kind / 3 % KINDS_OF_WEIGHTS);
            let class_weight = form(class_weight, (kind + len / 3) % KINDS_OF_WEIGHTS);
            let upstream = form(upstream, (kind + len) % KINDS_OF_WEIGHTS);
            let reductions = [Reduction::Mean, Reduction::WeightedMean, Reduction::Sum];
            // No elements have no mean.
            let reduction = if len == 0 { Reduction::Sum } else { reductions[random.below(3)] };
            let mut loss = F::with(random.below(40)).weighted(weight).reduced(reduction);
            loss = loss.pos_weighted(pos_weight).unwrap_or(loss);
            loss = loss.smoothed(N::new([0.0, 0.1][random.below(2)])).unwrap_or(loss);
            loss = backend.map_or(loss, |backend| loss.on(backend));
            let hard = random.hard::<N>(len);
            if kind % 4 == 1 {
                // The product of both weights may be 0 everywhere.
                loss = loss.class_weighted(class_weight).reduced(Reduction::Sum);
            }
            if kind % 3 == 2 {
                let present: Vec<bool> = (0..len).map(|i| i == 0 || random.below(3) > 0).collect();
                loss = loss.masked(mask.hold(&present, place)).reduced(Reduction::Sum);
            }
            let labels = || hard.iter().map(|&t| i8::from(t == N::new(1.0)));
            // The second label is missing.
            let missing = || labels().enumerate().map(|(i, t)| if i == 1 { -1 } else { t });
            let ignoring = loss.ignoring(N::new(-1.0)).reduced(Reduction::Sum);
            match kind % KINDS_OF_TARGETS {
                0 => methods(loss, x, targets.hold(&random.units::<N>(len), place), upstream, outputs, place, |v| v),
                1 => methods(loss, x, targets.hold(&hard, place), upstream, outputs, place, |v| v),
                2 => {
                    let positive: Vec<bool> = hard.iter().map(|&t| t == N::new(1.0)).collect();
                    methods(loss, x, targets.hold(&positive, place), upstream, outputs, place, |v| v);
                }
                3 => {
                    let bytes: Vec<u8> = labels().map(|t| t as u8).collect();
                    methods(loss, x, targets.hold(&bytes, place), upstream, outputs, place, |v| v);
                }
                4 => {
                    let bytes: Vec<i8> = missing().collect();
                    methods(ignoring, x, targets.hold(&bytes, place), upstream, outputs, place, |v| v);
                }
                5 => {
                    let words: Vec<i64> = missing().map(i64::from).collect();
                    methods(ignoring, x, targets.hold(&words, place), upstream, outputs, place, |v| v);
                }
                _ => {
                    let options: Vec<Option<bool>> = missing().map(|t| (t >= 0).then_some(t == 1)).collect();
                    let loss = loss.reduced(Reduction::Sum);
                    methods(loss, x, targets.hold(&options, place), upstream, outputs, place, |v| v);
                }
            }
        }
        for fenced in [inputs, targets, weight, class_weight, pos_weight, mask, upstream] {
            fenced.assert_kept();
        }
    }
}

/// Makes weights of a kind, in every tiling that the length allows, and of every size.
fn weights<'f, N: Number>(
    fenced: &'f mut Fenced,
    kind: usize,
    len: usize,
    place: Place,
    random: &mut Random,
) -> Weights<'f, N> {
    let divisor = |n: usize, random: &mut Random| {
        let all: Vec<usize> = (1..=n).filter(|&d| n.is_multiple_of(d)).collect();
        all[random.below(all.len())]
    };
    if kind == 0 || len == 0 {
        return Weights::uniform(N::new([1.0, 2.3][random.below(2)]));
    }
    let count = if kind == 4 { len } else { divisor(len, random) };
    let mut values: Vec<N> = match random.below(3) {
        0 => random.units(count),
        1 => random.hard(count),
        _ => random.units(count).into_iter().map(|w: N| w * N::new(1e12)).collect(),
    };
    // At least one weight must not be 0.
    values[0] = N::new(1.0);
    let values = fenced.hold(&values, place);
    match kind {
        1 => Weights::per_class(values),
        2 => Weights::per_channel(values, divisor(len / count, random)),
        3 if random.below(2) == 0 => Weights::per_sample(values, len / count),
        3 => Weights::per_pixel(values, len / count, divisor(count, random)),
        _ => Weights::per_element(values),
    }
}

/// Runs every method; `of` rounds to the type of the elements.
pub fn methods<'w, N: Number, E: Element<N> + PartialOrd, Y: Label<N>>(
    loss: impl Tested<'w, N>,
    x: &[E],
    t: &[Y],
    upstream: Weights<'_, N>,
    outputs: &mut [Fenced; 2],
    place: Place,
    of: fn(N) -> E,
) {
    #[cfg(feature = "rayon")]
    methods_of(loss.on_threads(), x, t, upstream, outputs, place, of);
    methods_of(loss, x, t, upstream, outputs, place, of);
}

fn methods_of<'w, N: Number, E: Element<N> + PartialOrd, Y: Label<N>>(
    loss: impl Tested<'w, N>,
    x: &[E],
    t: &[Y],
    upstream: Weights<'_, N>,
    outputs: &mut [Fenced; 2],
    place: Place,
    of: fn(N) -> E,
) {
    let [first, second] = outputs;
    let nothing = vec![of(N::NAN); x.len()];
    let mut reduced = vec![loss.loss(x, t).unwrap()];
    written(first, &nothing, place, |out| loss.losses(x, t, out));
    written(first, &nothing, place, |out| loss.gradient(x, t, out));
    written(first, &nothing, place, |out| loss.loss_and_gradient(x, t, out).map(|loss| reduced.push(loss)));
    written(first, x, place, |out| loss.loss_and_gradient_in_place(out, t).map(|loss| reduced.push(loss)));
    written(first, &nothing, place, |out| loss.backward(x, t, upstream, out));
    // Methods that a loss does not have write 0.
    let zero = |out: &mut [E]| {
        out.fill(of(N::new(0.0)));
        Ok(())
    };
    written(first, &nothing, place, |out| loss.target_gradient_of(x, t, out).unwrap_or_else(|| zero(out)));
    written(second, &nothing, place, |hessian| {
        written(first, &nothing, place, |out| {
            loss.curvature(x, t, out, hessian).unwrap_or_else(|| zero(out).and_then(|()| zero(hessian)))
        });
        Ok(())
    });
    let mut sum = LossSum::new();
    loss.accumulate(&mut sum, x, t).unwrap();
    reduced.push(sum.sum());
    assert!(!reduced.iter().any(|v| v.is_nan()), "{reduced:?}: {} at {place:?}", x.len());
}

/// Runs a method that writes all of a slice, which holds these values before, and nothing beside it.
fn written<T: Copy + PartialOrd>(
    fenced: &mut Fenced,
    before: &[T],
    place: Place,
    write: impl FnOnce(&mut [T]) -> Result<(), Error>,
) {
    let out = fenced.hold(before, place);
    write(out).unwrap();
    // Only NaN cannot be compared.
    assert!(out.iter().all(|v| v.partial_cmp(v).is_some()), "{} at {place:?}", out.len());
    fenced.assert_kept();
}
