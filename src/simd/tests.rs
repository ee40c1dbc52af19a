//! Loads and stores of part of a vector, on every backend, with one, two and four registers.

use super::{Backend, Kernel, Lanes, Native, Token};

/// Room for more than the lanes of four registers.
const ROOM: usize = 80;

/// The first `count` elements, and the results.
struct Part<T> {
    from: *const T,
    count: usize,
    loaded: [T; ROOM],
    stored: [T; ROOM],
    beyond: [T; ROOM],
}

struct Parts<const REGISTERS: usize>;

impl<T: Native, const REGISTERS: usize> Kernel<T> for Parts<REGISTERS> {
    type Args = Part<T>;
    type Out = usize;
    const REGISTERS: usize = REGISTERS;

    /// # Safety
    ///
    /// `count` elements can be read.
    unsafe fn run<L: Lanes<Scalar = T>>(l: Token<L>, part: &mut Part<T>) -> usize {
        if part.count <= L::LANES {
            // SAFETY: the caller's promise; there is room for all lanes.
            unsafe {
                let v = l.load_first(part.from, part.count);
                v.store(part.loaded.as_mut_ptr());
                (v + l.one()).store_first(part.stored.as_mut_ptr(), part.count);
                l.beyond(part.count).select(l.one(), l.zero()).store(part.beyond.as_mut_ptr());
            }
        }
        L::LANES
    }
}

fn check<T: Native, const REGISTERS: usize>() {
    let nan = T::narrow(f64::NAN);
    let marker = -T::MAX;
    for backend in Backend::available() {
        let function = backend.function::<T, Parts<REGISTERS>>();
        let mut count = 0;
        loop {
            // The elements are at the end of an array, so that a read beyond them is out of bounds, or before NaN.
            for (at, len) in [(ROOM - count, ROOM), (1, 1 + count)] {
                let mut from = [nan; ROOM];
                for (i, v) in from[at..len].iter_mut().enumerate() {
                    *v = T::from_count(2 + i as u64);
                }
                let mut part = Part {
                    from: from[at..].as_ptr(),
                    count,
                    loaded: [marker; ROOM],
                    stored: [marker; ROOM],
                    beyond: [marker; ROOM],
                };
                // SAFETY: `count` elements are there.
                let lanes = unsafe { function.call(&mut part) };
                assert_eq!(lanes, function.lanes, "{}", backend.name());
                if count > lanes {
                    break;
                }
                for lane in 0..ROOM {
                    let number = T::from_count(2 + lane as u64);
                    let (loaded, stored, beyond) = match lane {
                        _ if lane < count => (number, number + T::ONE, T::ZERO),
                        _ if lane < lanes => (T::ZERO, marker, T::ONE),
                        _ => (marker, marker, marker),
                    };
                    let found = (part.loaded[lane], part.stored[lane], part.beyond[lane]);
                    assert_eq!(found, (loaded, stored, beyond), "{}: {count} of {lanes}, {lane}", backend.name());
                }
            }
            count += 1;
            if count > function.lanes {
                break;
            }
        }
    }
}

#[test]
fn the_first_lanes() {
    check::<f32, 1>();
    check::<f32, 2>();
    check::<f32, 4>();
    check::<f64, 1>();
    check::<f64, 2>();
    check::<f64, 4>();
}

#[test]
fn the_fastest_backend_comes_first() {
    assert_eq!(Backend::available().next(), Some(Backend::best()));
    assert!(Backend::available().any(|backend| backend.name() == "scalar"));
}
