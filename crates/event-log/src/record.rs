//! One event as bytes: its [`Envelope`], a salt and the payload.
//!
//! ```text
//! 0   u32 LE  length of the body
//! 4   u32 LE  CRC-32 of the body
//! 8   body:   u8 format, u16 LE length of the envelope,
//!             envelope (CBOR), 16 bytes of salt, payload (the rest)
//! ```
//!
//! Decoding checks all of it, and never panics on foreign bytes.

use event_model::id::{EventId, Position, Version};
use event_model::time::Instant;
use minicbor::bytes::ByteArray;
use minicbor::{Decode, Encode};

use crate::error::Damage;
use crate::event_log::{NewEvent, Recorded};
use crate::hash::Hash;

/// The format that is written.
const FORMAT: u8 = 1;
const SALT_BYTES: usize = 16;

pub(crate) type Salt = [u8; SALT_BYTES];

/// What is hashed into the chain: all of an event but its payload.
///
/// The numbers are for ever; a field that goes leaves its number unused. The
/// kind is text, so that a kind nobody knows any more survives.
#[derive(Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
struct Envelope<'b> {
    #[n(0)]
    position: u64,
    #[n(1)]
    version: u64,
    #[n(2)]
    recorded: i64,
    #[n(3)]
    id: ByteArray<16>,
    #[b(4)]
    company: &'b str,
    #[b(5)]
    kind: &'b str,
    #[b(6)]
    thread: &'b str,
    #[n(7)]
    published: i64,
    #[n(8)]
    payload_hash: ByteArray<32>,
    #[n(9)]
    schema: u16,
}

/// What the log gives an event.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Given {
    pub(crate) position: Position,
    pub(crate) version: Version,
    pub(crate) recorded: Instant,
    pub(crate) previous: Hash,
}

/// Appends the bytes of an event, and tells its hash.
///
/// `None` if the envelope does not fit; the limits of the log keep that away.
pub(crate) fn encode(
    out: &mut Vec<u8>,
    given: Given,
    event: &NewEvent,
    salt: Salt,
) -> Option<Hash> {
    let envelope = minicbor::to_vec(Envelope {
        position: given.position.0,
        version: given.version.0,
        recorded: given.recorded.micros(),
        id: ByteArray::from(*event.id.0.as_bytes()),
        company: event.company.as_str(),
        kind: &event.kind,
        thread: &event.thread,
        published: event.published.micros(),
        payload_hash: ByteArray::from(*Hash::of_payload(&salt, &event.payload).as_bytes()),
        schema: event.schema,
    })
    .ok()?;
    let envelope_bytes = u16::try_from(envelope.len()).ok()?;
    let mut body = Vec::with_capacity(3 + envelope.len() + SALT_BYTES + event.payload.len());
    body.push(FORMAT);
    body.extend_from_slice(&envelope_bytes.to_le_bytes());
    body.extend_from_slice(&envelope);
    body.extend_from_slice(&salt);
    body.extend_from_slice(&event.payload);
    out.extend_from_slice(&u32::try_from(body.len()).ok()?.to_le_bytes());
    out.extend_from_slice(&crc32fast::hash(&body).to_le_bytes());
    out.extend_from_slice(&body);
    Some(given.previous.then(&envelope))
}

/// A record cut out of its block, its checksum checked and no more.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Raw<'b> {
    envelope: &'b [u8],
    salt: &'b Salt,
    payload: &'b [u8],
}

impl<'b> Raw<'b> {
    /// Cuts the first record off, and gives what comes after it.
    pub(crate) fn split(bytes: &'b [u8]) -> Result<(Self, &'b [u8]), Damage> {
        let (length, rest) = bytes.split_first_chunk().ok_or(Damage::RecordLength)?;
        let (checksum, rest) = rest.split_first_chunk().ok_or(Damage::RecordLength)?;
        let length =
            usize::try_from(u32::from_le_bytes(*length)).map_err(|_| Damage::RecordLength)?;
        let (body, rest) = rest.split_at_checked(length).ok_or(Damage::RecordLength)?;
        if crc32fast::hash(body) != u32::from_le_bytes(*checksum) {
            return Err(Damage::RecordChecksum);
        }
        Ok((Self::of_body(body)?, rest))
    }

    fn of_body(body: &'b [u8]) -> Result<Self, Damage> {
        let (&format, body) = body.split_first().ok_or(Damage::RecordLength)?;
        if format != FORMAT {
            return Err(Damage::RecordFormat { found: format });
        }
        let (length, body) = body.split_first_chunk().ok_or(Damage::RecordLength)?;
        let (envelope, body) = body
            .split_at_checked(usize::from(u16::from_le_bytes(*length)))
            .ok_or(Damage::RecordLength)?;
        let (salt, payload) = body.split_first_chunk().ok_or(Damage::RecordLength)?;
        Ok(Self {
            envelope,
            salt,
            payload,
        })
    }

    /// The hash of the chain with this record.
    pub(crate) fn hash(&self, previous: Hash) -> Hash {
        previous.then(self.envelope)
    }

    /// Reads the event, and checks its payload against the envelope.
    ///
    /// `hash` is the hash of the chain with this record.
    pub(crate) fn recorded(&self, hash: Hash) -> Result<Recorded, Damage> {
        let mut decoder = minicbor::Decoder::new(self.envelope);
        let envelope: Envelope<'_> = decoder.decode().map_err(|_| Damage::Envelope)?;
        if decoder.position() != self.envelope.len() {
            return Err(Damage::Envelope);
        }
        if Hash::of_payload(self.salt, self.payload).as_bytes()[..] != envelope.payload_hash[..] {
            return Err(Damage::PayloadHash);
        }
        let instant = |micros| Instant::from_micros(micros).ok_or(Damage::Envelope);
        Ok(Recorded {
            position: Position(envelope.position),
            version: Version(envelope.version),
            recorded: instant(envelope.recorded)?,
            hash,
            event: NewEvent {
                id: EventId(uuid::Uuid::from_bytes(envelope.id.into())),
                company: envelope.company.parse().map_err(|_| Damage::Envelope)?,
                kind: envelope.kind.into(),
                thread: envelope.thread.into(),
                published: instant(envelope.published)?,
                schema: envelope.schema,
                payload: self.payload.into(),
            },
        })
    }
}

#[cfg(test)]
pub(crate) mod tests {
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
            let recorded = raw.recorded(hash).unwrap();
            prop_assert_eq!(recorded.position, Position(position));
            prop_assert_eq!(recorded.version, given(position).version);
            prop_assert_eq!(recorded.recorded, given(position).recorded);
            prop_assert_eq!(recorded.event, event);
        }

        #[test]
        fn foreign_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = Raw::split(&bytes);
            if let Ok(raw) = Raw::of_body(&bytes) {
                let _ = raw.recorded(Hash::ZERO);
            }
            let raw = Raw { envelope: &bytes, salt: &[0; 16], payload: &[] };
            let _ = raw.recorded(Hash::ZERO);
        }

        #[test]
        fn another_payload_is_found(event in any_event(), salt in any::<Salt>()) {
            let mut bytes = Vec::new();
            let hash = encode(&mut bytes, given(1), &event, salt).unwrap();
            let (raw, _) = Raw::split(&bytes).unwrap();
            let payload = [&event.payload, &b" "[..]].concat();
            let forged = Raw { payload: &payload, ..raw };
            prop_assert_eq!(forged.recorded(hash), Err(Damage::PayloadHash));
        }
    }

    #[test]
    fn a_field_that_is_not_known_is_passed_over() {
        let mut bytes = Vec::new();
        let mut encoder = minicbor::Encoder::new(&mut bytes);
        encoder.map(11).unwrap();
        for field in [0u8, 1, 2, 7, 9] {
            encoder.u8(field).unwrap().u8(1).unwrap();
        }
        encoder.u8(3).unwrap().bytes(&[7; 16]).unwrap();
        for field in [4u8, 5, 6] {
            encoder.u8(field).unwrap().str("text").unwrap();
        }
        let salt = [9; 16];
        encoder.u8(8).unwrap();
        encoder
            .bytes(Hash::of_payload(&salt, b"{}").as_bytes())
            .unwrap();
        encoder
            .u8(200)
            .unwrap()
            .str("from a newer program")
            .unwrap();
        let raw = Raw {
            envelope: &bytes,
            salt: &salt,
            payload: b"{}",
        };
        assert_eq!(&*raw.recorded(Hash::ZERO).unwrap().event.kind, "text");
    }
}
