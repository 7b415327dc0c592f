//! Files that are written beside what they will replace: [`new_file`], and where none
//! should be: [`store_around`].

use std::fs::Permissions;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// A temporary file in a folder that others may read, as they may any file that is made.
///
/// # Errors
///
/// As the system says.
pub fn new_file(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.permissions(Permissions::from_mode(0o666));
    builder.tempfile_in(folder)
}

/// The store that a folder is of, itself or somewhere above: whatever is written there is
/// written over its files, or is in their way.
#[must_use]
pub fn store_around(folder: &Path) -> Option<PathBuf> {
    let folder = folder.canonicalize().ok()?;
    let is_store = |dir: &&Path| {
        ["FORMAT", "journal", "log"]
            .iter()
            .all(|name| dir.join(name).exists())
    };
    folder.ancestors().find(is_store).map(Path::to_owned)
}
