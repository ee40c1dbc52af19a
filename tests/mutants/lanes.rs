//! `lanes.sh` puts this between `Lanes` and the types that use it: at one place that calls an operation, another operation
//! is done.

extern crate std;

use core::panic::Location;
use std::collections::HashSet;
use std::sync::{LazyLock, Mutex};

use super::Lanes;

/// A place and an operation, as the variable `MUTANT` names them.
struct Place {
    file: std::string::String,
    line: u32,
    column: u32,
    operation: std::string::String,
}

static CHANGED: LazyLock<Option<Place>> = LazyLock::new(|| {
    let place = std::env::var("MUTANT").ok()?;
    let [file, line, column, operation] = place.split(':').collect::<std::vec::Vec<_>>()[..] else {
        panic!("not a place: {place}")
    };
    let [line, column] = [line, column].map(|number| number.parse().unwrap());
    Some(Place { file: file.into(), line, column, operation: operation.into() })
});

static LISTED: LazyLock<bool> = LazyLock::new(|| std::env::var_os("MUTANTS").is_some());
static SEEN: Mutex<Option<HashSet<(usize, usize)>>> = Mutex::new(None);

#[track_caller]
fn is_changed(operation: &'static str) -> bool {
    let here = Location::caller();
    if *LISTED {
        let key = (core::ptr::from_ref(here).addr(), operation.as_ptr().addr());
        if SEEN.lock().unwrap().get_or_insert_default().insert(key) {
            std::eprintln!("mutant {}:{}:{}:{operation}", here.file(), here.line(), here.column());
        }
    }
    CHANGED.as_ref().is_some_and(|place| {
        place.line == here.line()
            && place.column == here.column()
            && place.operation == operation
            && place.file == here.file()
    })
}

/// Defines functions that replace those of `Lanes`.
macro_rules! operations {
    ($($name:ident($($v:ident: $kind:ident),*) -> $result:ty = $other:expr;)*) => {$(
        #[track_caller]
        #[inline]
        pub unsafe fn $name<L: Lanes>($($v: L::$kind),*) -> $result {
            // SAFETY: the caller's promise is that of either function.
            unsafe { if is_changed(stringify!($name)) { $other } else { L::$name($($v),*) } }
        }
    )*};
}

operations! {
    add(a: Raw, b: Raw) -> L::Raw = L::sub(a, b);
    sub(a: Raw, b: Raw) -> L::Raw = L::add(a, b);
    mul(a: Raw, b: Raw) -> L::Raw = L::add(a, b);
    div(a: Raw, b: Raw) -> L::Raw = L::mul(a, b);
    mul_add(a: Raw, b: Raw, c: Raw) -> L::Raw = L::neg_mul_add(a, b, c);
    neg_mul_add(a: Raw, b: Raw, c: Raw) -> L::Raw = L::mul_add(a, b, c);
    at_most(v: Raw, _limit: Raw) -> L::Raw = v;
    ge(a: Raw, b: Raw) -> L::Mask = L::ge(b, a);
    eq(a: Raw, _b: Raw) -> L::Mask = L::eq(a, a);
    select(mask: Mask, yes: Raw, no: Raw) -> L::Raw = L::select(mask, no, yes);
    clear(_mask: Mask, v: Raw) -> L::Raw = v;
    mask_and(a: Mask, b: Mask) -> L::Mask = L::mask_or(a, b);
    mask_or(a: Mask, b: Mask) -> L::Mask = L::mask_and(a, b);
    all(mask: Mask) -> bool = !L::all(mask);
    and(a: Raw, b: Raw) -> L::Raw = L::or(a, b);
    or(a: Raw, b: Raw) -> L::Raw = L::and(a, b);
    xor(a: Raw, _b: Raw) -> L::Raw = a;
    bits_add(a: Raw, b: Raw) -> L::Raw = L::bits_sub(a, b);
    bits_sub(a: Raw, b: Raw) -> L::Raw = L::bits_add(a, b);
    bits_to_exponent(v: Raw) -> L::Raw = v;
    exponent_to_bits(v: Raw) -> L::Raw = v;
}
