//! Points in time as people give them: [`Moment`].

use crate::calendar::days_of;
use event_model::edtf::{Bounds, Edtf, EdtfError};
use event_model::limits::EDTF_BYTES_MAX;
use event_model::time::{Day, Instant, TimeError, Zone, parse_day};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// A point in time as a person gives it: a day, or an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// A day.
    Day(Day),
    /// An instant.
    Instant(Instant),
}

/// A text that is no point in time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MomentError {
    /// A day or instant that cannot be read.
    #[error(transparent)]
    Time(#[from] TimeError),
    /// Not an EDTF date.
    #[error(transparent)]
    Date(#[from] EdtfError),
    /// A date without a last day.
    #[error("{text:?} has no last day to ask at")]
    Open {
        /// What was read.
        text: String,
    },
    /// Words that mean no date.
    #[error("{text:?} is not a date")]
    Words {
        /// What was read.
        text: String,
    },
}

impl Moment {
    /// Reads a day (`2025-12-23`) or an instant with its offset.
    ///
    /// # Errors
    ///
    /// [`TimeError`] if it is neither, or does not exist.
    pub fn parse(text: &str) -> Result<Self, TimeError> {
        match parse_day(text) {
            Ok(day) => Ok(Self::Day(day)),
            Err(TimeError::Malformed { .. }) => text.parse().map(Self::Instant),
            Err(error) => Err(error),
        }
    }

    /// Reads what a person types: what [`Moment::parse`] reads, any other EDTF date
    /// (its last day), words such as `last friday`, which count from `now` in a zone, or a
    /// week, month or year from there (`last month`: its last day).
    ///
    /// # Errors
    ///
    /// [`MomentError`] says why it is none of them.
    pub fn read(text: &str, now: Instant, zone: Zone) -> Result<Self, MomentError> {
        Self::read_side(text, (now, zone), |bounds| bounds.latest)
    }

    /// Reads the same where something begins: of an EDTF date its first day.
    ///
    /// # Errors
    ///
    /// [`MomentError`] says why it is none of them.
    pub fn read_first(text: &str, now: Instant, zone: Zone) -> Result<Self, MomentError> {
        Self::read_side(text, (now, zone), |bounds| bounds.earliest)
    }

    fn read_side(
        text: &str,
        (now, zone): (Instant, Zone),
        day: impl Fn(Bounds) -> Option<Day>,
    ) -> Result<Self, MomentError> {
        match Self::parse(text) {
            Ok(moment) => return Ok(moment),
            Err(TimeError::Malformed { .. }) => {}
            Err(error) => return Err(error.into()),
        }
        let date = Edtf::parse(text).map(|date| date.bounds());
        match days_of(text, now.local(zone).date()).map_or(date, Ok) {
            Ok(bounds) => {
                let open = || MomentError::Open {
                    text: text.to_owned(),
                };
                day(bounds).map(Self::Day).ok_or_else(open)
            }
            // Words have as much room as other dates.
            Err(_) if is_words(text) && text.len() <= EDTF_BYTES_MAX => words(text, now, zone)
                .ok_or_else(|| MomentError::Words {
                    text: text.to_owned(),
                }),
            Err(error) => Err(error.into()),
        }
    }

    /// Up to when something is known that is known at this moment: a day ends with
    /// its last microsecond in a zone.
    #[must_use]
    pub fn known(self, zone: Zone) -> Instant {
        match self {
            Self::Day(day) => Instant::end_of(day, zone),
            Self::Instant(instant) => instant,
        }
    }

    /// From when on something is that is from this moment on: a day begins with its
    /// first microsecond in a zone.
    #[must_use]
    pub fn begins(self, zone: Zone) -> Instant {
        match self {
            Self::Day(day) => Instant::start_of(day, zone),
            Self::Instant(instant) => instant,
        }
    }

    /// The day of it; that of an instant in UTC.
    #[must_use]
    pub fn on(self) -> Day {
        match self {
            Self::Day(day) => day,
            Self::Instant(instant) => instant.day(),
        }
    }
}

/// Whether a text has a word in it. The parser of words takes much else for a time
/// of day.
fn is_words(text: &str) -> bool {
    let mut words = text.split(|c: char| !c.is_ascii_alphabetic());
    words.any(|word| word.len() >= 3)
}

/// What words mean, if they mean a date.
fn words(text: &str, now: Instant, zone: Zone) -> Option<Moment> {
    let lower = text.to_lowercase();
    // `a` alone is a zone to the parser.
    let articles = |word: &'_ str| {
        if matches!(word, "a" | "an") {
            "1"
        } else {
            word
        }
        .to_owned()
    };
    let text: Vec<String> = lower.split_whitespace().map(articles).collect();
    let text = text.join(" ").replace(" at ", " ");
    // Only what the clocks show goes in and comes out: zones are ours.
    let shown: DateTime = now.local(zone).to_string().parse().ok()?;
    let base = shown.to_zoned(TimeZone::UTC).ok()?;
    let read = parse_datetime::parse_datetime_at_date(base, text.as_str()).ok()?;
    let read = read.into_zoned()?;
    if read.offset().seconds() != 0 {
        // The words name a zone themselves.
        let micros = read.timestamp().as_microsecond();
        return Instant::from_micros(micros).map(Moment::Instant);
    }
    let shown = read.datetime();
    let day = format!(
        "{:04}-{:02}-{:02}",
        shown.year(),
        shown.month(),
        shown.day()
    );
    let day = parse_day(&day).ok()?;
    if !names_a_time(&text) {
        return Some(Moment::Day(day));
    }
    let [hour, minute, second] = [shown.hour(), shown.minute(), shown.second()]
        .map(|part| u32::try_from(part).unwrap_or_default());
    let time = day.and_hms_opt(hour, minute, second)?;
    Some(Moment::Instant(Instant::of_local(time, zone)))
}

fn names_a_time(text: &str) -> bool {
    let is_of_time = |word: &str| {
        let word = word.trim_start_matches(|c: char| c.is_ascii_digit());
        let word = word.strip_suffix('s').unwrap_or(word);
        ["now", "hour", "minute", "min", "second", "sec", "am", "pm"].contains(&word)
    };
    text.contains(':') || text.split(' ').any(is_of_time)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        // A Wednesday; in Shanghai it is Thursday already.
        let now = "2026-11-25T22:30:05Z".parse().unwrap();
        read_in(text, now, Zone::UTC)
    }

    fn read_in(text: &str, now: Instant, zone: Zone) -> String {
        match Moment::read(text, now, zone) {
            Ok(Moment::Day(day)) => day.to_string(),
            Ok(Moment::Instant(instant)) => instant.to_string(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn edtf_comes_before_words() {
        assert_eq!(read("2025-12-23"), "2025-12-23");
        assert_eq!(read("2026-02-16T12:00+08:00"), "2026-02-16T04:00:00Z");
        assert_eq!(read("2019"), "2019-12-31");
        assert_eq!(read("2026-02"), "2026-02-28");
        assert_eq!(read("2025-36"), "2025-12-31");
        assert_eq!(read("[2025-12-01..2025-12-22]"), "2025-12-22");
        assert_eq!(
            read("2025-12-01/.."),
            "\"2025-12-01/..\" has no last day to ask at"
        );
    }

    #[test]
    fn words_count_from_the_clock() {
        for (text, expected) in [
            ("today", "2026-11-25"),
            ("Yesterday", "2026-11-24"),
            ("last friday", "2026-11-20"),
            ("last wednesday", "2026-11-18"),
            ("3 months ago", "2026-08-25"),
            ("a week ago", "2026-11-18"),
            ("last month", "2026-10-31"),
            ("23 december 2025", "2025-12-23"),
            ("now", "2026-11-25T22:30:05Z"),
            ("2 hours ago", "2026-11-25T20:30:05Z"),
            ("yesterday at 09:30", "2026-11-24T09:30:00Z"),
            ("yesterday 5pm", "2026-11-24T17:00:00Z"),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn words_count_in_the_zone() {
        let now = "2026-11-25T22:30:05Z".parse().unwrap();
        let shanghai = "Asia/Shanghai".parse().unwrap();
        assert_eq!(read_in("today", now, shanghai), "2026-11-26");
        assert_eq!(
            read_in("yesterday 09:30", now, shanghai),
            "2026-11-25T01:30:00Z"
        );
        assert_eq!(read_in("now", now, shanghai), "2026-11-25T22:30:05Z");
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in [
            "",
            "a",
            "z",
            "1",
            "12",
            "alibaba",
            "next",
            "20251223",
            "99999999999 years ago",
        ] {
            let now = "2026-11-25T22:30:05Z".parse().unwrap();
            assert!(Moment::read(text, now, Zone::UTC).is_err(), "{text}");
        }
        assert!(read("2025-02-30").contains("does not exist"));
        assert!(read("2026-02-16T12:00").contains("no offset"));
    }
}
