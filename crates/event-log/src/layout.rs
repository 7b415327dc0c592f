//! The folder of a store: [`Layout`].
//!
//! ```text
//! FORMAT     what the folder is ([`format::Format`]); written last when a store is made
//! LOCK       held while the store is open; who holds it, and since when
//! log/       the log itself, in blocks
//!   blocks   one after the other ([`format::BlocksIn::File`])
//!   index/   the folder of sled, which tells where each of them is
//! journal/   the end of the log, which is not in blocks yet
//! cache/     all that may be thrown away
//!   streams/ the events of the blocks once more, by company
//! rewrite/, rewritten/   only while a log is written anew ([`rewrite`])
//! ```
//!
//! A store whose making was interrupted has `FORMAT.new` and no `FORMAT`. It
//! never acknowledged an event, so it is made again from nothing.

pub(crate) mod format;
pub(crate) mod lock;
mod rewrite;

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::error::OpenError;
use format::BlocksIn;

/// The paths of a store.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    dir: PathBuf,
    cache: PathBuf,
}

/// The folder of sled.
#[derive(Debug, Clone)]
pub(crate) struct SledFolder(PathBuf);

impl SledFolder {
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// The file in which sled keeps its data.
    pub(crate) fn data(&self) -> PathBuf {
        self.0.join("db")
    }

    pub(crate) fn settings(&self) -> PathBuf {
        self.0.join("conf")
    }

    /// Makes it survive a power cut.
    pub(crate) fn sync(&self) -> Result<(), OpenError> {
        let paths = [self.settings(), self.data(), self.0.clone()];
        paths.iter().try_for_each(|path| sync(path))
    }
}

/// What is found where a store should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    /// No folder.
    Nothing,
    /// A folder with nothing in it.
    Empty,
    /// A store that was never finished.
    Unfinished,
    /// A store.
    Store,
}

impl Layout {
    pub(crate) fn new(dir: &Path) -> Self {
        Self {
            dir: dir.to_owned(),
            cache: dir.join("cache"),
        }
    }

    /// The same with its caches in another folder.
    pub(crate) fn with_cache(self, cache: &Path) -> Self {
        Self {
            cache: cache.to_owned(),
            ..self
        }
    }

    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    pub(crate) fn format(&self) -> PathBuf {
        self.dir.join("FORMAT")
    }

    pub(crate) fn format_new(&self) -> PathBuf {
        self.dir.join("FORMAT.new")
    }

    pub(crate) fn lock(&self) -> PathBuf {
        self.dir.join("LOCK")
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.dir.join("log")
    }

    /// The blocks, where they have a file of their own.
    pub(crate) fn blocks(&self) -> PathBuf {
        self.log().join("blocks")
    }

    /// The folder of sled.
    pub(crate) fn sled(&self, blocks: BlocksIn) -> SledFolder {
        SledFolder(match blocks {
            BlocksIn::Sled => self.log(),
            BlocksIn::File => self.log().join("index"),
        })
    }

    /// The files that may hold blocks.
    pub(crate) fn block_files(&self) -> [PathBuf; 2] {
        [self.sled(BlocksIn::Sled).data(), self.blocks()]
    }

    pub(crate) fn cache(&self) -> PathBuf {
        self.cache.clone()
    }

    /// The mark of the head.
    pub(crate) fn head_mark(&self) -> PathBuf {
        self.cache().join("head")
    }

    /// The events of the blocks, by company.
    pub(crate) fn streams(&self) -> PathBuf {
        self.cache().join("streams")
    }

    /// The same while they are made anew.
    pub(crate) fn streams_new(&self) -> PathBuf {
        self.cache().join("streams.new")
    }

    /// The folder of the journal.
    pub(crate) fn journal(&self) -> PathBuf {
        self.dir.join("journal")
    }

    /// Looks, and touches nothing.
    pub(crate) fn look(&self) -> Result<Found, OpenError> {
        let metadata = match fs::metadata(&self.dir) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Found::Nothing),
            Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
                return Err(self.not_a_folder());
            }
            Err(error) => return Err(at(&self.dir)(error)),
        };
        if !metadata.is_dir() {
            return Err(self.not_a_folder());
        }
        if exists(&self.format())? {
            return Ok(Found::Store);
        }
        self.look_without_format()
    }

    fn look_without_format(&self) -> Result<Found, OpenError> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.dir).map_err(at(&self.dir))? {
            names.push(entry.map_err(at(&self.dir))?.file_name());
        }
        let has = |name: &str| names.iter().any(|found| found == name);
        let ours = |name: &&std::ffi::OsString| {
            ["FORMAT.new", "LOCK", "log", "journal", "cache"]
                .iter()
                .any(|own| name == own)
        };
        if names.is_empty() {
            Ok(Found::Empty)
        } else if has("FORMAT.new") && names.iter().filter(ours).count() == names.len()
            || has("LOCK") && names.len() == 1
        {
            Ok(Found::Unfinished)
        } else if self.has_log()? {
            Err(OpenError::FormatMissing {
                path: self.format(),
            })
        } else {
            Err(OpenError::NotAStore {
                dir: self.dir.clone(),
            })
        }
    }

    fn has_log(&self) -> Result<bool, OpenError> {
        let [one, other] = self.block_files();
        Ok(exists(&one)? || exists(&other)?)
    }

    fn not_a_folder(&self) -> OpenError {
        OpenError::NotAFolder {
            path: self.dir.clone(),
        }
    }

    /// Removes the lock of a store that is no more.
    pub(crate) fn remove_lock(&self) -> Result<(), OpenError> {
        ignore_missing(fs::remove_file(self.lock())).map_err(at(&self.lock()))
    }

    /// Removes all that a store consists of, but not its lock.
    ///
    /// Whatever interrupts it leaves a store that was never finished: what says so
    /// comes first and goes last.
    pub(crate) fn clear(&self) -> Result<(), OpenError> {
        ignore_missing(fs::rename(self.format(), self.format_new())).map_err(at(&self.format()))?;
        sync(&self.dir)?;
        self.clear_folders()?;
        sync(&self.dir)?;
        ignore_missing(fs::remove_file(self.format_new())).map_err(at(&self.format_new()))
    }

    /// Removes what the folders of a store hold.
    pub(crate) fn clear_folders(&self) -> Result<(), OpenError> {
        for folder in [self.log(), self.journal(), self.cache()] {
            ignore_missing(fs::remove_dir_all(&folder)).map_err(at(&folder))?;
        }
        Ok(())
    }
}

/// Whether a path is there; not being allowed to know is an error.
pub(crate) fn exists(path: &Path) -> Result<bool, OpenError> {
    path.try_exists().map_err(at(path))
}

fn ignore_missing(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        result => result,
    }
}

/// Says at which path something went wrong.
pub(crate) fn at(path: &Path) -> impl FnOnce(io::Error) -> OpenError {
    move |source| OpenError::Io {
        path: path.to_owned(),
        source,
    }
}

/// Makes what a file or folder holds survive a power cut.
pub(crate) fn sync(path: &Path) -> Result<(), OpenError> {
    File::open(path)
        .and_then(|file| file.sync_all())
        .map_err(at(path))
}

/// A folder that was made, with the folders above it that were made for it.
#[derive(Debug)]
pub(crate) struct MadeFolders {
    made: Vec<PathBuf>,
}

impl MadeFolders {
    /// Makes a folder, and those above it, where they are missing.
    pub(crate) fn make(dir: &Path) -> Result<Self, OpenError> {
        let missing: Vec<_> = dir
            .ancestors()
            .take_while(|folder| !folder.as_os_str().is_empty() && !folder.is_dir())
            .map(Path::to_owned)
            .collect();
        let mut folders = Self { made: Vec::new() };
        for folder in missing.into_iter().rev() {
            match fs::create_dir(&folder) {
                Ok(()) => folders.made.push(folder),
                // Somebody else was quicker.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => {
                    folders.remove();
                    return Err(at(&folder)(error));
                }
            }
        }
        Ok(folders)
    }

    /// Makes the new folders survive a power cut.
    pub(crate) fn sync(&self) -> Result<(), OpenError> {
        for folder in &self.made {
            let parent = folder
                .parent()
                .filter(|parent| !parent.as_os_str().is_empty())
                .unwrap_or(Path::new("."));
            sync(parent)?;
        }
        Ok(())
    }

    /// Removes them again, as far as they are empty.
    pub(crate) fn remove(&self) {
        for folder in self.made.iter().rev() {
            // The error that led here is the one to tell.
            let _ = fs::remove_dir(folder);
        }
    }
}
