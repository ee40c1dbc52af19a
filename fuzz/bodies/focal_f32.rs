//! Focal loss of `f32`: see [`super::focal`].

pub fn body(data: &[u8]) {
    super::focal::body::<f32>(data);
}
