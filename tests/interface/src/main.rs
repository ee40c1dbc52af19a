//! Compares the public interface with `interface.txt`, so that it changes only on purpose.
//!
//! ```text
//! cargo run --manifest-path tests/interface/Cargo.toml              # fails if they differ
//! cargo run --manifest-path tests/interface/Cargo.toml -- --write   # writes a new one
//! ```
//!
//! All features are on. It needs a nightly compiler, since the JSON of rustdoc is not stable.

use std::collections::BTreeSet;
use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let json = rustdoc_json::Builder::default()
        .toolchain("nightly")
        .manifest_path(here.join("../../Cargo.toml"))
        .target_dir(here.join("../../target/interface"))
        .all_features(true)
        .build()?;
    // Leaves out the implementations that every type has.
    let interface =
        public_api::Builder::from_rustdoc_json(json).omit_blanket_impls(true).omit_auto_trait_impls(true).build()?;
    let found: String = interface.items().map(|item| format!("{item}\n")).collect();

    let listing = here.join("interface.txt");
    if std::env::args().nth(1).as_deref() == Some("--write") {
        std::fs::write(listing, found)?;
        return Ok(ExitCode::SUCCESS);
    }
    let expected = std::fs::read_to_string(listing)?;
    let [found, expected] = [&found, &expected].map(|text| text.lines().collect::<BTreeSet<_>>());
    for line in expected.difference(&found) {
        println!("- {line}");
    }
    for line in found.difference(&expected) {
        println!("+ {line}");
    }
    println!("{} items", found.len());
    Ok(if found == expected { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
