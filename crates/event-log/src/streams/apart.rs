//! How many digits tell an id from all others: [`Streams::digits_alike`].

use std::sync::Arc;

use event_model::id::EventId;

use super::Streams;
use super::error::StreamsError;
use super::run::Run;
use super::search::{below, lower_bound};
use super::table::Window;
use crate::prefix::digits_alike;

const ID_BYTES: usize = 16;

impl Streams {
    /// With how many digits of each of these ids another id begins as well: the
    /// most there are, raised in place. The ids come in ascending order, and are
    /// looked for in one pass over the tables of ids.
    pub(crate) fn digits_alike(
        &self,
        ids: &[EventId],
        alike: &mut [usize],
    ) -> Result<(), StreamsError> {
        for run in self.runs.iter() {
            let mut neighbours = Neighbours::new(run);
            for (id, alike) in ids.iter().zip(&mut *alike) {
                *alike = neighbours.digits_alike(id)?.max(*alike);
            }
        }
        Ok(())
    }
}

/// Looks for the ids on either side of one in the table of a run.
struct Neighbours {
    run: Arc<Run>,
    window: Window,
    probe: Window,
    /// Where the last one stands, or would.
    next: u64,
}

impl Neighbours {
    fn new(run: &Arc<Run>) -> Self {
        Self {
            run: Arc::clone(run),
            window: Window::new(&run.source, run.footer.ids, 1),
            probe: Window::new(&run.source, run.footer.ids, 1),
            next: 0,
        }
    }

    fn digits_alike(&mut self, id: &EventId) -> Result<usize, StreamsError> {
        let key = id.0.as_bytes();
        self.next = self.place(key)?;
        let mut alike = 0;
        let last = self.run.footer.ids.records;
        // It may stand there itself; then the next one does behind it.
        let around = self.next.saturating_sub(1)..last.min(self.next + 2);
        for number in around {
            let other = self.window.record(number)?.first_chunk::<ID_BYTES>();
            if let Some(other) = other.filter(|other| *other != key) {
                alike = digits_alike(key, other).max(alike);
            }
        }
        Ok(alike)
    }

    /// The number of the first id that is not before this one.
    fn place(&mut self, key: &[u8; ID_BYTES]) -> Result<u64, StreamsError> {
        let table = self.run.footer.ids;
        let per_page = table.page_records();
        let page = self.next / per_page;
        if page < table.pages() && self.window.holds(page) {
            let records = self.window.page(page)?;
            let before = below(records, table.width, key);
            if before * (table.width as u64) < records.len() as u64 {
                return Ok(page * per_page + before);
            }
        }
        // From the start, where the guess is best.
        lower_bound(&mut self.probe, key, 0)
    }
}
