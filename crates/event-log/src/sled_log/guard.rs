//! What keeps sled's habits away from the rest: panics, leftovers, full disks.
//!
//! - [`calm`] turns a panic inside sled into an error.
//! - [`before_open`] clears what would make sled fail or lose data.
//! - [`wait_until_free`] waits for the threads that outlive a closed log.
//! - [`check_room`] refuses to fill the disk.

use std::cell::Cell;
use std::fs::{self, File, TryLockError};
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;
use std::sync::Once;
use std::time::Duration;

use event_model::id::Position;

use crate::error::{AppendError, Damage, EngineError, OpenError};
use crate::layout::format::BlocksIn;
use crate::layout::{Layout, SledFolder, at};
use crate::limits;
use crate::throwaway;

thread_local! {
    static IN_SLED: Cell<bool> = const { Cell::new(false) };
}

/// Runs a call into sled, and makes an error of its panic.
///
/// sled has some two hundred places that panic on damaged files, and the
/// damage is ours to report, in our own words. So the message of the panic is
/// kept from standard error: by a hook, since there is no other way, that
/// passes every panic from elsewhere on to the hook that was there before.
pub(super) fn calm<T>(call: impl FnOnce() -> Result<T, sled::Error>) -> Result<T, EngineError> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let previous = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !is_in_sled() {
                previous(info);
            }
        }));
    });
    let before = IN_SLED.replace(true);
    // What sled leaves behind after a panic is only dropped: the log is
    // poisoned by any error of a write, and a failed open gives no log.
    let result = panic::catch_unwind(AssertUnwindSafe(call));
    IN_SLED.set(before);
    match result {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(engine_error(error)),
        Err(_) => Err(EngineError::Damaged(Damage::EnginePanic)),
    }
}

fn is_in_sled() -> bool {
    let thread = std::thread::current();
    let of_sled = |name: &str| name == "log flusher" || name.starts_with("sled-io-");
    IN_SLED.get() || thread.name().is_some_and(of_sled)
}

fn engine_error(error: sled::Error) -> EngineError {
    match error {
        // A folder where a file of sled's should be.
        sled::Error::Io(error) if throwaway::is_not_there(&error) => {
            EngineError::Damaged(Damage::Engine)
        }
        sled::Error::Io(error) => EngineError::Io(error),
        sled::Error::Corruption { .. } => EngineError::Damaged(Damage::Engine),
        error => EngineError::Sled(error),
    }
}

/// Clears what would be in sled's way, and refuses what it would lose.
pub(super) fn before_open(layout: &Layout, blocks: BlocksIn) -> Result<(), OpenError> {
    check_log(layout, blocks)?;
    match blocks {
        BlocksIn::Sled => remove_generating(&layout.sled(blocks)),
        BlocksIn::File => Ok(()),
    }
}

/// Removes the snapshots that sled did not finish.
///
/// A crash leaves these, and sled takes them for finished ones. The snapshot before it is
/// still there, or the log is replayed from its start.
pub(super) fn remove_generating(folder: &SledFolder) -> Result<(), OpenError> {
    for name in names(folder.path())? {
        if name.starts_with("snap.") && name.ends_with(".generating") {
            let path = folder.path().join(name);
            fs::remove_file(&path).map_err(at(&path))?;
        }
    }
    Ok(())
}

/// Refuses a store without its log, and one in which sled has put blocks into
/// files of their own, which nobody syncs.
pub(super) fn check_log(layout: &Layout, blocks: BlocksIn) -> Result<(), OpenError> {
    let path = match blocks {
        BlocksIn::Sled => layout.sled(blocks).data(),
        BlocksIn::File => layout.blocks(),
    };
    match path.is_file() {
        false => Err(OpenError::LogMissing { path }),
        true if blocks == BlocksIn::Sled => refuse_blobs(&layout.sled(blocks)),
        // What is wrong with the index can be mended.
        true => Ok(()),
    }
}

/// Refuses settings of sled that are longer than they can be: it reads them whole.
pub(super) fn check_settings(folder: &SledFolder) -> Result<(), OpenError> {
    let length = fs::metadata(folder.settings()).map_or(0, |settings| settings.len());
    match length > limits::WORDS_BYTES_MAX {
        true => Err(OpenError::Damaged {
            position: Position(0),
            what: Damage::Engine,
        }),
        false => Ok(()),
    }
}

/// sled never syncs the files of values that it keeps outside its pages, so
/// there must be none; the limits on blocks see to it.
pub(super) fn refuse_blobs(folder: &SledFolder) -> Result<(), OpenError> {
    let blobs = folder.path().join("blobs");
    if names(&blobs)?.is_empty() {
        return Ok(());
    }
    Err(OpenError::Damaged {
        position: Position(0),
        what: Damage::BlobFile,
    })
}

/// Moves sled's snapshots out of its way, and its settings: it then replays its log, and
/// takes the settings that we give it, which are those of `FORMAT`.
pub(super) fn move_aside(layout: &Layout) -> Result<(), OpenError> {
    let aside = layout.cache().join("snapshots");
    let folder = layout.sled(BlocksIn::Sled);
    for name in names(folder.path())? {
        if name.starts_with("snap.") || name == "conf" {
            throwaway::make_folder(&aside).map_err(at(&aside))?;
            let (from, to) = (folder.path().join(&name), aside.join(&name));
            throwaway::remove(&to)
                .and_then(|()| fs::rename(&from, &to))
                .map_err(at(&from))?;
        }
    }
    Ok(())
}

/// Waits until nobody holds sled's file locked.
///
/// sled's worker threads hold it for a moment after the last handle is gone, and
/// who opens the store next must not find it taken. Only we can be using it, under
/// our own lock, so a thread that never lets go is not waited for without end.
pub(super) fn wait_until_free(data: &File) {
    const EVERY: Duration = Duration::from_millis(1);
    const TRIES_MAX: u32 = 5_000;
    for _ in 0..TRIES_MAX {
        match data.try_lock() {
            Err(TryLockError::WouldBlock) => std::thread::sleep(EVERY),
            // A file system without locks has nothing to wait for.
            Ok(()) | Err(TryLockError::Error(_)) => break,
        }
    }
    let _ = data.unlock();
}

/// The names in a folder; none if there is no such folder.
fn names(folder: &Path) -> Result<Vec<String>, OpenError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(at(folder)(error)),
    };
    entries
        .map(|entry| {
            let name = entry.map_err(at(folder))?.file_name();
            Ok(name.to_string_lossy().into_owned())
        })
        .collect()
}

/// Refuses to store so many bytes if too little of the disk would be left.
pub(super) fn check_room(dir: &Path, bytes: u64) -> Result<(), AppendError> {
    // What is stored is written twice: into the log, and into the streams.
    let to_write = bytes.saturating_mul(2);
    let kept_free = limits::FREE_BYTES_MIN;
    let room = rustix::fs::statvfs(dir);
    let room = room.map_err(|error| AppendError::Io {
        source: error.into(),
    })?;
    // What is free for us.
    let free = room.f_bavail.saturating_mul(room.f_frsize);
    match free < to_write.saturating_add(kept_free) {
        true => Err(AppendError::DiskFull {
            free,
            to_write,
            kept_free,
        }),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::mpsc::channel;

    use super::*;

    #[test]
    fn a_log_is_closed_once_its_file_is_free() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("db");
        let (held, data) = (File::create(&path).unwrap(), File::open(&path).unwrap());
        held.lock().unwrap();
        let is_free = AtomicBool::new(false);
        let (begun, has_begun) = channel();
        std::thread::scope(|scope| {
            let waits = scope.spawn(|| {
                begun.send(()).unwrap();
                wait_until_free(&data);
                is_free.load(Ordering::SeqCst)
            });
            has_begun.recv().unwrap();
            std::thread::yield_now();
            is_free.store(true, Ordering::SeqCst);
            held.unlock().unwrap();
            assert!(waits.join().unwrap());
        });
        assert!(held.try_lock().is_ok());
    }
}
