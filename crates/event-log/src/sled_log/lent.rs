//! The blocks, where they are not ours to open: [`Lent`].
//!
//! Another process may have the store and write meanwhile, or the system may take no
//! writes, and who only reads keeps nobody from writing. sled's files are then copied.
//! Blocks in a file of their own stay where they are: up to the head that the journal says
//! nobody changes them, and an index that was torn is made again from them. Where sled
//! holds the blocks, a copy that was torn does not come to that head, and is made anew.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;

use tempfile::TempDir;

use super::SledLog;
use super::backup::write_sealed;
use super::engine::Engine;
use super::{careful, index};
use crate::backup::{BackupError, PartWriter};
use crate::error::{Damage, EngineError, LogError, OpenError};
use crate::event_log::Head;
use crate::kept_head::KeptHead;
use crate::layout::format::BlocksIn;
use crate::layout::{Layout, SledFolder};
use crate::sync;
use crate::throwaway;

/// How often sled's files are copied before it is told that they cannot be.
const COPIES: u32 = 5;

/// The blocks of a store that is not ours, by a copy of what leads to them.
pub(super) struct Lent {
    /// How far they go.
    base: Head,
    engine: Arc<Engine>,
    /// Dropped after the engine, which has its files open.
    _folder: TempDir,
}

impl SledLog {
    /// The blocks, to read up to where the journal begins: opened, or lent where the store
    /// is only read. Where sled holds the blocks themselves, only if they are not to be had:
    /// all of them would be copied.
    pub(super) fn blocks(&self) -> Result<Arc<Engine>, LogError> {
        let base = sync::read(&self.state).tail.base();
        let mut slot = sync::lock(&self.lent);
        if let Some(lent) = slot.as_ref().filter(|lent| lent.base == base) {
            return Ok(Arc::clone(&lent.engine));
        }
        let is_ours = sync::lock(&self.lock).is_some();
        if is_ours || self.format.blocks == BlocksIn::Sled {
            match self.engine() {
                Err(error) if is_refused(&error) => {}
                opened => return opened,
            }
        }
        let folder = TempDir::with_prefix("annals-").map_err(at(&std::env::temp_dir()))?;
        let copy = folder.path().join("copy");
        let engine = self.engine_or_copy(KeptHead::ZERO, base, &copy)?;
        *slot = Some(Lent {
            base,
            engine: Arc::clone(&engine),
            _folder: folder,
        });
        Ok(engine)
    }

    /// sled, if it is ours to open; else a copy of it in which all is whole between
    /// these heads.
    pub(super) fn engine_or_copy(
        &self,
        after: KeptHead,
        base: Head,
        copy: &Path,
    ) -> Result<Arc<Engine>, LogError> {
        if sync::lock(&self.lock).is_some() {
            return self.engine();
        }
        let mut tries = 0;
        loop {
            throwaway::remove(copy).map_err(at(copy))?;
            let copied = match self.format.blocks {
                BlocksIn::File => index_copied(&self.layout, copy, base),
                BlocksIn::Sled => copied(&self.layout, copy, (after, base)),
            };
            tries += 1;
            match copied {
                Err(error) if tries < COPIES && may_be_torn(&error) => {}
                copied => return copied.map(Arc::new),
            }
        }
    }
}

/// Whether another process has the store, or the system does not let it be written to.
pub(super) fn is_refused(error: &LogError) -> bool {
    match error {
        LogError::Open { source } => {
            matches!(**source, OpenError::Held { .. }) || is_of_machine(source)
        }
        _ => false,
    }
}

/// Whether the system does not let a file be opened, read or written.
pub(super) fn is_of_machine(error: &OpenError) -> bool {
    matches!(
        error,
        OpenError::Io { .. }
            | OpenError::Engine {
                source: EngineError::Io(_)
            }
    )
}

/// Whether a copy may not be whole because another wrote while it was made.
fn may_be_torn(error: &LogError) -> bool {
    match error {
        LogError::Damaged { .. } => true,
        LogError::Open { source } => !is_of_machine(source),
        _ => false,
    }
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> LogError {
    move |source| LogError::Io {
        path: path.to_owned(),
        source,
    }
}

/// Copies sled's files where they are the index of the blocks, and opens the copy. Where
/// there are none, it is made from the blocks.
fn index_copied(layout: &Layout, copy: &Path, base: Head) -> Result<Engine, LogError> {
    let copy = Layout::new(copy).sled(BlocksIn::File);
    match copy_files(&layout.sled(BlocksIn::File), &copy) {
        Err(LogError::Io { source, .. }) if throwaway::is_not_there(&source) => {}
        copied => copied?,
    }
    Ok(index::open_copy(&copy, layout, base)?)
}

/// Copies sled's files and opens them, if all is whole between two heads.
fn copied(
    layout: &Layout,
    copy: &Path,
    (after, base): (KeptHead, Head),
) -> Result<Engine, LogError> {
    let copy = Layout::new(copy);
    let to = copy.sled(BlocksIn::Sled);
    copy_files(&layout.sled(BlocksIn::Sled), &to)?;
    let engine = careful::open_copy(&copy)?;
    let torn = || LogError::Damaged {
        position: base.position,
        what: Damage::Chain,
    };
    let nowhere = PartWriter::begin(io::sink(), to.path(), after);
    let mut nowhere = nowhere.map_err(|_| torn())?;
    match write_sealed(&engine, (after.position, base.position), &mut nowhere) {
        Ok(()) if nowhere.head() == base.into() => Ok(engine),
        Err(BackupError::Log(error)) => Err(error),
        Ok(()) | Err(_) => Err(torn()),
    }
}

fn copy_files(from: &SledFolder, to: &SledFolder) -> Result<(), LogError> {
    let data = from.data();
    let (from, to) = (from.path(), to.path());
    fs::create_dir_all(to).map_err(at(to))?;
    let mut names = Vec::new();
    for entry in fs::read_dir(from).map_err(at(from))? {
        let entry = entry.map_err(at(from))?;
        if entry.path().is_file() {
            names.push(entry.file_name());
        }
    }
    // The data last, so that it is not behind a snapshot of it.
    names.sort_by_key(|name| data.ends_with(name));
    for name in names {
        match fs::copy(from.join(&name), to.join(&name)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            // What is read is there; what is written may find no room.
            copied => drop(copied.map_err(at(to))?),
        }
    }
    Ok(())
}
