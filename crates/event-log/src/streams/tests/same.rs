//! Holds every answer of streams to a list: [`same`].

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use super::list::{Event, by_company, mixed, read};
use super::*;
use crate::prefix::ids_of;

/// Holds every answer to the list.
pub(super) fn same(streams: &Streams, list: &[Event]) {
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
        let expected: Vec<super::super::find::Found> = ids
            .iter()
            .filter(|(id, _)| id.starts_with(&digits.to_lowercase()))
            .take(5)
            .map(|(_, event)| super::super::find::Found {
                id: event.id,
                company: event.company.clone(),
                position: event.position,
            })
            .collect();
        let (first, last) = ids_of(digits).unwrap();
        let bounds = (first.0.as_bytes(), last.0.as_bytes());
        let found = streams.find_between(bounds, 5).unwrap();
        assert_eq!(found, expected, "{digits}");
    }
    for digits in ["x", "+1", "0000000000000000000000000000000000"] {
        assert_eq!(ids_of(digits), None);
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
