//! A head that was kept elsewhere: [`KeptHead`].

use std::fmt;
use std::str::FromStr;

use event_model::id::Position;
use event_model::problem::brief;

use crate::event_log::Head;
use crate::hash::Hash;

/// The end that a log had once, to hold the log against: with this hash at this
/// position it is the log of then, whatever came after. Displays as
/// `38:sha256:` and 64 hex digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeptHead {
    /// The last position; zero if there was none.
    pub position: Position,
    /// The hash of the chain up to and with it.
    pub hash: Hash,
}

/// A text that is not a [`KeptHead`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a head; `annals head` prints one, as 38:sha256: and 64 hex digits")]
pub struct KeptHeadError {
    /// What was read.
    pub text: String,
}

impl KeptHead {
    /// The head of an empty log.
    pub const ZERO: Self = Self {
        position: Position(0),
        hash: Hash::ZERO,
    };
}

impl From<Head> for KeptHead {
    fn from(head: Head) -> Self {
        Self {
            position: head.position,
            hash: head.hash,
        }
    }
}

impl fmt::Display for KeptHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.position, self.hash)
    }
}

impl FromStr for KeptHead {
    type Err = KeptHeadError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let read = || {
            let (position, hash) = text.trim().split_once(':')?;
            let is_number = position.bytes().all(|byte| byte.is_ascii_digit());
            Some(Self {
                position: Position(position.parse().ok().filter(|_| is_number)?),
                hash: hash.parse().ok()?,
            })
        };
        // An empty log has no other hash.
        let is_one = |head: &Self| head.position != Position(0) || head.hash == Hash::ZERO;
        read().filter(is_one).ok_or_else(|| KeptHeadError {
            text: brief(text).into_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kept_head_reads_as_it_is_written() {
        let head = KeptHead {
            position: Position(38),
            hash: Hash::ZERO.then(b"envelope", Hash::ZERO),
        };
        assert_eq!(head.to_string().parse(), Ok(head));
        let text = head.to_string();
        for wrong in ["", "38", "+38:sha256:", &text[3..], &text[..70]] {
            assert!(wrong.parse::<KeptHead>().is_err(), "{wrong}");
        }
        assert_eq!(KeptHead::ZERO.to_string().parse(), Ok(KeptHead::ZERO));
        let nowhere = text.replace("38:", "0:");
        assert!(nowhere.parse::<KeptHead>().is_err(), "{nowhere}");
    }
}
