//! A file of the journal that another process appends to: [`Watched`].

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;

use event_model::id::Position;
use uuid::Uuid;

use super::{Contents, Frame, JournalError, at, bases, check_length, frame};

/// The newest file of the journal, as far as it was read.
#[derive(Debug)]
pub(crate) struct Watched {
    store: Uuid,
    path: PathBuf,
    file: File,
    base: Position,
    /// Where the next frame will begin.
    end: u64,
}

/// What became of the journal since it was read.
#[derive(Debug)]
pub(crate) enum Grown {
    /// Nothing.
    No,
    /// The bytes of frames, the first of them whole, and perhaps something after.
    By(Vec<u8>),
    /// Its events are in blocks now, and another file goes on.
    Sealed,
}

impl Watched {
    /// Goes on where what was read of a file ends.
    pub(crate) fn after(contents: Contents) -> Self {
        Self {
            store: contents.store,
            path: contents.path,
            file: contents.file,
            base: contents.base.position,
            end: contents.end as u64,
        }
    }

    /// Looks what came after what was read.
    pub(crate) fn look(&self) -> Result<Grown, JournalError> {
        let mut header = [0; frame::HEADER_BYTES];
        let read = self.file.read_at(&mut header, self.end);
        let read = read.map_err(at(&self.path))?;
        let is_blank = header.iter().take(read).all(|byte| *byte == 0);
        if !is_blank {
            let bytes = self.rest()?;
            if Frame::decode(self.store, &bytes).is_some() {
                return Ok(Grown::By(bytes));
            }
            // It is being written.
        }
        let folder = self.path.parent().unwrap_or(&self.path);
        let newest = bases(folder)?.pop();
        Ok(match newest.is_some_and(|newest| newest > self.base) {
            true => Grown::Sealed,
            false => Grown::No,
        })
    }

    fn rest(&self) -> Result<Vec<u8>, JournalError> {
        let length = self.file.metadata().map_err(at(&self.path))?.len();
        check_length(length, self.base)?;
        let length = usize::try_from(length.saturating_sub(self.end)).unwrap_or(0);
        let mut bytes = vec![0; length];
        let read = self.file.read_exact_at(&mut bytes, self.end);
        read.map_err(at(&self.path)).map(|()| bytes)
    }

    /// The whole frames that bytes begin with which follow what was read.
    pub(crate) fn frames<'b>(
        &self,
        mut bytes: &'b [u8],
    ) -> impl Iterator<Item = Frame<'b>> + use<'b> {
        let store = self.store;
        std::iter::from_fn(move || {
            let frame = Frame::decode(store, bytes)?;
            bytes = bytes.get(frame.bytes()..).unwrap_or_default();
            Some(frame)
        })
    }

    /// Goes past a frame.
    pub(crate) fn pass(&mut self, frame: &Frame<'_>) {
        self.end += frame.bytes() as u64;
    }
}
