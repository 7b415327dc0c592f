//! Days as people give them: one, or from one to another.

use event_model::edtf::{Bounds, Edtf};
use event_model::time::{Instant, Zone};
use projection::happening::Days;

use crate::calendar::days_of;
use crate::moment::{Moment, MomentError};

/// A text that is no day and no days.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DaysError {
    /// A day that cannot be read.
    #[error(transparent)]
    Moment(#[from] MomentError),
    /// Days without a first or a last one.
    #[error("{text:?} has no first and last day; write 2026-02-16..2026-02-20")]
    Open {
        /// What was read.
        text: String,
    },
    /// Days that end before they begin.
    #[error("{text:?} runs backwards")]
    Backwards {
        /// What was read.
        text: String,
    },
}

/// Reads what a person types: a day or another EDTF date (`2026-02`), two of them
/// with `..` between, or words such as `tomorrow`, which count from `now` in a zone.
///
/// # Errors
///
/// [`DaysError`] says why it is none of them.
pub fn read_days(text: &str, now: Instant, zone: Zone) -> Result<Days, DaysError> {
    let bounds = match (Edtf::parse(text), text.split_once("..")) {
        (Ok(date), _) => date.bounds(),
        (Err(_), Some((first, last))) if first.trim().is_empty() || last.trim().is_empty() => {
            let text = text.to_owned();
            return Err(DaysError::Open { text });
        }
        (Err(_), Some((first, last))) => Bounds {
            earliest: bounds(first.trim(), now, zone)?.earliest,
            latest: bounds(last.trim(), now, zone)?.latest,
        },
        (Err(_), None) => bounds(text, now, zone)?,
    };
    let text = || text.to_owned();
    match (bounds.earliest, bounds.latest) {
        (Some(first), Some(last)) if first <= last => Ok(Days { first, last }),
        (Some(_), Some(_)) => Err(DaysError::Backwards { text: text() }),
        _ => Err(DaysError::Open { text: text() }),
    }
}

/// The days of a date, or the one that words mean.
fn bounds(text: &str, now: Instant, zone: Zone) -> Result<Bounds, MomentError> {
    match Edtf::parse(text) {
        Ok(date) => Ok(date.bounds()),
        Err(_) => match days_of(text, now.local(zone).date()) {
            Some(bounds) => Ok(bounds),
            None => Moment::read(text, now, zone).map(|moment| Bounds::day(moment.on())),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        // A Wednesday.
        let now = "2026-11-25T12:00:00Z".parse().unwrap();
        match read_days(text, now, Zone::UTC) {
            Ok(Days { first, last }) if first == last => first.to_string(),
            Ok(Days { first, last }) => format!("{first} to {last}"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn days_are_one_or_from_one_to_another() {
        for (text, expected) in [
            ("2026-02-19", "2026-02-19"),
            ("2026-02", "2026-02-01 to 2026-02-28"),
            ("2026-02-16..2026-02-20", "2026-02-16 to 2026-02-20"),
            ("2026-02-16 .. 2026-03", "2026-02-16 to 2026-03-31"),
            ("2026-02-16/2026-02-20", "2026-02-16 to 2026-02-20"),
            ("[2026-02-16..2026-02-20]", "2026-02-16 to 2026-02-20"),
            ("today", "2026-11-25"),
            ("tomorrow..7 days", "2026-11-26 to 2026-12-02"),
            ("next week", "2026-11-30 to 2026-12-06"),
            ("this month..next year", "2026-11-01 to 2027-12-31"),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_day_is_refused() {
        for (text, words) in [
            ("2026-02-20..2026-02-16", "runs backwards"),
            ("2026-02-16/..", "no first and last day"),
            ("2026-02-16..", "no first and last day"),
            ("2026-02-30", "does not exist"),
            ("someday", "is not a date"),
            ("", "empty"),
        ] {
            assert!(read(text).contains(words), "{text}: {}", read(text));
        }
    }
}
