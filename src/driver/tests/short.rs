//! Exchanging the lanes of a register, and adding them up.

use std::vec::Vec;

use quickcheck::quickcheck;

use super::*;
use crate::tests::Bits;

/// The argument and result of [`swapped`] for one register.
struct Swap<T> {
    distance: usize,
    row: [T; MOST_LANES],
}

struct Swapping;

impl<T: Constants> Kernel<T> for Swapping {
    type Args = Swap<T>;
    type Out = ();

    unsafe fn run<L: Lanes<Scalar = T>>(l: Token<L>, swap: &mut Swap<T>) {
        // SAFETY: `L` is one register, and the row has room for it.
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
                // SAFETY: the kernel trusts nothing.
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

/// The two words of each lane's sum, of which `len` lanes have any elements.
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
        // SAFETY: `L` is one register, and all virtual lanes are there.
        unsafe { fold(l, sums, lanes.len) }
    }
}

/// Adds all lanes as a tree of halves, including those without elements.
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

fn check_fold<T: Constants>(bits: Bits) {
    let small = T::ONE / T::from_count(1 << (T::FRACTION_BITS + 2));
    for backend in Backend::available() {
        let folding = backend.function::<T, Folding>();
        for len in 1..=T::VIRTUAL_LANES {
            let mut sums = [DoubleWord::<T>::ZERO; 32];
            // The words after the last register are NaN, and must not be read.
            let mut words = [T::VirtualLanes::default(); 2];
            let (nan, read) = (T::narrow(f64::NAN), len.next_multiple_of(folding.lanes));
            for word in &mut words {
                word.as_mut()[read..].fill(nan);
            }
            for (lane, sum) in sums.iter_mut().enumerate().take(len) {
                let n = bits.other(lane).0;
                let (hi, lo) = (T::from_word(n as u32) - T::from_word(1 << 31), T::from_word((n >> 32) as u32));
                *sum = DoubleWord { hi, lo: hi * lo * small / T::from_word(u32::MAX) };
                words[0].as_mut()[lane] = sum.hi;
                words[1].as_mut()[lane] = sum.lo;
            }
            let expected = tree(&sums[..T::VIRTUAL_LANES]).normalised();
            // SAFETY: the lanes are there.
            let found = unsafe { folding.call(&mut Lane { words, len }) };
            assert_eq!(found, expected, "{}: {len} lanes", backend.name());
        }
    }
}

quickcheck! {
    fn lanes_to_one_sum(bits: Bits) -> () {
        check_fold::<f32>(bits);
        check_fold::<f64>(bits);
    }
}
