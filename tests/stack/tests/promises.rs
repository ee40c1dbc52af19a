//! The promises about the stack, in the profile of the build.

use std::process::Command;

use logit_loss_stack::{LIMIT, deepest};

#[test]
fn no_call_takes_more_than_is_promised() {
    let mut too_deep = 0;
    for deepest in deepest() {
        println!("{deepest}");
        too_deep += usize::from(deepest.bytes > LIMIT);
    }
    assert_eq!(too_deep, 0, "more than {LIMIT} bytes");
}

/// Runs in a separate process, since one that overflows its stack ends at once.
#[test]
fn all_calls_fit_on_small_threads() {
    let run = Command::new(env!("CARGO_BIN_EXE_logit-loss-stack")).arg("small-threads").output().expect("a process");
    let said = String::from_utf8_lossy(&run.stdout);
    let last = said.lines().last().unwrap_or("nothing");
    assert!(run.status.success(), "in {last}: {}", String::from_utf8_lossy(&run.stderr));
}
