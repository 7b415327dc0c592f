//! What `annals salvage` brings out of a folder: [`Salvaged`].

use std::collections::BTreeMap;
use std::path::Path;

use annals::log_errors::LogError;
use annals::{Error, Salvage, SalvagedFrom};

/// The payloads of events by their positions, and which of them are from the log itself.
#[derive(Debug, Default)]
pub(super) struct Salvaged(BTreeMap<u64, (bool, Box<[u8]>)>);

impl Salvaged {
    /// All that comes out of a folder.
    pub(super) fn of(dir: &Path) -> Result<Self, Error> {
        let mut events = Self::default();
        let salvage = Salvage::look(dir)?;
        salvage.events(|salvaged| {
            let is_of_log = salvaged.from == SalvagedFrom::Log;
            let payload = salvaged.event.payload;
            events.0.insert(salvaged.position.0, (is_of_log, payload));
            Ok::<_, LogError>(())
        })?;
        Ok(events)
    }

    /// The first position that is here and not there, or is something else there, and how
    /// many there are. What was in the log itself must still be.
    pub(super) fn lost_in(&self, after: &Self) -> Option<(u64, usize)> {
        let is_kept = |position, (was_of_log, event): &(bool, Box<[u8]>)| {
            let there = after.0.get(position);
            there.is_some_and(|(is_of_log, there)| there == event && (*is_of_log || !was_of_log))
        };
        let mut lost = self.0.iter().filter(|(at, event)| !is_kept(*at, event));
        let (first, _) = lost.next()?;
        Some((*first, lost.count() + 1))
    }
}
