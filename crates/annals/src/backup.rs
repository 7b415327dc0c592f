//! Backups of a store: [`Store::back_up`], [`Store::restore`].

use std::io::{Read, Write};
use std::path::Path;
use std::sync::Arc;

use event_log::{BackedUp, BackupFolder, Clock, KeptHead, PartReader, SledLog};

use crate::error::Error;
use crate::redact::carry_out;
use crate::store::Store;

impl Store {
    /// Adds what the store holds beyond a backup in a folder to it; makes the folder
    /// if it is missing. Others may append meanwhile: what they append counts for the
    /// next backup.
    ///
    /// # Errors
    ///
    /// [`Error::Backup`] if it is of another store, damaged, or cannot be written. It
    /// is then as it was.
    pub fn back_up(&self, dir: &Path) -> Result<BackedUp, Error> {
        Ok(self.log().back_up(dir)?)
    }

    /// Writes a backup of the whole store, and tells the head that it ends with.
    /// `scratch` is a folder that is made, used and removed again if it is needed.
    ///
    /// # Errors
    ///
    /// [`Error::Backup`] if the store cannot be read, or the backup not be written.
    pub fn back_up_to(&self, out: impl Write, scratch: &Path) -> Result<KeptHead, Error> {
        Ok(self.log().back_up_to(out, Path::new(PIPE), scratch)?)
    }

    /// Makes a store of the backup in a folder, in a folder in which nothing is. Its
    /// events have the positions, times, ids and hashes that they had.
    ///
    /// # Errors
    ///
    /// [`Error::Backup`] if the backup is damaged, or something is there already.
    /// Nothing is left of the store then.
    ///
    /// An event that a later part of the backup says was redacted is redacted here too.
    pub fn restore(from: &Path, dir: &Path, clock: Arc<dyn Clock>) -> Result<Self, Error> {
        let folder = BackupFolder::open(from)?;
        let log = SledLog::restore(&folder, dir, Arc::clone(&clock))?;
        Self::over_restored(dir, log, clock)
    }

    /// The same of what [`Store::back_up_to`] wrote.
    ///
    /// # Errors
    ///
    /// As [`Store::restore`].
    pub fn restore_from(
        input: impl Read,
        dir: &Path,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, Error> {
        let mut part = PartReader::open(input, Path::new(PIPE))?;
        let log = SledLog::restore_part(&mut part, Path::new(PIPE), dir, Arc::clone(&clock))?;
        Self::over_restored(dir, log, clock)
    }

    /// The store of a log that was restored, without what it says was redacted.
    fn over_restored(dir: &Path, log: SledLog, clock: Arc<dyn Clock>) -> Result<Self, Error> {
        match carry_out(log) {
            Ok(log) => Ok(Self::over(dir, log, clock)),
            Err(error) => {
                // What was to be erased must not stay. The error is the one to tell.
                if let Ok(log) = SledLog::open(dir, clock) {
                    log.discard().ok();
                }
                Err(error)
            }
        }
    }
}

/// What messages call a backup that is in no file.
const PIPE: &str = "the backup";
