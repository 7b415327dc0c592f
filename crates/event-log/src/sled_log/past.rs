//! What the log has, for the one who commits: [`OnDisk`].

use event_model::id::{EventId, Position, Slug, Version};

use super::SledLog;
use crate::admission::{self, Past};
use crate::error::LogError;
use crate::event_log::{EventLog, NewEvent};

/// What is on the disk. Only the one who commits uses it, so what it sees does
/// not change.
pub(super) struct OnDisk<'l>(&'l SledLog);

impl<'l> OnDisk<'l> {
    pub(super) fn new(log: &'l SledLog) -> Self {
        Self(log)
    }
}

impl Past for OnDisk<'_> {
    fn head(&self) -> Position {
        self.0.head().position
    }

    fn find(&self, id: EventId) -> Result<Option<Position>, LogError> {
        Ok(self.0.find_id(id)?.map(|(_, position)| position))
    }

    fn version(&self, company: &Slug) -> Result<Version, LogError> {
        let end = self.0.stream_end(company)?;
        Ok(end.map_or(Version(0), |(version, _)| version))
    }

    fn same_at(&self, position: Position, event: &NewEvent) -> Result<Option<Version>, LogError> {
        let stored = self.0.stored_at(&event.company, position)?;
        let same = stored.filter(|(_, stored)| admission::same(stored, event));
        Ok(same.map(|(version, _)| version))
    }
}
