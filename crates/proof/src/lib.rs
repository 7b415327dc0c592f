//! Proofs of a log, by the Merkle tree of RFC 6962 over the hashes of its chain.
//!
//! A proof is a small file. It says that an event is in the tree of a [`TreeHead`],
//! or that the tree of one only grew into that of another. To check it takes the
//! file and a head that one trusts, and no store: this crate knows nothing of one.
//!
//! - [`TreeHead`]: how many events a tree has, and its root.
//! - [`Grower`]: makes a tree of its leaves, and the path of a proof.
//! - [`Proof`]: what a file says; [`Proof::to_json`] and [`Proof::from_json`].
//! - [`Proof::check`]: whether it proves that, as [`Checked`].
//! - [`Envelope`]: what an event says besides its content.
//!
//! `docs/proofs.md` describes the file, and `docs/format.md` the chain and the tree.

mod check;
mod envelope;
mod file;
mod grow;
mod hash;
mod tree_head;

pub use check::{Checked, CheckedInclusion, Wrong};
pub use envelope::Envelope;
pub use file::{Consistency, Content, FILE_BYTES_MAX, Inclusion, NotAProof, Proof};
pub use grow::Grower;
pub use hash::{Hash, HashError};
pub use tree_head::{SIZE_MAX, TreeHead, TreeHeadError};
