//! How many leaves a tree has, and its root: [`TreeHead`].

use std::fmt;
use std::str::FromStr;

use ct_merkle::RootHash;
use sha2::{Digest, Sha256};

use crate::hash::Hash;

/// The most leaves of a tree: as far as any reader of JSON can count.
pub const SIZE_MAX: u64 = 1 << 53;

/// The head of a tree. Displays as `38:tree:sha256:` and 64 hex digits, which no
/// head of a chain looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TreeHead {
    /// How many leaves it has: the events up to and with this position.
    pub size: u64,
    /// The hash of all of them, as RFC 6962 makes it (Merkle Tree Hash).
    pub root: Hash,
}

/// A text that is not a [`TreeHead`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{text:?} is not a tree head; `annals head --tree` prints one, as 38:tree:sha256: and 64 hex digits"
)]
pub struct TreeHeadError {
    /// What was read.
    pub text: String,
}

impl TreeHead {
    /// The head of a tree without leaves.
    #[must_use]
    pub fn empty() -> Self {
        Self {
            size: 0,
            root: Hash(Sha256::digest(b"").into()),
        }
    }

    /// The same for the library that checks.
    pub(crate) fn to_root(self) -> RootHash<Sha256> {
        RootHash::new(self.root.0.into(), self.size)
    }
}

impl fmt::Display for TreeHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:tree:{}", self.size, self.root)
    }
}

impl FromStr for TreeHead {
    type Err = TreeHeadError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let read = || {
            let (digits, root) = text.trim().split_once(":tree:")?;
            let size: u64 = digits.parse().ok()?;
            // One way to write a number, so that equal heads are equal texts.
            let is_plain = size.to_string() == digits && size <= SIZE_MAX;
            Some(Self {
                size: is_plain.then_some(size)?,
                root: root.parse().ok()?,
            })
        };
        read().ok_or_else(|| TreeHeadError {
            text: text.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_head_reads_as_it_is_written() {
        let head = TreeHead {
            size: 38,
            root: Hash([0xab; 32]),
        };
        let text = head.to_string();
        assert_eq!(text.parse(), Ok(head));
        assert_eq!(format!(" {text}\n").parse(), Ok(head));
        let chain = text.replace(":tree", "");
        let beyond = text.replace("38", "9007199254740993");
        for wrong in [
            "",
            "38",
            &chain,
            &beyond,
            &text[..70],
            &text.to_uppercase(),
            &text.replace("38", "+38"),
            &text.replace("38", "038"),
        ] {
            assert!(wrong.parse::<TreeHead>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_empty_tree_is_the_hash_of_nothing() {
        let text = "0:tree:sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(TreeHead::empty().to_string(), text);
    }
}
