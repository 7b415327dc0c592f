//! A SHA-256 hash, as it is written: [`struct@Hash`].

use std::fmt;
use std::str::FromStr;

use data_encoding::HEXLOWER;

/// A SHA-256 hash. Displays as `sha256:` and 64 lower-case hex digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hash(pub [u8; 32]);

/// A text that is not a [`struct@Hash`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a hash (sha256: and 64 lower-case hex digits)")]
pub struct HashError {
    /// What was read.
    pub text: String,
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sha256:{}", HEXLOWER.encode(&self.0))
    }
}

impl FromStr for Hash {
    type Err = HashError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.strip_prefix("sha256:");
        digits
            .and_then(|digits| HEXLOWER.decode(digits.as_bytes()).ok())
            .and_then(|bytes| bytes.try_into().ok())
            .map(Self)
            .ok_or_else(|| HashError {
                text: text.to_owned(),
            })
    }
}
