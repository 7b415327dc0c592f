//! Stored events that are kept for a while, in few pieces of memory: [`SetAside`].

use std::ops::Range;

use event_model::id::{EventId, Position, Slug, Version};
use event_model::time::Instant;

use super::stored::Stored;

/// Events of one company that are kept as they are stored.
#[derive(Debug, Default)]
pub struct SetAside {
    bytes: Vec<u8>,
    events: Vec<Aside>,
}

#[derive(Debug)]
struct Aside {
    position: Position,
    version: Version,
    recorded: Instant,
    id: EventId,
    range: Range<usize>,
}

impl SetAside {
    /// Adds an event.
    pub fn push(&mut self, stored: &Stored<'_>) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(stored.bytes());
        self.events.push(Aside {
            position: stored.position,
            version: stored.version,
            recorded: stored.recorded,
            id: stored.id,
            range: start..self.bytes.len(),
        });
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// The events, all of which are of this company, in the order in which they were added.
    pub fn of<'s>(&'s self, company: &'s Slug) -> impl Iterator<Item = Stored<'s>> {
        self.events.iter().map(move |event| {
            let bytes = self.bytes.get(event.range.clone());
            let named = (event.id, company);
            let placed = (event.position, event.version, event.recorded);
            Stored::from_parts(placed, named, bytes.unwrap_or_default())
        })
    }

    /// Forgets all, and keeps its room for what comes next.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.events.clear();
    }
}
