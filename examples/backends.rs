//! Which backends this machine has, and that those of a kind agree bit for bit.
//!
//! ```text
//! cargo run --release --example backends
//! ```

use logit_loss::{
    Backend, Bce, BceWithLogits, Error, FocalLoss, Label, LogitLoss, Real, Reduction, Weights, log_sigmoid_with,
    sigmoid_with, softplus_with,
};

fn main() -> Result<(), Error> {
    for backend in Backend::available() {
        let kind = if backend.fused::<f32>() { "multiplies and adds with one rounding" } else { "with two" };
        println!("{:<10} {kind}", backend.name());
    }
    compare(|v| v)?;
    compare(f64::from)?;
    println!("Backends that round alike agree bit for bit.");
    Ok(())
}

/// All methods over many lengths, each backend against the first of its kind.
fn compare<T: Real + Label<T>>(number: fn(f32) -> T) -> Result<(), Error> {
    let mut random = fastrand::Rng::with_seed(1);
    for n in [1, 2, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100, 255, 511, 512, 513, 1000, 5000, 33_000] {
        // Logits of any size, and of those in use.
        let logits: Vec<T> = (0..n)
            .map(|i| if i % 3 == 0 { f32::from_bits(random.u32(..0x7f80_0000)) } else { random.f32() * 40.0 - 20.0 })
            .map(number)
            .collect();
        // Whole blocks of hard targets, and soft ones.
        let soft = |i: usize| i % 700 > 600;
        let targets: Vec<T> =
            (0..n).map(|i| if soft(i) { random.f32() } else { f32::from(random.u8(..2)) }).map(number).collect();
        let weights: Vec<T> = (0..n).map(|_| number(f32::from(random.u8(..3)))).collect();
        let mut firsts: [Option<(Backend, Vec<T>)>; 2] = [None, None];
        for backend in Backend::available() {
            let results = everything(backend, number, &logits, &targets, &weights)?;
            let (first, expected) =
                firsts[usize::from(backend.fused::<T>())].get_or_insert_with(|| (backend, results.clone()));
            let differ = results.iter().zip(&*expected).filter(|(a, b)| a != b).count();
            assert_eq!(differ, 0, "{n} elements: {} and {} differ", backend.name(), first.name());
        }
    }
    Ok(())
}

fn everything<T: Real + Label<T>>(
    backend: Backend,
    number: fn(f32) -> T,
    x: &[T],
    t: &[T],
    weights: &[T],
) -> Result<Vec<T>, Error> {
    let plain = BceWithLogits::<T>::new().backend(backend).reduction(Reduction::Sum);
    let mut all = Vec::new();
    for bce in [
        plain,
        plain.pos_weight(Weights::uniform(number(5.0))),
        plain.weight(Weights::per_element(weights)).label_smoothing(number(0.1)),
    ] {
        let (mut first, mut second) = (x.to_vec(), x.to_vec());
        all.push(bce.loss_and_gradient(x, t, &mut first)?);
        all.append(&mut first.clone());
        bce.gradient_and_hessian(x, t, &mut first, &mut second)?;
        all.append(&mut second);
        bce.losses(x, t, &mut first)?;
        all.append(&mut first.clone());
        bce.target_gradient(x, t, &mut first)?;
        all.append(&mut first);
    }
    let focal = FocalLoss::new().backend(backend).reduction(Reduction::Sum);
    for focal in [focal, focal.gamma(number(0.7)).weight(Weights::per_element(weights))] {
        let (mut first, mut second) = (x.to_vec(), x.to_vec());
        all.push(focal.loss_and_gradient(x, t, &mut first)?);
        focal.gradient_and_hessian(x, t, &mut first, &mut second)?;
        all.append(&mut first);
        all.append(&mut second);
    }
    // Probabilities of any size.
    let one = number(1.0);
    let p: Vec<T> = x.iter().map(|&x| one / (one + x * x)).collect();
    for bce in [Bce::new(), Bce::new().pos_weight(Weights::uniform(number(5.0)))] {
        let bce = bce.weight(Weights::per_element(weights)).backend(backend).reduction(Reduction::Sum);
        let (mut gradient, mut losses) = (p.clone(), p.clone());
        all.push(bce.loss_and_gradient(&p, t, &mut gradient)?);
        bce.losses(&p, t, &mut losses)?;
        all.append(&mut gradient);
        all.append(&mut losses);
    }
    let mut out = x.to_vec();
    sigmoid_with(backend, x, &mut out)?;
    all.append(&mut out.clone());
    log_sigmoid_with(backend, x, &mut out)?;
    all.append(&mut out.clone());
    for beta in [1.0, 0.7] {
        softplus_with(backend, number(beta), x, &mut out)?;
        all.append(&mut out.clone());
    }
    Ok(all)
}
