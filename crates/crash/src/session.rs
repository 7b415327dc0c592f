//! A process that works on a store and says what it was answered: [`Session`].

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use annals::append::AppendOptions;
use annals::model::time::Instant;
use annals::redact::Redaction;
use annals::{Clock, Settings, Store};
use anyhow::{Context, Result};

use crate::claims::Claims;
use crate::marks::{Mark, Marks};
use crate::random::Random;

/// 2026-01-01, in microseconds.
const START: i64 = 1_767_225_600_000_000;

/// A clock that goes on by a millisecond whenever it is looked at.
#[must_use]
pub fn clock() -> Arc<dyn Clock> {
    let micros = AtomicI64::new(START);
    Arc::new(move || {
        let now = micros.fetch_add(1_000, Ordering::Relaxed);
        Instant::from_micros(now).unwrap_or(Instant::UNIX_EPOCH)
    })
}

/// Sizes at which every boundary is crossed after a few events.
#[must_use]
pub fn small(random: &mut Random) -> Settings {
    let mut pick = |sizes: [u64; 3]| sizes.get(random.below(3)).copied().unwrap_or(4096);
    Settings {
        journal_bytes_max: pick([3 << 10, 8 << 10, 20 << 10]),
        direct_bytes_min: pick([6 << 10, 12 << 10, 24 << 10]),
        run_bytes_max: usize::try_from(pick([2 << 10, 8 << 10, 1 << 20])).unwrap_or(2048),
        ids_at_once_max: 16,
        ..Settings::default()
    }
}

/// A store, and what a workload needs to use it.
pub struct Session {
    /// The store.
    pub store: Store,
    /// Its choices.
    pub random: Random,
    /// What it appends.
    pub claims: Claims,
    marks: Marks,
    dir: PathBuf,
    settings: Settings,
}

impl Session {
    /// Opens a store, and makes it where there is none.
    ///
    /// # Errors
    ///
    /// If it cannot be opened.
    pub fn begin(dir: &Path, marks: &Path, seed: u64, settings: Settings) -> Result<Self> {
        let store = Store::create_or_open_with(dir, clock(), settings)?;
        let marks = Marks::new(marks)?;
        marks.mark(Mark::Made)?;
        Ok(Self {
            store,
            random: Random::of(seed, 1),
            claims: Claims::new(Random::of(seed, 2)),
            marks,
            dir: dir.to_owned(),
            settings,
        })
    }

    /// Closes the store, and opens it again.
    ///
    /// # Errors
    ///
    /// If either cannot be done.
    pub fn reopen(self) -> Result<Self> {
        self.store.close()?;
        let store = Store::create_or_open_with(&self.dir, clock(), self.settings)?;
        Ok(Self { store, ..self })
    }

    /// Redacts events: all of it or nothing. The store is closed by that, and opened
    /// again.
    ///
    /// # Errors
    ///
    /// If it fails.
    pub fn redact(self, ids: &[String], redaction: &Redaction) -> Result<Self> {
        let before = self.store.head().position.0;
        let redacted = self.store.redact(ids, redaction)?;
        let new = redacted.iter().filter(|it| !it.known).count();
        let upto = before + u64::try_from(new)?;
        let stored = (new > 0).then_some((before + 1, upto));
        self.marks.mark(Mark::Answered { upto, stored })?;
        let store = Store::create_or_open_with(&self.dir, clock(), self.settings)?;
        Ok(Self { store, ..self })
    }

    /// Closes the store.
    ///
    /// # Errors
    ///
    /// If it cannot be closed.
    pub fn end(self) -> Result<()> {
        Ok(self.store.close()?)
    }

    /// Appends the companies.
    ///
    /// # Errors
    ///
    /// If they are not accepted.
    pub fn found(&mut self) -> Result<()> {
        let companies = self.claims.companies();
        self.append(&companies)
    }

    /// Appends lines, all or nothing.
    ///
    /// # Errors
    ///
    /// If they are not accepted.
    pub fn append(&self, lines: &[String]) -> Result<()> {
        let text = lines.join("\n");
        let options = AppendOptions::default();
        let appended = self
            .store
            .append_lines("the workload", &mut text.as_bytes(), options)?;
        let mut upto = 0;
        let mut stored: Option<(u64, u64)> = None;
        for outcome in appended.outcomes()? {
            let outcome = outcome?;
            let position = outcome.position.0;
            upto = upto.max(position);
            if !outcome.known {
                let (first, last) = stored.unwrap_or((position, position));
                stored = Some((first.min(position), last.max(position)));
            }
        }
        self.marks.mark(Mark::Answered { upto, stored })
    }

    /// Does something to the store that appends one batch or nothing.
    ///
    /// # Errors
    ///
    /// If it fails.
    pub fn grow(&self, change: impl FnOnce(&Store) -> Result<()>) -> Result<()> {
        let before = self.store.head().position.0;
        change(&self.store).context("a change of the workload")?;
        let upto = self.store.head().position.0;
        let stored = (upto > before).then_some((before + 1, upto));
        match stored {
            Some(_) => self.marks.mark(Mark::Answered { upto, stored }),
            None => Ok(()),
        }
    }
}
