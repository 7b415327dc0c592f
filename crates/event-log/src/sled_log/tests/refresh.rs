//! Seeing what another process appends.

use proptest::prelude::*;

use super::writer::{Writer, Writing, writing};
use super::*;

#[derive(Debug, Clone)]
enum Step {
    /// The writer does something.
    Write(Writing),
    /// The reader looks.
    Look,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => writing().prop_map(Step::Write),
        1 => Just(Step::Look),
    ]
}

/// What a reader sees after a position, told without sled.
fn seen(reader: &SledLog, after: Position) -> Vec<Recorded> {
    let upto = reader.head().position;
    reader
        .select(None, (after, upto), crate::Direction::Forwards, |_| {
            Ok(true)
        })
        .map(Result::unwrap)
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 20,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    /// Whatever a writer does between two looks, each event is seen once.
    #[test]
    fn no_event_is_missed_or_seen_twice(steps in prop::collection::vec(step(), 1..40)) {
        let (_dir, store) = dir();
        let mut writer = Writer::begin(&store);
        let reader = read_only(&store).unwrap();
        let mut events = Vec::new();
        for step in steps.into_iter().chain([Step::Look]) {
            match step {
                Step::Write(what) => writer.write(&what),
                Step::Look => {
                    let head = writer.log().head();
                    prop_assert_eq!(reader.refresh().unwrap(), head);
                    let after = Position(events.len() as u64);
                    events.extend(seen(&reader, after));
                    prop_assert_eq!(events.len() as u64, writer.next);
                }
            }
        }
        prop_assert_eq!(answers(writer.log()), answers(&reader));
    }
}

#[test]
fn a_frame_that_is_not_whole_is_told_once_it_is() {
    let (_dir, store) = dir();
    let writer = create(&store);
    append(&writer, 0..3);
    let reader = read_only(&store).unwrap();
    append(&writer, 3..4);
    let path = store.join("journal/00000000000000000000");
    let whole = std::fs::read(&path).unwrap();
    // As the file looks while it is written: the end of the frame is missing.
    let end = whole.iter().rposition(|byte| *byte != 0).unwrap();
    let mut torn = whole.clone();
    torn[end - 20..].fill(0);
    std::fs::write(&path, &torn).unwrap();
    assert_eq!(reader.refresh().unwrap().position, Position(3));
    std::fs::write(&path, &whole).unwrap();
    assert_eq!(reader.refresh().unwrap().position, Position(4));
    assert_eq!(seen(&reader, Position(3)).len(), 1);
}

#[test]
fn a_writer_that_ended_before_the_streams_were_in_place_is_waited_for_no_longer() {
    let (_dir, store) = dir();
    let writer = create_sealing(&store);
    append(&writer, 0..10);
    let reader = read_only(&store).unwrap();
    append(&writer, 10..20);
    writer.close().unwrap();
    std::fs::remove_file(store.join("cache/streams/MANIFEST")).unwrap();
    let mut looks = (0..100).map(|_| reader.refresh().unwrap().position);
    assert_eq!(looks.find(|head| *head > Position(10)), Some(Position(20)));
    assert_eq!(seen(&reader, Position(0)).len(), 20);
}

#[test]
fn who_comes_while_the_streams_are_put_in_place_sees_the_log_before() {
    let (folder, store) = dir();
    let aside = folder.path().join("aside");
    let writer = create(&store);
    append(&writer, 0..5);
    let before = seen(&read_only(&store).unwrap(), Position(0));
    std::fs::copy(store.join("journal/00000000000000000000"), &aside).unwrap();
    // A large batch: its blocks count from here on, and the streams are not there yet.
    append_all(&writer, 5..1_000);
    std::fs::rename(store.join("cache/streams"), folder.path().join("streams")).unwrap();
    std::fs::copy(&aside, store.join("journal/00000000000000000000")).unwrap();
    let reader = read_only(&store).unwrap();
    assert_eq!(reader.head().position, Position(5));
    assert_eq!(seen(&reader, Position(0)), before);
    std::fs::rename(folder.path().join("streams"), store.join("cache/streams")).unwrap();
    assert_eq!(reader.refresh().unwrap().position, Position(1_000));
    assert_eq!(seen(&reader, Position(5)).len(), 995);
    // Who comes when nobody writes mends them.
    std::fs::remove_dir_all(store.join("cache/streams")).unwrap();
    writer.close().unwrap();
    assert_eq!(read_only(&store).unwrap().head().position, Position(1_000));
}
