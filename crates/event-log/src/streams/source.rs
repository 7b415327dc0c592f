//! A file that is read in places: [`Source`].

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use super::error::StreamsError;

/// An open file and its path. It can be read when the path names it no more.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) file: File,
    pub(super) path: PathBuf,
}

impl Source {
    pub(super) fn open(path: &Path) -> Result<Self, StreamsError> {
        match File::open(path) {
            Ok(file) => Ok(Self {
                file,
                path: path.to_owned(),
            }),
            Err(error) => Err(refused(path)(error)),
        }
    }

    /// The length of the file.
    pub(super) fn bytes(&self) -> Result<u64, StreamsError> {
        let metadata = self.file.metadata().map_err(refused(&self.path))?;
        Ok(metadata.len())
    }

    /// Has the system fetch what will be read soon, and does not wait for it.
    ///
    /// Where files are not in memory, their reads then take as long as one together.
    pub(super) fn expect(&self, offset: u64, bytes: u64) {
        #[cfg(target_os = "linux")]
        {
            use std::num::NonZeroU64;

            use rustix::fs::{Advice, fadvise};

            // Who reads it learns what is wrong with the file.
            let _ = fadvise(&self.file, offset, NonZeroU64::new(bytes), Advice::WillNeed);
        }
    }

    /// Fills the buffer with what stands at an offset.
    pub(super) fn read(&self, offset: u64, buffer: &mut [u8]) -> Result<(), StreamsError> {
        match self.file.read_exact_at(buffer, offset) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                Err(self.damaged("it ends too soon"))
            }
            done => done.map_err(refused(&self.path)),
        }
    }

    pub(super) fn damaged(&self, what: &'static str) -> StreamsError {
        StreamsError::Damaged {
            path: self.path.clone(),
            what,
        }
    }
}

/// Names the file that could not be used.
pub(super) fn refused(path: &Path) -> impl Fn(io::Error) -> StreamsError {
    move |source| StreamsError::Io {
        path: path.to_owned(),
        source,
    }
}
