//! A log that is written anew beside the one that counts, and takes its place.
//!
//! ```text
//! rewrite/     log/ and journal/ while they are written; it does not count
//! rewritten/   the same once all of it is on the disk: from then on it counts
//! ```
//!
//! The rename from the one to the other is the moment at which everything changes.
//! What follows only puts things into their places, and whoever opens the store next
//! goes on with it after a crash.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Layout, at, exists, ignore_missing, sync};
use crate::error::OpenError;

impl Layout {
    fn rewrite(&self) -> Self {
        Self::new(&self.dir.join("rewrite"))
    }

    /// What counts in the place of `log/` and `journal/` if it is there.
    pub(crate) fn rewritten(&self) -> Self {
        Self::new(&self.dir.join("rewritten"))
    }

    /// Where a part of the log is that counts, if it is anywhere.
    pub(crate) fn counting(&self, part: impl Fn(&Self) -> PathBuf) -> PathBuf {
        part(&self.with(&part))
    }

    /// What has the blocks that count, if they are anywhere.
    pub(crate) fn counting_log(&self) -> Self {
        self.with(Self::log)
    }

    fn with(&self, part: impl Fn(&Self) -> PathBuf) -> Self {
        let new = self.rewritten();
        match part(&new).exists() {
            true => new,
            false => self.clone(),
        }
    }

    /// Makes the folders of a log that is to be written anew.
    pub(crate) fn begin_rewrite(&self) -> Result<Self, OpenError> {
        self.discard_rewrite()?;
        let new = self.rewrite();
        for folder in [&new.dir, &new.log(), &new.journal()] {
            fs::create_dir(folder).map_err(at(folder))?;
        }
        Ok(new)
    }

    /// Removes what was written of a log that is not to count.
    pub(crate) fn discard_rewrite(&self) -> Result<(), OpenError> {
        remove(self.rewrite().dir())
    }

    /// Lets the log count that was written anew. All of its files are on the disk.
    pub(crate) fn count_rewrite(&self) -> Result<(), OpenError> {
        let (new, counting) = (self.rewrite(), self.rewritten());
        sync(&new.dir)?;
        fs::rename(&new.dir, &counting.dir).map_err(at(&new.dir))?;
        sync(&self.dir)
    }

    /// Puts a log into its place that was written anew and counts, and removes one that
    /// does not. It must be known to be whole. The caches go with the log that they were
    /// made of: they hold what it held.
    pub(crate) fn settle_rewrite(&self) -> Result<(), OpenError> {
        self.discard_rewrite()?;
        let new = self.rewritten();
        if !exists(&new.dir)? {
            return Ok(());
        }
        if exists(&new.journal())? {
            remove(&self.cache())?;
            sync(&self.dir)?;
        }
        for (from, to) in [(new.log(), self.log()), (new.journal(), self.journal())] {
            if exists(&from)? {
                remove(&to)?;
                fs::rename(&from, &to).map_err(at(&from))?;
                sync(&new.dir)?;
                sync(&self.dir)?;
            }
        }
        remove(&new.dir)?;
        sync(&self.dir)
    }
}

fn remove(folder: &Path) -> Result<(), OpenError> {
    ignore_missing(fs::remove_dir_all(folder)).map_err(at(folder))
}
