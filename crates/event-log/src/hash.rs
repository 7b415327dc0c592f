//! The links of the chain: [`struct@Hash`].
//!
//! The hash of an event is `SHA-256(hash of its predecessor ‖ envelope ‖ payload
//! hash)`, and that of its payload `SHA-256(salt ‖ payload)`, so that salt and
//! payload can be erased while the chain still verifies; the salt keeps
//! a short payload from being guessed out of what is left.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};

/// A SHA-256 hash. Displays as `sha256:` and 64 hex digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Hash([u8; 32]);

/// A text that is not a [`struct@Hash`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a hash (sha256: and 64 hex digits)")]
pub struct HashError {
    /// What was read.
    pub text: String,
}

impl Hash {
    /// What stands before the first event.
    pub const ZERO: Self = Self([0; 32]);

    /// The hash of these bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes of the hash.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The hash of bytes by themselves.
    #[must_use]
    pub fn of_bytes(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The hash of an event with this envelope and payload hash, after this one.
    pub(crate) fn then(&self, envelope: &[u8], payload: Self) -> Self {
        Self(
            Sha256::new()
                .chain_update(self.0)
                .chain_update(envelope)
                .chain_update(payload.0)
                .finalize()
                .into(),
        )
    }

    /// The hash of a payload with its salt.
    pub(crate) fn of_payload(salt: &[u8], payload: &[u8]) -> Self {
        Self(
            Sha256::new()
                .chain_update(salt)
                .chain_update(payload)
                .finalize()
                .into(),
        )
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("sha256:")?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Hash {
    type Err = HashError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let malformed = || HashError {
            text: text.to_owned(),
        };
        let digits = text.strip_prefix("sha256:").ok_or_else(malformed)?;
        if digits.len() != 64 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(malformed());
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.as_bytes().chunks(2)) {
            *byte = std::str::from_utf8(pair)
                .ok()
                .and_then(|pair| u8::from_str_radix(pair, 16).ok())
                .ok_or_else(malformed)?;
        }
        Ok(Self(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_reads_as_it_is_written() {
        let hash = Hash::ZERO.then(b"envelope", Hash::ZERO);
        assert_eq!(hash.to_string().parse(), Ok(hash));
        assert_eq!(hash.to_string().len(), 7 + 64);
        for text in ["", "sha256:", "sha256:0g", &hash.to_string()[7..]] {
            assert!(text.parse::<Hash>().is_err(), "{text}");
        }
    }
}
