//! Files that are read whole, and no further than they can go.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// The bytes of a file; `None` if it has more than there can be.
pub(crate) fn read_at_most(path: &Path, most: u64) -> io::Result<Option<Vec<u8>>> {
    let bytes = beginning_of(path, most.saturating_add(1))?;
    Ok((bytes.len() as u64 <= most).then_some(bytes))
}

/// The bytes that a file begins with, so many at most.
pub(crate) fn beginning_of(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}
