//! Records are read as they were written, and damage is found.

use super::*;
use proptest::prelude::*;

prop_compose! {
    /// Any event that a log accepts.
    pub(crate) fn any_event()(
        id in any::<u128>(),
        company in "[a-z0-9]{1,8}(-[a-z0-9]{1,8}){0,3}",
        kind in "[a-z_]{0,20}",
        thread in "\\PC{0,40}",
        published in -1_000_000_000_000_000i64..4_000_000_000_000_000,
        payload in prop::collection::vec(any::<u8>(), 0..600),
    ) -> NewEvent {
        NewEvent {
            id: EventId(uuid::Uuid::from_u128(id)),
            company: company.parse().unwrap(),
            kind: kind.into(),
            thread: thread.into(),
            published: Instant::from_micros(published).unwrap(),
            schema: 1,
            payload: payload.into(),
        }
    }
}

fn given(position: u64) -> Given {
    Given {
        position: Position(position),
        version: Version(position / 2 + 1),
        recorded: Instant::from_micros(1_000_000 + position.cast_signed() % 1_000).unwrap(),
        previous: Hash::ZERO,
    }
}

proptest! {
    #[test]
    fn a_record_reads_as_it_was_written(
        event in any_event(), position in 1..u64::MAX / 2, salt in any::<Salt>(),
    ) {
        let mut bytes = Vec::new();
        let hash = encode(&mut bytes, given(position), &event, salt).unwrap();
        bytes.extend_from_slice(b"rest");
        let (raw, rest) = Raw::split(&bytes).unwrap();
        prop_assert_eq!(rest, b"rest");
        prop_assert_eq!(raw.hash(Hash::ZERO), hash);
        let recorded = raw.into_recorded(hash).unwrap();
        prop_assert_eq!(recorded.position, Position(position));
        prop_assert_eq!(recorded.version, given(position).version);
        prop_assert_eq!(recorded.recorded, given(position).recorded);
        prop_assert_eq!(recorded.event, event);
    }

    #[test]
    fn a_payload_that_names_its_id_is_stored_without(event in any_event(), salt in any::<Salt>()) {
        let payload = format!("{{\"id\":\"{}\",\"rest\":1}}", event.id).into_bytes();
        let event = NewEvent { payload: payload.into(), ..event };
        let mut bytes = Vec::new();
        let hash = encode(&mut bytes, given(1), &event, salt).unwrap();
        let needle = event.id.to_string();
        prop_assert!(!bytes.windows(needle.len()).any(|window| window == needle.as_bytes()));
        let (raw, _) = Raw::split(&bytes).unwrap();
        prop_assert_eq!(raw.hash(Hash::ZERO), hash);
        prop_assert_eq!(raw.into_recorded(hash).unwrap().event, event);
    }

    #[test]
    fn a_redacted_record_has_the_same_hash_and_not_the_payload(
        event in any_event(), salt in any::<Salt>(), left in prop::collection::vec(any::<u8>(), 0..99),
    ) {
        let mut whole = Vec::new();
        let hash = encode(&mut whole, given(5), &event, salt).unwrap();
        let (raw, _) = Raw::split(&whole).unwrap();
        let mut bytes = Vec::new();
        raw.redact(&left, &mut bytes).unwrap();
        let length = bytes.len();
        bytes.extend_from_slice(b"rest");
        let (redacted, rest) = Raw::split(&bytes).unwrap();
        prop_assert_eq!(rest, b"rest");
        prop_assert_eq!(redacted.hash(Hash::ZERO), hash);
        prop_assert!(redacted.is_redacted() && !raw.is_redacted());
        prop_assert_eq!(redacted.kind_then(), &*event.kind);
        // The header, the envelope, the hash, what is left: there is no place for more.
        prop_assert_eq!(length, 7 + redacted.envelope.len() + 32 + left.len());
        let read = redacted.into_recorded(hash).unwrap();
        prop_assert_eq!(&*read.event.kind, kinds::REDACTED);
        prop_assert_eq!(&*read.event.payload, left.as_slice());
        let same = NewEvent { kind: event.kind.clone(), payload: event.payload.clone(), ..read.event };
        prop_assert_eq!(same, event);
    }

    #[test]
    fn foreign_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        if let Ok((raw, _)) = Raw::split(&bytes) {
            let _ = raw.into_recorded(Hash::ZERO);
        }
    }

    #[test]
    fn another_payload_has_another_hash(event in any_event(), salt in any::<Salt>()) {
        let mut bytes = Vec::new();
        let hash = encode(&mut bytes, given(1), &event, salt).unwrap();
        let payload = [&event.payload, &b" "[..]].concat();
        let forged = NewEvent { payload: payload.into(), ..event };
        let other = encode(&mut Vec::new(), given(1), &forged, salt).unwrap();
        prop_assert_ne!(hash, other);
    }
}

#[test]
fn a_field_that_is_not_known_is_passed_over() {
    let mut envelope = Vec::new();
    let mut encoder = minicbor::Encoder::new(&mut envelope);
    encoder.map(10).unwrap();
    for field in [0u8, 1, 2, 7, 9] {
        encoder.u8(field).unwrap().u8(1).unwrap();
    }
    encoder.u8(3).unwrap().bytes(&[7; 16]).unwrap();
    for field in [4u8, 5, 6] {
        encoder.u8(field).unwrap().str("text").unwrap();
    }
    encoder
        .u8(200)
        .unwrap()
        .str("from a newer program")
        .unwrap();
    let mut bytes = vec![WHOLE];
    bytes.extend_from_slice(&u16::try_from(envelope.len()).unwrap().to_le_bytes());
    bytes.extend_from_slice(&2u32.to_le_bytes());
    bytes.extend_from_slice(&envelope);
    bytes.extend_from_slice(&[9; 16]);
    bytes.extend_from_slice(b"{}");
    let (raw, rest) = Raw::split(&bytes).unwrap();
    assert!(rest.is_empty());
    assert_eq!(&*raw.into_recorded(Hash::ZERO).unwrap().event.kind, "text");
}
