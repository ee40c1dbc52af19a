//! From the sums of lanes to one sum.

use core::mem::MaybeUninit;
use std::vec::Vec;

use quickcheck::quickcheck;

use crate::driver::sum::LaneSums;
use crate::math::{Constants, DoubleWord};
use crate::simd::Float;
use crate::tests::Bits;

/// A number from 0 to 1, as often small as large.
pub fn fraction<T: Float>(Bits(bits): Bits) -> T {
    let exponent = 1022 - (bits >> 58);
    T::narrow(f64::from_bits(exponent << 52 | bits & 0xf_ffff_ffff_ffff))
}

quickcheck! {
    fn lanes_to_one_sum(bits: Bits) -> () {
        check_fold::<f32>(bits);
        check_fold::<f64>(bits);
    }
}

/// Adds all lanes as a tree of halves, including those without elements.
fn tree<T: Constants>(mut sums: Vec<DoubleWord<T>>) -> DoubleWord<T> {
    while sums.len() > 1 {
        let other = sums.split_off(sums.len() / 2);
        sums = sums.iter().zip(other).map(|(one, other)| one.join(other)).collect();
    }
    sums[0].normalised()
}

fn check_fold<T: Constants>(bits: Bits) {
    for used in 1..=T::VIRTUAL_LANES {
        let mut words = MaybeUninit::uninit();
        let mut lanes = LaneSums::<T>::new(&mut words);
        let mut sums = std::vec![DoubleWord::ZERO; T::VIRTUAL_LANES];
        for (lane, sum) in sums.iter_mut().enumerate().take(used) {
            let hi = fraction::<T>(bits.other(lane));
            *sum = DoubleWord { hi, lo: hi / T::from_count(1 << (T::FRACTION_BITS + 3)) };
        }
        // SAFETY: these are virtual lanes, and written before the next call.
        unsafe {
            let ([hi, lo], is_first) = lanes.place(0, used);
            assert!(is_first);
            for (lane, sum) in sums.iter().enumerate().take(used) {
                hi.add(lane).write(sum.hi);
                lo.add(lane).write(sum.lo);
            }
            // The sums of the next block are added to these.
            assert!(!lanes.place(0, used).1);
        }
        // A chunk has at least as many elements as used lanes.
        let of = if used.is_multiple_of(2) { used } else { usize::MAX };
        assert_eq!(lanes.fold(of), tree(sums), "{used} lanes");
    }
}

#[test]
fn nothing_sums_to_nothing() {
    let mut words = MaybeUninit::uninit();
    assert_eq!(LaneSums::<f32>::new(&mut words).fold(0), DoubleWord::ZERO);
    let mut words = MaybeUninit::uninit();
    assert_eq!(LaneSums::<f64>::new(&mut words).fold(1000), DoubleWord::ZERO);
}

/// Lanes come one after the other where a block has a single lane, and a vector may reach beyond the lanes that are used.
#[test]
fn lanes_one_by_one() {
    let mut words = MaybeUninit::uninit();
    let mut lanes = LaneSums::<f32>::new(&mut words);
    for lane in 0..8 {
        // SAFETY: this is a virtual lane, and written before the next call.
        unsafe {
            let ([hi, lo], is_first) = lanes.place(lane, 1);
            assert!(is_first);
            hi.write(f32::from(1_u8 << lane));
            lo.write(0.0);
            assert!(!lanes.place(lane, 1).1);
        }
    }
    // Only the first three have any elements.
    assert_eq!(lanes.fold(3), DoubleWord { hi: 7.0, lo: 0.0 });
}
