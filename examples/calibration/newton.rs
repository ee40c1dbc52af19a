//! Temperature and Platt scaling, fitted by Newton's method with the loss's own gradient and Hessian.
//!
//! Both map a logit x to z = a x + b. Temperature scaling (Guo et al. 2017) has b = 0 and calls 1 / a the temperature; Platt
//! scaling (Platt 1999) fits both. With g and h the derivatives of the loss by each z, the chain rule gives
//!
//! ```text
//! gradient = [ sum g x ]      Hessian = [ sum h x^2   sum h x ]
//!            [ sum g   ]                [ sum h x     sum h   ]
//! ```
//!
//! The loss is convex in a and b, but not in the temperature. Three things keep the method from diverging, as in Lin, Lin
//! and Weng (2007):
//!
//! * Targets are Platt's, a little inside of 0 and 1. With hard targets the loss has no minimum where a threshold separates
//!   the classes: a grows without bound.
//! * The method starts at a = b = 0, where the Hessian has not vanished, for logits of any size.
//! * A step is halved until the loss falls by a part of what its slope predicts.

use logit_loss::{BceWithLogits, Hessian, Loss};
use std::error::Error;
use std::iter::zip;

const MOST_STEPS: usize = 50;
/// The part of the predicted fall that a step must reach.
const SUFFICIENT: f64 = 1e-4;
/// The part of the Hessian's diagonal that is added to it: with equal logits a and b cannot be told apart.
const RIDGE: f64 = 1e-12;

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Map {
    pub scale: f64,
    pub shift: f64,
}

impl Map {
    pub const IDENTITY: Map = Map { scale: 1.0, shift: 0.0 };

    pub fn apply(self, logits: &[f32]) -> Vec<f32> {
        logits.iter().map(|&x| self.of(f64::from(x)) as f32).collect()
    }

    fn of(self, logit: f64) -> f64 {
        self.scale * logit + self.shift
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Parameters {
    /// Temperature scaling.
    Scale,
    /// Platt scaling.
    ScaleAndShift,
}

/// The state of the method, and its next step.
#[derive(Debug)]
pub struct Step {
    pub map: Map,
    pub loss: f64,
    pub gradient_norm: f64,
    /// The part of Newton's step that was taken from here; none where the gradient is 0 except for rounding errors.
    pub taken: Option<f64>,
}

#[derive(Debug)]
pub struct Fit {
    pub map: Map,
    pub steps: Vec<Step>,
}

impl Fit {
    /// Fits the map of logits that makes the mean loss of these wines lowest.
    pub fn new(parameters: Parameters, logits: &[f32], targets: &[f32]) -> Result<Fit, Box<dyn Error>> {
        if let Some(strange) = logits.iter().find(|x| !x.is_finite()) {
            return Err(format!("a logit of {strange} has no scale").into());
        }
        let problem = Problem::new(parameters, logits, targets);
        let mut map = Map { scale: 0.0, shift: 0.0 };
        let mut loss = problem.loss(map)?;
        let mut steps = Vec::new();
        for _ in 0..=MOST_STEPS {
            let derivatives = problem.derivatives(map)?;
            let gradient_norm = derivatives.gradient[0].hypot(derivatives.gradient[1]);
            if derivatives.at_rounding_level() {
                steps.push(Step { map, loss, gradient_norm, taken: None });
                return Ok(Fit { map, steps });
            }
            let direction = derivatives.newton_direction();
            let slope = zip(derivatives.gradient, direction).map(|(g, d)| g * d).sum::<f64>();
            // Near the minimum the loss falls by less than its rounding error.
            let unseen = 4.0 * f64::EPSILON * loss;
            let mut taken = 1.0;
            let (next, next_loss) = loop {
                let next = Map { scale: map.scale + taken * direction[0], shift: map.shift + taken * direction[1] };
                let next_loss = problem.loss(next)?;
                if next_loss <= loss + SUFFICIENT * taken * slope + unseen {
                    break (next, next_loss);
                }
                taken /= 2.0;
                if taken < f64::MIN_POSITIVE {
                    return Err("no step of Newton's method lowers the loss".into());
                }
            };
            steps.push(Step { map, loss, gradient_norm, taken: Some(taken) });
            (map, loss) = (next, next_loss);
        }
        Err(format!("Newton's method has not converged in {MOST_STEPS} steps").into())
    }
}

pub struct Problem {
    parameters: Parameters,
    logits: Vec<f64>,
    targets: Vec<f64>,
}

impl Problem {
    pub fn new(parameters: Parameters, logits: &[f32], targets: &[f32]) -> Problem {
        let positives = targets.iter().filter(|&&t| t == 1.0).count() as f64;
        let negatives = targets.len() as f64 - positives;
        let [low, high] = [1.0 / (negatives + 2.0), (positives + 1.0) / (positives + 2.0)];
        Problem {
            parameters,
            logits: logits.iter().map(|&x| f64::from(x)).collect(),
            targets: targets.iter().map(|&t| if t == 1.0 { high } else { low }).collect(),
        }
    }

    fn mapped(&self, map: Map) -> Vec<f64> {
        self.logits.iter().map(|&x| map.of(x)).collect()
    }

    pub fn loss(&self, map: Map) -> Result<f64, logit_loss::Error> {
        BceWithLogits::new().loss(&self.mapped(map), &self.targets)
    }

    pub fn derivatives(&self, map: Map) -> Result<Derivatives, logit_loss::Error> {
        let (mut by_logit, mut second) = (vec![0.0; self.logits.len()], vec![0.0; self.logits.len()]);
        BceWithLogits::new().gradient_and_hessian(&self.mapped(map), &self.targets, &mut by_logit, &mut second)?;
        let mut sums = Derivatives { gradient: [0.0; 2], rounding: [0.0; 2], hessian: [[0.0; 2]; 2] };
        // A gradient with respect to z is a difference of numbers up to 1, divided by the number of wines.
        let g_rounding = f64::EPSILON / self.logits.len() as f64;
        for (&x, (g, h)) in zip(&self.logits, zip(by_logit, second)) {
            // The derivatives of z with respect to a, and to b if b is fitted.
            let z_by = [x, f64::from(self.parameters == Parameters::ScaleAndShift)];
            let z_rounding = f64::EPSILON * ((map.scale * x).abs() + map.shift.abs());
            for i in 0..2 {
                sums.gradient[i] += g * z_by[i];
                sums.rounding[i] += (g_rounding + h * z_rounding) * z_by[i].abs();
                for j in 0..2 {
                    sums.hessian[i][j] += h * z_by[i] * z_by[j];
                }
            }
        }
        Ok(sums)
    }
}

/// The derivatives of the mean loss with respect to a and b; those of b are 0 where b is not fitted.
pub struct Derivatives {
    pub gradient: [f64; 2],
    /// The largest rounding error of a gradient of 0, where each z and each gradient with respect to z is rounded.
    rounding: [f64; 2],
    pub hessian: [[f64; 2]; 2],
}

impl Derivatives {
    pub fn at_rounding_level(&self) -> bool {
        zip(self.gradient, self.rounding).all(|(gradient, rounding)| gradient.abs() <= rounding)
    }

    /// Returns minus the gradient, divided by the Hessian; or by its diagonal where it has no inverse, since b is not fitted
    /// or all logits are 0.
    fn newton_direction(&self) -> [f64; 2] {
        let Derivatives { gradient: [by_a, by_b], hessian: [[aa, ab], [_, bb]], .. } = *self;
        let (aa, bb) = (aa * (1.0 + RIDGE), bb * (1.0 + RIDGE));
        let determinant = aa * bb - ab * ab;
        if determinant > 0.0 {
            return [(ab * by_b - bb * by_a) / determinant, (ab * by_a - aa * by_b) / determinant];
        }
        [(by_a, aa), (by_b, bb)].map(|(gradient, hessian)| if hessian > 0.0 { -gradient / hessian } else { 0.0 })
    }
}
