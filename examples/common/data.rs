//! The red wines, split by class, as measured or standardised.

use linfa_datasets::winequality;
use ndarray::{Array2, Axis};

/// Wines of this quality or better are the positive class.
const GOOD: usize = 7;

#[derive(Clone)]
pub struct Part {
    pub features: Array2<f32>,
    pub targets: Vec<f32>,
}

impl Part {
    /// Loads all 1,599 wines.
    pub fn all() -> Part {
        let wines = winequality();
        Part {
            features: wines.records.mapv(|value| value as f32),
            targets: wines.targets.iter().map(|&quality| f32::from(quality >= GOOD)).collect(),
        }
    }

    pub fn positives(&self) -> usize {
        self.targets.iter().filter(|&&t| t == 1.0).count()
    }

    pub fn negatives(&self) -> usize {
        self.targets.len() - self.positives()
    }

    pub fn rows(&self, rows: &[usize]) -> Part {
        Part {
            features: self.features.select(Axis(0), rows),
            targets: rows.iter().map(|&row| self.targets[row]).collect(),
        }
    }

    /// Returns one row in `share` of each class, drawn at random, and the rest. 240 of the 1,599 rows repeat another one, so
    /// a few wines are in both parts, which flatters all losses alike.
    pub fn split(&self, share: usize, rng: &mut fastrand::Rng) -> (Part, Part) {
        let (mut drawn, mut others) = (Vec::new(), Vec::new());
        for class in [0.0, 1.0] {
            let mut rows: Vec<usize> = (0..self.targets.len()).filter(|&row| self.targets[row] == class).collect();
            rng.shuffle(&mut rows);
            let (first, rest) = rows.split_at(rows.len() / share);
            drawn.extend_from_slice(first);
            others.extend_from_slice(rest);
        }
        (self.rows(&drawn), self.rows(&others))
    }

    /// Scales and shifts each feature as gives mean 0 and deviation 1 to `train`.
    pub fn standardised_as(&self, train: &Part) -> Part {
        let mean = train.features.mean_axis(Axis(0)).expect("rows");
        let deviation = train.features.std_axis(Axis(0), 0.0);
        Part { features: (&self.features - &mean) / &deviation, targets: self.targets.clone() }
    }
}

pub struct Data {
    pub train: Part,
    pub held_out: Part,
}

impl Data {
    /// Holds out a fifth of each class.
    pub fn load(rng: &mut fastrand::Rng) -> Data {
        let (held_out, train) = Part::all().split(5, rng);
        Data { train, held_out }
    }

    /// The scale and shift of each feature come from the training part alone.
    pub fn standardised(&self) -> Data {
        let [train, held_out] = [&self.train, &self.held_out].map(|part| part.standardised_as(&self.train));
        Data { train, held_out }
    }
}
