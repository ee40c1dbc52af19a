//! Sigmoid, its logarithm and softplus of any numbers, with any beta, on every backend, out of place and in place. A call
//! returns an error exactly if an argument is wrong, and then writes nothing. Only NaN gives NaN. Results are within their
//! ranges and as accurate as promised, and have the same bits on all backends of a kind.

use logit_loss::Backend;

use super::activation::Activation;
use super::bounds::is_close;
use super::input::Bytes;
use super::interface::Buffer;
use super::number::Number;

pub fn body(data: &[u8]) {
    let mut bytes = Bytes::new(data);
    if bytes.flag() { check_all::<f64>(bytes) } else { check_all::<f32>(bytes) }
}

use Activation::{LogSigmoid, Sigmoid, Softplus};

impl<T: Number> Activation<T> {
    fn read(bytes: &mut Bytes<'_>) -> Self {
        match bytes.below(4) {
            0 => Sigmoid,
            1 => LogSigmoid,
            2 => Softplus(T::of(1.0)),
            _ => Softplus(bytes.number()),
        }
    }

    fn is_valid(self) -> bool {
        let largest = 2f64.powi(100);
        !matches!(self, Softplus(beta) if !(1.0 / largest..=largest).contains(&beta.wide()))
    }

    /// Returns the value in `f64`, and the error in ULP that is promised.
    fn exact(self, x: f64) -> (f64, f64) {
        let softplus = |x: f64, beta: f64| x.max(0.0) + (-(beta * x).abs()).exp().ln_1p() / beta;
        match self {
            Sigmoid => {
                let e = (-x.abs()).exp();
                (if x >= 0.0 { 1.0 } else { e } / (1.0 + e), 2.5)
            }
            LogSigmoid => (-softplus(-x, 1.0), 2.0),
            Softplus(beta) => (softplus(x, beta.wide()), if beta.wide() == 1.0 { 2.0 } else { 3.0 }),
        }
    }

    /// Whether the `f64` value is good enough: it rounds beta x, and it too has lost digits where exp(x) is subnormal.
    fn is_known(self, x: f64) -> bool {
        let argument = if let Softplus(beta) = self { beta.wide() * x.abs() } else { x.abs() };
        T::LARGEST < f64::MAX || x.is_infinite() || argument < if let Softplus(_) = self { 4.0 } else { 700.0 }
    }

    pub fn in_range(self, x: f64, y: f64) -> bool {
        match self {
            Sigmoid => (0.0..=1.0).contains(&y),
            LogSigmoid => y <= 0.0 && y <= x,
            Softplus(_) => y >= 0.0 && y >= x,
        }
    }
}

fn check_all<T: Number>(mut bytes: Bytes<'_>) {
    let function = Activation::<T>::read(&mut bytes);
    let offset = bytes.below(64);
    let n = bytes.length::<T>();
    let outputs = match bytes.byte() {
        d @ 1..24 => usize::from(d),
        d @ 24..32 => n.saturating_sub(usize::from(d - 23)),
        d @ 32..40 => n + usize::from(d - 31),
        _ => n,
    };
    let moved: Vec<T> = [vec![T::of(0.5); offset], bytes.numbers(n, |x| x)].concat();
    let x = &moved[offset..];

    let mut first: [Option<(Backend, Vec<u64>)>; 2] = [None, None];
    for backend in Backend::available().map(Some).chain([None]) {
        let name = backend.map_or("chosen", Backend::name);
        let mut in_place = Buffer::new(x);
        let result = function.replace(backend, in_place.inside());
        assert_eq!(result.is_ok(), function.is_valid(), "{function:?} in place on {name}: {result:?}");
        in_place.check("in place", result.is_err());

        let mut apart = Buffer::new(&vec![T::of(7.5); outputs]);
        let result = function.write(backend, x, apart.inside());
        let fits = function.is_valid() && outputs == n;
        assert_eq!(result.is_ok(), fits, "{function:?} of {n} to {outputs} on {name}: {result:?}");
        apart.check("apart", result.is_err());
        if !function.is_valid() {
            continue;
        }

        let keys = |values: &[T]| values.iter().map(|v| v.key()).collect::<Vec<_>>();
        let found = keys(in_place.inside());
        if fits {
            assert_eq!(keys(apart.inside()), found, "{function:?} apart and in place on {name}: {x:?}");
        }
        let pinned = backend.unwrap_or(Backend::best());
        let fused = pinned.is_fused();
        match &first[usize::from(fused)] {
            None => {
                check_values(function, x, in_place.inside(), if fused { 0.0 } else { 1.0 }, name);
                first[usize::from(fused)] = Some((pinned, found));
            }
            Some((other, expected)) => {
                let differs = found.iter().zip(expected).position(|(a, b)| a != b);
                assert!(differs.is_none(), "{function:?}: {name} and {} differ at {differs:?} of {x:?}", other.name());
            }
        }
    }
}

/// Checks results; without fused multiply-add, `more` ULP are allowed.
fn check_values<T: Number>(function: Activation<T>, x: &[T], y: &[T], more: f64, name: &str) {
    for (x, &y) in x.iter().map(|x| x.wide()).zip(y) {
        let context = || format!("{function:?} of {x:e} on {name}: {:e}", y.wide());
        if x.is_nan() {
            assert!(y.wide().is_nan(), "{}", context());
            continue;
        }
        assert!(function.in_range(x, y.wide()), "{}", context());
        let (exact, ulps) = function.exact(x);
        if function.is_known(x) {
            assert!(is_close(y, exact, ulps + more), "{}, not {exact:e}", context());
        }
    }
}
