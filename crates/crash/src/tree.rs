//! What is in a folder: [`Tree`], read from a disk and written to one.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::Path;

use anyhow::{Context, Result};

/// The paths below a folder, as `/a/b`, and what is there: the bytes of a file, or
/// `None` for a folder. The folder itself is not listed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tree(pub BTreeMap<String, Option<Vec<u8>>>);

/// The bytes that are looked at once, to leave out zeros.
const PAGE_BYTES: usize = 4096;

impl Tree {
    /// Reads a folder; what is not there is empty.
    ///
    /// # Errors
    ///
    /// If something cannot be read.
    pub fn read(dir: &Path) -> Result<Self> {
        let mut tree = Self::default();
        if dir.exists() {
            tree.read_into(dir, "")?;
        }
        Ok(tree)
    }

    fn read_into(&mut self, dir: &Path, prefix: &str) -> Result<()> {
        for entry in fs::read_dir(dir)? {
            let entry = entry?;
            let path = format!("{prefix}/{}", entry.file_name().to_string_lossy());
            if entry.file_type()?.is_dir() {
                self.0.insert(path.clone(), None);
                self.read_into(&entry.path(), &path)?;
            } else {
                self.0.insert(path, Some(fs::read(entry.path())?));
            }
        }
        Ok(())
    }

    /// Writes it into a folder, which is made.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn write(&self, dir: &Path) -> Result<()> {
        fs::create_dir_all(dir)?;
        for (path, what) in &self.0 {
            let path = dir.join(path.trim_start_matches('/'));
            let written = match what {
                None => fs::create_dir(&path),
                Some(bytes) => write_file(&path, bytes),
            };
            written.with_context(|| format!("cannot write {}", path.display()))?;
        }
        Ok(())
    }

    /// Writes what is at a path, and below it, to another place.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn write_part(&self, path: &str, to: &Path) -> Result<()> {
        for (below, what) in self.0.range(path.to_owned()..) {
            let rest = match below.strip_prefix(path) {
                Some(rest) if rest.is_empty() || rest.starts_with('/') => rest,
                Some(_) => continue,
                None => break,
            };
            let place = match rest {
                "" => to.to_owned(),
                rest => to.join(rest.trim_start_matches('/')),
            };
            let written = match what {
                None => fs::create_dir(&place),
                Some(bytes) => write_file(&place, bytes),
            };
            written.with_context(|| format!("cannot write {}", place.display()))?;
        }
        Ok(())
    }

    /// The first path at which two differ.
    #[must_use]
    pub fn difference<'t>(&'t self, other: &'t Self) -> Option<&'t str> {
        let paths = self.0.keys().chain(other.0.keys());
        let mut paths = paths.filter(|path| self.0.get(*path) != other.0.get(*path));
        paths.next().map(String::as_str)
    }
}

/// Most of a file is zeros, which a hole is as well.
fn write_file(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let file = File::create_new(path)?;
    file.set_len(bytes.len() as u64)?;
    for (at, page) in (0u64..).zip(bytes.chunks(PAGE_BYTES)) {
        if page.iter().any(|byte| *byte != 0) {
            file.write_all_at(page, at * PAGE_BYTES as u64)?;
        }
    }
    Ok(())
}
