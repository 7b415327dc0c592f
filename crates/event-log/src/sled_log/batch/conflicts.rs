//! The ids of a batch that were given to two events: [`Conflicts`].

use event_model::id::{EventId, Position};
use event_model::limits::LINES_TOLD_MAX;

/// An id that was given to two events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdConflict {
    /// The id.
    pub id: EventId,
    /// What the later event was called when it was pushed.
    pub tag: u64,
    /// The event that had it before.
    pub other: Other,
}

/// An event that had an id before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Other {
    /// The event of the batch that was called so when it was pushed.
    Tag(u64),
    /// The event of the log at this position.
    Position(Position),
}

/// The ids that were given to two events: how many there are, and the first of them.
#[derive(Debug, Default)]
pub struct Conflicts {
    first: Vec<IdConflict>,
    count: u64,
}

impl Conflicts {
    /// Those of the lowest tags, in their order: [`LINES_TOLD_MAX`] at most.
    #[must_use]
    pub fn first(&self) -> &[IdConflict] {
        &self.first
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Adds one. They come in any order.
    pub(super) fn push(&mut self, conflict: IdConflict) {
        self.count += 1;
        self.first.push(conflict);
        if self.first.len() >= 2 * LINES_TOLD_MAX {
            self.settle();
        }
    }

    /// Puts them in their order, when all were added.
    pub(super) fn settle(&mut self) {
        self.first.sort_unstable_by_key(|conflict| conflict.tag);
        self.first.truncate(LINES_TOLD_MAX);
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn all_are_counted_and_the_first_are_told() {
        let mut conflicts = Conflicts::default();
        for tag in (0..5_000).rev() {
            conflicts.push(IdConflict {
                id: EventId(Uuid::nil()),
                tag,
                other: Other::Tag(0),
            });
        }
        conflicts.settle();
        let told: Vec<u64> = conflicts.first().iter().map(|it| it.tag).collect();
        assert_eq!(told, (0..LINES_TOLD_MAX as u64).collect::<Vec<_>>());
        assert_eq!(conflicts.count(), 5_000);
    }
}
