//! The red wines, split once, as measured or standardised.

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
}

pub struct Data {
    pub train: Part,
    pub held_out: Part,
}

impl Data {
    /// A fifth of each class is held out, drawn at random. 240 of the 1,599 rows repeat another one, so a few
    /// held-out wines were seen in training: that flatters every loss alike.
    pub fn load(rng: &mut fastrand::Rng) -> Data {
        let wines = winequality();
        let all = Part {
            features: wines.records.mapv(|value| value as f32),
            targets: wines.targets.iter().map(|&quality| f32::from(quality >= GOOD)).collect(),
        };
        let (mut train, mut held_out) = (Vec::new(), Vec::new());
        for class in [0.0, 1.0] {
            let mut rows: Vec<usize> = (0..all.targets.len()).filter(|&row| all.targets[row] == class).collect();
            rng.shuffle(&mut rows);
            let (first, rest) = rows.split_at(rows.len() / 5);
            held_out.extend_from_slice(first);
            train.extend_from_slice(rest);
        }
        Data { train: all.rows(&train), held_out: all.rows(&held_out) }
    }

    /// Mean 0 and deviation 1 per feature, judged from the training part alone.
    pub fn standardised(&self) -> Data {
        let mean = self.train.features.mean_axis(Axis(0)).expect("rows");
        let deviation = self.train.features.std_axis(Axis(0), 0.0);
        let scale =
            |part: &Part| Part { features: (&part.features - &mean) / &deviation, targets: part.targets.clone() };
        Data { train: scale(&self.train), held_out: scale(&self.held_out) }
    }
}
