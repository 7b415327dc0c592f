//! What an event says besides its content: [`Envelope`].

use minicbor::Decode;
use minicbor::bytes::ByteArray;

/// The envelope of an event, as `docs/format.md` describes it. Keys that are not
/// known are passed over.
#[derive(Debug, Clone, PartialEq, Eq, Decode)]
#[cbor(map)]
pub struct Envelope<'b> {
    /// Its place in the whole log, from 1.
    #[n(0)]
    pub position: u64,
    /// Its place among the events of its company, from 1.
    #[n(1)]
    pub version: u64,
    /// When the log took it, in microseconds since 1970, by the clock of who did.
    #[n(2)]
    pub recorded: i64,
    #[n(3)]
    id: ByteArray<16>,
    /// The company, by its slug.
    #[b(4)]
    pub company: &'b str,
    /// The kind of event.
    #[b(5)]
    pub kind: &'b str,
    /// What it belongs to among the events of its kind.
    #[b(6)]
    pub thread: &'b str,
    /// When it was made public, in microseconds since 1970.
    #[n(7)]
    pub published: i64,
}

impl<'b> Envelope<'b> {
    /// Reads an envelope; `None` if it is none, or something comes after it.
    #[must_use]
    pub fn read(bytes: &'b [u8]) -> Option<Self> {
        let mut decoder = minicbor::Decoder::new(bytes);
        let envelope = decoder.decode().ok()?;
        (decoder.position() == bytes.len()).then_some(envelope)
    }

    /// Its id, as it is written.
    #[must_use]
    pub fn id(&self) -> String {
        let digits = data_encoding::HEXLOWER.encode(&*self.id);
        let mut id = String::new();
        for (at, digit) in digits.chars().enumerate() {
            if matches!(at, 8 | 12 | 16 | 20) {
                id.push('-');
            }
            id.push(digit);
        }
        id
    }
}
