//! Sigmoid, softplus and the logarithm of sigmoid, over slices.

use crate::driver::{Pass, Streams, Threads};
use crate::error::{Argument, Error, expect_len};
use crate::math::DoubleWord;
use crate::real::{Element, Real};
use crate::simd::Backend;

/// An activation function with options: a backend, and several threads. The functions [`sigmoid`], [`log_sigmoid`] and
/// [`softplus`] are the short form. They document formulas and errors.
///
/// ```
/// use logit_loss::{Activation, Backend};
///
/// let (logits, mut out) = ([0.0f32, 4.0], [0.0; 2]);
/// let exact = Backend::available().last().unwrap_or(Backend::best());
/// Activation::softplus(2.0).backend(exact).apply(&logits, &mut out)?;
/// assert!((out[0] - 0.346_573_6).abs() < 1e-7);
/// # Ok::<(), logit_loss::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Activation<T> {
    function: Function<T>,
    backend: Option<Backend>,
    threads: Threads,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Function<T> {
    Sigmoid,
    LogSigmoid,
    /// Softplus with its beta.
    Softplus(T),
}

impl<T: Real> Activation<T> {
    const fn new(function: Function<T>) -> Self {
        Self { function, backend: None, threads: Threads::One }
    }

    /// Makes the function [`sigmoid`].
    #[must_use]
    pub const fn sigmoid() -> Self {
        Self::new(Function::Sigmoid)
    }

    /// Makes the function [`log_sigmoid`].
    #[must_use]
    pub const fn log_sigmoid() -> Self {
        Self::new(Function::LogSigmoid)
    }

    /// Makes the function [`softplus`] with this `beta`.
    #[must_use]
    pub const fn softplus(beta: T) -> Self {
        Self::new(Function::Softplus(beta))
    }

    /// Sets the backend, instead of the fastest one.
    #[must_use]
    pub const fn backend(mut self, backend: Backend) -> Self {
        self.backend = Some(backend);
        self
    }

    /// Uses all threads of `rayon`: see [`BceWithLogits::parallel`].
    ///
    /// [`BceWithLogits::parallel`]: crate::BceWithLogits::parallel
    #[cfg(feature = "rayon")]
    #[must_use]
    pub const fn parallel(mut self) -> Self {
        self.threads = Threads::Pool;
        self
    }

    /// Applies the function to each logit and writes the results to `out`.
    ///
    /// # Errors
    ///
    /// [`Error::Length`] if `out` is not as long as `logits`; [`Error::Parameter`] if beta is not from 2^-100 to 2^100.
    #[inline]
    pub fn apply<E: Element<T>>(&self, logits: &[E], out: &mut [E]) -> Result<(), Error> {
        expect_len(Argument::Output, logits.len(), out.len())?;
        self.run(Streams::new(E::values(logits)).writing(E::values_mut(out)))
    }

    /// Replaces each logit by its function value.
    ///
    /// # Errors
    ///
    /// [`Error::Parameter`] if beta is not from 2^-100 to 2^100.
    #[inline]
    pub fn apply_in_place<E: Element<T>>(&self, logits: &mut [E]) -> Result<(), Error> {
        self.run(Streams::in_place(E::values_mut(logits)))
    }

    #[inline]
    fn run(&self, streams: Streams<'_, T>) -> Result<(), Error> {
        let &Self { function, backend, threads } = self;
        let backend = backend.unwrap_or_else(Backend::best);
        let pass = Pass { backend, threads, scale: T::ONE, sum_scale: T::ONE, onto: DoubleWord::ZERO };
        match function {
            Function::Sigmoid => T::sigmoid_pass(&pass, streams),
            Function::LogSigmoid => T::log_sigmoid_pass(&pass, streams),
            Function::Softplus(beta) => {
                check_beta(beta)?;
                T::softplus_pass(beta, &pass, streams);
            }
        }
        Ok(())
    }
}

/// 2^100
const LARGEST_BETA: f64 = f64::from_bits((1023 + 100) << 52);

fn check_beta<T: Real>(beta: T) -> Result<(), Error> {
    if (1.0 / LARGEST_BETA..=LARGEST_BETA).contains(&beta.widen()) {
        Ok(())
    } else {
        Err(Error::Parameter { argument: Argument::Beta })
    }
}

/// Writes the logistic function of each logit to `out`: the probability that the logit stands for.
///
/// With e = exp(-|x|):
///
/// ```text
/// sigmoid(x) = 1 / (1 + e) if x >= 0 else e / (1 + e)        = 1 / (1 + exp(-x))
/// ```
///
/// Nothing overflows, and tiny results keep their digits: subnormal results are rounded like any other. So sigmoid(-89)
/// is 2.227e-39 in `f32`, and the result is 0 only below -103.97 (-745.13 in `f64`). At -inf and +inf the result is 0
/// and 1. NaN gives NaN, and nothing else does.
///
/// The error is at most 2.5 ULP, 3.5 on a backend that does not fuse multiply and add. The largest found is 2.41 ULP in
/// `f32`, at -4.157294, and 2.50 in `f64`, at -8.317764289026094.
///
/// # Errors
///
/// [`Error::Length`] if `out` is not as long as `logits`.
///
/// ```
/// let mut probabilities = [0.0f32; 4];
/// logit_loss::sigmoid(&[0.0, 4.0, -89.0, f32::NEG_INFINITY], &mut probabilities)?;
/// assert_eq!([probabilities[0], probabilities[3]], [0.5, 0.0]);
/// assert!((probabilities[1] - 0.982_013_8).abs() < 1e-7);
/// assert!((probabilities[2] - 2.227_364e-39).abs() < 1e-44);
/// # Ok::<(), logit_loss::Error>(())
/// ```
pub fn sigmoid<T: Real, E: Element<T>>(logits: &[E], out: &mut [E]) -> Result<(), Error> {
    Activation::sigmoid().apply(logits, out)
}

/// Replaces each logit by its [`sigmoid`]. It cannot fail.
///
/// ```
/// let mut values = [0.0, 4.0];
/// logit_loss::sigmoid_in_place(&mut values);
/// assert!(values[0] == 0.5 && (values[1] - 0.982_013_790_037_908_4_f64).abs() < 1e-15);
/// ```
pub fn sigmoid_in_place<T: Real, E: Element<T>>(logits: &mut [E]) {
    // Nothing here can be wrong: there is no beta, and one slice.
    let _ = Activation::sigmoid().apply_in_place(logits);
}

/// Writes the logarithm of each logit's [`sigmoid`] to `out`. It stays accurate where the sigmoid rounds to 0 or 1.
///
/// With e = exp(-|x|):
///
/// ```text
/// log_sigmoid(x) = min(x, 0) - log1p(e)        = -softplus(-x)
/// ```
///
/// Both terms have the same sign, so nothing cancels. At -inf and +inf the result is -inf and 0. NaN gives NaN, and
/// nothing else does.
///
/// The error is at most 2 ULP, 3 on a backend that does not fuse multiply and add. The largest found is 1.87 ULP in
/// `f32`, at -0.0133211315, and 1.90 in `f64`, at -0.00016196544456986706.
///
/// # Errors
///
/// [`Error::Length`] if `out` is not as long as `logits`.
///
/// ```
/// let mut logarithms = [0.0f32; 4];
/// logit_loss::log_sigmoid(&[0.0, 20.0, 100.0, -1000.0], &mut logarithms)?;
/// assert_eq!([logarithms[0], logarithms[3]], [-core::f32::consts::LN_2, -1000.0]);
/// // The logarithm of a rounded sigmoid would be 0.
/// assert!((logarithms[1] + 2.061_153_6e-9).abs() < 1e-15);
/// assert!((logarithms[2] + 3.783_506e-44).abs() < 2e-45);
/// # Ok::<(), logit_loss::Error>(())
/// ```
pub fn log_sigmoid<T: Real, E: Element<T>>(logits: &[E], out: &mut [E]) -> Result<(), Error> {
    Activation::log_sigmoid().apply(logits, out)
}

/// Replaces each logit by its [`log_sigmoid`]. It cannot fail.
///
/// ```
/// let mut values = [f64::INFINITY, -1.0];
/// logit_loss::log_sigmoid_in_place(&mut values);
/// assert!(values[0] == 0.0 && (values[1] + 1.313_261_687_518_222_8_f64).abs() < 1e-15);
/// ```
pub fn log_sigmoid_in_place<T: Real, E: Element<T>>(logits: &mut [E]) {
    // Nothing here can be wrong, as for the sigmoid.
    let _ = Activation::log_sigmoid().apply_in_place(logits);
}

/// Writes softplus of each logit to `out`: a smooth form of max(x, 0), with PyTorch's `beta`. The larger beta is, the
/// closer softplus is to max(x, 0).
///
/// ```text
/// softplus(x, beta) = log(1 + exp(beta x)) / beta = max(x, 0) + log1p(exp(-beta |x|)) / beta
/// ```
///
/// Both terms have the same sign, so nothing cancels. Subnormal results are rounded like any other. At -inf and +inf
/// the result is 0 and +inf. NaN gives NaN, and nothing else does. PyTorch's `threshold`, above which it returns x, is
/// not needed: nothing overflows, and the result is x where the second term is too small to change it.
///
/// For beta = 1 the error is at most 2 ULP, and for any other beta at most 3. A backend that does not fuse may err by 1
/// more. The largest found is 1.87 ULP in `f32`, at 0.0133211315, and 1.90 in `f64`, at 0.00016196544456986706, for
/// beta = 1; and 2.34 in `f32` at -0.59510195 for beta = 1.444957.
///
/// # Errors
///
/// [`Error::Length`] if `out` is not as long as `logits`; [`Error::Parameter`] if beta is not from 2^-100 to 2^100.
///
/// ```
/// let mut smooth = [0.0f64; 4];
/// logit_loss::softplus(2.0, &[-400.0, 0.0, 1.0, 30.0], &mut smooth)?;
/// assert_eq!(smooth[3], 30.0);
/// assert!((smooth[1] - core::f64::consts::LN_2 / 2.0).abs() < 1e-15);
/// assert!((smooth[2] - 1.063_464_005_521_486_2).abs() < 1e-15);
/// // exp(-800) / 2, which is 0.
/// assert_eq!(smooth[0], 0.0);
/// # Ok::<(), logit_loss::Error>(())
/// ```
pub fn softplus<T: Real, E: Element<T>>(beta: T, logits: &[E], out: &mut [E]) -> Result<(), Error> {
    Activation::softplus(beta).apply(logits, out)
}

/// Replaces each logit by its [`softplus`].
///
/// # Errors
///
/// [`Error::Parameter`] if beta is not from 2^-100 to 2^100.
///
/// ```
/// let mut values = [-1.0, 1.0];
/// logit_loss::softplus_in_place(1.0, &mut values)?;
/// // softplus(1) - softplus(-1) = 1.
/// assert!((values[1] - values[0] - 1.0f64).abs() < 1e-15);
/// # Ok::<(), logit_loss::Error>(())
/// ```
pub fn softplus_in_place<T: Real, E: Element<T>>(beta: T, logits: &mut [E]) -> Result<(), Error> {
    Activation::softplus(beta).apply_in_place(logits)
}
