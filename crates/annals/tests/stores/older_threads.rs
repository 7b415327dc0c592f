//! Until 26 November 2026 a thread that is an event's alone was named by what the event
//! says, also where it had an id. What was stored then is known when it comes again.

use std::path::Path;
use std::sync::Arc;

use annals::append::{AppendOptions, Appended};
use annals::{Clock, Error, Store};
use event_log::{EventLog, Expected, NewEvent, SledLog};
use event_model::draft::{Draft, Referent};
use event_model::event::Event;
use event_model::time::Instant;
use serde_json::{Value, json};

const SAID: &str = "00000000-0000-4000-8000-000000000001";
const CORRECTED: &str = "00000000-0000-4000-8000-000000000002";

fn clock() -> Arc<dyn Clock> {
    Arc::new(|| Instant::from_micros(1_800_000_000_000_000).unwrap())
}

fn lines() -> [Value; 2] {
    let line = |id: &str, text: &str| {
        json!({
            "id": id, "company": "alibaba", "kind": "statement", "published": "2025-12-23",
            "certainty": "asserted", "source": {"name": "paper"}, "data": {"text": text},
        })
    };
    let mut correction = line(CORRECTED, "ill");
    correction["supersedes"] = json!(SAID);
    correction["fault"] = json!("source");
    [line(SAID, "well"), correction]
}

/// What was made of a line then.
fn as_then(line: &Value, target: Option<&Event>) -> Event {
    let finish = |line: &Value| {
        let found = |_| {
            target.map(|event| Referent {
                company: event.company.clone(),
                kind: event.kind.clone(),
                thread: event.thread.clone(),
                published: event.published.clone(),
            })
        };
        let company = Ok("alibaba".parse().unwrap());
        Draft::read(line)
            .finish(company, found, Instant::LAST)
            .unwrap()
    };
    let mut without_id = line.clone();
    without_id["id"] = Value::Null;
    Event {
        id: finish(line).id,
        ..finish(&without_id)
    }
}

/// A store that holds the lines as they were stored then.
fn older(dir: &Path) -> Store {
    let [said, corrected] = lines();
    let said = as_then(&said, None);
    assert!(said.has_content_thread());
    let corrected = as_then(&corrected, Some(&said));
    assert_eq!(corrected.thread, said.thread);
    let log = SledLog::create_or_open(dir, clock()).unwrap();
    let events = [&said, &corrected].map(NewEvent::of);
    log.append(&said.company, Expected::Any, events.to_vec())
        .unwrap();
    log.close().unwrap();
    Store::open(dir, clock()).unwrap()
}

fn append(store: &Store, lines: &[Value]) -> Result<Appended, Error> {
    let text: Vec<String> = lines.iter().map(Value::to_string).collect();
    let text = text.join("\n");
    store.append_lines("lines", &mut text.as_bytes(), AppendOptions::default())
}

#[test]
fn what_was_stored_with_the_older_name_is_known_when_it_comes_again() {
    let folder = tempfile::tempdir().unwrap();
    let store = older(&folder.path().join("store"));
    let [said, corrected] = lines();
    for some in [
        &[said.clone(), corrected.clone()][..],
        std::slice::from_ref(&said),
        &[corrected],
    ] {
        let appended = append(&store, some).unwrap();
        assert_eq!((appended.new, appended.known), (0, some.len() as u64));
    }
    let mut other = said;
    other["data"]["text"] = json!("otherwise");
    assert!(append(&store, &[other]).is_err());
}
