//! Dates, cuts, ranges, moments of rows, paths, conditions and heads, as people type them.

use annals::date_range::{DateRange, RecordedRange};
use annals::join::{RowClock, RowTime, parse_lag};
use annals::{KeptHead, Moment, RecordedCut};
use annals_proof::TreeHead;
use event_model::edtf::Edtf;
use event_model::time::{Instant, Published, Zone};
use projection::condition::Condition;
use projection::path::Path;

/// The clock of all targets, in microseconds since 1970: 2026-11-25T22:30:05Z.
const NOW_US: i64 = 1_795_645_805_000_000;

/// The clock of all targets.
pub(crate) fn now() -> Instant {
    Instant::from_micros(NOW_US).unwrap_or(Instant::UNIX_EPOCH)
}

/// Reads a text as everything that a date or a place can be.
pub fn target(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    // Its first word may be a zone.
    let (zone, text) = match text.split_once('\n') {
        Some((zone, rest)) => (zone.parse().unwrap_or(Zone::UTC), rest),
        None => (Zone::UTC, text),
    };
    edtf(text);
    moment(text, zone);
    ranges(text, zone);
    rows(text, zone);
    places(text);
    heads(text);
}

fn edtf(text: &str) {
    let date = match Edtf::parse(text) {
        Ok(date) => date,
        Err(error) => return assert!(!error.to_string().is_empty()),
    };
    assert_eq!(date.text(), text);
    assert_eq!(Edtf::parse(&date.to_string()), Ok(date.clone()));
    let bounds = date.bounds();
    if let (Some(earliest), Some(latest)) = (bounds.earliest, bounds.latest) {
        assert!(earliest <= latest, "{text} runs backwards");
        // What is one day is read as that day.
        if Edtf::day(earliest).text() == text {
            assert_eq!(earliest, latest);
        }
    }
    assert!(!date.in_words().is_empty());
    // A text that is about a date says so whichever way it is asked.
    let (_, _) = (date.is_approximate(), date.is_uncertain());
    let json = serde_json::to_string(&date).unwrap_or_default();
    assert_eq!(serde_json::from_str(&json).ok(), Some(date));
}

fn moment(text: &str, zone: Zone) {
    if let Ok(published) = Published::parse(text, zone) {
        assert_eq!(published.text(), text);
        let restated = published.restated_in(Zone::UTC);
        assert_eq!(restated.instant(), published.instant());
    }
    if let Ok(instant) = text.parse::<Instant>() {
        assert_eq!(instant.to_string().parse(), Ok(instant));
    }
    for read in [Moment::read_first, Moment::read] {
        match read(text, now(), zone) {
            // A day that a zone never had is empty: it ends where the next begins.
            Ok(moment) => assert!(
                moment.begins(zone) <= moment.known(zone).plus_micros(1),
                "{moment:?}"
            ),
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
    if let Ok(parsed) = Moment::parse(text) {
        assert_eq!(Moment::read(text, now(), zone), Ok(parsed));
    }
    let _ = RecordedCut::read(text, now(), zone);
}

fn ranges(text: &str, zone: Zone) {
    match DateRange::read(text, now(), zone) {
        Ok(range) => {
            let instants = range.instants();
            if let (Some(from), Some(to)) = (instants.from, instants.to) {
                assert!(from <= to, "{text} runs backwards");
            }
            let days = range.days();
            if let (Some(from), Some(to), Some(_)) = (days.from, days.to, range.whole_days()) {
                assert!(from <= to, "{text} runs backwards");
            }
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    let _ = RecordedRange::read(text, now(), zone);
}

/// How the rows of a table are dated.
fn rows(text: &str, zone: Zone) {
    assert!(parse_lag(text).is_none_or(|lag| lag >= 0));
    let time = RowTime::parse(text).unwrap_or_default();
    for zone in [None, Some(zone)] {
        if let Err(error) = (RowClock { time, zone }).read(text) {
            assert!(!error.to_string().is_empty());
        }
    }
}

/// The ends of a log that were kept elsewhere.
fn heads(text: &str) {
    match text.parse::<KeptHead>() {
        Ok(head) => assert_eq!(head.to_string().parse(), Ok(head)),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    match text.parse::<TreeHead>() {
        Ok(head) => assert_eq!(head.to_string(), text.trim()),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

fn places(text: &str) {
    match text.parse::<Path>() {
        Ok(path) => assert_eq!(path.to_string().parse(), Ok(path)),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    match text.parse::<Condition>() {
        Ok(condition) => assert_eq!(condition.to_string().parse(), Ok(condition)),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}
