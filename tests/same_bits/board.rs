//! The digests that microcontrollers must compute too: `tests/firmware` computes them there.

#[path = "../firmware/src/digests.rs"]
mod digests;

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::common::backends;
use digests::{Element, Name, all, column, expected};

/// The digests by column, beside those expected.
type Found = BTreeMap<(usize, Name), Vec<(&'static str, u64, Option<u64>)>>;

/// Computes digests on all backends, for as many elements as a small board has room for.
fn found<T: Element, const N: usize>(found: &mut Found) {
    for backend in backends() {
        all::<T, N>(backend, &mut |name, digest| {
            let seen = (backend.name(), digest, expected::<T>(name, backend));
            found.entry((column::<T>(backend), name)).or_default().push(seen);
        });
    }
}

#[test]
fn board() {
    let mut all = Found::new();
    found::<f32, { digests::SINGLES }>(&mut all);
    found::<f64, { digests::DOUBLES }>(&mut all);
    if std::env::var("GOLDEN").is_ok_and(|v| v == "write") {
        return write(&all);
    }
    for ((_, name), seen) in all {
        for (backend, digest, expected) in seen {
            assert_eq!(Some(digest), expected, "{}, on {backend}", name.join(", "));
        }
    }
}

fn write(all: &Found) {
    let mut table = String::new();
    for name in all.keys().filter(|key| key.0 == 0).map(|key| key.1) {
        write!(table, "{} |", name.join(" | ")).unwrap();
        for column in 0..4 {
            let seen = all.get(&(column, name)).expect("backends that fuse, and others");
            write!(table, " {:016x}", seen[0].1).unwrap();
        }
        table.push('\n');
    }
    std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/firmware/digests.txt"), table).unwrap();
}
