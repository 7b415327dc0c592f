//! The bytes that every packed event begins with: [`Header`].

use super::{FORMAT, PackedError};
use crate::edtf::Bounds;
use crate::time::{Day, Instant};
use crate::vocabulary::{Certainty, Confirmation, Fault, Level};

/// How many bytes there are.
const BYTES: usize = 28;
/// The number that stands for no day.
const NO_DAY: i32 = i32::MIN;

/// What is there of what need not be there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Flags(u16);

impl Flags {
    pub(super) const OCCURRED: u16 = 1;
    /// The publication is written as a day.
    pub(super) const DAY: u16 = 1 << 1;
    /// The fields of the source, but for its name.
    pub(super) const SOURCE: [u16; 6] = [1 << 2, 1 << 3, 1 << 4, 1 << 5, 1 << 6, 1 << 7];
    pub(super) const REPEATS: u16 = 1 << 8;
    pub(super) const SUPERSEDES: u16 = 1 << 9;
    pub(super) const REASON: u16 = 1 << 10;

    pub(super) fn has(self, flag: u16) -> bool {
        self.0 & flag != 0
    }

    pub(super) fn set(&mut self, flag: u16, is_there: bool) {
        if is_there {
            self.0 |= flag;
        }
    }
}

/// What stands at fixed places.
#[derive(Debug, Clone, Copy)]
pub(super) struct Header {
    pub(super) kind: u8,
    pub(super) certainty: Certainty,
    pub(super) confirmation: Confirmation,
    pub(super) level: Level,
    pub(super) fault: Option<Fault>,
    pub(super) flags: Flags,
    pub(super) published: Instant,
    pub(super) occurred: Bounds,
    pub(super) data_bytes: usize,
}

impl Default for Header {
    fn default() -> Self {
        Self {
            kind: 0,
            certainty: Certainty::Rumour,
            confirmation: Confirmation::Unstated,
            level: Level::Fact,
            fault: None,
            flags: Flags::default(),
            published: Instant::UNIX_EPOCH,
            occurred: Bounds::ANY,
            data_bytes: 0,
        }
    }
}

/// Makes room for a header, and says where it is.
pub(super) fn reserve(out: &mut Vec<u8>) -> usize {
    let start = out.len();
    out.reserve(512);
    out.extend_from_slice(&[0; BYTES]);
    start
}

impl Header {
    /// Writes it where room was made.
    pub(super) fn write(self, start: usize, out: &mut [u8]) {
        let day = |day: Option<Day>| day.map_or(NO_DAY, |day| day.to_epoch_days());
        let fault = self.fault.map_or(0, |fault| fault as u8 + 1);
        let words = [
            FORMAT,
            self.kind,
            self.certainty as u8,
            self.confirmation as u8,
            self.level as u8,
            fault,
        ];
        // An event is far smaller than a number of four bytes can say.
        let data_bytes = u32::try_from(self.data_bytes).unwrap_or(u32::MAX);
        let parts: [&[u8]; 6] = [
            &words,
            &self.flags.0.to_le_bytes(),
            &self.published.micros().to_le_bytes(),
            &day(self.occurred.earliest).to_le_bytes(),
            &day(self.occurred.latest).to_le_bytes(),
            &data_bytes.to_le_bytes(),
        ];
        let mut room = out.get_mut(start..).unwrap_or_default();
        for part in parts {
            let Some((place, rest)) = room.split_at_mut_checked(part.len()) else {
                return;
            };
            place.copy_from_slice(part);
            room = rest;
        }
    }

    /// Reads it, and gives the bytes that follow.
    pub(super) fn read(bytes: &[u8]) -> Result<(Self, &[u8]), PackedError> {
        if bytes.first() != Some(&FORMAT) {
            return Err(PackedError::Format);
        }
        Self::parts(bytes).ok_or(PackedError::Damaged { part: "header" })
    }

    fn parts(bytes: &[u8]) -> Option<(Self, &[u8])> {
        let (header, rest) = bytes.split_first_chunk::<BYTES>()?;
        let ([_, kind, certainty, confirmation, level, fault], numbers) =
            header.split_first_chunk()?;
        let (flags, numbers) = numbers.split_first_chunk()?;
        let (published, numbers) = numbers.split_first_chunk()?;
        let (earliest, numbers) = numbers.split_first_chunk()?;
        let (latest, data_bytes) = numbers.split_first_chunk()?;
        let day = |bytes: &[u8; 4]| match i32::from_le_bytes(*bytes) {
            NO_DAY => Some(None),
            number => Day::from_epoch_days(number).map(Some),
        };
        let fault = match fault.checked_sub(1) {
            None => None,
            Some(number) => Some(word(Fault::ALL, number)?),
        };
        let header = Self {
            kind: *kind,
            certainty: word(Certainty::ALL, *certainty)?,
            confirmation: word(Confirmation::ALL, *confirmation)?,
            level: word(Level::ALL, *level)?,
            fault,
            flags: Flags(u16::from_le_bytes(*flags)),
            published: Instant::from_micros(i64::from_le_bytes(*published))?,
            occurred: Bounds {
                earliest: day(earliest)?,
                latest: day(latest)?,
            },
            data_bytes: usize::try_from(u32::from_le_bytes(data_bytes.try_into().ok()?)).ok()?,
        };
        Some((header, rest))
    }
}

fn word<T: Copy>(all: &[T], number: u8) -> Option<T> {
    all.get(usize::from(number)).copied()
}
