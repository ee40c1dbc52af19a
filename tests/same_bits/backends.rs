//! The crate finds the backends that the variable `BACKENDS` names, where a script that knows the machine sets it.

use std::collections::HashSet;

use crate::common::backends;

#[test]
fn are_those_of_the_machine() {
    let found: Vec<_> = backends().map(|backend| backend.name()).collect();
    println!("{}", found.join(" "));
    match std::env::var("BACKENDS") {
        Ok(expected) => assert_eq!(found, expected.split_whitespace().collect::<Vec<_>>()),
        Err(_) => assert!(found.contains(&"scalar")),
    }
    assert_eq!(backends().collect::<HashSet<_>>().len(), found.len());
    for (backend, name) in backends().zip(found) {
        assert_eq!(format!("{backend:>8}"), format!("{name:>8}"));
    }
}
