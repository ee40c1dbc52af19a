//! Tests of several files together, and long tests. Other tests stand in the files themselves.

mod formulas;
mod plan;
mod stored;
mod sum;
mod tree;
