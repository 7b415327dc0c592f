//! Blocks in a file of their own: what is wrong with one is told, and what is wrong with
//! their index is mended.

use std::fs;

use super::damage::{damage, found, harm, read_damage, reopen_damage};
use super::*;
use crate::error::Damage;

/// Ten events, each of the first nine in a block of its own.
fn ten(store: &Path) -> SledLog {
    let log = create_sealing(store);
    append(&log, 0..10);
    log
}

fn write_blocks(store: &Path, blocks: &[&[u8]]) {
    fs::write(store.join("log/blocks"), blocks.concat()).unwrap();
}

#[test]
fn the_file_is_the_blocks_one_after_the_other() {
    let (_dir, store) = dir();
    let log = ten(&store);
    let blocks: Vec<_> = blocks(&log).into_iter().map(|(_, block)| block).collect();
    assert_eq!(blocks.len(), 9);
    assert_eq!(fs::read(store.join("log/blocks")).unwrap(), blocks.concat());
}

#[test]
fn a_changed_block_is_found() {
    let (_dir, store) = dir();
    let log = ten(&store);
    let mut blocks: Vec<_> = blocks(&log).into_iter().map(|(_, block)| block).collect();
    blocks[3][150] ^= 4;
    write_blocks(
        &store,
        &blocks.iter().map(Vec::as_slice).collect::<Vec<_>>(),
    );
    found(log, &store, (4, Damage::BlockChecksum));
}

#[test]
fn a_file_of_other_blocks_is_found() {
    let (dir, store) = dir();
    let (log, other) = (ten(&store), ten(&dir.path().join("other")));
    let (own, others) = (blocks(&log), blocks(&other));
    let own: Vec<_> = own.iter().map(|(_, block)| block.as_slice()).collect();
    let mut changed = own.clone();
    changed[3] = &others[3].1;
    let without: Vec<_> = [&own[..3], &own[4..]].concat();
    let twice: Vec<_> = [&own[..4], &own[3..]].concat();
    let cases = [
        (changed, (4, Damage::Chain)),
        (without, (4, Damage::BlockMissing)),
        (twice, (5, Damage::BlockMissing)),
        (own[..6].to_vec(), (7, Damage::BlockMissing)),
        (Vec::new(), (1, Damage::BlockMissing)),
    ];
    drop(log);
    for (blocks, wrong) in cases {
        write_blocks(&store, &blocks);
        let streams = fs::read_dir(store.join("cache/streams")).unwrap().count();
        assert_eq!(damage(open(&store).unwrap().rebuild(None)), wrong);
        let left = fs::read_dir(store.join("cache/streams")).unwrap().count();
        assert_eq!(streams, left);
    }
    write_blocks(&store, &own[..6]);
    assert_eq!(
        reopen_damage(open(&store).unwrap(), &store),
        (7, Damage::BlockMissing)
    );
}

#[test]
fn a_file_that_is_cut_while_it_is_open_is_found() {
    let (_dir, store) = dir();
    let log = ten(&store);
    let blocks = blocks(&log);
    let own: Vec<_> = blocks.iter().map(|(_, block)| block.as_slice()).collect();
    write_blocks(&store, &own[..6]);
    assert_eq!(read_damage(&log), (7, Damage::BlockMissing));
}

/// Holds that the log is as it was, and goes on.
fn mended(store: &Path, whole: &[Recorded]) {
    let log = open(store).unwrap();
    let verified = log.verify(&[], &mut |_| ()).unwrap();
    assert_eq!(verified.events, whole.len() as u64);
    assert_eq!(all(&log), whole);
}

#[test]
fn an_index_that_is_gone_is_made_again() {
    let (_dir, store) = dir();
    let log = ten(&store);
    let whole = all(&log);
    log.close().unwrap();
    let index = store.join("log/index");
    fs::remove_dir_all(&index).unwrap();
    mended(&store, &whole);
    fs::remove_dir_all(&index).unwrap();
    fs::write(&index, b"a file").unwrap();
    mended(&store, &whole);
    for name in [
        "blobs/123",
        "snap.7FFFFFFFFFFFFFFF",
        "snap.00000000000FFFFF.generating",
    ] {
        fs::write(index.join(name), b"").unwrap();
        mended(&store, &whole);
    }
    fs::write(index.join("conf"), vec![0; 5_000]).unwrap();
    mended(&store, &whole);
}

#[test]
fn an_index_that_says_something_else_is_made_again() {
    let (_dir, store) = dir();
    let whole = all(&ten(&store));
    for change in 0..4 {
        let log = open(&store).unwrap();
        let engine = log.engine().unwrap();
        let extents: Vec<_> = engine.extents(Position(9)).map(Result::unwrap).collect();
        let (fourth, fifth) = (extents[3], extents[4]);
        match change {
            0 => engine.remove(&[fourth.0]).unwrap(),
            1 => engine.remove(&[Position(8), Position(9)]).unwrap(),
            2 => engine.index([(fourth.0, fifth.1)].into_iter()).unwrap(),
            _ => engine.index([(Position(6), fourth.1)].into_iter()).unwrap(),
        }
        engine.sync().unwrap();
        drop(engine);
        log.close().unwrap();
        mended(&store, &whole);
    }
}

#[test]
fn whatever_becomes_of_the_index_nothing_is_lost() {
    let (_dir, store) = dir();
    let log = create_sealing(&store);
    append(&log, 0..200);
    let whole = all(&log);
    log.close().unwrap();
    let path = store.join("log/index/db");
    harm(&path, || mended(&store, &whole));
}

#[test]
fn what_does_not_count_is_cut_off_before_more_is_written() {
    let (_dir, store) = dir();
    let log = ten(&store);
    let whole = all(&log);
    log.close().unwrap();
    let path = store.join("log/blocks");
    let bytes = fs::read(&path).unwrap();
    // As a batch leaves it that was killed before its index was written.
    fs::write(&path, [bytes.as_slice(), b"half a block"].concat()).unwrap();
    mended(&store, &whole);
    assert!(fs::read(&path).unwrap() == bytes);
}
