//! The files by company.

use std::cell::OnceCell;
use std::fs;
use std::path::{Path, PathBuf};

use event_log::fuzzing::{self, mend};
use tempfile::TempDir;

thread_local! {
    /// Making one each time costs more than all the rest.
    static FOLDER: OnceCell<Option<TempDir>> = const { OnceCell::new() };
}

/// Where memory is told to be a file system.
const MEMORY: &str = "/dev/shm";

/// Writes bytes as the files of the streams, and reads them in every way.
///
/// The first byte says which checksums are not set right before; then come the lengths
/// of the manifest and of the run, two bytes each, and the three files.
pub fn target(bytes: &[u8]) {
    let Some((head, rest)) = bytes.split_first_chunk::<5>() else {
        return;
    };
    let [choice, a, b, c, d] = *head;
    let cut = |bytes: &[u8], length: [u8; 2]| {
        let at = usize::from(u16::from_le_bytes(length)).min(bytes.len());
        let (front, back) = bytes.split_at(at);
        (front.to_vec(), back.to_vec())
    };
    let (mut manifest, rest) = cut(rest, [a, b]);
    let (mut run, mut positions) = cut(&rest, [c, d]);
    if choice & 1 == 0 {
        mend::run(&mut run);
    }
    if choice & 2 == 0 {
        mend::manifest(&mut manifest, &run);
    }
    if choice & 4 == 0 {
        mend::positions(&mut positions);
    }
    FOLDER.with(|folder| {
        if let Some(folder) = folder.get_or_init(folder_in_memory) {
            read(
                folder.path(),
                [&manifest, &run, &positions],
                choice & 8 != 0,
            );
        }
    });
}

fn folder_in_memory() -> Option<TempDir> {
    let memory = PathBuf::from(MEMORY);
    let made = match memory.is_dir() {
        true => tempfile::tempdir_in(memory),
        false => tempfile::tempdir(),
    };
    made.ok()
}

fn read(folder: &Path, files: [&[u8]; 3], goes_on: bool) {
    for (name, bytes) in ["MANIFEST", "00000001.run", "positions"].iter().zip(files) {
        assert!(
            fs::write(folder.join(name), bytes).is_ok(),
            "no room in {folder:?}"
        );
    }
    let _ = fuzzing::streams(folder);
    if goes_on {
        fuzzing::go_on(folder);
    }
}
