//! What a log holds of redactions must fit together, or it is damage.

use std::path::Path;
use std::sync::Arc;

use annals::log_errors::{Damage, LogError};
use annals::redact::Redaction;
use annals::{Clock, Error, Store};
use event_log::{EventLog, Expected, Hash, Left, NewEvent, SledLog};
use event_model::event::Event;
use event_model::id::Position;
use event_model::time::Instant;
use serde_json::json;

fn clock() -> Arc<dyn Clock> {
    Arc::new(|| Instant::from_micros(1_800_000_000_000_000).unwrap())
}

fn event(number: u64, kind: &str, data: serde_json::Value) -> Event {
    let json = json!({
        "id": format!("01890000-0000-7000-8000-{number:012}"), "company": "alibaba", "kind": kind,
        "thread": "t", "published": "2025-12-23", "certainty": "asserted", "level": "fact",
        "confirmation": "unstated", "source": {"name": "paper"}, "data": data,
    });
    Event::from_stored(1, json.to_string().as_bytes()).unwrap()
}

fn claim() -> Event {
    event(1, "statement", json!({"text": "secret"}))
}

/// What says that the claim was redacted, and that so much of it is left.
fn redaction(left: &str) -> Event {
    let left = Hash::of_bytes(left.as_bytes()).to_string();
    event(2, "redaction", json!({"target": claim().id, "left": left}))
}

/// A log with the claim.
fn log(dir: &Path) -> SledLog {
    let log = SledLog::create_or_open(dir, clock()).unwrap();
    append(&log, &claim());
    log
}

fn append(log: &SledLog, event: &Event) {
    let event = NewEvent::of(event);
    log.append(&event.company.clone(), Expected::Any, vec![event])
        .unwrap();
}

fn verified(log: SledLog, dir: &Path) -> Result<(), Error> {
    log.close().unwrap();
    let store = Store::open(dir, clock()).unwrap();
    store.verify(&[], &mut |_| ()).map(|_| ())
}

fn damage(verified: Result<(), Error>) -> (u64, Damage) {
    match verified {
        Err(Error::Log(LogError::Damaged { position, what })) => (position.0, what),
        other => panic!("{other:?}"),
    }
}

fn left(of: &Event) -> Left {
    Left::from([(Position(1), of.to_json().into_bytes().into())])
}

#[test]
fn what_is_redacted_and_said_to_be_is_in_order() {
    let dir = tempfile::tempdir().unwrap();
    let telling = redaction(&claim().redacted().to_json());
    let log = log(dir.path()).redact(&left(&claim().redacted()), &[NewEvent::of(&telling)]);
    verified(log.unwrap(), dir.path()).unwrap();
}

#[test]
fn what_is_redacted_and_not_said_to_be_is_damage() {
    let dir = tempfile::tempdir().unwrap();
    let log = log(dir.path())
        .redact(&left(&claim().redacted()), &[])
        .unwrap();
    assert_eq!(
        damage(verified(log, dir.path())),
        (1, Damage::RedactedUnsaid)
    );
}

/// What is left is not in the chain, and yet nobody can change it.
#[test]
fn another_than_what_is_said_to_be_left_is_damage() {
    let dir = tempfile::tempdir().unwrap();
    let telling = redaction(&claim().redacted().to_json());
    let mut forged = claim().redacted();
    forged.supersedes = Some(claim().id);
    let log = log(dir.path()).redact(&left(&forged), &[NewEvent::of(&telling)]);
    assert_eq!(
        damage(verified(log.unwrap(), dir.path())),
        (1, Damage::RedactedUnsaid)
    );
}

#[test]
fn what_is_said_to_be_redacted_and_is_not_is_damage_until_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let telling = redaction(&claim().redacted().to_json());
    let log = log(dir.path());
    append(&log, &telling);
    let by = telling.id;
    assert_eq!(
        damage(verified(log, dir.path())),
        (1, Damage::NotRedacted { by })
    );
    let store = Store::open(dir.path(), clock()).unwrap();
    let ids = [claim().id.to_string()];
    let redaction = Redaction {
        reason: "personal data".to_owned(),
        ..Redaction::default()
    };
    let redacted = store.redact(&ids, &redaction).unwrap();
    assert!(redacted[0].by.is_some());
    let log = SledLog::open(dir.path(), clock()).unwrap();
    verified(log, dir.path()).unwrap();
}
