//! The parts of a backup in a folder: [`BackupFolder`].

use std::fs::{self, File, TryLockError};
use std::io::{BufReader, BufWriter};
use std::path::{Path, PathBuf};

use event_model::id::Position;

use super::{BackupError, PartReader, PartWriter};
use crate::error::Damage;
use crate::kept_head::KeptHead;
use crate::layout::MadeFolders;

/// How the file of a part ends.
const EXTENSION: &str = "annals";
/// The file of a part that is being written.
const UNFINISHED: &str = "unfinished";

/// A folder of parts, each going on where the one before it ends.
#[derive(Debug)]
pub struct BackupFolder {
    dir: PathBuf,
    parts: Vec<PathBuf>,
}

/// What was backed up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackedUp {
    /// The head after which the new part goes on.
    pub after: KeptHead,
    /// The head that it ends with.
    pub head: KeptHead,
    /// Its file; `None` if there was nothing new.
    pub file: Option<PathBuf>,
}

impl BackupFolder {
    /// Looks at a folder, and makes it if it is missing.
    ///
    /// # Errors
    ///
    /// [`BackupError::NotABackup`] if it holds anything else, [`BackupError::Foreign`] if
    /// it also does.
    pub fn make(dir: &Path) -> Result<Self, BackupError> {
        MadeFolders::make(dir)?.sync()?;
        Self::open(dir)
    }

    /// Looks at a folder that is there.
    ///
    /// # Errors
    ///
    /// [`BackupError::NotABackup`] if it holds anything else, [`BackupError::Foreign`] if
    /// it also does.
    pub fn open(dir: &Path) -> Result<Self, BackupError> {
        let (mut parts, mut foreign) = (Vec::new(), None);
        for entry in fs::read_dir(dir).map_err(BackupError::at(dir))? {
            let path = entry.map_err(BackupError::at(dir))?.path();
            let is_part = path.extension().is_some_and(|found| found == EXTENSION);
            if is_part {
                parts.push(path);
            } else if path.file_name().is_none_or(|name| name != UNFINISHED) {
                foreign = Some(path);
            }
        }
        match foreign {
            Some(path) if !parts.is_empty() => return Err(BackupError::Foreign { path }),
            Some(_) => {
                return Err(BackupError::NotABackup {
                    path: dir.to_owned(),
                });
            }
            None => {}
        }
        // They are called by their positions, with as many digits.
        parts.sort();
        Ok(Self {
            dir: dir.to_owned(),
            parts,
        })
    }

    /// Where it is.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Keeps others from adding to it, until what is given is dropped.
    pub(crate) fn hold(&self) -> Result<File, BackupError> {
        let folder = File::open(&self.dir).map_err(BackupError::at(&self.dir))?;
        match folder.try_lock() {
            Ok(()) => Ok(folder),
            Err(TryLockError::WouldBlock) => Err(BackupError::Busy {
                dir: self.dir.clone(),
            }),
            Err(TryLockError::Error(error)) => Err(BackupError::at(&self.dir)(error)),
        }
    }

    /// Where the next part is written, and what else is needed meanwhile.
    pub(crate) fn unfinished(&self) -> PathBuf {
        self.dir.join(UNFINISHED)
    }

    /// Reads all parts, and gives their blocks. Tells the head that they end with.
    pub(crate) fn read(
        &self,
        mut take: impl FnMut(Position, Vec<u8>) -> Result<(), BackupError>,
    ) -> Result<KeptHead, BackupError> {
        let mut head = KeptHead::ZERO;
        for path in &self.parts {
            let file = File::open(path).map_err(BackupError::at(path))?;
            let part = PartReader::open(BufReader::new(file), path);
            // Its name says that it is a part.
            let begin = |error| match error {
                BackupError::NotABackup { path } => {
                    let next = Position(head.position.0 + 1);
                    BackupError::damaged(&path, (next, Damage::PartBegin))
                }
                error => error,
            };
            let mut part = part.map_err(begin)?;
            if part.after() != head {
                return Err(BackupError::Gap {
                    path: path.clone(),
                    found: part.after(),
                    expected: head,
                });
            }
            while let Some((first, bytes)) = part.next()? {
                take(first, bytes)?;
            }
            head = part.head();
        }
        Ok(head)
    }

    /// Reads all parts, and tells the head that they end with.
    ///
    /// # Errors
    ///
    /// [`BackupError::Damaged`] or [`BackupError::Gap`] if they are not as they were
    /// written.
    pub fn verify(&self) -> Result<KeptHead, BackupError> {
        self.read(|_, _| Ok(()))
    }

    /// Adds a part; `fill` writes its blocks. It is read again before it counts. Tells the
    /// head that it ends with, and its file.
    pub(crate) fn add(
        &mut self,
        after: KeptHead,
        fill: impl FnOnce(&mut PartWriter<BufWriter<File>>) -> Result<(), BackupError>,
    ) -> Result<(KeptHead, PathBuf), BackupError> {
        let folder = self.unfinished();
        let new = folder.join("part");
        let file = File::create(&new).map_err(BackupError::at(&new))?;
        let mut part = PartWriter::begin(BufWriter::new(file), &new, after)?;
        fill(&mut part)?;
        let head = part.head();
        let file = part.end()?.into_inner();
        let file = file.map_err(|error| BackupError::at(&new)(error.into_error()))?;
        file.sync_all().map_err(BackupError::at(&new))?;
        check(&new)?;
        let name = format!(
            "{:020}-{:020}.{EXTENSION}",
            after.position.0, head.position.0
        );
        let path = self.dir.join(name);
        fs::rename(&new, &path).map_err(BackupError::at(&path))?;
        sync_folder(&self.dir)?;
        self.parts.push(path.clone());
        Ok((head, path))
    }
}

fn check(path: &Path) -> Result<(), BackupError> {
    let file = File::open(path).map_err(BackupError::at(path))?;
    let mut part = PartReader::open(BufReader::new(file), path)?;
    while part.next()?.is_some() {}
    Ok(())
}

fn sync_folder(dir: &Path) -> Result<(), BackupError> {
    let synced = File::open(dir).and_then(|folder| folder.sync_all());
    synced.map_err(BackupError::at(dir))
}
