//! Lanes exchanged within a register, and added up from there.

use std::vec::Vec;

use quickcheck::quickcheck;

use super::*;
use crate::math::DoubleWord;

/// What [`swapped`] makes of a register.
struct Swap<T> {
    distance: usize,
    row: [T; MOST_LANES],
}

struct Swapping;

impl<T: Constants> Kernel<T> for Swapping {
    type Args = Swap<T>;
    type Out = ();

    unsafe fn run<L: Lanes<Scalar = T>>(l: Token<L>, swap: &mut Swap<T>) {
        // SAFETY: one register, and room for it.
        unsafe { swapped(l, l.load(swap.row.as_ptr()), swap.distance).store(swap.row.as_mut_ptr()) };
    }
}

#[test]
fn lanes_exchanged() {
    fn check<T: Constants>() {
        for backend in Backend::available() {
            let swapping = backend.function::<T, Swapping>();
            for distance in (0..swapping.lanes.ilog2()).map(|log| 1 << log) {
                let row = core::array::from_fn(|i| T::from_count(i as u64));
                let mut swap = Swap { distance, row };
                // SAFETY: the kernel asks for nothing.
                unsafe { swapping.call(&mut swap) };
                for (i, &v) in swap.row.iter().enumerate() {
                    let from = if i < swapping.lanes { i ^ distance } else { i };
                    assert_eq!(v, row[from], "{}: lane {i}, {distance} apart", backend.name());
                }
            }
        }
    }
    check::<f32>();
    check::<f64>();
}

/// The two words of each lane's sum, of which so many lanes have any.
struct Lane<T: Constants> {
    words: [T::VirtualLanes; 2],
    len: usize,
}

struct Folding;

impl<T: Constants> Kernel<T> for Folding {
    type Args = Lane<T>;
    type Out = DoubleWord<T>;

    unsafe fn run<L: Lanes<Scalar = T>>(l: Token<L>, lanes: &mut Lane<T>) -> DoubleWord<T> {
        let sums = lanes.words.each_mut().map(|words| words.as_mut().as_mut_ptr());
        // SAFETY: one register, and all virtual lanes are there.
        unsafe { fold(l, sums, lanes.len) }
    }
}

/// A tree of halves: of all lanes, those that have nothing included.
fn tree<T: Constants>(sums: &[DoubleWord<T>]) -> DoubleWord<T> {
    match sums {
        &[sum] => sum,
        _ => {
            let (one, other) = sums.split_at(sums.len() / 2);
            let joined: Vec<_> = one.iter().zip(other).map(|(&one, &other)| one.join(other)).collect();
            tree(&joined)
        }
    }
}

fn check_fold<T: Constants>(numbers: &[u32; 32]) {
    let small = T::ONE / T::from_count(1 << (T::FRACTION_BITS + 2).min(63));
    for backend in Backend::available() {
        let folding = backend.function::<T, Folding>();
        for len in 1..=T::VIRTUAL_LANES {
            let mut sums = [DoubleWord::<T>::ZERO; 32];
            // Beyond the lanes of the last register nothing is there, and nothing is read.
            let mut words = [T::VirtualLanes::default(); 2];
            let (nan, read) = (T::narrow(f64::NAN), len.next_multiple_of(folding.lanes));
            for word in &mut words {
                word.as_mut()[read..].fill(nan);
            }
            for (lane, &n) in numbers[..len].iter().enumerate() {
                let (hi, lo) = (T::from_word(n) - T::from_word(1 << 31), T::from_word(n.rotate_left(7)));
                sums[lane] = DoubleWord { hi, lo: hi * lo * small / T::from_word(u32::MAX) };
                words[0].as_mut()[lane] = sums[lane].hi;
                words[1].as_mut()[lane] = sums[lane].lo;
            }
            let expected = tree(&sums[..T::VIRTUAL_LANES]).normalised();
            // SAFETY: the lanes are there.
            let found = unsafe { folding.call(&mut Lane { words, len }) };
            assert_eq!(found, expected, "{}: {len} lanes", backend.name());
        }
    }
}

quickcheck! {
    fn lanes_to_one_sum(seed: u32, step: u32) -> () {
        let numbers = core::array::from_fn(|i| seed.wrapping_add(step.wrapping_mul(i as u32)).wrapping_mul(0x9e37_79b1));
        check_fold::<f32>(&numbers);
        check_fold::<f64>(&numbers);
    }
}
