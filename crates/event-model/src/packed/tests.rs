use proptest::prelude::*;

use super::*;
use crate::event::SCHEMA;
use crate::event::tests::any_event;
use crate::kinds::KINDS;

/// The sample, as the log would keep it.
fn sample() -> Vec<Event> {
    let lines = include_str!("../../../../data/alibaba.jsonl").lines();
    let events = lines.map(|line| {
        let value = crate::json::parse(line).unwrap();
        let draft = crate::draft::Draft::read(&value);
        let target = |_| {
            Some(crate::draft::Referent {
                company: "alibaba".parse().unwrap(),
                kind: "statement".into(),
                thread: "some-thread".into(),
                published: Published::parse("2025-12-01", crate::time::Zone::UTC).unwrap(),
            })
        };
        draft
            .finish(Ok("alibaba".parse().unwrap()), target, Instant::LAST)
            .unwrap()
    });
    events.collect()
}

fn check(event: &Event) {
    let packed = pack(event);
    let json = event.to_json();
    let again = unpack(event.id, &event.company, &packed).unwrap();
    assert_eq!(&again, event);
    assert_eq!(again.to_json(), json);
    assert_eq!(peek_published(&packed), Some(event.published.instant()));
    assert_eq!(peek_kind(&packed), Some(event.kind.as_str()));
    let mut stored = b"before".to_vec();
    pack_stored(SCHEMA, json.as_bytes(), &mut stored).unwrap();
    assert_eq!(stored.strip_prefix(b"before"), Some(&packed[..]));
    // The way without an event was taken.
    let mut scanned = Vec::new();
    assert!(stored::scan(&json, &mut scanned).is_some());
    assert_eq!(scanned, packed);
}

/// Reads bytes in every way; what it gives is of no matter.
fn read(bytes: &[u8]) {
    let company = "alibaba".parse().unwrap();
    if let Ok(event) = unpack(EventId(Uuid::nil()), &company, bytes) {
        let _ = (
            event.to_json(),
            event.bounds(),
            event.data.to_map(),
            pack(&event),
        );
    }
    let _ = (peek_kind(bytes), peek_published(bytes));
}

#[test]
fn the_sample_reads_as_it_was_packed() {
    for event in sample() {
        check(&event);
    }
}

#[test]
fn every_kind_has_a_number_that_it_keeps() {
    for kind in KINDS {
        assert!(
            KIND_NAMES.contains(&kind.name),
            "append {} to KIND_NAMES",
            kind.name
        );
    }
    let first = ["chip_interest", "strategy_pivot", "earnings_date"];
    assert!(KIND_NAMES.starts_with(&first) && KIND_NAMES[17] == "retraction");
}

#[test]
fn the_form_is_what_it_was() {
    let json = r#"{"id":"01890000-0000-7000-8000-000000000000","company":"alibaba","kind":"filing","thread":"x","occurred":"2025-12","published":"2025-12-23","certainty":"official","confirmation":"denied","level":"opinion","source":{"name":"SEC","url":"u","covers":"2025"},"data":{"form":"8-K","n":[1]},"repeats":"01890000-0000-7000-8000-000000000001","fault":"source","reason":"ü"}"#;
    let mut packed = Vec::new();
    pack_stored(SCHEMA, json.as_bytes(), &mut packed).unwrap();
    let hex: String = packed.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(
        hex,
        "010c040403028705ff3f6557a7460600c74f0000e54f00000f000000017807323032352d31320a323032352d31322d3233035345430175043230323504666f726d06382d4b016e075b315d02c3bc01890000000070008000000000000001"
    );
}

#[test]
fn what_is_not_as_it_was_written_is_read_the_long_way() {
    let event = &sample()[0];
    let json = event.to_json();
    let packed = pack(event);
    let changed = [
        format!(" {json}\n"),
        json.replace(",\"thread\"", " , \"thread\""),
        json.replace("\"company\":\"a", "\"company\":\"\\u0061"),
    ];
    for json in changed {
        let mut out = Vec::new();
        pack_stored(SCHEMA, json.as_bytes(), &mut out).unwrap();
        assert_eq!(out, packed, "{json}");
    }
    for wrong in [
        &b"{}"[..],
        b"\xff",
        b"",
        json.replace("\"level\":\"", "\"level\":\"x").as_bytes(),
    ] {
        let mut out = vec![1, 2];
        assert!(pack_stored(SCHEMA, wrong, &mut out).is_err());
        assert_eq!(out, [1, 2]);
    }
    let newer = pack_stored(SCHEMA + 1, json.as_bytes(), &mut Vec::new());
    assert!(matches!(
        newer,
        Err(crate::event::StoredEventError::Newer { .. })
    ));
}

#[test]
fn any_cut_or_changed_bit_is_read_without_panic() {
    for event in sample().iter().take(6) {
        let packed = pack(event);
        for end in 0..packed.len() {
            read(&packed[..end]);
            let cut = unpack(event.id, &event.company, &packed[..end]);
            assert!(cut.is_err(), "cut to {end} bytes");
        }
        for bit in 0..packed.len() * 8 {
            let mut changed = packed.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            read(&changed);
        }
    }
}

proptest! {
    #[test]
    fn any_event_reads_as_it_was_packed(event in any_event()) {
        check(&event);
    }

    #[test]
    fn any_bytes_are_read_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        read(&bytes);
        let mut of_format = vec![FORMAT];
        of_format.extend(&bytes);
        read(&of_format);
        let _ = pack_stored(SCHEMA, &bytes, &mut Vec::new());
    }

    #[test]
    fn any_changed_byte_of_any_event_is_read_without_panic(
        event in any_event(),
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
        end in any::<prop::sample::Index>(),
    ) {
        let mut packed = pack(&event);
        let at = at.index(packed.len());
        packed[at] = byte;
        read(&packed);
        read(&packed[..end.index(packed.len())]);
        let mut json = event.to_json().into_bytes();
        let at = at % json.len();
        json[at] = byte;
        // What is not refused is what the long way makes of it.
        let mut out = Vec::new();
        let packed = pack_stored(SCHEMA, &json, &mut out);
        match Event::from_stored(SCHEMA, &json) {
            Ok(event) => prop_assert_eq!(out, pack(&event)),
            Err(_) => prop_assert!(packed.is_err()),
        }
    }
}
