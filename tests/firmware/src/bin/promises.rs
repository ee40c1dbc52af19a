//! Checks on the board: the limits at infinity, the elements that a weight of 0 excuses, errors before effects, and the bits
//! of every function.

#![no_std]
#![no_main]

use cortex_m_rt::entry;
use logit_loss::{Backend, BceWithLogits, Error, Loss, Reduction, Weights};
use logit_loss_firmware::digests::{DOUBLES, Element, Name, SINGLES, all, expected};
use logit_loss_firmware::{exit, hprintln};

#[entry]
fn main() -> ! {
    let (mut checks, mut failures) = (0, 0);
    let mut check = |right: bool, what: &dyn core::fmt::Debug, backend: Backend| {
        checks += 1;
        if !right {
            failures += 1;
            hprintln!("wrong on {}: {:?}", backend.name(), what);
        }
    };
    for backend in Backend::available() {
        hprintln!("{}: fuses {}", backend.name(), backend.is_fused());
        if !cfg!(part = "f64") {
            of_type::<f32, SINGLES>(backend, &mut check);
        }
        if !cfg!(part = "f32") {
            of_type::<f64, DOUBLES>(backend, &mut check);
        }
    }
    hprintln!("{} checks, {} wrong", checks, failures);
    exit(failures == 0 && checks > 0)
}

fn of_type<T: Element + core::fmt::Debug, const N: usize>(
    backend: Backend,
    check: &mut dyn FnMut(bool, &dyn core::fmt::Debug, Backend),
) {
    all::<T, N>(backend, &mut |name: Name, digest| {
        check(expected::<T>(name, backend) == Some(digest), &name, backend);
    });

    let [zero, one, five, inf, nan] = [0.0, 1.0, 5.0, f64::INFINITY, f64::NAN].map(T::new);
    let plain = BceWithLogits::new().reduction(Reduction::Sum).backend(backend);
    let bce = plain.pos_weight(Weights::uniform(five));
    for (x, t, loss, slope) in
        [(inf, one, zero, zero), (-inf, zero, zero, zero), (inf, zero, inf, one), (-inf, one, inf, -five)]
    {
        let mut gradient = [nan];
        let found = bce.loss_and_gradient(&[x], &[t], &mut gradient);
        check(found == Ok(loss) && gradient == [slope], &("limit", x, t, found, gradient), backend);
    }

    // A NaN has no effect where its weight is 0.
    let mask = [one, zero];
    let masked = plain.weight(Weights::per_element(&mask));
    let mut gradient = [nan; 2];
    let found = masked.loss_and_gradient(&[zero, nan], &[one, nan], &mut gradient);
    let right = found.is_ok_and(|loss| loss > zero && loss < one) && gradient == [-one / T::new(2.0), zero];
    check(right, &("masked", found, gradient), backend);
    let found = plain.loss_and_gradient(&[zero, nan], &[one, one], &mut gradient);
    check(found.is_ok_and(|loss| loss.is_nan()) && gradient[1].is_nan(), &("NaN", found, gradient), backend);

    let mut gradient = [five; 2];
    let found = plain.loss_and_gradient(&[zero; 3], &[one; 3], &mut gradient);
    let right = matches!(found, Err(Error::Length { .. })) && gradient == [five; 2];
    check(right, &("a short gradient", found, gradient), backend);
    let negative = [-one];
    let found = plain.weight(Weights::per_class(&negative)).loss_and_gradient(&[zero; 2], &[one; 2], &mut gradient);
    let right = matches!(found, Err(Error::Weight { .. })) && gradient == [five; 2];
    check(right, &("a negative weight", found, gradient), backend);
}
