//! Measures the stack of each call, in the profile of the build.
//!
//! ```text
//! cargo test --manifest-path tests/stack/Cargo.toml --target-dir target/stack             # at most 64 KiB
//! cargo test --manifest-path tests/stack/Cargo.toml --target-dir target/stack --release   # at most 16 KiB
//! cargo run --manifest-path tests/stack/Cargo.toml --target-dir target/stack              # the deepest calls
//! ```
//!
//! With `--features half`, `f16` and `bf16` are included.

mod calls;
mod data;
#[cfg(feature = "half")]
mod halves;
mod stack;

use std::fmt;
use std::thread;

use logit_loss::{Backend, Error};
use stack::Stack;

/// The promised stack of each call.
pub const LIMIT: usize = if cfg!(debug_assertions) { 64 * 1024 } else { 16 * 1024 };

/// The stack of [`on_small_threads`].
const SMALL: usize = 128 * 1024;

/// Watches calls.
trait Watch {
    /// Makes the call.
    fn call(&mut self, name: &str, work: &mut dyn FnMut() -> Result<(), Error>);
}

/// Makes all calls for one element type. Without a backend the crate chooses.
type Run = fn(Option<Backend>, &mut dyn Watch);

const TYPES: &[(&str, Run)] = &[
    ("f32", calls::all::<f32>),
    ("f64", calls::all::<f64>),
    #[cfg(feature = "half")]
    ("f16", halves::all::<half::f16>),
    #[cfg(feature = "half")]
    ("bf16", halves::all::<half::bf16>),
];

/// Returns the backend, or none, its name, the element type, and its calls.
fn places() -> impl Iterator<Item = (Option<Backend>, &'static str, &'static str, Run)> {
    let backends = Backend::available().map(Some).chain([None]);
    backends.flat_map(|backend| {
        let name = backend.map_or("chosen", Backend::name);
        TYPES.iter().map(move |&(element, run)| (backend, name, element, run))
    })
}

/// The deepest call of a backend and an element type.
pub struct Deepest {
    backend: &'static str,
    element: &'static str,
    pub bytes: usize,
    call: String,
}

impl fmt::Display for Deepest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { backend, element, bytes, call } = self;
        write!(f, "{backend:<10}  {element:<4}  {bytes:>7}  {call}")
    }
}

/// Measures calls.
struct Measure {
    stack: Stack,
    bytes: usize,
    call: String,
}

impl Watch for Measure {
    fn call(&mut self, name: &str, work: &mut dyn FnMut() -> Result<(), Error>) {
        let mut answer = Ok(());
        let bytes = self.stack.depth(&mut || answer = work());
        assert_eq!(answer, Ok(()), "{name}");
        if bytes > self.bytes {
            self.bytes = bytes;
            name.clone_into(&mut self.call);
        }
    }
}

/// Measures every call, and returns the deepest ones.
pub fn deepest() -> impl Iterator<Item = Deepest> {
    places().map(|(chosen, backend, element, run)| {
        let mut measure = Measure { stack: Stack::new(), bytes: 0, call: String::new() };
        run(chosen, &mut measure);
        Deepest { backend, element, bytes: measure.bytes, call: measure.call }
    })
}

/// Prints each call before it is made, so that the last line is the call that ended the process.
struct Announce(&'static str);

impl Watch for Announce {
    fn call(&mut self, name: &str, work: &mut dyn FnMut() -> Result<(), Error>) {
        println!("{} {name}", self.0);
        assert_eq!(work(), Ok(()), "{name}");
    }
}

/// Makes every call of the backend that the crate chooses, on a thread with 128 KiB of stack. A call that does not fit ends
/// the process.
pub fn on_small_threads() {
    for &(element, run) in TYPES {
        let all = move || run(None, &mut Announce(element));
        let thread = thread::Builder::new().stack_size(SMALL).spawn(all).expect("a thread");
        thread.join().expect("a call failed");
    }
}
