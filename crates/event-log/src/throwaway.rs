//! What may be thrown away, of whichever sort it is: a folder may stand where a file
//! should be, and the reverse.

use std::fs;
use std::io;
use std::path::Path;

/// Removes a file, or a folder with all that is in it; what is not there is gone.
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    let removed = match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    match removed {
        Err(error) if is_not_there(&error) => Ok(()),
        removed => removed,
    }
}

/// Makes a folder, instead of a file if one is in its place.
pub(crate) fn make_folder(path: &Path) -> io::Result<()> {
    if path.is_file() {
        fs::remove_file(path)?;
    }
    fs::create_dir_all(path)
}

/// Whether an error says that there is no such file, or that it is a folder, or that a
/// folder above it is none.
pub(crate) fn is_not_there(error: &io::Error) -> bool {
    use io::ErrorKind::{IsADirectory, NotADirectory, NotFound};
    matches!(error.kind(), NotFound | IsADirectory | NotADirectory)
}
