//! Asymmetric loss of `f32`: see [`super::asymmetric`].

pub fn body(data: &[u8]) {
    super::asymmetric::body::<f32>(data);
}
