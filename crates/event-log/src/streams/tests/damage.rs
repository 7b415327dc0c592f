//! Bytes that were flipped, cut off or forged.

use std::collections::BTreeSet;
use std::fs;
use std::ops::ControlFlow;
use std::os::unix::fs::FileExt;

use super::list::{Event, by_company, files, mixed, small};
use super::*;

/// All answers, or `None` where any is an error.
fn answers(dir: &Path, list: &[Event]) -> Option<()> {
    let streams = Streams::open(dir, STORE).ok()??;
    let mut right = true;
    let companies = by_company(list);
    for (company, events) in &companies {
        let mut rest = events.iter();
        let mut visitor = |entry: Entry<'_>| {
            right &= rest.next() == Some(&Event::of(entry, list));
            ControlFlow::Continue(())
        };
        streams
            .read(company, Position(0), Position::LAST, &mut visitor)
            .ok()?;
        right &= rest.next().is_none();
    }
    for event in list.iter().step_by(12) {
        let place = (event.company.clone(), event.position);
        right &= streams.find(event.id).ok()? == Some(place);
        right &= streams.head_at(event.position).ok()??.hash == event.hash;
        right &= streams.position_at(event.recorded).ok()? == event.position;
    }
    let mut found = streams.companies().ok()?;
    for company in companies.keys() {
        right &= found.next()?.ok()?.company == *company;
    }
    assert!(right, "a wrong answer");
    Some(())
}

#[test]
fn a_flipped_byte_is_an_error_or_nothing_at_all() {
    let both = small();
    assert!(both.writer.streams().runs() > 2);
    assert_eq!(answers(both.dir.path(), &both.list), Some(()));
    let mut harmless = 0;
    for file in files(&both) {
        let bytes = fs::read(&file).unwrap();
        let open = fs::OpenOptions::new().write(true).open(&file).unwrap();
        for (at, byte) in bytes.iter().enumerate() {
            let flipped = byte ^ (1 << (at % 8));
            open.write_all_at(&[flipped], at as u64).unwrap();
            harmless += usize::from(answers(both.dir.path(), &both.list).is_some());
            open.write_all_at(&[*byte], at as u64).unwrap();
        }
        for cut in [0, 1, bytes.len() / 2, bytes.len() - 1] {
            fs::write(&file, &bytes[..cut]).unwrap();
            assert_eq!(
                answers(both.dir.path(), &both.list),
                None,
                "{file:?} cut at {cut}"
            );
        }
        fs::write(&file, &bytes).unwrap();
    }
    // Every byte is under a checksum, and all of these are read.
    assert_eq!(harmless, 0);
}

/// Reads all there is to read, whatever it says.
fn touch(streams: &Streams, list: &[Event]) {
    let mut visitor = |entry: Entry<'_>| {
        assert!(entry.packed.len() < 1 << 23);
        ControlFlow::Continue(())
    };
    for range in streams.split(2).unwrap_or_default() {
        let _ = streams.scan(
            &range,
            (Position(0), Position::LAST),
            &mut |_| Choice::Read,
            &mut visitor,
        );
    }
    for event in list.iter().step_by(12) {
        let _ = streams.stream(&event.company);
        let _ = streams.read(&event.company, event.position, Position(120), &mut visitor);
        let _ = streams.find(event.id);
    }
    let ids: BTreeSet<[u8; 16]> = list.iter().map(|event| event.id.0.into_bytes()).collect();
    let _ = streams.find_sorted(&mut ids.into_iter(), &mut |_, _, _| {});
}

/// Where the pieces of a run are that have a checksum each; whether it stands
/// before or after what it is of.
fn pieces(run: &Run) -> Vec<(std::ops::Range<usize>, bool)> {
    let footer = &run.footer;
    let run = Arc::new(Run::open(&run.source.path).unwrap());
    let mut chunks = Chunks::new(&run);
    let mut pieces = Vec::new();
    for number in 0..footer.chunks.records {
        let place = chunks.place(number).unwrap();
        pieces.push((
            place.offset as usize..(place.offset + place.bytes) as usize,
            true,
        ));
    }
    // The tables of a small run have a page each.
    let filter = footer.id_filter();
    for table in [
        footer.chunks,
        footer.companies,
        footer.slugs,
        footer.ids,
        filter,
    ] {
        assert_eq!(table.pages(), 1);
        pieces.push((table.offset as usize..table.end().unwrap() as usize, false));
    }
    pieces.push((filter.end().unwrap() as usize..run.bytes as usize, false));
    pieces
}

#[test]
fn no_bytes_make_it_panic_though_their_checksum_is_right() {
    let both = small();
    let run = &both.writer.streams().runs[1];
    let bytes = fs::read(&run.source.path).unwrap();
    let file = both.dir.path().join("forged");
    let open = fs::File::create(&file).unwrap();
    let mut harmed = 0;
    for (piece, sum_first) in pieces(run) {
        for at in piece.clone() {
            let mut changed = bytes.clone();
            changed[at] ^= 1 << (mixed(at as u64) % 8);
            let sealed = &mut changed[piece.clone()];
            let end = sealed.len() - 4;
            if sum_first {
                let sum = crc32fast::hash(&sealed[4..]).to_le_bytes();
                sealed[..4].copy_from_slice(&sum);
            } else {
                let sum = crc32fast::hash(&sealed[..end]).to_le_bytes();
                sealed[end..].copy_from_slice(&sum);
            }
            open.write_all_at(&changed, 0).unwrap();
            let Ok(forged) = Run::open(&file) else {
                harmed += 1;
                continue;
            };
            let forged = Arc::new(forged);
            let streams = Streams {
                runs: [Arc::clone(&forged)].into(),
                heads: Arc::default(),
                ..both.writer.streams().clone()
            };
            touch(&streams, &both.list);
            let merged = both.dir.path().join("merged");
            let plan = super::super::run_writer::RunPlan {
                store: STORE,
                number: 1,
                first: forged.footer.first,
                last: forged.footer.last,
                chunk_bytes: 400,
            };
            let _ = super::super::merge::merge(&[forged], &merged, plan);
            let _ = fs::remove_file(merged);
        }
    }
    assert!(harmed > 0);
}
