//! What a hash of the chain was made of: [`Link`].

use event_model::id::Position;

use crate::hash::Hash;

/// The place of an event in the chain, with all that is hashed there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Its place in the whole log.
    pub position: Position,
    /// The hash of the chain before it.
    pub before: Hash,
    /// Its envelope, as it is stored and hashed.
    pub envelope: Box<[u8]>,
    /// Its content, or what is left of it.
    pub content: LinkContent,
}

/// The content of an event, as it is hashed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkContent {
    /// All of it.
    Whole {
        /// What stands before the payload in its hash.
        salt: [u8; 16],
        /// The payload.
        payload: Box<[u8]>,
    },
    /// It was redacted.
    Redacted {
        /// The hash of salt and payload, which is all that is left of them.
        payload_hash: Hash,
    },
}
