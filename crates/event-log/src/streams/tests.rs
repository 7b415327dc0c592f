//! The laws of the streams: whatever was pushed, committed, merged and opened
//! again in whatever order, they answer like a list.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::ops::ControlFlow;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;

use proptest::prelude::*;
use tempfile::TempDir;

use super::*;

const STORE: Uuid = Uuid::from_u128(7);
const TINY: Tuning = Tuning {
    memory_bytes: 3_000,
    chunk_bytes: 400,
    fanout: 3,
    merge_bytes_max: 20_000,
};

/// An event as the test knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Event {
    company: Slug,
    version: Version,
    position: Position,
    recorded: Instant,
    id: EventId,
    hash: crate::hash::Hash,
    packed: Vec<u8>,
}

impl Event {
    fn of(entry: Entry<'_>, list: &[Self]) -> Self {
        Self {
            company: entry.company.clone(),
            version: entry.version,
            position: entry.position,
            recorded: entry.recorded,
            id: entry.id,
            // Entries have no hash; the position has.
            hash: list[entry.position.0 as usize - 1].hash,
            packed: entry.packed.to_vec(),
        }
    }

    fn arrival(&self) -> Arrival<'_> {
        Arrival {
            company: &self.company,
            position: self.position,
            recorded: self.recorded,
            id: self.id,
            hash: self.hash,
            packed: &self.packed,
        }
    }
}

fn mixed(number: u64) -> u64 {
    let number = (number ^ (number >> 31)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (number ^ (number >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9)
}

/// A list, and what is to answer like it.
struct Both {
    dir: TempDir,
    tuning: Tuning,
    writer: StreamsWriter,
    list: Vec<Event>,
    versions: BTreeMap<Slug, u64>,
    committed: usize,
}

impl Both {
    fn new(tuning: Tuning) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let writer = StreamsWriter::create(dir.path(), STORE, tuning).unwrap();
        Self {
            dir,
            tuning,
            writer,
            list: Vec::new(),
            versions: BTreeMap::new(),
            committed: 0,
        }
    }

    fn push(&mut self, company: u64, bytes: usize) {
        let company: Slug = format!("company-{company}").parse().unwrap();
        let position = self.list.len() as u64 + 1;
        let version = self.versions.entry(company.clone()).or_default();
        *version += 1;
        // Some ids follow each other, as those made by a clock do.
        let id = match position % 4 {
            0 => u128::from(position),
            1 => u128::from(position) << 64,
            _ => u128::from(mixed(position)) << 64 | u128::from(mixed(position + 1)),
        };
        let last = self
            .list
            .last()
            .map_or(1_700_000_000_000_000, |event| event.recorded.micros());
        let event = Event {
            company,
            version: Version(*version),
            position: Position(position),
            recorded: Instant::from_micros(last + 1 + (mixed(position) % 9) as i64).unwrap(),
            id: EventId(Uuid::from_u128(id)),
            hash: crate::hash::Hash::ZERO.then(&position.to_le_bytes(), crate::hash::Hash::ZERO),
            packed: (0..bytes as u64)
                .map(|at| {
                    if at % 5 == 0 {
                        mixed(position * 100 + at) as u8
                    } else {
                        at as u8
                    }
                })
                .collect(),
        };
        let given = self.writer.push(&event.arrival()).unwrap();
        assert_eq!(given, event.version);
        self.list.push(event);
    }

    fn commit(&mut self) {
        self.writer.commit().unwrap();
        self.committed = self.list.len();
    }

    fn merge_all(&mut self) {
        self.writer.merge_all().unwrap();
        self.committed = self.list.len();
    }

    /// As if the process had been killed: what was not committed is lost.
    fn reopen(&mut self) {
        let dir = self.dir.path();
        let whole = StreamsWriter::open(dir, STORE, self.tuning).unwrap();
        self.writer =
            whole.unwrap_or_else(|| StreamsWriter::create(dir, STORE, self.tuning).unwrap());
        assert_eq!(self.writer.head().position.0, self.committed as u64);
        for event in self.list.drain(self.committed..) {
            *self.versions.get_mut(&event.company).unwrap() -= 1;
        }
    }

    fn open(&self) -> Streams {
        Streams::open(self.dir.path(), STORE).unwrap().unwrap()
    }

    fn committed(&self) -> &[Event] {
        &self.list[..self.committed]
    }
}

fn read(streams: &Streams, company: &Slug, after: u64, upto: u64, list: &[Event]) -> Vec<Event> {
    let mut events = Vec::new();
    let mut visitor = |entry: Entry<'_>| {
        events.push(Event::of(entry, list));
        ControlFlow::Continue(())
    };
    streams
        .read(company, Position(after), Position(upto), &mut visitor)
        .unwrap();
    events
}

fn by_company(list: &[Event]) -> BTreeMap<Slug, Vec<Event>> {
    let mut companies: BTreeMap<Slug, Vec<Event>> = BTreeMap::new();
    for event in list {
        companies
            .entry(event.company.clone())
            .or_default()
            .push(event.clone());
    }
    companies
}

/// Holds every answer to the list.
fn same(streams: &Streams, list: &[Event]) {
    let companies = by_company(list);
    same_streams(streams, list, &companies);
    same_ids(streams, list);
    same_positions(streams, list);
    same_scan(streams, list, &companies);
}

fn same_streams(streams: &Streams, list: &[Event], companies: &BTreeMap<Slug, Vec<Event>>) {
    let end = list.len() as u64;
    assert_eq!(streams.events(), end);
    for (company, events) in companies {
        let (first, last) = (events[0].position, events[events.len() - 1].position);
        let stream = streams.stream(company).unwrap().unwrap();
        let expected = Stream {
            company: company.clone(),
            events: events.len() as u64,
            first,
            last,
        };
        assert_eq!(stream, expected);
        assert_eq!(read(streams, company, 0, u64::MAX, list), *events);
        for (after, upto) in [(end / 3, 2 * end / 3), (first.0, last.0 - 1), (last.0, end)] {
            let within = events
                .iter()
                .filter(|event| event.position.0 > after && event.position.0 <= upto);
            let within: Vec<_> = within.cloned().collect();
            assert_eq!(read(streams, company, after, upto, list), within);
        }
    }
    for event in list.iter().step_by(7) {
        let found = streams.read_at(&event.company, event.position, |entry| {
            Event::of(entry, list)
        });
        assert_eq!(found.unwrap().as_ref(), Some(event));
        let other = Position(event.position.0 + 1);
        let expected = list.get(event.position.0 as usize);
        let expected = expected.filter(|other| other.company == event.company);
        let found = streams.read_at(&event.company, other, |entry| Event::of(entry, list));
        assert_eq!(found.unwrap().as_ref(), expected);
    }
    let nobody: Slug = "nobody".parse().unwrap();
    assert_eq!(streams.stream(&nobody).unwrap(), None);
    assert_eq!(read(streams, &nobody, 0, u64::MAX, list), []);
}

fn same_ids(streams: &Streams, list: &[Event]) {
    for event in list.iter().step_by(3) {
        let expected = Some((event.company.clone(), event.position));
        assert_eq!(streams.find(event.id).unwrap(), expected);
    }
    let unknown = EventId(Uuid::from_u128(u128::MAX / 3));
    assert_eq!(streams.find(unknown).unwrap(), None);
    let ids: BTreeMap<String, &Event> = list
        .iter()
        .map(|event| (event.id.0.simple().to_string(), event))
        .collect();
    for digits in ["", "0", "000000000000000", "7", "a1", "A1", "fff"] {
        let expected: Vec<super::find::Found> = ids
            .iter()
            .filter(|(id, _)| id.starts_with(&digits.to_lowercase()))
            .take(5)
            .map(|(_, event)| super::find::Found {
                id: event.id,
                company: event.company.clone(),
                position: event.position,
            })
            .collect();
        assert_eq!(
            streams.find_prefix(digits, 5).unwrap(),
            expected,
            "{digits}"
        );
    }
    for digits in ["x", "+1", "0000000000000000000000000000000000"] {
        assert_eq!(streams.find_prefix(digits, 5).unwrap(), []);
    }
    // Many ids at once: those that are there, and some that are not.
    for step in [1, 2, 13] {
        let mut asked: Vec<[u8; 16]> = list
            .iter()
            .step_by(step)
            .map(|event| event.id.0.into_bytes())
            .chain((0..40).map(|number| (u128::from(mixed(number)) << 50).to_be_bytes()))
            .collect();
        asked.sort_unstable();
        let mut found = Vec::new();
        streams
            .find_sorted(&mut asked.iter().copied(), &mut |id, company, position| {
                found.push((id, company.clone(), position));
            })
            .unwrap();
        let expected: Vec<_> = asked
            .iter()
            .filter_map(|&id| {
                let (company, position) = streams.find(EventId(Uuid::from_bytes(id))).unwrap()?;
                Some((id, company, position))
            })
            .collect();
        assert_eq!(found, expected);
    }
}

fn same_positions(streams: &Streams, list: &[Event]) {
    assert_eq!(streams.head_at(Position(0)).unwrap(), Some(Head::ZERO));
    let end = Position(list.len() as u64 + 1);
    assert_eq!(streams.head_at(end).unwrap(), None);
    let before = Instant::from_micros(0).unwrap();
    assert_eq!(streams.position_at(before).unwrap(), Position(0));
    for event in list {
        let head = Head {
            position: event.position,
            recorded: Some(event.recorded),
            hash: event.hash,
        };
        assert_eq!(streams.head_at(event.position).unwrap(), Some(head));
        assert_eq!(streams.position_at(event.recorded).unwrap(), event.position);
        let earlier = Position(event.position.0 - 1);
        assert_eq!(
            streams.position_at(event.recorded.plus_micros(-1)).unwrap(),
            earlier
        );
    }
    let head = list.last().map_or(Head::ZERO, |event| Head {
        position: event.position,
        recorded: Some(event.recorded),
        hash: event.hash,
    });
    assert_eq!(streams.upto(), head);
}

fn same_scan(streams: &Streams, list: &[Event], companies: &BTreeMap<Slug, Vec<Event>>) {
    let found: Vec<Stream> = streams.companies().unwrap().map(Result::unwrap).collect();
    let expected: Vec<Stream> = companies
        .keys()
        .map(|company| streams.stream(company).unwrap().unwrap())
        .collect();
    assert_eq!(found, expected);
    for (ranges, upto) in [(1, u64::MAX), (3, u64::MAX), (1_000, list.len() as u64 / 2)] {
        let split = streams.split(ranges).unwrap();
        assert!(split.len() <= ranges);
        let mut scanned = Vec::new();
        for range in &split {
            let mut visitor = |entry: Entry<'_>| {
                scanned.push(Event::of(entry, list));
                ControlFlow::Continue(())
            };
            streams
                .scan(
                    range,
                    (Position(0), Position(upto)),
                    &mut |_| Choice::Read,
                    &mut visitor,
                )
                .unwrap();
        }
        let expected: Vec<Event> = companies
            .values()
            .flatten()
            .filter(|event| event.position.0 <= upto)
            .cloned()
            .collect();
        assert_eq!(scanned, expected);
    }
}

#[derive(Debug, Clone)]
enum Step {
    Push {
        company: u64,
        events: u64,
        bytes: usize,
    },
    Commit,
    Reopen,
    MergeAll,
    Compact,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        6 => (0..40u64, 1..40u64, 0..500usize)
            .prop_map(|(company, events, bytes)| Step::Push { company, events, bytes }),
        4 => Just(Step::Commit),
        1 => Just(Step::Reopen),
        1 => Just(Step::MergeAll),
        1 => Just(Step::Compact),
    ];
    prop::collection::vec(step, 1..40)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn they_answer_like_a_list(steps in steps(), spread in 1..6u64) {
        let mut both = Both::new(TINY);
        both.commit();
        let mut earlier = Vec::new();
        for step in steps {
            match step {
                Step::Push { company, events, bytes } => {
                    for number in 0..events {
                        // Some of one company, and others between them.
                        both.push(company + number % spread * 7, bytes);
                    }
                    continue;
                }
                Step::Commit => both.commit(),
                Step::Reopen => both.reopen(),
                Step::MergeAll => both.merge_all(),
                Step::Compact => {
                    both.writer.compact(u64::MAX).unwrap();
                    both.committed = both.list.len();
                }
            }
            let streams = both.open();
            prop_assert_eq!(streams.upto(), both.writer.streams().upto());
            if earlier.len() < 3 {
                earlier.push((streams, both.committed().to_vec()));
            }
        }
        both.commit();
        same(&both.open(), both.committed());
        same(both.writer.streams(), both.committed());
        // What was opened before still answers as of then.
        for (streams, list) in earlier {
            same(&streams, &list);
        }
    }
}

/// A store of some runs, a page of positions and a tail.
fn small() -> Both {
    let mut both = Both::new(Tuning { fanout: 9, ..TINY });
    for number in 0..130 {
        both.push(mixed(number) % 9, 10 + (number % 20) as usize);
        if number % 60 == 59 {
            both.commit();
        }
    }
    both.commit();
    both
}

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
            .read(company, Position(0), Position(u64::MAX), &mut visitor)
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
            (Position(0), Position(u64::MAX)),
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
    for table in [footer.chunks, footer.companies, footer.slugs, footer.ids] {
        assert_eq!(table.pages(), 1);
        pieces.push((table.offset as usize..table.end().unwrap() as usize, false));
    }
    pieces.push((
        footer.ids.end().unwrap() as usize..run.bytes as usize,
        false,
    ));
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
                ..both.writer.streams().clone()
            };
            touch(&streams, &both.list);
            let merged = both.dir.path().join("merged");
            let plan = super::run_writer::RunPlan {
                store: STORE,
                number: 1,
                first: forged.footer.first,
                last: forged.footer.last,
                chunk_bytes: 400,
            };
            let _ = super::merge::merge(&[forged], &merged, plan);
            let _ = fs::remove_file(merged);
        }
    }
    assert!(harmed > 0);
}

fn files(both: &Both) -> Vec<PathBuf> {
    let entries = fs::read_dir(both.dir.path()).unwrap();
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort_unstable();
    files
}

#[test]
fn what_is_not_named_is_removed_and_harmless() {
    let mut both = small();
    let named = files(&both);
    for name in ["00000001.run.new", "00000099.run", "MANIFEST.new", "other"] {
        fs::write(both.dir.path().join(name), b"half").unwrap();
    }
    same(&both.open(), both.committed());
    both.reopen();
    assert_eq!(files(&both), named);
    // Spilled and written, but never committed.
    for number in 0..300 {
        both.push(number % 5, 60);
    }
    assert!(files(&both).len() > named.len());
    both.reopen();
    assert_eq!(files(&both), named);
    both.push(3, 10);
    both.commit();
    same(&both.open(), both.committed());
}

#[test]
fn there_is_nothing_where_there_is_nothing_whole() {
    let dir = tempfile::tempdir().unwrap();
    assert!(Streams::open(dir.path(), STORE).unwrap().is_none());
    assert!(
        Streams::open(&dir.path().join("none"), STORE)
            .unwrap()
            .is_none()
    );
    let both = small();
    let dir = both.dir.path();
    assert!(Streams::open(dir, Uuid::from_u128(8)).unwrap().is_none());
    let files = files(&both);
    let run = files.iter().find(|file| file.extension().is_some());
    fs::remove_file(run.unwrap()).unwrap();
    assert!(Streams::open(dir, STORE).unwrap().is_none());
    assert!(StreamsWriter::open(dir, STORE, TINY).unwrap().is_none());
    // A writer begins anew.
    let writer = StreamsWriter::create(dir, STORE, TINY).unwrap();
    assert_eq!(writer.head(), Head::ZERO);
    assert!(Streams::open(dir, STORE).unwrap().is_none());
}

#[test]
fn a_manifest_that_is_longer_than_one_is_made_is_none() {
    let both = small();
    let path = both.dir.path().join(manifest::MANIFEST);
    let file = fs::File::options().write(true).open(path).unwrap();
    file.set_len(2 << 30).unwrap();
    assert!(manifest::read(both.dir.path()).unwrap().is_none());
    assert!(Streams::open(both.dir.path(), STORE).unwrap().is_none());
}

#[test]
fn positions_of_another_history_are_not_taken() {
    let both = small();
    let positions = both.dir.path().join(positions::POSITIONS);
    let mut pages = table::Pages::new(40);
    let mut other = Vec::new();
    for number in 0..102u8 {
        pages.put(&[number; 40], &mut other).unwrap();
    }
    assert_eq!(fs::read(&positions).unwrap().len(), other.len());
    fs::write(&positions, other).unwrap();
    assert!(Streams::open(both.dir.path(), STORE).unwrap().is_none());
}

#[test]
fn events_follow_each_other() {
    let mut both = small();
    let again = both.list[both.list.len() - 1].clone();
    let refused = both.writer.push(&again.arrival());
    assert!(matches!(
        refused,
        Err(StreamsError::NotNext {
            position: Position(130),
            next: Position(131)
        })
    ));
    let large = Event {
        position: Position(131),
        packed: vec![0; (1 << 20) + 1],
        ..again
    };
    let refused = both.writer.push(&large.arrival());
    assert!(matches!(refused, Err(StreamsError::TooLarge { .. })));
    same(&both.open(), both.committed());
}

#[test]
fn runs_stay_few_however_small_the_commits() {
    let mut both = Both::new(Tuning {
        fanout: 8,
        ..Tuning::default()
    });
    for number in 0..300 {
        both.push(number % 11, 200);
        both.commit();
        assert!(both.writer.streams().runs() <= 24);
    }
    same(&both.open(), both.committed());
    both.merge_all();
    assert_eq!(both.writer.streams().runs(), 1);
    same(&both.open(), both.committed());
}

#[test]
fn a_reader_never_sees_half_a_commit() {
    use std::sync::atomic::{AtomicBool, Ordering};

    let mut both = Both::new(Tuning { fanout: 2, ..TINY });
    both.commit();
    let dir = both.dir.path().to_owned();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut last = 0;
            while !done.load(Ordering::Relaxed) {
                let streams = Streams::open(&dir, STORE).unwrap().unwrap();
                assert!(streams.events() >= last);
                last = streams.events();
                let mut scanned = 0;
                let mut visitor = |_: Entry<'_>| {
                    scanned += 1;
                    ControlFlow::Continue(())
                };
                let range = SlugRange::default();
                streams
                    .scan(
                        &range,
                        (Position(0), Position(u64::MAX)),
                        &mut |_| Choice::Read,
                        &mut visitor,
                    )
                    .unwrap();
                assert_eq!(scanned, last);
            }
        });
        for number in 0..100 {
            both.push(number % 3, 100);
            both.commit();
        }
        done.store(true, Ordering::Relaxed);
        reader.join().unwrap();
    });
    same(&both.open(), both.committed());
}

#[test]
fn a_commit_leaves_large_runs_alone() {
    let tuning = Tuning {
        merge_bytes_max: 2_000,
        fanout: 2,
        ..TINY
    };
    let mut both = Both::new(tuning);
    for number in 0..200 {
        both.push(number % 3, 300);
    }
    both.commit();
    let many = both.writer.streams().runs();
    assert!(many > 10);
    both.writer.compact(u64::MAX).unwrap();
    assert!(both.writer.streams().runs() < many);
    same(&both.open(), both.committed());
}

#[test]
fn many_runs_are_merged_before_they_are_committed() {
    let mut both = Both::new(Tuning {
        memory_bytes: 100,
        ..TINY
    });
    for number in 0..400 {
        both.push(number % 13, 50);
    }
    assert!(files(&both).len() < 150);
    both.commit();
    same(&both.open(), both.committed());
}

#[test]
fn a_large_company_is_read_from_few_chunks() {
    let mut both = Both::new(TINY);
    for number in 0..2_000 {
        both.push(if number % 3 == 0 { number % 50 } else { 99 }, 80);
    }
    both.merge_all();
    let streams = both.open();
    let [run] = &streams.runs[..] else {
        panic!("more than one run");
    };
    let company: Slug = "company-99".parse().unwrap();
    let found = run.company(&company).unwrap().unwrap();
    assert!(found.chunks > 100);
    let mut chunks = Chunks::new(run);
    let places: BTreeSet<u64> = (0..2_000)
        .map(|position| chunks.first_after(&found, position).unwrap())
        .collect();
    assert_eq!(places.len() as u64, found.chunks);
    same(&streams, both.committed());
}

#[test]
fn which_runs_are_due() {
    use super::merge::{Policy, due};

    let policy = Policy {
        fanout: 3,
        bytes_max: u64::MAX,
    };
    let (small, middle, large) = (5_000, 30_000, 300_000);
    assert_eq!(due(&[small; 2], policy), None);
    assert_eq!(due(&[small; 3], policy), Some(0..3));
    assert_eq!(due(&[large, small, small, small], policy), Some(1..4));
    assert_eq!(due(&[large, small, small, large], policy), Some(1..3));
    assert_eq!(due(&[large, small, large], policy), None);
    assert_eq!(
        due(&[middle, small, middle, small, middle], policy),
        Some(0..5)
    );
    let policy = Policy {
        fanout: 3,
        bytes_max: 14_999,
    };
    assert_eq!(due(&[small; 3], policy), None);
}

#[test]
fn an_empty_store_is_whole() {
    let mut both = Both::new(TINY);
    both.commit();
    same(&both.open(), &[]);
    assert_eq!(files(&both).len(), 2);
}
