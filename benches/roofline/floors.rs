//! The lowest ratios that are allowed.

use crate::contestants::{BOOL, FLOATS, Key, LOSS, LOSS_AND_GRADIENT, Measured, P_5, PER_CLASS, PER_ELEMENT, U8, find};
use crate::{CACHED, LARGE};
use comfy_table::{CellAlignment, Table, presets};

/// A lowest ratio: of each contestant that `ours` picks to the one that `theirs` returns for it.
struct Floor {
    what: &'static str,
    least: f64,
    ours: fn(Key) -> bool,
    theirs: fn(Key) -> Key,
}

const fn floor(what: &'static str, least: f64, ours: fn(Key) -> bool, theirs: fn(Key) -> Key) -> Floor {
    Floor { what, least, ours, theirs }
}

const FLOORS: [Floor; 17] = [
    floor("16 Mi, avx512: f32 loss / reading two streams", 0.95, |k| k.is(LARGE, "f32", LOSS), Key::memory),
    floor("16 Mi, avx512: f32 loss and gradient / triad", 0.95, |k| k.is(LARGE, "f32", LOSS_AND_GRADIENT), Key::memory),
    floor("16 Mi, avx512: f64 loss / reading two streams", 0.75, |k| k.is(LARGE, "f64", LOSS), Key::memory),
    floor("16 Mi, avx512: f64 loss and gradient / triad", 0.75, |k| k.is(LARGE, "f64", LOSS_AND_GRADIENT), Key::memory),
    floor("16 Mi: u8 and bool targets / floats", 1.0, |k| k.with(LARGE, &[U8, BOOL]), Key::with_floats),
    floor("32 Ki, avx512: f32 loss / C", 2.5, |k| k.is(CACHED, "f32", LOSS), |k| k.by("C")),
    floor("32 Ki, avx512: f32 loss and gradient / C", 2.2, |k| k.is(CACHED, "f32", LOSS_AND_GRADIENT), |k| k.by("C")),
    floor("32 Ki, avx512: f64 loss / C", 2.0, |k| k.is(CACHED, "f64", LOSS), |k| k.by("C")),
    floor("32 Ki, avx512: f64 loss and gradient / C", 2.0, |k| k.is(CACHED, "f64", LOSS_AND_GRADIENT), |k| k.by("C")),
    floor("32 Ki, avx512: f32 loss / PyTorch", 7.5, |k| k.is(CACHED, "f32", LOSS), |k| k.by("PyTorch")),
    floor(
        "32 Ki, avx512: f32 loss and gradient / PyTorch",
        7.5,
        |k| k.is(CACHED, "f32", LOSS_AND_GRADIENT),
        |k| k.by("PyTorch"),
    ),
    floor("32 Ki, avx512: f32 sigmoid / PyTorch", 1.0, |k| k.is(CACHED, "f32", "sigmoid"), |k| k.by("PyTorch")),
    floor("32 Ki: avx2 / avx512", 0.48, |k| k.with(CACHED, &[FLOATS]) && k.who == "avx2", |k| k.by("avx512")),
    floor("p = 5 / p = 1", 0.8, |k| k.with(CACHED, &[P_5]) || k.with(LARGE, &[P_5]), Key::with_floats),
    floor("32 Ki: p per class / p = 1", 0.5, |k| k.with(CACHED, &PER_CLASS.map(|class| class.0)), Key::with_floats),
    floor("32 Ki: weights per element / none", 0.85, |k| k.with(CACHED, &[PER_ELEMENT]), Key::with_floats),
    floor("32 Ki: f32, scalar backends / plain loop", 1.5, Key::is_scalar, |k| k.by("plain loop")),
];

/// From 8 elements on we must be faster than the plain loop; for one element we may take three times as long.
const SHORT: [Floor; 2] = [
    floor("8 to 64 elements / plain loop", 1.0, |k| k.who == "ours" && k.n >= 8, |k| k.by("plain loop")),
    floor("1 element / plain loop", 1.0 / 3.0, |k| k.who == "ours" && k.n == 1, |k| k.by("plain loop")),
];

impl Key {
    fn is(self, n: usize, element: &str, what: &str) -> bool {
        (self.n, self.element, self.what, self.variant, self.who) == (n, element, what, FLOATS, "avx512")
    }

    /// Whether this is one of the losses on a backend with vectors.
    fn with(self, n: usize, variants: &[&str]) -> bool {
        self.n == n
            && [LOSS, LOSS_AND_GRADIENT].contains(&self.what)
            && variants.contains(&self.variant)
            && ["avx512", "avx2"].contains(&self.who)
    }

    fn is_scalar(self) -> bool {
        self.element == "f32" && self.who.starts_with("scalar")
    }

    fn by(self, who: &'static str) -> Self {
        Self { who, ..self }
    }

    fn with_floats(self) -> Self {
        Self { variant: FLOATS, ..self }
    }
}

/// Returns one line for each floor: the lowest ratio, and where it was found.
pub fn table(all: &[Measured]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN).set_header(["What", "Least", "Found", "", "Where"]);
    for &Floor { what, least, ours, theirs } in FLOORS.iter().chain(&SHORT) {
        let ratios = all.iter().filter(|rates| ours(rates.key)).filter_map(|rates| {
            let ratio = rates.over(find(all, theirs(rates.key))?);
            Some((ratio, rates.key))
        });
        let lowest = ratios.min_by(|a, b| a.0.total_cmp(&b.0));
        let [found, verdict, place] = match lowest {
            None => ["", "not measured", ""].map(String::from),
            Some((ratio, key)) => {
                let verdict = if ratio >= least { "met" } else { "short" };
                let Key { what, element, variant, who, .. } = key;
                let place = format!("{}, {element} {what}, {variant}, {who}", key.size());
                [format!("{ratio:.2}"), verdict.to_string(), place]
            }
        };
        table.add_row([what.to_string(), format!("{least:.2}"), found, verdict, place]);
    }
    for column in table.column_iter_mut().skip(1).take(2) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}
