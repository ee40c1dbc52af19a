//! Asymmetric loss of `f64`: see [`super::asymmetric`].

pub fn body(data: &[u8]) {
    super::asymmetric::body::<f64>(data);
}
