//! What is backed up, restored, and refused.

use std::fs;
use std::path::PathBuf;

use proptest::prelude::*;

use super::writer::{Writer, Writing, writing};
use super::*;
use crate::backup::{BackupError, BackupFolder, PartReader};
use crate::error::{Damage, LogError};
use crate::kept_head::KeptHead;

fn restore(backup: &Path, dir: &Path) -> Result<SledLog, BackupError> {
    SledLog::restore(&BackupFolder::open(backup)?, dir, clock())
}

fn back_up(log: &SledLog, dir: &Path) -> KeptHead {
    log.back_up(dir).unwrap().head
}

#[derive(Debug, Clone)]
enum Step {
    Write(Writing),
    /// Backed up by who writes, or by who only reads.
    BackUp(bool),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => writing().prop_map(Step::Write),
        1 => any::<bool>().prop_map(Step::BackUp),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 20,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    /// Whatever came between two backups, what is restored is the log of the last.
    #[test]
    fn what_is_restored_is_the_log(steps in prop::collection::vec(step(), 1..25)) {
        let (folder, store) = dir();
        let backup = folder.path().join("backup");
        let mut writer = Writer::begin(&store);
        let mut kept = Vec::new();
        let steps = [Step::Write(Writing::Append(1))].into_iter().chain(steps);
        for step in steps.chain([Step::BackUp(true)]) {
            match step {
                Step::Write(what) => writer.write(&what),
                Step::BackUp(is_writer) => {
                    let log = writer.log();
                    let head = match is_writer {
                        true => back_up(log, &backup),
                        false => back_up(&read_only(&store).unwrap(), &backup),
                    };
                    prop_assert_eq!(head, KeptHead::from(log.head()));
                    kept.push(head);
                }
            }
        }
        let next = writer.next;
        let log = writer.log();
        let again = folder.path().join("again");
        let restored = restore(&backup, &again).unwrap();
        prop_assert_eq!(answers(&restored), answers(log));
        prop_assert!(restored.verify(&kept, &mut |_| ()).is_ok());
        // It goes on where it was, and so does its backup.
        append(&restored, next..next + 3);
        prop_assert_eq!(back_up(&restored, &backup), KeptHead::from(restored.head()));
        drop(restored);
        prop_assert_eq!(open(&again).unwrap().head().position, Position(next + 3));
    }
}

#[test]
fn a_log_that_went_another_way_is_not_added() {
    let (folder, store) = dir();
    let backup = folder.path().join("backup");
    let log = create(&store);
    append(&log, 0..5);
    back_up(&log, &backup);
    let other = create(&folder.path().join("other"));
    for upto in [3, 5, 9] {
        append(&other, other.head().position.0..upto);
        let refused = other.back_up(&backup);
        assert!(
            matches!(refused, Err(BackupError::OtherLog { .. })),
            "{refused:?}"
        );
    }
    assert_eq!(
        restore(&backup, &folder.path().join("again"))
            .unwrap()
            .head(),
        log.head()
    );
}

#[test]
fn one_backup_at_a_time_is_added() {
    let (folder, store) = dir();
    let backup = folder.path().join("backup");
    let log = create(&store);
    append(&log, 0..5);
    let held = BackupFolder::make(&backup).unwrap().hold().unwrap();
    let refused = log.back_up(&backup);
    assert!(
        matches!(refused, Err(BackupError::Busy { .. })),
        "{refused:?}"
    );
    assert_eq!(parts(&backup).len(), 0);
    drop(held);
    assert_eq!(back_up(&log, &backup), KeptHead::from(log.head()));
}

#[test]
fn nothing_is_written_over() {
    let (folder, store) = dir();
    let backup = folder.path().join("backup");
    let log = create(&store);
    append(&log, 0..5);
    back_up(&log, &backup);
    let refused = restore(&backup, &store);
    assert!(matches!(refused, Err(BackupError::NotEmpty { .. })));
    let refused = restore(&backup, folder.path());
    assert!(matches!(refused, Err(BackupError::NotEmpty { .. })));
    let refused = BackupFolder::make(&store);
    assert!(matches!(refused, Err(BackupError::NotABackup { .. })));
}

fn parts(backup: &Path) -> Vec<PathBuf> {
    let mut parts: Vec<PathBuf> = fs::read_dir(backup)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    parts.sort();
    parts
}

/// Holds that a backup is refused, and that nothing is left of the store.
fn is_refused(backup: &Path, again: &Path) {
    let Err(error) = restore(backup, again) else {
        panic!("a damaged backup was restored");
    };
    assert!(
        matches!(
            error,
            BackupError::Damaged { .. } | BackupError::Gap { .. } | BackupError::NotABackup { .. }
        ),
        "{error:?}"
    );
    assert!(!again.exists());
}

#[test]
fn every_damage_is_found() {
    let (folder, store) = dir();
    let (backup, again) = (folder.path().join("backup"), folder.path().join("again"));
    let log = create_sealing(&store);
    for upto in [4, 9, 15] {
        append(&log, log.head().position.0..upto);
        back_up(&log, &backup);
    }
    let parts = parts(&backup);
    assert_eq!(parts.len(), 3);
    for part in &parts {
        let whole = fs::read(part).unwrap();
        for at in (0..whole.len()).step_by(7) {
            let mut flipped = whole.clone();
            flipped[at] ^= 1 << (at % 8);
            fs::write(part, &flipped).unwrap();
            is_refused(&backup, &again);
            fs::write(part, &whole[..at]).unwrap();
            is_refused(&backup, &again);
        }
        fs::write(part, [&whole[..], b"more"].concat()).unwrap();
        is_refused(&backup, &again);
        fs::write(part, &whole).unwrap();
    }
    // A part that is missing in the middle, or at the start.
    for part in &parts[..2] {
        let aside = folder.path().join("aside");
        fs::rename(part, &aside).unwrap();
        is_refused(&backup, &again);
        fs::rename(&aside, part).unwrap();
    }
    assert_eq!(answers(&restore(&backup, &again).unwrap()), answers(&log));
}

#[test]
fn a_part_that_was_not_finished_does_not_count() {
    let (folder, store) = dir();
    let backup = folder.path().join("backup");
    let log = create(&store);
    append(&log, 0..5);
    back_up(&log, &backup);
    fs::create_dir(backup.join("unfinished")).unwrap();
    fs::write(backup.join("unfinished/part"), b"annalsb1").unwrap();
    append(&log, 5..7);
    back_up(&log, &backup);
    assert_eq!(parts(&backup).len(), 2);
    let restored = restore(&backup, &folder.path().join("again")).unwrap();
    assert_eq!(restored.head(), log.head());
}

#[test]
fn a_whole_log_goes_through_a_pipe() {
    let (folder, store) = dir();
    let log = create_sealing(&store);
    append(&log, 0..20);
    let pipe = Path::new("pipe");
    let mut bytes = Vec::new();
    let scratch = folder.path().join("scratch");
    let reader = read_only(&store).unwrap();
    let head = reader.back_up_to(&mut bytes, pipe, &scratch).unwrap();
    assert_eq!(head, KeptHead::from(log.head()));
    assert!(!scratch.exists());
    let again = folder.path().join("again");
    let mut part = PartReader::open(&bytes[..], pipe).unwrap();
    let restored = SledLog::restore_part(&mut part, pipe, &again, clock()).unwrap();
    assert_eq!(answers(&restored), answers(&log));
    let mut part = PartReader::open(&bytes[..bytes.len() - 1], pipe).unwrap();
    let again = folder.path().join("once-more");
    assert!(SledLog::restore_part(&mut part, pipe, &again, clock()).is_err());
    assert!(!again.exists());
}

/// While its blocks come in, and where that is interrupted, the folder is no store; and it is
/// no obstacle to who tries again.
#[test]
fn what_is_not_restored_yet_is_no_store() {
    struct Looking<'r>(&'r [u8], &'r Path);
    impl std::io::Read for Looking<'_> {
        fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
            let few = into.len().min(100);
            let found = read_only(self.1);
            assert!(matches!(found, Err(OpenError::NoStore { .. })), "{found:?}");
            self.0.read(&mut into[..few])
        }
    }
    let (folder, store) = dir();
    let log = create_sealing(&store);
    append(&log, 0..20);
    let mut bytes = Vec::new();
    let scratch = folder.path().join("scratch");
    log.back_up_to(&mut bytes, Path::new("pipe"), &scratch)
        .unwrap();
    let again = folder.path().join("again");
    // As a kill leaves it.
    std::fs::create_dir_all(again.join("log")).unwrap();
    std::fs::write(again.join("FORMAT.new"), "").unwrap();
    std::fs::write(again.join("log/blocks"), &bytes).unwrap();
    let input = Looking(&bytes, &again);
    let mut part = PartReader::open(input, Path::new("pipe")).unwrap();
    let restored = SledLog::restore_part(&mut part, Path::new("pipe"), &again, clock()).unwrap();
    assert_eq!(answers(&restored), answers(&log));
    drop(restored);
    assert_eq!(answers(&read_only(&again).unwrap()), answers(&log));
}

#[test]
fn a_folder_without_parts_is_no_backup() {
    let (folder, store) = dir();
    let backup = folder.path().join("backup");
    let log = create(&store);
    assert_eq!(back_up(&log, &backup), KeptHead::ZERO);
    assert_eq!(parts(&backup).len(), 0);
    let refused = restore(&backup, &folder.path().join("again"));
    assert!(matches!(refused, Err(BackupError::NotABackup { .. })));
}

#[test]
fn who_only_reads_needs_no_index_for_a_backup() {
    let (folder, store) = dir();
    let log = create_sealing(&store);
    append(&log, 0..20);
    let head = KeptHead::from(log.head());
    log.close().unwrap();
    let index = store.join("log/index");
    fs::remove_dir_all(&index).unwrap();
    let reader = read_only(&store).unwrap();
    assert_eq!(back_up(&reader, &folder.path().join("gone")), head);
    fs::write(&index, b"a file").unwrap();
    assert_eq!(back_up(&reader, &folder.path().join("a-file")), head);
    fs::remove_file(&index).unwrap();
    fs::create_dir(&index).unwrap();
    fs::write(index.join("db"), b"torn").unwrap();
    assert_eq!(back_up(&reader, &folder.path().join("torn")), head);
    // Nothing of the store itself was mended without its lock.
    assert_eq!(fs::read(index.join("db")).unwrap(), b"torn");
}

#[test]
fn what_is_damaged_is_named() {
    let (folder, store) = dir();
    let log = create_sealing(&store);
    append(&log, 0..20);
    let backup = folder.path().join("backup");
    back_up(&log, &backup);
    append(&log, 20..40);
    log.close().unwrap();
    let blocks = store.join("log/blocks");
    let mut bytes = fs::read(&blocks).unwrap();
    let last = bytes.len() - 20;
    bytes[last] ^= 1;
    fs::write(&blocks, bytes).unwrap();
    // The log, and not the backup that is all that is left.
    let refused = open(&store).unwrap().back_up(&backup);
    let of_log = matches!(
        refused,
        Err(BackupError::Log(LogError::Damaged { position, .. })) if position.0 > 20
    );
    assert!(of_log, "{refused:?}");
    restore(&backup, &folder.path().join("again")).unwrap();

    let (part, stray) = (parts(&backup).remove(0), backup.join("stray"));
    fs::write(&stray, b"").unwrap();
    let refused = BackupFolder::open(&backup).map(drop);
    assert!(matches!(refused, Err(BackupError::Foreign { path }) if path == stray));
    fs::remove_file(&stray).unwrap();
    let mut bytes = fs::read(&part).unwrap();
    bytes[20] ^= 1;
    fs::write(&part, bytes).unwrap();
    let refused = restore(&backup, &folder.path().join("more"));
    let begin = Damage::PartBegin;
    assert!(
        matches!(refused, Err(BackupError::Damaged { path, what, .. }) if path == part && what == begin)
    );
}
