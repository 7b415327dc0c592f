//! An event as it waits to be appended: [`EncodedEvent`], and in short [`EventHead`].

use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher, Hash};
use std::io::{self, Read};

use event_model::id::{EventId, Slug};
use event_model::time::Instant;
use uuid::Uuid;

use crate::admission::check_limits;
use crate::bytes::Fields;
use crate::error::AppendError;
use crate::event_log::NewEvent;

/// An event as it waits to be appended: its id, a hash of what makes two events
/// with one id the same, and the rest.
///
/// Making it is most of the work of adding an event to a batch, and can be done
/// on any thread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncodedEvent(Vec<u8>);

/// A hash that is the same in each process.
pub(crate) fn hash_of(what: &(impl Hash + ?Sized)) -> u64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(what)
}

/// As long as names mostly are, at the most.
const TEXT_BYTES: usize = 128;
/// Where the length of the company stands.
const COMPANY_AT: usize = 16 + 8 + 8 + 2;

impl EncodedEvent {
    /// Encodes an event.
    ///
    /// # Errors
    ///
    /// [`AppendError::TooLarge`] and [`AppendError::NameTooLong`].
    pub fn of(event: &NewEvent) -> Result<Self, AppendError> {
        check_limits(event)?;
        let content = hash_of(&(event.company.as_str(), &event.payload));
        let mut out = Vec::with_capacity(event.payload.len() + 128);
        out.extend_from_slice(event.id.0.as_bytes());
        out.extend_from_slice(&content.to_le_bytes());
        out.extend_from_slice(&event.published.micros().to_le_bytes());
        out.extend_from_slice(&event.schema.to_le_bytes());
        for piece in [
            event.company.as_str().as_bytes(),
            event.kind.as_bytes(),
            event.thread.as_bytes(),
            &event.payload,
        ] {
            // The limits keep them short.
            let length = u32::try_from(piece.len()).unwrap_or(u32::MAX);
            out.extend_from_slice(&length.to_le_bytes());
            out.extend_from_slice(piece);
        }
        Ok(Self(out))
    }

    /// What [`EncodedEvent::as_bytes`] gave.
    #[must_use]
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// Its bytes, to be kept elsewhere for a while.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> EventId {
        let id = self.0.first_chunk().copied().unwrap_or_default();
        EventId(Uuid::from_bytes(id))
    }

    /// The company that it is about; `None` if these are not the bytes of an
    /// event.
    #[must_use]
    pub fn company(&self) -> Option<Slug> {
        let mut fields = Fields(self.0.get(COMPANY_AT..)?);
        let length = fields.length()?;
        std::str::from_utf8(fields.piece(length)?)
            .ok()?
            .parse()
            .ok()
    }

    /// The event; `None` if these are not the bytes of one.
    #[must_use]
    pub fn decode(&self) -> Option<NewEvent> {
        read_event(&mut self.0.as_slice()).ok()
    }

    /// A hash of its company and payload.
    pub(crate) fn content(&self) -> u64 {
        let content = self.0.get(16..).and_then(<[u8]>::first_chunk);
        content.map_or(0, |content| u64::from_le_bytes(*content))
    }
}

/// What a batch has to know of an event that waits elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventHead {
    /// Its id.
    pub id: EventId,
    /// The company it is about.
    pub company: Slug,
    /// A hash of its company and payload.
    pub(crate) content: u64,
    /// How many bytes it has as an [`EncodedEvent`].
    pub(crate) bytes: u32,
}

impl EventHead {
    /// That of an event; `None` if its bytes are not those of one.
    #[must_use]
    pub fn of(event: &EncodedEvent) -> Option<Self> {
        Some(Self {
            id: event.id(),
            company: event.company()?,
            content: event.content(),
            bytes: u32::try_from(event.0.len()).ok()?,
        })
    }

    /// How many bytes the event has as an [`EncodedEvent`].
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes.into()
    }

    /// Adds it to bytes from which [`EventHead::read`] reads it.
    pub fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.id.0.as_bytes());
        out.extend_from_slice(&self.content.to_le_bytes());
        out.extend_from_slice(&self.bytes.to_le_bytes());
        let company = self.company.as_str().as_bytes();
        // A slug is short.
        out.push(u8::try_from(company.len()).unwrap_or(u8::MAX));
        out.extend_from_slice(company);
    }

    /// Reads one.
    ///
    /// # Errors
    ///
    /// If it cannot be read, or these are not its bytes.
    pub fn read(input: &mut impl Read) -> io::Result<Self> {
        let mut fixed = [0; 16 + 8 + 4 + 1];
        input.read_exact(&mut fixed)?;
        let mut fields = Fields(&fixed);
        let mut read = || {
            Some((
                EventId(Uuid::from_bytes(fields.take()?)),
                fields.u64()?,
                fields.u32()?,
                fields.take().map(u8::from_le_bytes)?,
            ))
        };
        let (id, content, bytes, length) = read().ok_or_else(damaged)?;
        let mut slug = [0; u8::MAX as usize];
        let slug = slug.get_mut(..length.into()).unwrap_or_default();
        input.read_exact(slug)?;
        let company = std::str::from_utf8(slug).ok();
        let company = company.and_then(|company| company.parse().ok());
        Ok(Self {
            id,
            company: company.ok_or_else(damaged)?,
            content,
            bytes,
        })
    }
}

fn damaged() -> io::Error {
    io::Error::from(io::ErrorKind::InvalidData)
}

/// Reads the next of events that are encoded one after the other.
pub(super) fn read_event(file: &mut impl Read) -> io::Result<NewEvent> {
    let id = EventId(Uuid::from_bytes(read_array(file)?));
    let _content: [u8; 8] = read_array(file)?;
    let published = Instant::from_micros(i64::from_le_bytes(read_array(file)?));
    let schema = u16::from_le_bytes(read_array(file)?);
    let mut text = Vec::with_capacity(TEXT_BYTES);
    let company = read_text(file, &mut text)?.parse();
    let kind = read_text(file, &mut text)?.into();
    let thread = read_text(file, &mut text)?.into();
    let mut payload = Vec::new();
    read_piece(file, &mut payload)?;
    Ok(NewEvent {
        id,
        company: company.map_err(|_| damaged())?,
        kind,
        thread,
        published: published.ok_or_else(damaged)?,
        schema,
        payload: payload.into(),
    })
}

fn read_array<const N: usize>(file: &mut impl Read) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    file.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn read_text<'p>(file: &mut impl Read, piece: &'p mut Vec<u8>) -> io::Result<&'p str> {
    read_piece(file, piece)?;
    std::str::from_utf8(piece).map_err(|_| damaged())
}

fn read_piece(file: &mut impl Read, piece: &mut Vec<u8>) -> io::Result<()> {
    let length = u32::from_le_bytes(read_array(file)?);
    let length = usize::try_from(length).map_err(io::Error::other)?;
    piece.clear();
    piece.resize(length, 0);
    file.read_exact(piece)
}
