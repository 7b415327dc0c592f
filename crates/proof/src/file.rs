//! The file of a proof: [`Proof`].
//!
//! One JSON object. Hashes are written as everywhere, bytes in lower-case hex, and
//! the content of an event as a text, so that it is hashed exactly as it was.

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};

use crate::hash::{Hash, HashError};
use crate::tree_head::{TreeHead, TreeHeadError};

/// The most bytes of a file. The largest event takes a quarter of it.
pub const FILE_BYTES_MAX: u64 = 1 << 20;

const FORMAT: &str = "annals-proof-1";
const SALT_BYTES: usize = 16;

/// What a file claims, and what is to prove it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// An event is in a tree.
    Inclusion(Inclusion),
    /// A tree only grew into another.
    Consistency(Consistency),
}

/// An event, and why it is in a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inclusion {
    /// The head of the tree.
    pub head: TreeHead,
    /// The place of the event, from 1.
    pub position: u64,
    /// The hash of the chain before it.
    pub before: Hash,
    /// Its envelope, as it is hashed.
    pub envelope: Vec<u8>,
    /// Its content, or what is left of it.
    pub content: Content,
    /// The nodes beside the way from the leaf to the root, from below.
    pub path: Vec<Hash>,
}

/// The content of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// All of it.
    Whole {
        /// What was put before it for its hash.
        salt: [u8; SALT_BYTES],
        /// Its JSON, as it is hashed.
        payload: String,
    },
    /// It was redacted; only its hash, salt and all, is left.
    Redacted {
        /// The hash.
        payload_hash: Hash,
    },
}

/// Two heads, and why the tree of one only grew into that of the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consistency {
    /// The head of the tree that was.
    pub since: TreeHead,
    /// The head of the tree that it grew into.
    pub head: TreeHead,
    /// The nodes of which both roots are made, in the order of RFC 6962.
    pub path: Vec<Hash>,
}

/// Why a file is not a proof.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotAProof {
    /// It is no JSON object of these fields.
    #[error("it cannot be read: {0}")]
    Json(#[from] serde_json::Error),
    /// It is of a format that is not known.
    #[error("its format is {found:?}, and {FORMAT} is known here")]
    Format {
        /// What it says.
        found: String,
    },
    /// Bytes that are not written in lower-case hex, or not as many as there must be.
    #[error("{field}: not the bytes that there must be, in lower-case hex")]
    Bytes {
        /// The field.
        field: &'static str,
    },
    /// A hash that is none.
    #[error("{field}: {source}")]
    Hash {
        /// The field.
        field: &'static str,
        /// Why.
        #[source]
        source: HashError,
    },
    /// A tree head that is none.
    #[error("{field}: {source}")]
    Head {
        /// The field.
        field: &'static str,
        /// Why.
        #[source]
        source: TreeHeadError,
    },
    /// Both the content and its hash, or only a part of the content.
    #[error("it must hold salt and payload, or the payload_hash, and not both")]
    Content,
}

/// What every version of the file begins with.
#[derive(Deserialize)]
struct Named {
    format: String,
    proof: Claim,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Claim {
    Inclusion,
    Consistency,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenInclusion {
    format: String,
    proof: Claim,
    head: String,
    position: u64,
    before: String,
    envelope: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    salt: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    payload: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    payload_hash: Option<String>,
    path: Vec<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenConsistency {
    format: String,
    proof: Claim,
    since: String,
    head: String,
    path: Vec<String>,
}

impl Proof {
    /// The file, which ends with a newline.
    ///
    /// # Errors
    ///
    /// None that is known: all of it can be written.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        let text = match self {
            Self::Inclusion(proof) => serde_json::to_string_pretty(&write_inclusion(proof)),
            Self::Consistency(proof) => serde_json::to_string_pretty(&WrittenConsistency {
                format: FORMAT.to_owned(),
                proof: Claim::Consistency,
                since: proof.since.to_string(),
                head: proof.head.to_string(),
                path: written_path(&proof.path),
            }),
        };
        Ok(text? + "\n")
    }

    /// Reads a file.
    ///
    /// # Errors
    ///
    /// [`NotAProof`] says why it is none.
    pub fn from_json(bytes: &[u8]) -> Result<Self, NotAProof> {
        let named: Named = serde_json::from_slice(bytes)?;
        if named.format != FORMAT {
            return Err(NotAProof::Format {
                found: named.format,
            });
        }
        Ok(match named.proof {
            Claim::Inclusion => Self::Inclusion(read_inclusion(serde_json::from_slice(bytes)?)?),
            Claim::Consistency => {
                let written: WrittenConsistency = serde_json::from_slice(bytes)?;
                Self::Consistency(Consistency {
                    since: head("since", &written.since)?,
                    head: head("head", &written.head)?,
                    path: read_path(&written.path)?,
                })
            }
        })
    }
}

fn write_inclusion(proof: &Inclusion) -> WrittenInclusion {
    let (salt, payload, payload_hash) = match &proof.content {
        Content::Whole { salt, payload } => {
            (Some(HEXLOWER.encode(salt)), Some(payload.clone()), None)
        }
        Content::Redacted { payload_hash } => (None, None, Some(payload_hash.to_string())),
    };
    WrittenInclusion {
        format: FORMAT.to_owned(),
        proof: Claim::Inclusion,
        head: proof.head.to_string(),
        position: proof.position,
        before: proof.before.to_string(),
        envelope: HEXLOWER.encode(&proof.envelope),
        salt,
        payload,
        payload_hash,
        path: written_path(&proof.path),
    }
}

fn read_inclusion(written: WrittenInclusion) -> Result<Inclusion, NotAProof> {
    let content = match (written.salt, written.payload, written.payload_hash) {
        (Some(salt), Some(payload), None) => Content::Whole {
            salt: bytes("salt", &salt)?
                .try_into()
                .map_err(|_| NotAProof::Bytes { field: "salt" })?,
            payload,
        },
        (None, None, Some(payload_hash)) => Content::Redacted {
            payload_hash: hash("payload_hash", &payload_hash)?,
        },
        _ => return Err(NotAProof::Content),
    };
    Ok(Inclusion {
        head: head("head", &written.head)?,
        position: written.position,
        before: hash("before", &written.before)?,
        envelope: bytes("envelope", &written.envelope)?,
        content,
        path: read_path(&written.path)?,
    })
}

fn written_path(path: &[Hash]) -> Vec<String> {
    path.iter().map(Hash::to_string).collect()
}

fn read_path(path: &[String]) -> Result<Vec<Hash>, NotAProof> {
    path.iter().map(|text| hash("path", text)).collect()
}

fn bytes(field: &'static str, text: &str) -> Result<Vec<u8>, NotAProof> {
    let bytes = HEXLOWER.decode(text.as_bytes());
    bytes.map_err(|_| NotAProof::Bytes { field })
}

fn hash(field: &'static str, text: &str) -> Result<Hash, NotAProof> {
    text.parse()
        .map_err(|source| NotAProof::Hash { field, source })
}

fn head(field: &'static str, text: &str) -> Result<TreeHead, NotAProof> {
    text.parse()
        .map_err(|source| NotAProof::Head { field, source })
}
