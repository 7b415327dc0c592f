//! One event as bytes: the envelope, the salt and the payload; or, once it was
//! redacted, the envelope, the hash of the payload, and what is left in its place.
//!
//! The envelope is a CBOR map with unsigned numbers as keys; readers hash its
//! bytes as they are stored. The checksum is that of the block or frame around.

use std::borrow::Cow;

use event_model::id::{EventId, Position, Slug, Version};
use event_model::kinds;
use event_model::time::Instant;
use minicbor::bytes::ByteArray;
use minicbor::{Decode, Encode};

use crate::bytes::Fields;
use crate::error::Damage;
use crate::event_log::{NewEvent, Recorded};
use crate::hash::Hash;
use crate::link::{Link, LinkContent};

const SALT_BYTES: usize = 16;
/// The payload is stored as it is.
const WHOLE: u8 = 0;
/// The payload is erased.
const REDACTED: u8 = 1;
/// The text of the id, which stands in the payload here, is left out.
const ID_AT: usize = 7;
/// How long that text is.
const ID_TEXT_BYTES: usize = 36;

pub(crate) type Salt = [u8; SALT_BYTES];

/// What is hashed into the chain: all of an event but its payload.
///
/// The numbers are for ever; a field that goes leaves its number unused, as 8
/// is. The kind is text, so that a kind nobody knows any more survives.
#[derive(Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct Envelope<'b> {
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
    let begin = out.len();
    out.extend_from_slice(&[0; 7]);
    let envelope = Envelope {
        position: given.position.0,
        version: given.version.0,
        recorded: given.recorded.micros(),
        id: ByteArray::from(*event.id.0.as_bytes()),
        company: event.company.as_str(),
        kind: &event.kind,
        thread: &event.thread,
        published: event.published.micros(),
        schema: event.schema,
    };
    minicbor::encode(envelope, &mut *out).ok()?;
    let envelope = out.get(begin + 7..)?;
    let envelope_bytes = u16::try_from(envelope.len()).ok()?;
    let payload_hash = Hash::of_payload(&salt, &event.payload);
    let hash = given.previous.then(envelope, payload_hash);
    out.extend_from_slice(&salt);
    let (before, after) = without_id(event);
    out.extend_from_slice(before);
    out.extend_from_slice(after.unwrap_or_default());
    let payload_bytes = u32::try_from(before.len() + after.map_or(0, <[u8]>::len)).ok()?;
    let cut = if after.is_some() { ID_AT as u8 } else { WHOLE };
    write_header(out.get_mut(begin..)?, cut, envelope_bytes, payload_bytes);
    Some(hash)
}

fn write_header(out: &mut [u8], form: u8, envelope_bytes: u16, payload_bytes: u32) {
    let fields = [form]
        .into_iter()
        .chain(envelope_bytes.to_le_bytes())
        .chain(payload_bytes.to_le_bytes());
    for (byte, field) in out.iter_mut().zip(fields) {
        *byte = field;
    }
}

/// The payload in two pieces without the text of the id, if it stands at its
/// usual place; or all of it.
fn without_id(event: &NewEvent) -> (&[u8], Option<&[u8]>) {
    let payload: &[u8] = &event.payload;
    let mut text = [0; ID_TEXT_BYTES];
    let text = event.id.0.hyphenated().encode_lower(&mut text).as_bytes();
    let pieces = payload
        .split_at_checked(ID_AT)
        .and_then(|(before, rest)| Some((before, rest.strip_prefix(text)?)));
    match pieces {
        Some((before, after)) => (before, Some(after)),
        None => (payload, None),
    }
}

/// A record cut out of its block, its envelope read.
#[derive(Debug)]
pub(crate) struct Raw<'b> {
    /// The bytes of the envelope, which are hashed.
    envelope: &'b [u8],
    fields: Envelope<'b>,
    content: Content<'b>,
}

/// What stands after the envelope.
#[derive(Debug)]
enum Content<'b> {
    Whole {
        salt: Salt,
        payload: Cow<'b, [u8]>,
    },
    Redacted {
        payload_hash: Hash,
        /// An event of the kind `redacted`, which is not hashed.
        left: &'b [u8],
    },
}

impl Content<'_> {
    fn payload(&self) -> &[u8] {
        match self {
            Self::Whole { payload, .. } => payload,
            Self::Redacted { left, .. } => left,
        }
    }

    fn payload_hash(&self) -> Hash {
        match self {
            Self::Whole { salt, payload } => Hash::of_payload(salt, payload),
            Self::Redacted { payload_hash, .. } => *payload_hash,
        }
    }
}

impl<'b> Raw<'b> {
    /// Cuts the first record off, and gives what comes after it.
    pub(crate) fn split(bytes: &'b [u8]) -> Result<(Self, &'b [u8]), Damage> {
        let mut rest = Fields(bytes);
        let raw = Self::read(&mut rest)?;
        Ok((raw, rest.0))
    }

    fn read(rest: &mut Fields<'b>) -> Result<Self, Damage> {
        let short = || Damage::RecordLength;
        let [form] = rest.take().ok_or_else(short)?;
        let envelope_bytes = usize::from(u16::from_le_bytes(rest.take().ok_or_else(short)?));
        let payload_bytes = rest.length().ok_or_else(short)?;
        let envelope = rest.piece(envelope_bytes).ok_or_else(short)?;
        let before_payload = match form {
            REDACTED => BeforePayload::Hash(rest.take().ok_or_else(short)?),
            _ => BeforePayload::Salt(rest.take().ok_or_else(short)?),
        };
        let payload = rest.piece(payload_bytes).ok_or_else(short)?;
        let mut decoder = minicbor::Decoder::new(envelope);
        let fields: Envelope<'b> = decoder.decode().map_err(|_| Damage::Envelope)?;
        if decoder.position() != envelope.len() {
            return Err(Damage::Envelope);
        }
        let content = match before_payload {
            BeforePayload::Hash(hash) => Content::Redacted {
                payload_hash: Hash::from_bytes(hash),
                left: payload,
            },
            BeforePayload::Salt(salt) => {
                let payload = match usize::from(form) {
                    0 => Cow::Borrowed(payload),
                    ID_AT => Cow::Owned(with_id(fields.id.into(), payload).ok_or_else(short)?),
                    _ => return Err(Damage::RecordFormat { found: form }),
                };
                Content::Whole { salt, payload }
            }
        };
        Ok(Self {
            envelope,
            fields,
            content,
        })
    }

    /// The hash of the chain with this record.
    pub(crate) fn hash(&self, previous: Hash) -> Hash {
        previous.then(self.envelope, self.content.payload_hash())
    }

    /// Appends the record as it is once it was redacted: `left` stands in the place of
    /// what it said, and its hash stays.
    pub(crate) fn redact(&self, left: &[u8], out: &mut Vec<u8>) -> Option<()> {
        let begin = out.len();
        out.extend_from_slice(&[0; 7]);
        out.extend_from_slice(self.envelope);
        out.extend_from_slice(self.content.payload_hash().as_bytes());
        out.extend_from_slice(left);
        let envelope_bytes = u16::try_from(self.envelope.len()).ok()?;
        let left_bytes = u32::try_from(left.len()).ok()?;
        write_header(out.get_mut(begin..)?, REDACTED, envelope_bytes, left_bytes);
        Some(())
    }

    /// Whether it was redacted.
    pub(crate) fn is_redacted(&self) -> bool {
        matches!(self.content, Content::Redacted { .. })
    }

    /// The kind that it had when it was appended.
    pub(crate) fn kind_then(&self) -> &'b str {
        self.fields.kind
    }

    /// The kind that it has now.
    pub(crate) fn kind(&self) -> &'b str {
        match self.is_redacted() {
            true => kinds::REDACTED,
            false => self.fields.kind,
        }
    }

    /// What its hash is made of, after this one.
    pub(crate) fn link(self, before: Hash) -> Link {
        Link {
            position: self.position(),
            before,
            envelope: self.envelope.into(),
            content: match self.content {
                Content::Whole { salt, payload } => LinkContent::Whole {
                    salt,
                    payload: payload.into(),
                },
                Content::Redacted { payload_hash, .. } => LinkContent::Redacted { payload_hash },
            },
        }
    }

    /// Its place in the log, as it claims.
    pub(crate) fn position(&self) -> Position {
        Position(self.fields.position)
    }

    /// Its place in the stream of its company, as it claims.
    pub(crate) fn version(&self) -> Version {
        Version(self.fields.version)
    }

    /// When it was recorded.
    pub(crate) fn recorded(&self) -> Result<Instant, Damage> {
        Instant::from_micros(self.fields.recorded).ok_or(Damage::Envelope)
    }

    /// Its id.
    pub(crate) fn id(&self) -> EventId {
        EventId(uuid::Uuid::from_bytes(self.fields.id.into()))
    }

    /// The name of the company.
    pub(crate) fn company(&self) -> &'b str {
        self.fields.company
    }

    /// The event itself, where it lies.
    pub(crate) fn told(&self) -> Result<Told<'_>, Damage> {
        Ok(Told {
            id: self.id(),
            company: self.fields.company,
            kind: self.kind(),
            thread: self.fields.thread,
            published: Instant::from_micros(self.fields.published).ok_or(Damage::Envelope)?,
            schema: self.fields.schema,
            payload: self.content.payload(),
        })
    }

    /// The event itself.
    pub(crate) fn event(self) -> Result<NewEvent, Damage> {
        Ok(NewEvent {
            id: self.id(),
            company: slug(self.fields.company)?,
            kind: self.kind().into(),
            thread: self.fields.thread.into(),
            published: Instant::from_micros(self.fields.published).ok_or(Damage::Envelope)?,
            schema: self.fields.schema,
            payload: match self.content {
                Content::Whole { payload, .. } => payload.into(),
                Content::Redacted { left, .. } => left.into(),
            },
        })
    }

    /// The event, and what the log gave it; `hash` is the hash of the chain with it.
    pub(crate) fn into_recorded(self, hash: Hash) -> Result<Recorded, Damage> {
        Ok(Recorded {
            position: self.position(),
            version: self.version(),
            recorded: self.recorded()?,
            hash,
            event: self.event()?,
        })
    }
}

/// What stands between the envelope and the payload.
enum BeforePayload {
    Salt(Salt),
    Hash([u8; 32]),
}

/// What the log is told of an event, where it lies.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Told<'e> {
    pub(crate) id: EventId,
    pub(crate) company: &'e str,
    pub(crate) kind: &'e str,
    pub(crate) thread: &'e str,
    pub(crate) published: Instant,
    pub(crate) schema: u16,
    pub(crate) payload: &'e [u8],
}

fn slug(text: &str) -> Result<Slug, Damage> {
    text.parse().map_err(|_| Damage::Envelope)
}

fn with_id(id: [u8; 16], payload: &[u8]) -> Option<Vec<u8>> {
    let (before, after) = payload.split_at_checked(ID_AT)?;
    let mut text = [0; ID_TEXT_BYTES];
    let text = uuid::Uuid::from_bytes(id)
        .hyphenated()
        .encode_lower(&mut text)
        .as_bytes();
    Some([before, text, after].concat())
}

#[cfg(test)]
pub(crate) mod tests;
