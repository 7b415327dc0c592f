//! Ranges of dates and positions as people give them: [`DateRange`],
//! [`RecordedRange`].

use event_model::edtf::Edtf;
use event_model::time::{Day, Instant, Zone};
use projection::event_filter::Range;

use crate::moment::{Moment, MomentError};
use crate::question::RecordedCut;

/// From a date on and up to another, both included; a side that is `None` is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateRange {
    from: Option<Moment>,
    to: Option<Moment>,
    zone: Zone,
}

/// The same of what the log gave: positions, or the times of recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordedRange {
    /// The first; a day: its start.
    pub(crate) from: Option<RecordedCut>,
    /// The last; a day: its end.
    pub(crate) to: Option<RecordedCut>,
    pub(crate) zone: Zone,
}

/// A text that is no range.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RangeError {
    /// A side that is no date.
    #[error("{text:?} is not a range of dates")]
    Side {
        /// What was read.
        text: String,
        /// What is wrong with the side.
        #[source]
        source: MomentError,
    },
    /// It says neither side.
    #[error("{text:?} says neither where the range begins nor where it ends")]
    Open {
        /// What was read.
        text: String,
    },
    /// It ends before it begins.
    #[error("{text:?} ends before it begins")]
    Backwards {
        /// What was read.
        text: String,
    },
}

impl DateRange {
    /// Reads `A..B` with either side left out, each a date as [`Moment::read`] reads
    /// it, or one date: all days that it can mean.
    ///
    /// # Errors
    ///
    /// [`RangeError`] says why it is none.
    pub fn read(text: &str, now: Instant, zone: Zone) -> Result<Self, RangeError> {
        let (from, to) = match Edtf::parse(text) {
            // `[2025-12-01..2025-12-22]` has its dots, and is one date.
            Ok(date) if Moment::parse(text).is_err() => {
                let bounds = date.bounds();
                (
                    bounds.earliest.map(Moment::Day),
                    bounds.latest.map(Moment::Day),
                )
            }
            _ => sides(text, |side, is_first| match is_first {
                true => Moment::read_first(side, now, zone),
                false => Moment::read(side, now, zone),
            })?,
        };
        let range = Self { from, to, zone };
        range.instants().check(text)?;
        Ok(range)
    }

    /// The instants within.
    #[must_use]
    pub fn instants(&self) -> Range<Instant> {
        Range {
            from: self.from.map(|from| from.begins(self.zone)),
            to: self.to.map(|to| to.known(self.zone)),
        }
    }

    /// The days within, if days are said and no instants.
    #[must_use]
    pub fn whole_days(&self) -> Option<Range<Day>> {
        let mut sides = [self.from, self.to].into_iter().flatten();
        let are_days = sides.all(|side| matches!(side, Moment::Day(_)));
        are_days.then(|| self.days())
    }

    /// The days within.
    #[must_use]
    pub fn days(&self) -> Range<Day> {
        Range {
            from: self.from.map(Moment::on),
            to: self.to.map(Moment::on),
        }
    }
}

impl RecordedRange {
    /// Reads `A..B` with either side left out, each a position (digits only) or a
    /// date, or only one of them.
    ///
    /// # Errors
    ///
    /// [`RangeError`] says why it is none.
    pub fn read(text: &str, now: Instant, zone: Zone) -> Result<Self, RangeError> {
        let is_digits = |side: &str| side.bytes().all(|byte| byte.is_ascii_digit());
        let read = |side: &str, is_first| match is_first {
            true if !is_digits(side) => {
                Moment::read_first(side, now, zone).map(RecordedCut::Moment)
            }
            _ => RecordedCut::read(side, now, zone),
        };
        let (from, to) = sides(text, read)?;
        match (from, to) {
            (Some(RecordedCut::Position(from)), Some(RecordedCut::Position(to))) => {
                Range::between(from, to).check(text)?;
            }
            (Some(RecordedCut::Moment(from)), Some(RecordedCut::Moment(to))) => {
                Range::between(from.begins(zone), to.known(zone)).check(text)?;
            }
            // Only the log tells which of a position and a time is before the other.
            _ => {}
        }
        Ok(Self { from, to, zone })
    }
}

/// Reads the sides of `A..B`, or the one thing that is both.
fn sides<T>(
    text: &str,
    read: impl Fn(&str, bool) -> Result<T, MomentError>,
) -> Result<(Option<T>, Option<T>), RangeError> {
    let (from, to) = text.split_once("..").unwrap_or((text, text));
    let side = |side: &str, is_first| match side.trim() {
        "" => Ok(None),
        side => read(side, is_first)
            .map(Some)
            .map_err(|source| RangeError::Side {
                text: text.to_owned(),
                source,
            }),
    };
    match (side(from, true)?, side(to, false)?) {
        (None, None) => Err(RangeError::Open {
            text: text.to_owned(),
        }),
        sides => Ok(sides),
    }
}

trait Check {
    fn check(&self, text: &str) -> Result<(), RangeError>;
}

impl<T: PartialOrd> Check for Range<T> {
    fn check(&self, text: &str) -> Result<(), RangeError> {
        match (&self.from, &self.to) {
            (Some(from), Some(to)) if from > to => Err(RangeError::Backwards {
                text: text.to_owned(),
            }),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use event_model::id::Position;

    use super::*;

    fn read(text: &str) -> String {
        let now = "2026-11-25T22:30:05Z".parse().unwrap();
        let range = match DateRange::read(text, now, Zone::UTC) {
            Ok(range) => range.instants(),
            Err(error) => return error.to_string(),
        };
        let side = |side: Option<Instant>| side.map_or(String::new(), |side| side.to_string());
        format!("{}..{}", side(range.from), side(range.to))
    }

    #[test]
    fn a_range_has_all_of_both_sides() {
        for (text, expect) in [
            ("2026-01-01..", "2026-01-01T00:00:00Z.."),
            ("..today", "..2026-11-25T23:59:59.999999Z"),
            (
                "2026-01..2026-02",
                "2026-01-01T00:00:00Z..2026-02-28T23:59:59.999999Z",
            ),
            (
                "2025-12",
                "2025-12-01T00:00:00Z..2025-12-31T23:59:59.999999Z",
            ),
            (
                "2025-12-23",
                "2025-12-23T00:00:00Z..2025-12-23T23:59:59.999999Z",
            ),
            (
                "yesterday",
                "2026-11-24T00:00:00Z..2026-11-24T23:59:59.999999Z",
            ),
            (
                "last friday .. now",
                "2026-11-20T00:00:00Z..2026-11-25T22:30:05Z",
            ),
            (
                "[2025-12-01..2025-12-22]",
                "2025-12-01T00:00:00Z..2025-12-22T23:59:59.999999Z",
            ),
            (
                "2025-12-01/2025-12-22",
                "2025-12-01T00:00:00Z..2025-12-22T23:59:59.999999Z",
            ),
            ("2025-12-01/..", "2025-12-01T00:00:00Z.."),
            (
                "2026-02-16T12:00+08:00..2026-02-17",
                "2026-02-16T04:00:00Z..2026-02-17T23:59:59.999999Z",
            ),
        ] {
            assert_eq!(read(text), expect, "{text}");
        }
    }

    #[test]
    fn what_is_no_range_is_refused() {
        for (text, why) in [
            ("..", "neither"),
            ("", "neither"),
            ("soonish..", "not a range"),
            ("2026-02-30..", "not a range"),
            ("2026-02..2026-01", "ends before"),
        ] {
            assert!(read(text).contains(why), "{text}: {}", read(text));
        }
    }

    #[test]
    fn positions_are_told_from_dates() {
        let now = "2026-11-25T22:30:05Z".parse().unwrap();
        let read = |text: &str| RecordedRange::read(text, now, Zone::UTC);
        let position = |number| Some(RecordedCut::Position(Position(number)));
        let range = read("23..38").unwrap();
        assert_eq!((range.from, range.to), (position(23), position(38)));
        let range = read("23").unwrap();
        assert_eq!((range.from, range.to), (position(23), position(23)));
        let range = read("23..").unwrap();
        assert_eq!((range.from, range.to), (position(23), None));
        let range = read("2026-11..2026-11-20").unwrap();
        let day = |text: &str| Some(RecordedCut::Moment(Moment::Day(text.parse().unwrap())));
        assert_eq!(
            (range.from, range.to),
            (day("2026-11-01"), day("2026-11-20"))
        );
        for text in ["38..23", "..", "x..", "2026-11-24..2026-11-23"] {
            assert!(read(text).is_err(), "{text}");
        }
        assert!(read("38..2026-11-23").is_ok());
    }
}
