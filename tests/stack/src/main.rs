//! Prints the deepest calls; with `small-threads`, makes every call on a thread with little stack.

use std::env::args;

fn main() {
    if args().nth(1).as_deref() == Some("small-threads") {
        return logit_loss_stack::on_small_threads();
    }
    println!("backend     of      bytes  deepest call");
    for deepest in logit_loss_stack::deepest() {
        println!("{deepest}");
    }
}
