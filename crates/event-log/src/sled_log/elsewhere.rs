//! A log whose caches are of no use, and cannot be made again where they are.
//!
//! They are made of the log in a temporary folder, for this process alone; nothing is
//! written in the folder of the store.

use std::path::Path;
use std::sync::Arc;

use tempfile::TempDir;

use super::open::{Opened, check_mark, found, is_rewritten, tail_of};
use super::{Settings, SledLog, State};
use crate::clock::Clock;
use crate::error::OpenError;
use crate::head_mark;
use crate::journal::Contents;
use crate::layout::at;
use crate::layout::format::Format;

impl SledLog {
    /// Opens the store in a folder to read what it holds now, by caches that are made of
    /// the log in a temporary folder. It takes as long as to make them again does; what
    /// is appended later is not seen.
    ///
    /// # Errors
    ///
    /// See [`OpenError`].
    pub fn open_with_caches_elsewhere(
        dir: &Path,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, OpenError> {
        let layout = found(dir)?;
        let format = Format::read(&layout)?;
        if is_rewritten(&layout)? {
            return Err(OpenError::Cache {
                what: "the log was written anew, and is not in its place yet".to_owned(),
            });
        }
        let marked = head_mark::load(&layout.head_mark(), format.store);
        let tail = tail_of(&Contents::read_newest(&layout.journal(), format.store)?)?;
        check_mark(marked, tail.head())?;
        let temporary = std::env::temp_dir();
        let folder = TempDir::with_prefix("annals-").map_err(at(&temporary))?;
        let opened = Opened {
            layout: layout.with_cache(folder.path()),
            format,
            clock,
            settings: Settings::default(),
            marked,
        };
        let state = State {
            streams: None,
            tail,
        };
        let log = opened.log(state, None, None);
        log.catch_up()?;
        // Its files stay open.
        drop(folder);
        Ok(log)
    }
}
