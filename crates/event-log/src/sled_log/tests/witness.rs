//! Who hears of the events of a batch while it is written.

use event_model::draft::Draft;
use event_model::event::Event;

use super::*;
use crate::limits;
use crate::sled_log::Witness;
use crate::spool::{EncodedEvent, Waiting};

/// An event whose text has so many bytes.
fn said(number: usize, bytes: usize) -> Event {
    let company = format!("company-{}", number % 5);
    let text = format!("{number} {}", "so ".repeat(bytes / 3));
    let line = format!(
        r#"{{"company": "{company}", "kind": "statement", "published": "2026-01-02",
            "certainty": "official", "source": {{"name": "us"}}, "data": {{"text": "{text}"}}}}"#
    );
    let draft = Draft::parse(&line).unwrap();
    let company = Ok(company.parse().unwrap());
    draft
        .finish(company, |_| None, clock().now().plus_micros(1 << 50))
        .unwrap()
}

/// Commits events in one batch, and gives what a witness was told of those whose position
/// is even; `None` where it was not told of all.
fn told(log: &SledLog, events: &[Event]) -> Option<Vec<(Position, Event)>> {
    let mut batch = log.batch(Waiting::none());
    for event in events {
        let event = EncodedEvent::of(&NewEvent::of(event)).unwrap();
        batch.push(&event, 0).unwrap();
    }
    let mut told = Vec::new();
    let witness = Witness {
        cares_for: &|stored| stored.position.0.is_multiple_of(2),
        tell: &mut |position, event| told.push((position, event)),
    };
    let committed = batch.check().unwrap().commit(&[], Some(witness)).unwrap();
    assert_eq!(committed.stored, events.len() as u64);
    committed.is_told.then_some(told)
}

#[test]
fn a_witness_hears_of_what_it_cares_for_in_a_large_batch() {
    let (_dir, store) = dir();
    let log = create(&store);
    let events: Vec<_> = (0..1_000).map(|number| said(number, 300)).collect();
    assert_eq!(told(&log, &events[..10]), None);
    let even = (1..).map(Position).zip(&events);
    let even = even.filter(|(position, _)| position.0 > 10 && position.0.is_multiple_of(2));
    let even: Vec<_> = even
        .map(|(position, event)| (position, event.clone()))
        .collect();
    assert_eq!(told(&log, &events[10..]), Some(even));
}

#[test]
fn a_witness_that_would_hold_too_much_is_not_told() {
    let (_dir, store) = dir();
    let log = create(&store);
    let bytes = 7_500;
    let most = 2 * limits::NOTED_BYTES_MAX / bytes;
    let events: Vec<_> = (0..most + 10).map(|number| said(number, bytes)).collect();
    assert_eq!(told(&log, &events), None);
    assert_eq!(log.head().position, Position(events.len() as u64));
}
