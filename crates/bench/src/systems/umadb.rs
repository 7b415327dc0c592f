//! UmaDB as a [`System`]: its storage engine, within this process.
//!
//! Lines go in unchecked, as into a raw file, tagged with their company; so
//! UmaDB does less here than the others. Threads share a commit, as those of its
//! server do. Nothing is read back.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use anyhow::{Context, Result};
use umadb_core::db::process_append_request;
use umadb_core::mvcc::{Mvcc, StorageOptions};
use umadb_dcb::DcbEvent;

use super::{Commit, System};
use crate::group::Group;

/// A database.
pub(super) struct Umadb {
    mvcc: Mvcc,
    group: Group<String>,
}

impl Umadb {
    pub(super) fn open(dir: &Path) -> Result<Self> {
        std::fs::create_dir_all(dir)?;
        let options = StorageOptions::default().db_path(dir);
        Ok(Self {
            mvcc: Mvcc::new(false, options)?,
            group: Group::default(),
        })
    }

    fn commit(&self, lines: &[String]) -> Result<()> {
        let mut writer = self.mvcc.writer()?;
        for line in lines {
            let events = vec![event(line).context("a line lacks its company or its kind")?];
            process_append_request(events, None, None, &self.mvcc, &mut writer, None)?;
        }
        Ok(self.mvcc.commit(&mut writer)?)
    }
}

fn event(line: &str) -> Option<DcbEvent> {
    let text = |name: &str| {
        let (_, rest) = line.split_once(name)?;
        Some(rest.split_once('"')?.0.to_owned())
    };
    let mut event = DcbEvent::new();
    event.event_type = text("\"kind\":\"")?;
    event.tags = vec![text("\"company\":\"")?];
    event.data = line.as_bytes().to_vec();
    Some(event)
}

impl System for Umadb {
    fn append(&self, line: &str) -> Result<()> {
        self.group
            .submit(line.to_owned(), |lines| self.commit(&lines))
    }

    fn append_file(&self, path: &Path, _: Commit) -> Result<()> {
        let mut lines = BufReader::new(File::open(path)?).lines().peekable();
        while lines.peek().is_some() {
            let part = lines.by_ref().take(Commit::Parts.lines());
            self.commit(&part.collect::<std::io::Result<Vec<_>>>()?)?;
        }
        Ok(())
    }

    /// Positions have no gaps.
    fn events(&self) -> Result<u64> {
        let writer = self.mvcc.writer()?;
        Ok(writer.next_position.0 - 1)
    }

    fn close(self: Box<Self>) -> Result<()> {
        Ok(())
    }
}
