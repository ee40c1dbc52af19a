//! Runs the bodies of the fuzz targets over their committed seeds and over pseudo-random bytes.

use std::fs;
use std::path::{Path, PathBuf};

#[path = "../fuzz/bodies/mod.rs"]
mod bodies;

/// The number of pseudo-random inputs for each target, which take about a second without optimisation.
const RANDOM_INPUTS: usize = 400;

fn directory(target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(target)
}

fn run(target: &str, body: fn(&[u8])) {
    let entries = fs::read_dir(directory(target)).expect("committed seeds");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(paths.len() >= 12, "only {} seeds of {target}", paths.len());
    for path in paths {
        // The test prints this if the body fails.
        println!("{}", path.display());
        body(&fs::read(path).unwrap());
    }

    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    for _ in 0..RANDOM_INPUTS {
        let length = random();
        let bytes: Vec<u8> = (0..length).map(|_| random()).collect();
        println!("{target}: {bytes:?}");
        body(&bytes);
    }
}

#[test]
fn bce_f32() {
    run("bce_f32", bodies::bce_f32::body);
}

#[test]
fn bce_f64() {
    run("bce_f64", bodies::bce_f64::body);
}

#[test]
fn activations() {
    run("activations", bodies::activations::body);
}

#[test]
fn focal_f32() {
    run("focal_f32", bodies::focal_f32::body);
}

#[test]
fn focal_f64() {
    run("focal_f64", bodies::focal_f64::body);
}

#[test]
fn asymmetric_f32() {
    run("asymmetric_f32", bodies::asymmetric_f32::body);
}

#[test]
fn asymmetric_f64() {
    run("asymmetric_f64", bodies::asymmetric_f64::body);
}

#[cfg(feature = "half")]
#[test]
fn halves() {
    run("halves", bodies::halves::body);
}

#[test]
fn interface() {
    run("interface", bodies::interface::body);
}

#[test]
fn backends() {
    run("backends", bodies::backends::body);
}

#[test]
fn labels() {
    run("labels", bodies::labels::body);
}

#[test]
fn probabilities() {
    run("probabilities", bodies::probabilities::body);
}

#[test]
fn no_nan() {
    run("no_nan", bodies::no_nan::body);
}

#[test]
fn longer_than_a_chunk() {
    let (single, double) = (bodies::seeds::long::<f32>(), bodies::seeds::long::<f64>());
    bodies::bce_f32::body(&single);
    bodies::bce_f64::body(&double);
    bodies::backends::body(&[&[1, 0][..], &single].concat());
    bodies::backends::body(&[&[3, 1][..], &double].concat());
    #[cfg(feature = "half")]
    bodies::halves::body(&[&[1, 0][..], &single].concat());
    let (single, double) = (bodies::seeds::long_focal::<f32>(), bodies::seeds::long_focal::<f64>());
    bodies::focal_f32::body(&single);
    bodies::focal_f64::body(&double);
    bodies::backends::body(&[&[1, 2][..], &single].concat());
    bodies::backends::body(&[&[3, 3][..], &double].concat());
    #[cfg(feature = "half")]
    bodies::halves::body(&[&[1, 3][..], &single].concat());
    let (single, double) = (bodies::seeds::long_asymmetric::<f32>(), bodies::seeds::long_asymmetric::<f64>());
    bodies::asymmetric_f32::body(&single);
    bodies::asymmetric_f64::body(&double);
    bodies::backends::body(&[&[1, 4][..], &single].concat());
    bodies::backends::body(&[&[3, 5][..], &double].concat());
}

#[test]
fn seeds_are_what_the_code_makes() {
    for seed in bodies::seeds::all() {
        let path = directory(seed.target).join(&seed.name);
        let committed = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert!(committed == seed.bytes, "{} is out of date: fuzz/examples/seeds.rs writes it", path.display());
    }
}
