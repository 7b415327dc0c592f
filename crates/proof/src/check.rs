//! Whether a proof proves what it claims: [`Proof::check`].
//!
//! The paths are checked by the library, the chain here.

use ct_merkle::{ConsistencyProof, InclusionProof};
use sha2::{Digest, Sha256};

use crate::envelope::Envelope;
use crate::file::{Consistency, Content, Inclusion, Proof};
use crate::hash::Hash;
use crate::tree_head::TreeHead;

/// What was proven, against the heads that the file names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Checked<'p> {
    /// The event is in the tree.
    Inclusion(CheckedInclusion<'p>),
    /// The tree only grew.
    Consistency(&'p Consistency),
}

/// An event that is in a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedInclusion<'p> {
    /// The proof.
    pub proof: &'p Inclusion,
    /// What the event says besides its content.
    pub envelope: Envelope<'p>,
}

/// Why a proof does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Wrong {
    /// It is not about a tree that is trusted.
    #[error(
        "it is about {}, and not about the one that you trust, {trusted}",
        listed(found)
    )]
    OtherTree {
        /// The trees of the file.
        found: Vec<TreeHead>,
        /// The tree that is trusted.
        trusted: TreeHead,
    },
    /// The envelope cannot be read.
    #[error("the envelope of the event cannot be read")]
    Envelope,
    /// The file and the envelope name two positions.
    #[error("the file says position {file}, and the envelope of the event {envelope}")]
    Position {
        /// What the file says.
        file: u64,
        /// What the envelope says.
        envelope: u64,
    },
    /// The event and the path do not make the root.
    #[error("the event does not lead to the root of the tree: one of them was changed")]
    Inclusion,
    /// The path does not make both roots.
    #[error("the one tree is not the other one grown: its past was changed, or the proof was")]
    Consistency,
}

fn listed(heads: &[TreeHead]) -> String {
    let heads: Vec<String> = heads
        .iter()
        .map(|head| format!("the tree {head}"))
        .collect();
    heads.join(" and ")
}

impl Proof {
    /// The heads of the trees that it is about, the older one first.
    #[must_use]
    pub fn heads(&self) -> Vec<TreeHead> {
        match self {
            Self::Inclusion(proof) => vec![proof.head],
            Self::Consistency(proof) => vec![proof.since, proof.head],
        }
    }

    /// Checks all that it claims, and that it is about each head that is trusted.
    ///
    /// Without one it proves nothing until somebody compares its heads.
    ///
    /// # Errors
    ///
    /// [`Wrong`] says what does not hold.
    pub fn check(&self, trusted: &[TreeHead]) -> Result<Checked<'_>, Wrong> {
        let found = self.heads();
        if let Some(trusted) = trusted.iter().find(|trusted| !found.contains(trusted)) {
            let trusted = *trusted;
            return Err(Wrong::OtherTree { found, trusted });
        }
        match self {
            Self::Inclusion(proof) => proof.check().map(Checked::Inclusion),
            Self::Consistency(proof) => proof.check().map(|()| Checked::Consistency(proof)),
        }
    }
}

impl Inclusion {
    /// The leaf: the hash of the chain up to and with the event.
    fn leaf(&self) -> Hash {
        let payload_hash = match &self.content {
            Content::Whole { salt, payload } => Sha256::new()
                .chain_update(salt)
                .chain_update(payload)
                .finalize()
                .into(),
            Content::Redacted { payload_hash } => payload_hash.0,
        };
        let hash = Sha256::new()
            .chain_update(self.before.0)
            .chain_update(&self.envelope)
            .chain_update(payload_hash);
        Hash(hash.finalize().into())
    }

    fn check(&self) -> Result<CheckedInclusion<'_>, Wrong> {
        let envelope = Envelope::read(&self.envelope).ok_or(Wrong::Envelope)?;
        if envelope.position != self.position {
            return Err(Wrong::Position {
                file: self.position,
                envelope: envelope.position,
            });
        }
        let index = self.position.checked_sub(1).ok_or(Wrong::Inclusion)?;
        let path = InclusionProof::try_from_bytes(bytes_of(&self.path));
        path.and_then(|path| {
            let root = self.head.to_root();
            root.verify_inclusion(&self.leaf().0, index, &path)
        })
        .map_err(|_| Wrong::Inclusion)?;
        Ok(CheckedInclusion {
            proof: self,
            envelope,
        })
    }
}

impl Consistency {
    fn check(&self) -> Result<(), Wrong> {
        if self.since.size == 0 {
            // The library has no word on it: whatever there is grew out of nothing.
            let holds = self.since == TreeHead::empty() && self.path.is_empty();
            return holds.then_some(()).ok_or(Wrong::Consistency);
        }
        let path = ConsistencyProof::try_from_bytes(bytes_of(&self.path));
        path.and_then(|path| {
            let root = self.head.to_root();
            root.verify_consistency(&self.since.to_root(), &path)
        })
        .map_err(|_| Wrong::Consistency)
    }
}

fn bytes_of(path: &[Hash]) -> Vec<u8> {
    path.iter().flat_map(|hash| hash.0).collect()
}
