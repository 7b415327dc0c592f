//! Blocks of a log that another has: verified, proven and read as by who has it.

use std::fs;

use super::damage::damage;
use super::folder::contents;
use super::*;
use crate::error::Damage;
use crate::kept_head::KeptHead;

/// A log of which the first events are in blocks, with its engine open.
fn held(store: &Path, blocks: BlocksIn) -> SledLog {
    let log = create_sealing_in(store, blocks);
    append(&log, 0..40);
    log.engine().unwrap();
    log
}

#[test]
fn who_only_reads_verifies_what_another_writes() {
    for blocks in [BlocksIn::File, BlocksIn::Sled] {
        let (_dir, store) = dir();
        let writer = held(&store, blocks);
        let then = KeptHead::from(writer.head());
        let reader = read_only(&store).unwrap();
        let verified = || {
            let verified = reader.verify(&[then], &mut |_| ()).unwrap();
            (verified.events, verified.blocks)
        };
        assert_eq!(verified(), (40, 39));
        append(&writer, 40..60);
        let before = contents(&store);
        assert_eq!(verified(), (40, 39));
        for position in (0..=41).map(Position) {
            let told = reader.link(position).unwrap();
            let known = writer.link(position).unwrap();
            assert_eq!(told, known.filter(|_| position.0 <= 40), "{position}");
            let (told, known) = (reader.event_at(position), writer.event_at(position));
            let known = known.unwrap().filter(|_| position.0 <= 40);
            assert_eq!(told.unwrap(), known, "{position}");
        }
        // The blocks that it has read so far go on with the log.
        reader.refresh().unwrap();
        assert_eq!(verified(), (60, 59));
        let (told, known) = (reader.link(Position(50)), writer.link(Position(50)));
        assert_eq!(told.unwrap(), known.unwrap());
        assert!(contents(&store) == before, "it wrote to the store");
    }
}

#[test]
fn who_only_reads_finds_what_is_damaged() {
    let (_dir, store) = dir();
    let writer = held(&store, BlocksIn::File);
    let length: usize = blocks(&writer)[..3].iter().map(|(_, it)| it.len()).sum();
    let file = store.join("log/blocks");
    let whole = fs::read(&file).unwrap();
    let mut harmed = whole.clone();
    harmed[length + 150] ^= 4;
    let index = store.join("log/index/db");
    let told = || {
        let reader = read_only(&store).unwrap();
        damage(reader.verify(&[], &mut |_| ()))
    };
    fs::write(&file, &harmed).unwrap();
    assert_eq!(told(), (4, Damage::BlockChecksum));
    fs::write(&index, b"torn").unwrap();
    assert_eq!(told(), (4, Damage::BlockChecksum), "without an index");
    fs::write(&file, &whole[..length]).unwrap();
    assert_eq!(told(), (4, Damage::BlockMissing));
    fs::write(&file, &whole).unwrap();
    let reader = read_only(&store).unwrap();
    assert_eq!(reader.verify(&[], &mut |_| ()).unwrap().events, 40);
    assert_eq!(fs::read(&index).unwrap(), b"torn", "it was mended");
}

#[test]
fn who_has_caches_elsewhere_reads_what_is_there_and_writes_nothing() {
    for blocks in [BlocksIn::File, BlocksIn::Sled] {
        let (_dir, store) = dir();
        let writer = held(&store, blocks);
        append(&writer, 40..41);
        let sees = |log: &SledLog| {
            let all: Result<Vec<_>, _> = log.read(Position(0), Position(100)).collect();
            (all.unwrap(), log.companies().unwrap(), log.head())
        };
        let whole = sees(&writer);
        fs::remove_dir_all(store.join("cache")).unwrap();
        let before = contents(&store);
        let reader = SledLog::open_with_caches_elsewhere(&store, clock()).unwrap();
        assert_eq!(sees(&reader), whole);
        assert_eq!(reader.verify(&[], &mut |_| ()).unwrap().events, 41);
        assert!(contents(&store) == before, "it wrote to the store");
    }
}

#[test]
fn who_verifies_keeps_nobody_from_writing() {
    let (_dir, store) = dir();
    held(&store, BlocksIn::File).close().unwrap();
    let reader = read_only(&store).unwrap();
    let events = |reader: &SledLog| reader.verify(&[], &mut |_| ()).unwrap().events;
    assert_eq!(events(&reader), 40);
    assert!(reader.link(Position(7)).unwrap().is_some());
    let writer = open(&store).unwrap();
    append(&writer, 40..50);
    reader.refresh().unwrap();
    assert_eq!(events(&reader), 50);
}

#[test]
fn who_only_reads_makes_nothing_again() {
    let (_dir, store) = dir();
    let writer = held(&store, BlocksIn::File);
    let reader = read_only(&store).unwrap();
    let before = contents(&store);
    reader.rebuild(None).unwrap_err();
    assert!(contents(&store) == before, "it wrote to the store");
    append(&writer, 40..60);
    assert_eq!(writer.verify(&[], &mut |_| ()).unwrap().events, 60);
}
