//! Proofs that who does not have the store can check: [`Store::tree_head`],
//! [`Store::prove`], [`Store::prove_since`].

use annals_proof::{Consistency, Content, Grower, Hash, Inclusion, Proof, TreeHead};
use event_log::{Link, LinkContent, LogError};
use event_model::id::{EventId, Position};

use crate::error::Error;
use crate::store::Store;

impl Store {
    /// The head of the tree over the log as it is now.
    ///
    /// # Errors
    ///
    /// [`Error::Log`] if the hashes of the log cannot be read.
    pub fn tree_head(&self) -> Result<TreeHead, Error> {
        let (head, _) = self.grow(Grower::new(), self.head().position, None)?;
        Ok(head)
    }

    /// Proves that an event is in the tree of so many events, or of all; `id` is as
    /// for [`Store::event`].
    ///
    /// # Errors
    ///
    /// [`Error::UnknownEvent`] and [`Error::AmbiguousEvent`]; [`Error::TreePastHead`],
    /// and [`Error::AfterTree`] if it came later; [`Error::Log`].
    pub fn prove(&self, id: &str, size: Option<Position>) -> Result<Proof, Error> {
        let size = self.tree_size(size)?;
        let (id, position) = self.position_of(id)?;
        let later = Error::AfterTree { id, position, size };
        let grower = Grower::for_inclusion(position.0, size.0).ok_or(later)?;
        let link = self.log().link(position)?.ok_or_else(damaged)?;
        let (head, path) = self.grow(grower, size, None)?;
        let proof = Proof::Inclusion(Inclusion {
            head,
            position: position.0,
            before: Hash(*link.before.as_bytes()),
            envelope: link.envelope.to_vec(),
            content: content(id, link)?,
            path,
        });
        holding(proof)
    }

    /// Proves that the tree of which the head was `kept` only grew into that of the
    /// log as it is now.
    ///
    /// # Errors
    ///
    /// [`Error::OtherTree`] if it did not; [`Error::Log`].
    pub fn prove_since(&self, kept: TreeHead) -> Result<Proof, Error> {
        let size = self.head().position;
        let too_short = Error::OtherTree { kept, found: None };
        let grower = Grower::for_consistency(kept.size, size.0).ok_or(too_short)?;
        let mut then = None;
        let (head, path) = self.grow(grower, size, Some((kept.size, &mut then)))?;
        match then {
            Some(since) if since == kept => {
                holding(Proof::Consistency(Consistency { since, head, path }))
            }
            found => Err(Error::OtherTree { kept, found }),
        }
    }

    fn tree_size(&self, size: Option<Position>) -> Result<Position, Error> {
        let head = self.head().position;
        match size {
            Some(size) if size > head => Err(Error::TreePastHead { size, head }),
            size => Ok(size.unwrap_or(head)),
        }
    }

    /// Grows a tree over the log up to a position, and tells the head that it had on
    /// the way.
    fn grow(
        &self,
        mut grower: Grower,
        size: Position,
        mut on_the_way: Option<(u64, &mut Option<TreeHead>)>,
    ) -> Result<(TreeHead, Vec<Hash>), Error> {
        let mut look = |grower: &Grower| match &mut on_the_way {
            Some((at, then)) if *at == grower.size() => **then = Some(grower.head()),
            _ => {}
        };
        look(&grower);
        self.log().visit_hashes(size, &mut |hash| {
            grower.push(hash.as_bytes());
            look(&grower);
        })?;
        grower.end().ok_or_else(damaged)
    }
}

/// The content of an event, as a file holds it.
fn content(id: EventId, link: Link) -> Result<Content, Error> {
    match link.content {
        LinkContent::Whole { salt, payload } => Ok(Content::Whole {
            salt,
            payload: String::from_utf8(payload.into()).map_err(|_| Error::NotText { id })?,
        }),
        LinkContent::Redacted { payload_hash } => Ok(Content::Redacted {
            payload_hash: Hash(*payload_hash.as_bytes()),
        }),
    }
}

/// A proof that holds; it does not if the hashes are not those of the log.
fn holding(proof: Proof) -> Result<Proof, Error> {
    let holds = proof.check(&[]).is_ok();
    holds.then_some(proof).ok_or_else(damaged)
}

fn damaged() -> Error {
    Error::Log(LogError::Cache {
        what: "the hashes of the positions in cache/streams".to_owned(),
    })
}
