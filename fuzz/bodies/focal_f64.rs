//! Focal loss of `f64`: see [`super::focal`].

pub fn body(data: &[u8]) {
    super::focal::body::<f64>(data);
}
