//! Sizes at which the log changes its way of doing things: [`Settings`].

use crate::limits;

/// Sizes at which the log changes its way of doing things. No answer depends on
/// them; tests make them tiny, so that every boundary is crossed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// The bytes of frames after which the journal is sealed.
    pub journal_bytes_max: u64,
    /// The bytes from which on a batch is written as blocks, past the journal.
    pub direct_bytes_min: u64,
    /// The bytes that the streams gather before they are written as a run.
    pub run_bytes_max: usize,
    /// The ids of a batch that are sorted in memory at once.
    pub ids_at_once_max: usize,
    /// The bytes of events that are held where a log is gone through without sled.
    pub selection_bytes_max: usize,
    /// The positions that are looked through first then; one at least.
    pub selection_first: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            journal_bytes_max: limits::JOURNAL_BYTES_MAX,
            direct_bytes_min: limits::DIRECT_BYTES_MIN,
            run_bytes_max: limits::RUN_BYTES_MAX,
            ids_at_once_max: limits::IDS_AT_ONCE_MAX,
            selection_bytes_max: limits::SELECTION_BYTES_MAX,
            selection_first: limits::SELECTION_FIRST,
        }
    }
}
