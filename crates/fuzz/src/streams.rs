//! Stub.
/// Stub.
pub fn target(_: &[u8]) {}
