//! Clocks: [`Instant`], [`Zone`] and [`Published`].
//!
//! Three clocks run in this store and never mix: when something happened
//! (`occurred`, an EDTF date, see [`crate::edtf`]), when a source made it
//! public ([`Published`]), and when the log accepted it (an [`Instant`]).

use std::fmt;
use std::str::FromStr;

use chrono::{
    DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, SecondsFormat, TimeDelta, TimeZone,
    Utc,
};
use serde::{Serialize, Serializer};

use crate::text::Text;

/// A calendar day.
pub type Day = NaiveDate;

const LAST_MICROSECOND: i64 = 86_400_000_000 - 1;

/// A point in time, in microseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Instant(i64);

/// A text that is no instant, day or zone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TimeError {
    /// Neither an instant with its offset nor a day.
    #[error(
        "{text:?} is neither an instant with an offset (2025-12-23T09:30:00Z) nor a day (2025-12-23)"
    )]
    Malformed {
        /// What was read.
        text: String,
    },
    /// A day or time of day that the calendar does not have.
    #[error("{text:?} does not exist in the calendar")]
    NoSuchDate {
        /// What was read.
        text: String,
    },
    /// An instant that does not say its offset.
    #[error("{text:?} has no offset; end it with Z or with +hh:mm")]
    NoOffset {
        /// What was read.
        text: String,
    },
    /// Neither an IANA zone nor an offset.
    #[error("{text:?} is not a zone (Asia/Shanghai, America/New_York, UTC, +08:00)")]
    UnknownZone {
        /// What was read.
        text: String,
    },
}

impl Instant {
    /// 1970-01-01T00:00:00Z.
    pub const UNIX_EPOCH: Self = Self(0);
    /// The first instant that a calendar here has.
    pub const FIRST: Self = Self(DateTime::<Utc>::MIN_UTC.timestamp_micros());
    /// The last instant that a calendar here has.
    pub const LAST: Self = Self(DateTime::<Utc>::MAX_UTC.timestamp_micros());

    /// The instant of so many microseconds since 1970, if a calendar has it.
    #[must_use]
    pub fn from_micros(micros: i64) -> Option<Self> {
        (Self::FIRST.0..=Self::LAST.0)
            .contains(&micros)
            .then_some(Self(micros))
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn micros(self) -> i64 {
        self.0
    }

    /// The last microsecond of a day in a zone.
    ///
    /// Where the clocks of the zone jump over midnight, the day ends at the
    /// instant before the next day begins.
    #[must_use]
    pub fn end_of(day: Day, zone: Zone) -> Self {
        match day.succ_opt() {
            Some(next) => Self(Self::start_of(next, zone).0 - 1),
            None => {
                Self(day.and_time(NaiveTime::MIN).and_utc().timestamp_micros() + LAST_MICROSECOND)
            }
        }
    }

    /// The first microsecond of a day in a zone.
    #[must_use]
    pub fn start_of(day: Day, zone: Zone) -> Self {
        Self::of_local(day.and_time(NaiveTime::MIN), zone)
    }

    /// The instant at which the clocks of a zone show this: the first one where
    /// they show it twice, and the end of the jump where they jump over it.
    #[must_use]
    pub fn of_local(time: NaiveDateTime, zone: Zone) -> Self {
        if zone == Zone::UTC {
            return Self(time.and_utc().timestamp_micros());
        }
        let local = match zone {
            Zone::Fixed(offset) => offset
                .from_local_datetime(&time)
                .earliest()
                .map(|t| t.to_utc()),
            Zone::Named(zone) => (0..=48)
                .filter_map(|half_hours| {
                    time.checked_add_signed(TimeDelta::minutes(30 * half_hours))
                })
                .find_map(|time| {
                    zone.from_local_datetime(&time)
                        .earliest()
                        .map(|t| t.to_utc())
                }),
        };
        Self(local.unwrap_or_else(|| time.and_utc()).timestamp_micros())
    }

    /// What the clocks of a zone show at this instant.
    #[must_use]
    pub fn local(self, zone: Zone) -> NaiveDateTime {
        match zone {
            Zone::Named(zone) => self.utc().with_timezone(&zone).naive_local(),
            Zone::Fixed(offset) => self.utc().with_timezone(&offset).naive_local(),
        }
    }

    /// The day of this instant in UTC.
    #[must_use]
    pub fn day(self) -> Day {
        self.utc().date_naive()
    }

    /// The instant so many microseconds later, or earlier if negative.
    #[must_use]
    pub fn plus_micros(self, micros: i64) -> Self {
        Self::from_micros(self.0.saturating_add(micros)).unwrap_or(self)
    }

    fn utc(self) -> DateTime<Utc> {
        DateTime::<Utc>::from_timestamp_micros(self.0).unwrap_or(DateTime::<Utc>::MIN_UTC)
    }
}

impl fmt::Display for Instant {
    /// RFC 3339 in UTC: whole seconds, or six digits of a second.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let format = if self.0.rem_euclid(1_000_000) == 0 {
            SecondsFormat::Secs
        } else {
            SecondsFormat::Micros
        };
        f.pad(&self.utc().to_rfc3339_opts(format, true))
    }
}

impl FromStr for Instant {
    type Err = TimeError;

    /// Reads RFC 3339; the offset must be there, the seconds need not.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some(instant) = usual_instant(text) {
            return Ok(instant);
        }
        if let Ok(time) = DateTime::parse_from_rfc3339(text) {
            return Ok(Self(time.timestamp_micros()));
        }
        let text_owned = || text.to_owned();
        if !shaped_like_a_day(text.get(..10).unwrap_or_default()) {
            return Err(TimeError::Malformed { text: text_owned() });
        }
        for pattern in ["%Y-%m-%dT%H:%M%:z", "%Y-%m-%dT%H:%MZ"] {
            let read = match pattern.strip_suffix('Z') {
                Some(_) => chrono::NaiveDateTime::parse_from_str(text, pattern)
                    .map(|t| t.and_utc().fixed_offset()),
                None => DateTime::parse_from_str(text, pattern),
            };
            if let Ok(time) = read {
                return Ok(Self(time.timestamp_micros()));
            }
        }
        for pattern in ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M"] {
            if chrono::NaiveDateTime::parse_from_str(text, pattern).is_ok() {
                return Err(TimeError::NoOffset { text: text_owned() });
            }
        }
        match text.get(10..).is_some_and(shaped_like_a_time) {
            true => Err(TimeError::NoSuchDate { text: text_owned() }),
            false => Err(TimeError::Malformed { text: text_owned() }),
        }
    }
}

/// Whether a text is `T`, a time in digits, and an offset if any: `+01:00` or `Z`.
fn shaped_like_a_time(text: &str) -> bool {
    let is_offset = |text: &str| {
        let digits = text.strip_prefix(['+', '-']).unwrap_or_default();
        let is_shaped = |(at, byte): (usize, u8)| match at {
            2 => byte == b':',
            _ => byte.is_ascii_digit(),
        };
        digits.len() == 5 && digits.bytes().enumerate().all(is_shaped)
    };
    let Some(time) = text.strip_prefix('T') else {
        return false;
    };
    let offset = time.trim_start_matches(|c: char| c.is_ascii_digit() || ":.".contains(c));
    ["", "Z", "z"].contains(&offset) || is_offset(offset)
}

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Reads a day (`2025-12-23`).
///
/// # Errors
///
/// [`TimeError::Malformed`] if the text is not shaped like a day, and
/// [`TimeError::NoSuchDate`] if the calendar does not have it.
pub fn parse_day(text: &str) -> Result<Day, TimeError> {
    if !shaped_like_a_day(text) {
        return Err(TimeError::Malformed {
            text: text.to_owned(),
        });
    }
    usual_day(text.as_bytes()).ok_or_else(|| TimeError::NoSuchDate {
        text: text.to_owned(),
    })
}

/// A number of decimal digits and nothing else.
pub(crate) fn digits(bytes: &[u8]) -> Option<u32> {
    bytes.iter().try_fold(0, |number, byte| {
        byte.is_ascii_digit()
            .then(|| number * 10 + u32::from(byte - b'0'))
    })
}

/// A day as `YYYY-MM-DD`.
pub(crate) fn usual_day(bytes: &[u8]) -> Option<Day> {
    let [y @ .., b'-', m1, m2, b'-', d1, d2] = bytes else {
        return None;
    };
    let year: &[u8; 4] = y.try_into().ok()?;
    let year = i32::try_from(digits(year)?).ok()?;
    Day::from_ymd_opt(year, digits(&[*m1, *m2])?, digits(&[*d1, *d2])?)
}

/// An instant as `YYYY-MM-DDThh:mm:ssZ`, as nearly all are written.
fn usual_instant(text: &str) -> Option<Instant> {
    let (day, time) = text.as_bytes().split_first_chunk::<10>()?;
    let [b'T', h1, h2, b':', m1, m2, b':', s1, s2, b'Z'] = time else {
        return None;
    };
    let (hour, minute) = (digits(&[*h1, *h2])?, digits(&[*m1, *m2])?);
    let second = digits(&[*s1, *s2])?;
    let time = usual_day(day)?.and_hms_opt(hour, minute, second)?;
    Some(Instant(time.and_utc().timestamp_micros()))
}

fn shaped_like_a_day(text: &str) -> bool {
    text.len() == 10
        && text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        })
}

/// A zone of the IANA database, or a fixed offset from UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Zone {
    /// A named zone with its rules.
    Named(chrono_tz::Tz),
    /// So far from UTC all year.
    Fixed(FixedOffset),
}

impl Zone {
    /// Coordinated universal time, the zone where none is said.
    pub const UTC: Self = Self::Named(chrono_tz::Tz::UTC);
}

impl FromStr for Zone {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let unknown = || TimeError::UnknownZone {
            text: text.to_owned(),
        };
        if text.starts_with(['+', '-']) {
            return text.parse().map(Self::Fixed).map_err(|_| unknown());
        }
        if text == "Z" {
            return Ok(Self::UTC);
        }
        text.parse().map(Self::Named).map_err(|_| unknown())
    }
}

/// When a source made a claim public: an instant, or a day.
///
/// A day counts as its end in the zone of the source, so that nothing of the
/// day itself is known before it is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    text: Text,
    day: Option<Day>,
    instant: Instant,
}

impl Published {
    /// Reads an instant with its offset, or a day in the zone of the source.
    ///
    /// # Errors
    ///
    /// [`TimeError`] if it is neither, or does not exist.
    pub fn parse(text: &str, zone: Zone) -> Result<Self, TimeError> {
        let (day, instant) = match parse_day(text) {
            Ok(day) => (Some(day), Instant::end_of(day, zone)),
            Err(TimeError::Malformed { .. }) => (None, text.parse()?),
            Err(error) => return Err(error),
        };
        Ok(Self {
            text: text.into(),
            day,
            instant,
        })
    }

    /// One that was read before, with the instant that it means.
    pub(crate) fn read_before(text: &str, is_day: bool, instant: Instant) -> Option<Self> {
        let day = match is_day {
            true => Some(usual_day(text.as_bytes())?),
            false => None,
        };
        let text = text.into();
        Some(Self { text, day, instant })
    }

    /// Whether it is written as a day.
    pub(crate) fn is_day(&self) -> bool {
        self.day.is_some()
    }

    /// The same instant in words that mean it where dates are of another zone:
    /// as written if that will do, else the instant.
    #[must_use]
    pub fn restated_in(&self, zone: Zone) -> Self {
        let read = |text: &str| Self::parse(text, zone).ok();
        read(&self.text)
            .filter(|again| again.instant == self.instant)
            .or_else(|| read(&self.instant.to_string()))
            .unwrap_or_else(|| self.clone())
    }

    /// As the source, or whoever recorded it, wrote it.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// From when on it could be known.
    #[must_use]
    pub fn instant(&self) -> Instant {
        self.instant
    }

    /// The day of publication: the day as written, or that of the instant in UTC.
    #[must_use]
    pub fn day(&self) -> Day {
        self.day.unwrap_or_else(|| self.instant.day())
    }

    /// The day as written, if it is no instant.
    #[must_use]
    pub fn written_day(&self) -> Option<Day> {
        self.day
    }

    /// The last day that it could have been anywhere when this was published.
    ///
    /// A day as written is that day. An instant is taken in UTC+14, the zone
    /// furthest ahead.
    #[must_use]
    pub fn day_furthest_ahead(&self) -> Day {
        self.day
            .unwrap_or_else(|| self.instant.plus_micros(14 * 3_600_000_000).day())
    }
}

#[cfg(test)]
mod tests;
