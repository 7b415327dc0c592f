//! A writer that appends, ends and begins again, in whatever order: [`Writer`].

use std::path::PathBuf;

use proptest::prelude::*;

use super::*;

/// What a writer does.
#[derive(Debug, Clone)]
pub(super) enum Writing {
    /// One event after the other.
    Append(u64),
    /// So many at once.
    Batch(u64),
    /// It ends, and another begins.
    Reopen,
}

pub(super) fn writing() -> impl Strategy<Value = Writing> {
    prop_oneof![
        (1..6_u64).prop_map(Writing::Append),
        (1..60_u64).prop_map(Writing::Batch),
        Just(Writing::Reopen),
    ]
}

/// Who writes a log with [`TINY`] sizes.
pub(super) struct Writer {
    store: PathBuf,
    log: Option<SledLog>,
    /// The number of its next event.
    pub(super) next: u64,
}

impl Writer {
    pub(super) fn begin(store: &Path) -> Self {
        let mut writer = Self {
            store: store.to_owned(),
            log: None,
            next: 0,
        };
        writer.log();
        writer
    }

    /// The log, opened again if it was closed.
    pub(super) fn log(&mut self) -> &SledLog {
        self.log.get_or_insert_with(|| {
            SledLog::create_or_open_with(&self.store, clock(), TINY).unwrap()
        })
    }

    pub(super) fn write(&mut self, what: &Writing) {
        let first = self.next;
        match *what {
            Writing::Append(count) => {
                append(self.log(), first..first + count);
                self.next += count;
            }
            Writing::Batch(count) => {
                append_all(self.log(), first..first + count);
                self.next += count;
            }
            Writing::Reopen => self.log = None,
        }
    }
}
