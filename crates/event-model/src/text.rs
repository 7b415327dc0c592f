//! [`Text`]: a text that never changes and is cheap to clone.

/// A text that never changes.
///
/// One of up to 23 bytes stands in place, a longer one is shared: a clone
/// copies neither.
pub use smol_str::SmolStr as Text;

use unicode_normalization::UnicodeNormalization as _;

/// A name as names are compared: in lower case, and an accent as one with its letter, as
/// which it may have been typed or not.
#[must_use]
pub fn folded(name: &str) -> String {
    name.nfc().collect::<String>().to_lowercase()
}
