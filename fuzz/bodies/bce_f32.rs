//! Binary cross-entropy of `f32`: see [`super::bce`].

pub fn body(data: &[u8]) {
    super::bce::body::<f32>(data);
}
