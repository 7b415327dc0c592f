//! What is done to the files of a store: [`Harm`].

use std::fmt;
use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::Path;

use anyhow::{Context, Result};

use super::victim::Victim;
use crate::tree::Tree;

/// Something that is done to one file or folder of a store, or to two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Harm {
    /// One bit of a byte is another.
    Flip { path: String, at: u64, bit: u8 },
    /// What comes after so many bytes is gone.
    Cut { path: String, at: u64 },
    /// What comes after so many bytes is zeros.
    Blank { path: String, at: u64 },
    /// It is not there.
    Gone { path: String },
    /// There is a folder instead of it.
    Folder { path: String },
    /// There is a file instead of it.
    File { path: String },
    /// Two files have changed places.
    Swapped { path: String, with: String },
    /// It is the one of another folder.
    Taken {
        path: String,
        from: Source,
        there: String,
    },
}

/// Where a file is taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    Other,
    Older,
}

impl Source {
    pub(super) fn tree(self, victim: &Victim) -> &Tree {
        match self {
            Self::Other => &victim.other,
            Self::Older => &victim.older,
        }
    }
}

impl Harm {
    /// What it is done to.
    pub(super) fn path(&self) -> &str {
        match self {
            Self::Flip { path, .. }
            | Self::Cut { path, .. }
            | Self::Blank { path, .. }
            | Self::Gone { path }
            | Self::Folder { path }
            | Self::File { path }
            | Self::Swapped { path, .. }
            | Self::Taken { path, .. } => path,
        }
    }

    /// The sort of it, for the table.
    pub(super) fn sort(&self) -> &'static str {
        match self {
            Self::Flip { .. } => "flipped",
            Self::Cut { .. } => "cut off",
            Self::Blank { .. } => "zeros after",
            Self::Gone { .. } => "gone",
            Self::Folder { .. } | Self::File { .. } => "of another sort",
            Self::Swapped { .. } | Self::Taken { .. } => "swapped",
        }
    }

    /// Does it to a store in a folder.
    pub(super) fn apply(&self, dir: &Path, victim: &Victim) -> Result<()> {
        let path = place(dir, self.path());
        let done = match self {
            Self::Flip { at, bit, .. } => flip(&path, *at, *bit),
            Self::Cut { at, .. } => resize(&path, &[*at]),
            Self::Blank { at, .. } => fs::metadata(&path)
                .map(|metadata| metadata.len())
                .and_then(|length| resize(&path, &[*at, length])),
            Self::Gone { .. } => remove(&path),
            Self::Folder { .. } => remove(&path).and_then(|()| fs::create_dir(&path)),
            Self::File { .. } => remove(&path).and_then(|()| fs::write(&path, "x")),
            Self::Swapped { with, .. } => swap(&path, &place(dir, with)),
            Self::Taken { from, there, .. } => {
                remove(&path)?;
                return from.tree(victim).write_part(there, &path);
            }
        };
        done.with_context(|| self.to_string())
    }
}

impl fmt::Display for Harm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path();
        match self {
            Self::Flip { at, bit, .. } => write!(f, "{path}: bit {bit} of byte {at} flipped"),
            Self::Cut { at, .. } => write!(f, "{path}: cut off after {at} bytes"),
            Self::Blank { at, .. } => write!(f, "{path}: zeros after {at} bytes"),
            Self::Gone { .. } => write!(f, "{path}: gone"),
            Self::Folder { .. } => write!(f, "{path}: a folder"),
            Self::File { .. } => write!(f, "{path}: a file"),
            Self::Swapped { with, .. } => write!(f, "{path}: swapped with {with}"),
            Self::Taken { from, there, .. } => match from {
                Source::Other => write!(f, "{path}: {there} of another store"),
                Source::Older => write!(f, "{path}: {there} of an older copy"),
            },
        }
    }
}

/// Where a path of a [`Tree`] is.
pub(super) fn place(dir: &Path, path: &str) -> std::path::PathBuf {
    dir.join(path.trim_start_matches('/'))
}

fn flip(path: &Path, at: u64, bit: u8) -> std::io::Result<()> {
    let file = File::options().read(true).write(true).open(path)?;
    let mut byte = [0];
    file.read_exact_at(&mut byte, at)?;
    file.write_all_at(&byte.map(|byte| byte ^ (1 << bit)), at)
}

/// Gives a file one length after the other.
fn resize(path: &Path, lengths: &[u64]) -> std::io::Result<()> {
    let file = File::options().write(true).open(path)?;
    lengths.iter().try_for_each(|length| file.set_len(*length))
}

fn remove(path: &Path) -> std::io::Result<()> {
    match path.is_dir() {
        true => fs::remove_dir_all(path),
        false => fs::remove_file(path),
    }
}

fn swap(one: &Path, other: &Path) -> std::io::Result<()> {
    let aside = one.with_extension("aside");
    fs::rename(one, &aside)?;
    fs::rename(other, one)?;
    fs::rename(aside, other)
}
