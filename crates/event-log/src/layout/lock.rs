//! The file `LOCK`: [`Lock`].
//!
//! The lock is the operating system's, so it is gone with the process that
//! holds it. What the file says is only for the one who finds it held.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Seek, Write};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use event_model::time::Instant;

use super::at;
use crate::error::OpenError;
use crate::limits;
use crate::whole_file::beginning_of;

/// Held while the store is open.
#[derive(Debug)]
pub(crate) struct Lock {
    file: File,
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing it would do, but for a process that is being started just now: until it
        // runs its program, it has all files open that we have.
        let _ = self.file.unlock();
    }
}

impl Lock {
    pub(crate) fn take(path: &Path, now: Instant) -> Result<Self, OpenError> {
        let mut file = loop {
            let file = OpenOptions::new()
                .read(true)
                .write(true)
                .create(true)
                .truncate(false)
                .open(path)
                .map_err(at(path))?;
            match file.try_lock() {
                Ok(()) if is_at(path, &file).map_err(at(path))? => break file,
                // Who took the store away removed it since, and others have another.
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    // Who shares it did not say so.
                    let is_shared = file.try_lock_shared().is_ok();
                    return Err(if is_shared { somebody() } else { holder(path) });
                }
                Err(TryLockError::Error(error)) => return Err(at(path)(error)),
            }
        };
        let text = format!("{} {}\n", std::process::id(), now.micros());
        file.set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| file.write_all(text.as_bytes()))
            .map_err(at(path))?;
        Ok(Self { file })
    }

    /// Whether it is the one that a path names still: otherwise another process can take
    /// that one, or the folder is not where it was.
    pub(crate) fn is_at(&self, path: &Path) -> io::Result<bool> {
        is_at(path, &self.file)
    }

    /// Keeps the store from being written to, beside others that do the same. Nothing is
    /// written for it. `None` where there is no lock, or the system refuses it.
    pub(crate) fn share(path: &Path) -> Result<Option<Self>, OpenError> {
        let Ok(file) = File::open(path) else {
            return Ok(None);
        };
        match file.try_lock_shared() {
            Ok(()) => Ok(Some(Self { file })),
            Err(TryLockError::WouldBlock) => Err(holder(path)),
            Err(TryLockError::Error(_)) => Ok(None),
        }
    }
}

/// Whether a path names a file that is open.
fn is_at(path: &Path, file: &File) -> io::Result<bool> {
    let (open, named) = (file.metadata()?, std::fs::metadata(path));
    match named {
        Ok(named) => Ok((named.dev(), named.ino()) == (open.dev(), open.ino())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

fn somebody() -> OpenError {
    OpenError::Held {
        pid: None,
        since: None,
    }
}

fn holder(path: &Path) -> OpenError {
    let bytes = beginning_of(path, limits::WORDS_BYTES_MAX).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let mut words = text.split_whitespace();
    OpenError::Held {
        pid: words.next().and_then(|word| word.parse().ok()),
        since: words
            .next()
            .and_then(|word| word.parse().ok())
            .and_then(Instant::from_micros),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_given_back_though_somebody_else_has_the_file_open_still() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("LOCK");
        let now = Instant::from_micros(0).unwrap();
        let lock = Lock::take(&path, now).unwrap();
        assert!(matches!(
            Lock::take(&path, now),
            Err(OpenError::Held { .. })
        ));
        let _as_a_child_has_it = lock.file.try_clone().unwrap();
        drop(lock);
        assert!(Lock::take(&path, now).is_ok());
    }

    #[test]
    fn who_shares_it_keeps_others_from_taking_it_and_is_nobody_by_name() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("LOCK");
        let now = Instant::from_micros(0).unwrap();
        assert!(Lock::share(&path).unwrap().is_none());
        let lock = Lock::take(&path, now).unwrap();
        let is_ours = |pid: Option<u32>| pid == Some(std::process::id());
        assert!(matches!(
            Lock::share(&path),
            Err(OpenError::Held { pid, .. }) if is_ours(pid)
        ));
        drop(lock);
        let shared = [(); 2].map(|()| Lock::share(&path).unwrap().unwrap());
        assert!(matches!(
            Lock::take(&path, now),
            Err(OpenError::Held { pid: None, .. })
        ));
        drop(shared);
        assert!(Lock::take(&path, now).is_ok());
    }
}
