//! Which backends are found: those that `BACKENDS` names, where something knows the machine and says so.

use crate::common::backends;

#[test]
fn are_those_of_the_machine() {
    let found: Vec<_> = backends().map(|backend| backend.name()).collect();
    println!("{}", found.join(" "));
    match std::env::var("BACKENDS") {
        Ok(expected) => assert_eq!(found, expected.split_whitespace().collect::<Vec<_>>()),
        Err(_) => assert!(found.contains(&"scalar")),
    }
}
