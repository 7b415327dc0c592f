//! A line of JSON, on its way to an event.

use event_model::draft::{Draft, Referent};
use event_model::event::{Event, SCHEMA};
use event_model::id::{EventId, Slug};
use event_model::json;
use event_model::kinds::{KIND_DECLARATION, REDACTED};
use event_model::limits::{EVENT_BYTES_MAX, PROBLEM_CHARS_MAX};
use event_model::packed::{pack, pack_canonical, unpack};
use event_model::problem::{Defect, Problem};
use event_model::time::{Published, Zone};

use crate::dates::now;

/// Reads a line in both ways that there are, and holds that what is accepted comes
/// back as it was, and that a refusal says where and why.
pub fn target(bytes: &[u8]) {
    match std::str::from_utf8(bytes) {
        // Kinds are kept for ever, and so they are tried apart.
        Ok(text) if !text.contains(KIND_DECLARATION) => read(text),
        _ => {}
    }
}

fn read(text: &str) {
    let quick = Draft::parse(text);
    let slow = json::parse(text).map(|value| Draft::read(&value));
    match (quick, slow) {
        (Ok(quick), Ok(slow)) => {
            let quick = finished(quick);
            assert_eq!(quick, finished(slow), "the two ways of reading differ");
            match quick {
                Ok((event, json)) => comes_back(&event, &json),
                Err(problems) => are_told(&problems),
            }
        }
        (Err(quick), Err(_)) => assert!(quick.line() > 0 && !quick.to_string().is_empty()),
        (quick, slow) => assert_eq!(quick.is_ok(), slow.is_ok(), "the two ways differ"),
    }
}

/// An event with its JSON, or what is wrong with it.
type Finished = Result<(Event, String), Vec<Problem>>;

/// Adds what a store would: which company it is, and that all that it refers to are
/// events of that company. Those with an odd id were redacted.
fn finished(draft: Draft) -> Finished {
    let named = draft.company().map(ToString::to_string);
    let named = named.and_then(|text| text.parse::<Slug>().ok());
    let company = named.map_or_else(|| "acme".parse().map_err(Defect::from), Ok);
    let about = company.clone().ok();
    let find = |id: EventId| {
        let is_odd = id.0.as_u128() % 2 == 1;
        Some(Referent {
            company: about.clone()?,
            kind: if is_odd { REDACTED } else { "merger" }.into(),
            thread: "acme-beta".into(),
            published: Published::parse("2025-12-23", Zone::UTC).ok()?,
        })
    };
    draft.finish_with_json(company, find, now())
}

/// Holds that an event is the same whichever way it is written down and read.
fn comes_back(event: &Event, json: &str) {
    assert!(json.len() <= EVENT_BYTES_MAX, "an event is over its limit");
    assert_eq!(event.to_json(), json);
    let stored = Event::from_stored(SCHEMA, json.as_bytes());
    assert_eq!(stored.as_ref().ok(), Some(event), "as it is stored");
    let again = Draft::parse(json).map(finished);
    let again = again.map(|again| again.map(|(_, again)| again));
    assert_eq!(
        again.ok(),
        Some(Ok(json.to_owned())),
        "as it is appended again"
    );
    let left = event.redacted();
    let appended = Draft::parse(&left.to_json()).map(finished);
    let appended = appended.map(|appended| appended.map(|(appended, _)| appended));
    assert_eq!(appended.ok(), Some(Ok(left)), "what is left of it");
    let packed = pack(event);
    let unpacked = unpack(event.id, &event.company, &packed);
    assert_eq!(unpacked.as_ref(), Ok(event), "as it is packed");
    let mut direct = Vec::new();
    let names = pack_canonical(SCHEMA, json.as_bytes(), &mut direct);
    assert_eq!(names.map(|names| names.id), Some(event.id));
    assert_eq!(direct, packed, "as it is packed without the event");
}

/// Holds that a refusal says what is wrong, each thing in its place, in few words.
fn are_told(problems: &[Problem]) {
    assert!(!problems.is_empty(), "refused without a reason");
    for problem in problems {
        assert!(!problem.what.to_string().is_empty());
        let told = problem.to_string();
        assert!(!told.contains(char::is_control), "{told:?}");
        assert!(told.chars().count() <= 2 * PROBLEM_CHARS_MAX, "{told}");
    }
}
