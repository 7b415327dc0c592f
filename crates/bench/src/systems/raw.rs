//! A raw file as a [`System`]: the floor beneath the others.
//!
//! Lines are added and synced, unchecked; threads share one write and one sync.
//! Nothing is read back.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

use anyhow::Result;

use super::{Commit, System};
use crate::group::Group;

/// A file of lines.
pub(super) struct Raw {
    path: PathBuf,
    file: File,
    group: Group<Vec<u8>>,
}

impl Raw {
    pub(super) fn open(dir: &Path) -> Result<Self> {
        std::fs::create_dir_all(dir)?;
        let path = dir.join("events.jsonl");
        let file = File::options().append(true).create(true).open(&path)?;
        Ok(Self {
            path,
            file,
            group: Group::default(),
        })
    }

    fn write(&self, bytes: &[u8]) -> Result<()> {
        (&self.file).write_all(bytes)?;
        Ok(self.file.sync_data()?)
    }
}

impl System for Raw {
    fn append(&self, line: &str) -> Result<()> {
        let line = format!("{line}\n").into_bytes();
        self.group.submit(line, |lines| self.write(&lines.concat()))
    }

    fn append_file(&self, path: &Path, _: Commit) -> Result<()> {
        std::io::copy(&mut File::open(path)?, &mut &self.file)?;
        Ok(self.file.sync_data()?)
    }

    fn events(&self) -> Result<u64> {
        let mut lines = BufReader::new(File::open(&self.path)?).lines();
        Ok(lines.try_fold(0, |count, line| line.map(|_| count + 1))?)
    }

    fn close(self: Box<Self>) -> Result<()> {
        Ok(())
    }
}
