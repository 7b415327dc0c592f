//! [`Text`]: a text that never changes and is cheap to clone.

/// A text that never changes.
///
/// One of up to 23 bytes stands in place, a longer one is shared: a clone
/// copies neither.
pub use smol_str::SmolStr as Text;
