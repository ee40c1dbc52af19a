//! Joining, and lanes to one sum.

use core::mem::MaybeUninit;
use std::vec::Vec;

use quickcheck::quickcheck;

use crate::driver::sum::{LaneSums, Terms};
use crate::math::{Constants, DoubleWord};
use crate::simd::{Backend, Float, Kernel, Lanes, Token};
use crate::tests::{Bits, exact, magnitude};

/// Term and products of two, one number in each lane, and what they are joined to.
struct Join<T> {
    one: [T; 3],
    other: [T; 3],
    products: usize,
    /// Of all lanes; a register has no more.
    joined: [[T; 16]; 3],
}

struct Joining;

impl<T: Constants> Kernel<T> for Joining {
    type Args = Join<T>;
    type Out = bool;

    unsafe fn run<L: Lanes<Scalar = T>>(l: Token<L>, join: &mut Join<T>) -> bool {
        let terms =
            |l: Token<L>, [term, a, b]: [T; 3]| Terms { term: l.splat(term), products: [l.splat(a), l.splat(b)] };
        let Terms { term, products } = terms(l, join.one).join(terms(l, join.other), join.products);
        // SAFETY: there is room for a register.
        unsafe {
            term.store(join.joined[0].as_mut_ptr());
            products[0].store(join.joined[1].as_mut_ptr());
            products[1].store(join.joined[2].as_mut_ptr());
        }
        L::FUSED
    }
}

fn check_join<T: Constants>(one: [T; 3], other: [T; 3], products: usize) {
    for backend in Backend::available() {
        let joining = backend.function::<T, Joining>();
        let mut join = Join { one, other, products, joined: [[T::ZERO; 16]; 3] };
        // SAFETY: the kernel asks for nothing.
        let fused = unsafe { joining.call(&mut join) };
        let [term, joined @ ..] = join.joined;
        for lane in 0..joining.lanes.min(16) {
            assert_eq!(term[lane], one[0] + other[0]);
            for k in 0..2 {
                let (a, b, found) = (one[1 + k], other[1 + k], joined[k][lane]);
                if k >= products {
                    // Nobody looks at it.
                    continue;
                }
                let expected = (exact(T::ONE) + exact(a)) * (exact(T::ONE) + exact(b)) - exact(T::ONE);
                // a + b and the result are rounded, and a b where it is not fused: each by half a digit at most.
                let halves = if fused { 2.0 } else { 3.0 };
                let unit = exact(T::ONE / T::from_count(1 << T::FRACTION_BITS)) * exact(0.5);
                let error = magnitude(exact(found) - &expected);
                assert!(error <= expected * unit * exact(halves), "{}: {a} with {b}: {found}", backend.name());
            }
        }
    }
}

/// From 0 to 1, as often small as large.
fn fraction<T: Float>(Bits(bits): Bits) -> T {
    let exponent = 1022 - (bits >> 58);
    T::narrow(f64::from_bits(exponent << 52 | bits & 0xf_ffff_ffff_ffff))
}

quickcheck! {
    fn products_joined(one: (Bits, Bits, Bits), other: (Bits, Bits, Bits)) -> () {
        fn check<T: Constants>(one: (Bits, Bits, Bits), other: (Bits, Bits, Bits)) {
            let numbers = |(term, a, b)| [fraction::<T>(term), fraction(a), fraction(b)];
            for products in 0..3 {
                check_join(numbers(one), numbers(other), products);
            }
        }
        check::<f32>(one, other);
        check::<f64>(one, other);
    }

    fn lanes_to_one_sum(bits: Bits) -> () {
        check_fold::<f32>(bits);
        check_fold::<f64>(bits);
    }
}

#[test]
fn joining_nothing_changes_nothing() {
    for v in [0.0, f32::from_bits(1), f32::MIN_POSITIVE, 0.3, 1.0, 1e30] {
        for [one, other] in [[v, 0.0], [0.0, v]] {
            let mut join = Join { one: [one; 3], other: [other; 3], products: 2, joined: [[0.0; 16]; 3] };
            for backend in Backend::available() {
                // SAFETY: the kernel asks for nothing.
                unsafe { backend.function::<f32, Joining>().call(&mut join) };
                assert_eq!(join.joined.map(|lanes| lanes[0]), [v; 3], "{}", backend.name());
            }
        }
    }
}

/// A tree of halves: of all lanes, those that have nothing included.
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
        // SAFETY: they are virtual lanes, and written at once.
        unsafe {
            let ([hi, lo], is_first) = lanes.place(0, used);
            assert!(is_first);
            for (lane, sum) in sums.iter().enumerate().take(used) {
                hi.add(lane).write(sum.hi);
                lo.add(lane).write(sum.lo);
            }
            // Those of the next block are added to them.
            assert!(!lanes.place(0, used).1);
        }
        // A chunk has no fewer elements than lanes that are used.
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

/// Lanes that come one after the other, as where a block has one at a time, and a vector that reaches beyond those used.
#[test]
fn lanes_one_by_one() {
    let mut words = MaybeUninit::uninit();
    let mut lanes = LaneSums::<f32>::new(&mut words);
    for lane in 0..8 {
        // SAFETY: a virtual lane, and written at once.
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
