//! What is read as a day, an instant or a zone, and what is refused.

use proptest::prelude::*;

use super::*;

fn instant(text: &str) -> Instant {
    text.parse().unwrap()
}

#[test]
fn an_instant_reads_and_writes_the_same() {
    for (written, expected) in [
        ("2025-12-23T09:30:00Z", "2025-12-23T09:30:00Z"),
        ("2025-12-23T09:30Z", "2025-12-23T09:30:00Z"),
        ("2025-12-23T09:30+08:00", "2025-12-23T01:30:00Z"),
        ("2025-12-23T09:30:00.5-05:00", "2025-12-23T14:30:00.500000Z"),
    ] {
        assert_eq!(instant(written).to_string(), expected, "{written}");
    }
}

proptest! {
    #[test]
    fn the_usual_way_is_that_of_the_library(text in "[0-2][0-9]{3}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-6][0-9]Z") {
        let library = DateTime::parse_from_rfc3339(&text).ok();
        let library = library.map(|time| Instant(time.timestamp_micros()));
        prop_assert_eq!(text.parse::<Instant>().ok(), library);
        let day = text.get(..10).unwrap();
        prop_assert_eq!(parse_day(day).ok(), Day::parse_from_str(day, "%Y-%m-%d").ok());
    }
}

#[test]
fn what_is_no_instant_says_why() {
    let error = |text: &str| text.parse::<Instant>().unwrap_err();
    assert!(matches!(
        error("2025-12-23T09:30:00"),
        TimeError::NoOffset { .. }
    ));
    assert!(matches!(
        error("2025-02-30T09:30:00Z"),
        TimeError::NoSuchDate { .. }
    ));
    for no_time in ["2025-12-23T25:00:00Z", "2025-12-23T09:61:00+01:00"] {
        assert!(matches!(error(no_time), TimeError::NoSuchDate { .. }));
    }
    for other in ["2025-12-23T09:30:00+0100", "2025-12-23T09:30:00 EST"] {
        assert!(matches!(error(other), TimeError::Malformed { .. }));
    }
    assert!(matches!(error("yesterday"), TimeError::Malformed { .. }));
    assert!(matches!(error("2025-12-23"), TimeError::Malformed { .. }));
    assert!(matches!(
        parse_day("2025-02-30").unwrap_err(),
        TimeError::NoSuchDate { .. }
    ));
    assert!(matches!(
        parse_day("2025-2-3").unwrap_err(),
        TimeError::Malformed { .. }
    ));
}

#[test]
fn a_day_ends_in_the_zone_of_its_source() {
    let end = |day: &str, zone: &str| {
        Published::parse(day, zone.parse().unwrap())
            .unwrap()
            .instant()
            .to_string()
    };
    assert_eq!(end("2025-12-23", "UTC"), "2025-12-23T23:59:59.999999Z");
    assert_eq!(
        end("2025-12-23", "Asia/Shanghai"),
        "2025-12-23T15:59:59.999999Z"
    );
    assert_eq!(
        end("2025-07-01", "America/New_York"),
        "2025-07-02T03:59:59.999999Z"
    );
    assert_eq!(end("2025-12-23", "-05:00"), "2025-12-24T04:59:59.999999Z");
    // Clocks in Santiago jump from midnight to one o'clock on 2025-09-07.
    assert_eq!(
        end("2025-09-06", "America/Santiago"),
        "2025-09-07T03:59:59.999999Z"
    );
}

#[test]
fn the_day_of_publication_is_the_day_as_written() {
    let published = Published::parse("2025-12-23", "America/New_York".parse().unwrap()).unwrap();
    assert_eq!(published.day().to_string(), "2025-12-23");
    assert_eq!(published.day_furthest_ahead().to_string(), "2025-12-23");
    let published = Published::parse("2025-12-23T20:00:00Z", Zone::UTC).unwrap();
    assert_eq!(published.day().to_string(), "2025-12-23");
    assert_eq!(published.day_furthest_ahead().to_string(), "2025-12-24");
}

#[test]
fn an_instant_is_one_that_the_calendar_has() {
    let edges = [Instant::FIRST, Instant::LAST, Instant::UNIX_EPOCH].map(Instant::micros);
    let near = |edge: i64| (-2..=2).map(move |step| edge.saturating_add(step));
    for micros in edges.into_iter().flat_map(near).chain([i64::MIN, i64::MAX]) {
        let by_calendar = DateTime::<Utc>::from_timestamp_micros(micros);
        let instant = Instant::from_micros(micros);
        assert_eq!(instant.is_some(), by_calendar.is_some(), "{micros}");
    }
}
