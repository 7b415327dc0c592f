//! What was looked for lately: [`Recent`].

use std::collections::{HashMap, HashSet};
use std::sync::Mutex;

use event_model::id::{Position, Slug, Version};

use super::error::StreamsError;
use crate::sync;

/// How many answers of each sort are kept at most.
const ANSWERS_MAX: usize = 4_096;

/// The last version and position of a company, if it has an event.
type StreamHead = Option<(Version, Position)>;

/// Answers of streams, which never change, for who asks again: an append looks for
/// its id and its company before it queues up and again when it is its turn, and most
/// appends are of few companies.
#[derive(Debug, Default)]
pub(super) struct Recent {
    absent: Mutex<HashSet<[u8; 16]>>,
    heads: Mutex<HashMap<Slug, StreamHead>>,
}

impl Recent {
    /// Whether an id was looked for, and was not there.
    pub(super) fn is_absent(&self, id: &[u8; 16]) -> bool {
        sync::lock(&self.absent).contains(id)
    }

    /// Notes that an id is not there.
    pub(super) fn note_absent(&self, id: [u8; 16]) {
        let mut absent = sync::lock(&self.absent);
        if absent.len() >= ANSWERS_MAX {
            absent.clear();
        }
        absent.insert(id);
    }

    /// The head of a company's stream, which is looked for where that is not known.
    pub(super) fn head(
        &self,
        company: &Slug,
        look: impl FnOnce() -> Result<StreamHead, StreamsError>,
    ) -> Result<StreamHead, StreamsError> {
        if let Some(known) = sync::lock(&self.heads).get(company) {
            return Ok(*known);
        }
        let found = look()?;
        let mut heads = sync::lock(&self.heads);
        if heads.len() >= ANSWERS_MAX {
            heads.clear();
        }
        heads.insert(company.clone(), found);
        Ok(found)
    }
}
