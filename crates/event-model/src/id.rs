//! The names things go by: [`EventId`], [`Slug`], [`Position`], [`Version`].

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use uuid::Uuid;

use crate::limits;
use crate::text::Text;

/// The id of an event: a UUID that its writer gave, or that was made for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EventId(pub Uuid);

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for EventId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Uuid::parse_str(text).map(Self)
    }
}

/// The place of an event in the whole log: 1, 2, 3 … Zero is before the first.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Position(pub u64);

impl Position {
    /// After every event that there will be.
    pub const LAST: Self = Self(u64::MAX);
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The place of an event in its company's stream: 1, 2, 3 … without gaps.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Version(pub u64);

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The name of a company in this store: `alibaba`, `advanced-micro-devices`.
///
/// Lower-case ASCII letters and digits in groups joined by single hyphens, at
/// most [`limits::SLUG_BYTES_MAX`] bytes. A slug never changes its company.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Slug(Text);

/// A text that is not a [`Slug`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{text:?} is not a slug (lower-case letters, digits and single hyphens, at most {} bytes){}",
    limits::SLUG_BYTES_MAX,
    proposal(text)
)]
pub struct SlugError {
    /// What was read.
    pub text: String,
}

fn proposal(text: &str) -> String {
    Slug::from_name(text).map_or_else(String::new, |slug| format!("; as a slug it is {slug}"))
}

impl Slug {
    /// The slug as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a text is a slug.
    pub(crate) fn is_slug(text: &str) -> bool {
        let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let mut before = b'-';
        for byte in text.bytes() {
            if !is_letter(byte) && (byte != b'-' || before == b'-') {
                return false;
            }
            before = byte;
        }
        before != b'-' && text.len() <= limits::SLUG_BYTES_MAX
    }

    /// Makes a slug out of a name: letters lose their accents, and what is not a letter or
    /// digit then becomes a hyphen.
    ///
    /// `None` where no letter or digit of ASCII is left.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let mut text = String::new();
        for character in name.nfd().filter(|it| !is_combining_mark(*it)) {
            if character.is_ascii_alphanumeric() {
                text.push(character.to_ascii_lowercase());
            } else if !text.is_empty() && !text.ends_with('-') && character != '\'' {
                text.push('-');
            }
        }
        text.truncate(limits::SLUG_BYTES_MAX);
        text.trim_end_matches('-').parse().ok()
    }
}

impl FromStr for Slug {
    type Err = SlugError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if Self::is_slug(text) {
            Ok(Self(text.into()))
        } else {
            Err(SlugError {
                text: text.to_owned(),
            })
        }
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}
