//! The last bit of every coefficient matters: flipped in a copy of this program, it must make `golden` fail. Coefficients
//! whose last bit changes no result of `golden` are listed.

use std::env::current_exe;
use std::process::Command;

use indicatif::ProgressIterator;

const SOURCE: &str = include_str!("../../src/math/coefficients.rs");

/// The number of highest powers whose last bit has no effect, since it is far below the last bit of the sum.
const WITHOUT_EFFECT: [(&str, usize); 5] =
    [("EXP_F32", 1), ("LOG1P_F32", 1), ("EXP_F64", 6), ("LOG1P_F64", 14), ("LOG1P_OF_FRACTION_F64", 2)];

struct Coefficient {
    array: &'static str,
    index: usize,
    /// The bytes as they are in memory, little endian.
    bytes: Vec<u8>,
}

/// Returns the fitted coefficients; 1 and -1 are exact, and occur in a program for other reasons.
fn coefficients() -> Vec<Coefficient> {
    let mut all = Vec::new();
    for text in SOURCE.split("\nconst ").skip(1) {
        let (array, rest) = text.split_once(": ").unwrap();
        let rows = rest.split_once("];\n").map_or("", |(rows, _)| rows);
        for (index, row) in rows.lines().filter(|row| row.trim_start().starts_with('f')).enumerate() {
            let (_, digits) = row.split_once("from_bits(0x").unwrap();
            let digits = digits.split_once(')').unwrap().0.replace('_', "");
            let bits = u64::from_str_radix(&digits, 16).unwrap();
            let bytes = bits.to_le_bytes()[..digits.len() / 2].to_vec();
            if bytes.iter().rev().skip(2).any(|&b| b != 0) {
                all.push(Coefficient { array, index, bytes });
            }
        }
    }
    all
}

impl Coefficient {
    fn element(&self) -> &'static str {
        if self.bytes.len() == 4 { "f32" } else { "f64" }
    }

    /// Returns the program with the last bit flipped wherever the coefficient occurs. A compiler may negate it, and `EXP`
    /// also occurs with another exponent.
    fn flipped_in(&self, program: &[u8]) -> Vec<u8> {
        let mut flipped = program.to_vec();
        let mut patterns = vec![self.bytes.clone()];
        if self.array.starts_with("EXP") {
            patterns.push(match *self.bytes {
                [a, b, c, d] => (f32::from_le_bytes([a, b, c, d]) * 2f32.powi(-63)).to_le_bytes().to_vec(),
                _ => (f64::from_le_bytes(self.bytes[..].try_into().unwrap()) * 2f64.powi(-511)).to_le_bytes().to_vec(),
            });
        }
        let mut found = 0;
        let last = self.bytes.len() - 1;
        for (at, window) in program.windows(self.bytes.len()).enumerate() {
            let same = |p: &Vec<u8>| window[..last] == p[..last] && (window[last] ^ p[last]) & 0x7f == 0;
            if patterns.iter().any(same) {
                flipped[at] ^= 1;
                found += 1;
            }
        }
        assert!(found > 0, "not in the program: {}[{}]", self.array, self.index);
        flipped
    }
}

#[test]
#[ignore = "runs a program for each coefficient"]
fn every_last_bit_matters() {
    let itself = current_exe().unwrap();
    let (program, mutant) = (std::fs::read(&itself).unwrap(), itself.with_extension("flipped"));
    std::fs::copy(&itself, &mutant).unwrap();
    let mut without_effect = Vec::new();
    for coefficient in coefficients().into_iter().progress() {
        std::fs::write(&mutant, coefficient.flipped_in(&program)).unwrap();
        let run = Command::new(&mutant).args(["golden::golden", "--exact"]).output().unwrap();
        let Coefficient { array, index, .. } = coefficient;
        if run.status.success() {
            without_effect.push((array, index));
            continue;
        }
        let text = String::from_utf8_lossy(&run.stdout).into_owned() + &String::from_utf8_lossy(&run.stderr);
        let (_, changed) =
            text.split_once("bits have changed:\n").unwrap_or_else(|| panic!("{array}[{index}]: {text}"));
        let changed: Vec<&str> = changed.lines().take_while(|line| line.contains(": ")).collect();
        println!("{array}[{index}]: {} digests", changed.len());
        assert!(!changed.is_empty() && changed.iter().all(|line| line.contains(coefficient.element())), "{changed:?}");
    }
    std::fs::remove_file(&mutant).unwrap();
    let expected: Vec<_> =
        WITHOUT_EFFECT.iter().flat_map(|&(array, count)| (0..count).map(move |i| (array, i))).collect();
    assert_eq!(without_effect, expected);
}
