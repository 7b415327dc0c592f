//! Folders that are there for a while: [`folder`].

use tempfile::TempDir;

use crate::error::CommandError;
use crate::exit_code::ExitCode;

/// What to do where none can be made.
pub(crate) const HINT: &str = "temporary files go there: let TMPDIR name a folder that takes them";

/// A new folder among the temporary ones, with a name that begins so.
pub(crate) fn folder(prefix: &str) -> Result<TempDir, CommandError> {
    TempDir::with_prefix(prefix).map_err(|error| {
        let place = std::env::temp_dir();
        CommandError::new(
            ExitCode::Machine,
            format!("cannot write {}", place.display()),
        )
        .because(&error)
        .hint(HINT)
    })
}
