//! Dates that need not be precise: [`Edtf`] and its [`Bounds`].
//!
//! The format is the Extended Date/Time Format (Library of Congress, 2019),
//! which is ISO 8601-2:2019, Annex A. What is read is **level 0 and level 1,
//! plus sets and sub-year codes of level 2**:
//!
//! | text | means | bounds |
//! |---|---|---|
//! | `2025-12-23`, `2026-02`, `2025` | a day, month or year | all its days |
//! | `2025-12-23T10:00:00Z` | a day and a time | the day as written |
//! | `2025-12-22/2025-12-23` | a span | from its first day to its last |
//! | `/2025-12-23`, `../2025-12-23` | start unknown, start open | no earliest day |
//! | `2025~`, `2025?`, `2025%` | about, uncertain, both | those of `2025` |
//! | `201X`, `20XX`, `2025-XX`, `2025-12-XX`, `2025-XX-XX` | unspecified digits | all that fit |
//! | `[2025-12-01..2025-12-22]` | one of these days | from the first to the last |
//! | `{2025-11,2025-12}` | all of these | from the first to the last |
//! | `2025-21` … `2025-24` | spring, summer, autumn, winter | see below |
//! | `2025-36`, `2026-41` | fourth quarter, second half | its months |
//!
//! A season is three whole months, as in the northern half of the world:
//! spring (21, 25) is March to May, summer (22, 26) June to August, autumn
//! (23, 27) September to November, and winter (24, 28) is **December to
//! February of the next year**, so `2025-24` ends on 2026-02-28. Codes 29 to
//! 32 are the same four seasons of the southern half, spring (29) being
//! September to November and summer (30) December to February of the next
//! year. 33 to 36 are quarters, 37 to 39 thirds and 40 to 41 halves of the
//! calendar year, never of a fiscal year.
//!
//! The grammar is that of the crate `edtf-core`, which is young: this module
//! is the only one that uses it, and its tests hold what it does.

mod bounds;
mod hint;
mod plain;
mod words;

use std::fmt;
use std::str::FromStr;

use edtf_core::{
    Bound, BoundDate, Date, DateField, Interval, IntervalEndpoint, ParseError, Set, SetElement,
    YearKind,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub use self::bounds::Bounds;
pub use self::hint::Hint;
pub use self::words::MONTHS;
use crate::limits::{self, EDTF_BYTES_MAX};
use crate::text::Text;
use crate::time::Day;

/// A date that need not be precise, as it was written, with its [`Bounds`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Edtf {
    text: Text,
    bounds: Bounds,
}

/// A text that is no date of this store. Offsets count bytes from zero.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EdtfError {
    /// There is no text.
    #[error("a date is empty; leave it out where it is not known")]
    Empty,
    /// The text is longer than [`EDTF_BYTES_MAX`].
    #[error("a date has {bytes} bytes, and at most {} are read", EDTF_BYTES_MAX)]
    TooLong {
        /// How many bytes it has.
        bytes: usize,
    },
    /// Not EDTF at all.
    #[error("{text:?} is not an EDTF date: {reason} (at byte {offset_bytes}){hint}")]
    Malformed {
        /// What was read.
        text: String,
        /// Where it stops being EDTF; its last byte where a part ends too soon.
        offset_bytes: usize,
        /// What is wrong there.
        reason: &'static str,
        /// What was perhaps meant.
        hint: Hint,
    },
    /// Well formed, but no calendar has such a month, day or time.
    #[error("{text:?} does not exist in the calendar: {reason} (at byte {offset_bytes})")]
    NoSuchDate {
        /// What was read.
        text: String,
        /// Where the part that does not exist begins.
        offset_bytes: usize,
        /// What does not exist.
        reason: &'static str,
    },
    /// A span or a range that ends before it begins.
    #[error("{text:?} runs backwards: the end at byte {offset_bytes} lies before the start")]
    Backwards {
        /// What was read.
        text: String,
        /// Where the end begins.
        offset_bytes: usize,
    },
    /// EDTF of level 2 that is not read here.
    #[error(
        "{text:?} has {part}, which is EDTF level 2; of level 2 only sets ([a..b], {{a,b}}) and sub-year codes (25 to 41) are supported"
    )]
    Unsupported {
        /// What was read.
        text: String,
        /// What of it is not supported.
        part: Part,
    },
    /// A year outside [`limits::YEARS`].
    #[error(
        "{text:?} reaches outside the years {} to {}",
        limits::YEARS.start(),
        limits::YEARS.end()
    )]
    YearOutOfRange {
        /// What was read.
        text: String,
    },
}

/// A part of EDTF level 2 that is not supported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Part {
    /// A year with an exponent (`Y17E8`).
    ExponentialYear,
    /// A year with significant digits (`1950S2`).
    SignificantDigits,
    /// `~`, `?` or `%` for a part of the date only (`2004-06~-11`).
    PartialQualification,
    /// `X` where level 1 has none (`1X99`, `2025-XX-12`, `2025-12-XX/2026`).
    UnspecifiedDigits,
    /// `..` beside a date in an interval (`..2004/2005`).
    OpenBesideDate,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ExponentialYear => "a year with an exponent (E)",
            Self::SignificantDigits => "significant digits (S)",
            Self::PartialQualification => "~, ? or % for only a part of the date",
            Self::UnspecifiedDigits => {
                "unspecified digits (X) other than 201X, 20XX, 2025-XX, 2025-12-XX and 2025-XX-XX"
            }
            Self::OpenBesideDate => "\"..\" beside a date in an interval",
        })
    }
}

impl Edtf {
    /// Reads a date.
    ///
    /// # Errors
    ///
    /// [`EdtfError`] says whether the text is malformed, does not exist in the
    /// calendar, runs backwards, is not supported, or passes a limit.
    pub fn parse(text: &str) -> Result<Self, EdtfError> {
        if let Some(bounds) = plain::bounds(text) {
            return Ok(Self::read_before(text, bounds));
        }
        if text.is_empty() {
            return Err(EdtfError::Empty);
        }
        if let Some(day) = plain_day(text) {
            return Ok(Self {
                text: text.into(),
                bounds: Bounds::day(day),
            });
        }
        if text.len() > EDTF_BYTES_MAX {
            return Err(EdtfError::TooLong { bytes: text.len() });
        }
        let value = edtf_core::Edtf::parse(text).map_err(|error| refused(text, error))?;
        if let Some(part) = unsupported_part(&value) {
            return Err(EdtfError::Unsupported {
                text: text.to_owned(),
                part,
            });
        }
        let bounds = bounds_of(&value).ok_or_else(|| EdtfError::YearOutOfRange {
            text: text.to_owned(),
        })?;
        Ok(Self {
            text: text.into(),
            bounds,
        })
    }

    /// One that was read before, with its bounds.
    pub(crate) fn read_before(text: &str, bounds: Bounds) -> Self {
        let text = text.into();
        Self { text, bounds }
    }

    /// The date that is one day, of a year within [`limits::YEARS`].
    #[must_use]
    pub fn day(day: Day) -> Self {
        Self {
            text: day.format("%Y-%m-%d").to_string().into(),
            bounds: Bounds::day(day),
        }
    }

    /// The date as it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The earliest and the latest day that it leaves open.
    #[must_use]
    pub fn bounds(&self) -> Bounds {
        self.bounds
    }

    /// Whether some of it is approximate (`~` or `%`).
    #[must_use]
    pub fn is_approximate(&self) -> bool {
        edtf_core::Edtf::parse(&self.text).is_ok_and(|value| value.is_approximate())
    }

    /// Whether some of it is uncertain (`?` or `%`).
    #[must_use]
    pub fn is_uncertain(&self) -> bool {
        edtf_core::Edtf::parse(&self.text).is_ok_and(|value| value.is_uncertain())
    }

    /// The date for people to read: `February 2026`, `until 23 December 2025`.
    ///
    /// It is never more precise than what was written. What has no short form
    /// in words is given as it was written.
    #[must_use]
    pub fn in_words(&self) -> String {
        edtf_core::Edtf::parse(&self.text)
            .ok()
            .and_then(|value| words::of(&value))
            .unwrap_or_else(|| self.text.to_string())
    }
}

impl fmt::Display for Edtf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl FromStr for Edtf {
    type Err = EdtfError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl Serialize for Edtf {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for Edtf {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

/// A day as most dates are written: `2025-12-23`.
fn plain_day(text: &str) -> Option<Day> {
    let bytes: &[u8; 10] = text.as_bytes().try_into().ok()?;
    let [a, b, c, d, b'-', e, f, b'-', g, h] = bytes else {
        return None;
    };
    let number = |digits: &[&u8]| {
        let add = |sum: u32, digit: &&u8| {
            let is_digit = digit.is_ascii_digit();
            is_digit.then(|| sum * 10 + u32::from(**digit - b'0'))
        };
        digits.iter().try_fold(0, add)
    };
    let year = i32::try_from(number(&[a, b, c, d])?).ok()?;
    Day::from_ymd_opt(year, number(&[e, f])?, number(&[g, h])?)
}

/// The reasons of `edtf-core` that are about the calendar and not about form.
const CALENDAR_REASONS: [&str; 8] = [
    "month must be 01-12 or a sub-year code 21-41",
    "month must be 01-12",
    "no calendar month matches the unspecified digits",
    "day is out of range for the month",
    "-0000 is not a valid year",
    "hour must be 00-23 (24 is not allowed)",
    "minute must be 00-59",
    "second must be 00-60",
];

/// The reasons of `edtf-core` for what ends before it begins.
const BACKWARDS_REASONS: [&str; 2] = [
    "interval end precedes interval start",
    "set range end precedes range start",
];

fn refused(text: &str, error: ParseError) -> EdtfError {
    let ParseError {
        message: reason,
        offset: offset_bytes,
    } = error;
    let text = text.to_owned();
    if BACKWARDS_REASONS.contains(&reason) {
        EdtfError::Backwards { text, offset_bytes }
    } else if CALENDAR_REASONS.contains(&reason) {
        EdtfError::NoSuchDate {
            text,
            offset_bytes,
            reason,
        }
    } else {
        EdtfError::Malformed {
            hint: Hint::about(&text),
            text,
            offset_bytes,
            reason,
        }
    }
}

fn unsupported_part(value: &edtf_core::Edtf) -> Option<Part> {
    match value {
        edtf_core::Edtf::DateTime(_) => None,
        edtf_core::Edtf::Date(date) => unsupported_in_date(date),
        edtf_core::Edtf::Set(set) => dates_of_set(set).find_map(unsupported_in_date),
        edtf_core::Edtf::Interval(Interval { start, end }) => {
            [start, end].into_iter().find_map(unsupported_in_endpoint)
        }
    }
}

fn unsupported_in_endpoint(endpoint: &IntervalEndpoint) -> Option<Part> {
    match endpoint {
        IntervalEndpoint::Open | IntervalEndpoint::Unknown => None,
        IntervalEndpoint::OnOrBefore(_) | IntervalEndpoint::OnOrAfter(_) => {
            Some(Part::OpenBesideDate)
        }
        IntervalEndpoint::Date(date) if date.has_unspecified() => Some(Part::UnspecifiedDigits),
        IntervalEndpoint::Date(date) => unsupported_in_date(date),
    }
}

fn unsupported_in_date(date: &Date) -> Option<Part> {
    if edtf_core::Edtf::Date(as_level_1_code(*date)).level() < 2 {
        return None;
    }
    Some(if matches!(date.year.kind, YearKind::Exponential { .. }) {
        Part::ExponentialYear
    } else if date.year.significant_digits.is_some() {
        Part::SignificantDigits
    } else if is_qualified_in_part(date) {
        Part::PartialQualification
    } else {
        Part::UnspecifiedDigits
    })
}

fn is_qualified_in_part(date: &Date) -> bool {
    [date.month, date.day]
        .into_iter()
        .flatten()
        .any(|field| field.qualifier != date.year.qualifier)
}

/// The date with the season 21 in place of a sub-year code, so that a code
/// alone does not make it level 2.
fn as_level_1_code(date: Date) -> Date {
    let is_code = |field: &DateField| field.value().is_some_and(|code| code >= 21);
    let month = date.month.map(|field| match is_code(&field) {
        true => DateField {
            digits: [Some(2), Some(1)],
            ..field
        },
        false => field,
    });
    Date { month, ..date }
}

fn dates_of_set(set: &Set) -> impl Iterator<Item = &Date> {
    set.elements.iter().flat_map(|element| match element {
        SetElement::Date(date) | SetElement::OnOrBefore(date) | SetElement::OnOrAfter(date) => {
            [Some(date), None].into_iter().flatten()
        }
        SetElement::Range(first, last) => [Some(first), Some(last)].into_iter().flatten(),
    })
}

/// The bounds, or `None` if some year is out of range.
fn bounds_of(value: &edtf_core::Edtf) -> Option<Bounds> {
    // In a set the sides of one element can hide the year of another.
    if let edtf_core::Edtf::Set(set) = value {
        dates_of_set(set).try_for_each(|date| {
            let alone = edtf_core::Edtf::Date(*date).bounds();
            side(alone.earliest).and(side(alone.latest)).map(drop)
        })?;
    }
    let edtf_core::Bounds { earliest, latest } = value.bounds();
    Some(Bounds {
        earliest: side(earliest)?,
        latest: side(latest)?,
    })
}

fn side(bound: Bound) -> Option<Option<Day>> {
    match bound {
        Bound::NegativeInfinity | Bound::PositiveInfinity | Bound::Unknown => Some(None),
        Bound::Date(BoundDate { year, month, day }) => {
            let year = i32::try_from(year)
                .ok()
                .filter(|year| limits::YEARS.contains(year))?;
            Day::from_ymd_opt(year, month.into(), day.into()).map(Some)
        }
    }
}

#[cfg(test)]
mod tests;
