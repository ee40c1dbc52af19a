//! Binary cross-entropy of `f64`: see [`super::bce`].

pub fn body(data: &[u8]) {
    super::bce::body::<f64>(data);
}
