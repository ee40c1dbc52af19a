//! Tests of several files together, and of those that are long. Others stand in the files themselves.

mod formulas;
mod plan;
mod stored;
mod sum;
mod tree;
