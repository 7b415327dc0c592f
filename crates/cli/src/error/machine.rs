//! What to do where the machine is in the way, by what it said.

use std::error::Error;
use std::io::{self, ErrorKind};

/// Too many files are open, in the process or in all: the standard library has no kind
/// for these.
const OPEN_FILES: [i32; 2] = [24, 23];

/// What to do about the input or output that failed at the bottom of an error.
pub(super) fn hint_of(error: &(dyn Error + 'static)) -> Option<&'static str> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(hint) = error.downcast_ref().and_then(hint_for) {
            return Some(hint);
        }
        cause = error.source();
    }
    None
}

/// What to do about an error of input or output.
pub(super) fn hint_for(error: &io::Error) -> Option<&'static str> {
    if error
        .raw_os_error()
        .is_some_and(|code| OPEN_FILES.contains(&code))
    {
        return Some("allow more open files (`ulimit -n 256`), and try again");
    }
    Some(match error.kind() {
        ErrorKind::StorageFull => {
            "make room on that disk, and try again; nothing that was acknowledged is lost"
        }
        ErrorKind::QuotaExceeded => {
            "your quota is used up: make room, and try again; nothing that was acknowledged is lost"
        }
        ErrorKind::FileTooLarge => {
            "allow larger files (`ulimit -f unlimited`), and try again; nothing that was \
             acknowledged is lost"
        }
        ErrorKind::ReadOnlyFilesystem => {
            "the disk takes no writes: mount it to be written to, or copy the store to another; \
             `at`, `log` and whatever only asks read it as it is"
        }
        ErrorKind::PermissionDenied => {
            "ask whoever owns it for the right, or say with --store where another store is"
        }
        ErrorKind::IsADirectory | ErrorKind::NotADirectory => {
            "keep a copy of the folder; `annals salvage` brings out all that is still whole"
        }
        _ => return None,
    })
}

/// An error without the name of a temporary file, which is gone and says nothing.
pub(super) fn plain(text: &str) -> String {
    match text.split_once(" at path \"") {
        Some((plain, path)) if path.contains("/.tmp") => plain.to_owned(),
        _ => text.to_owned(),
    }
}
