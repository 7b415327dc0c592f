//! The moment of a row: [`RowClock`] reads it.

use chrono::{DateTime, NaiveDateTime, NaiveTime};
use event_model::time::{Instant, TimeError, Zone, parse_day};

/// Which time of its day a bare date means.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum RowTime {
    /// Its first instant, so that nothing of the day itself is known but what was
    /// published at that very instant.
    ///
    /// That instant itself belongs to the day: were it left out, what was due the day before
    /// would not be overdue yet.
    #[default]
    Start,
    /// Its last.
    End,
    /// A time of day.
    At(NaiveTime),
}

/// How the moments of rows are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowClock {
    /// What a bare date means.
    pub time: RowTime,
    /// The zone of dates; `None`: UTC, and a time of day must say its offset.
    pub zone: Option<Zone>,
}

impl RowTime {
    /// Reads `start`, `end` or a time of day (`09:30`, `16:00:00`).
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let time = |format| NaiveTime::parse_from_str(text, format).ok();
        match text {
            "start" => Some(Self::Start),
            "end" => Some(Self::End),
            _ => time("%H:%M").or_else(|| time("%H:%M:%S")).map(Self::At),
        }
    }
}

/// Reads a lag (`1d`, `2h 30m`), in microseconds. A day has 24 hours.
#[must_use]
pub fn parse_lag(text: &str) -> Option<i64> {
    let span: jiff::Span = text.parse().ok()?;
    let duration = span
        .to_duration(jiff::SpanRelativeTo::days_are_24_hours())
        .ok()?;
    let micros = i64::try_from(duration.as_micros()).ok()?;
    (micros >= 0).then_some(micros)
}

impl RowClock {
    /// The instant that a text means: a day, an instant with its offset, or a day
    /// and a time in the zone.
    ///
    /// # Errors
    ///
    /// [`TimeError`] if it is none of them.
    pub fn read(&self, text: &str) -> Result<Instant, TimeError> {
        let zone = self.zone.unwrap_or(Zone::UTC);
        match parse_day(text) {
            Ok(day) => Ok(match self.time {
                RowTime::Start => Instant::start_of(day, zone),
                RowTime::End => Instant::end_of(day, zone),
                RowTime::At(time) => Instant::of_local(day.and_time(time), zone),
            }),
            Err(TimeError::Malformed { .. }) => self.read_instant(text),
            Err(error) => Err(error),
        }
    }

    fn read_instant(&self, text: &str) -> Result<Instant, TimeError> {
        // As databases and spreadsheets write it.
        let spaced = || Some(text).filter(|text| text.get(10..11) == Some(" "));
        let text = spaced().map_or_else(|| text.to_owned(), |text| text.replacen(' ', "T", 1));
        match (text.parse(), self.zone) {
            (Err(TimeError::NoOffset { .. }), Some(zone)) => local(&text)
                .map(|time| Instant::of_local(time, zone))
                .ok_or(TimeError::NoSuchDate { text }),
            (Err(TimeError::Malformed { .. }), _) => {
                offset_apart(&text).ok_or(TimeError::Malformed { text })
            }
            (read, _) => read,
        }
    }
}

/// An instant whose offset has no colon, and may stand apart, as feeds write it:
/// `2026-02-02T18:08:20 +0000`.
fn offset_apart(text: &str) -> Option<Instant> {
    let mut formats = ["%Y-%m-%dT%H:%M:%S%.f %z", "%Y-%m-%dT%H:%M:%S%.f%z"].into_iter();
    let read = formats.find_map(|format| DateTime::parse_from_str(text, format).ok())?;
    Instant::from_micros(read.timestamp_micros())
}

fn local(text: &str) -> Option<NaiveDateTime> {
    let mut formats = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M"].into_iter();
    formats.find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_a_day_an_instant_or_a_time_in_the_zone() {
        let new_york = Some("America/New_York".parse().unwrap());
        let nine = RowTime::parse("09:30").unwrap();
        let end = RowTime::parse("end").unwrap();
        for (time, zone, text, expected) in [
            (RowTime::Start, None, "2026-02-10", "2026-02-10T00:00:00Z"),
            (end, None, "2026-02-10", "2026-02-10T23:59:59.999999Z"),
            (nine, None, "2026-02-10", "2026-02-10T09:30:00Z"),
            (
                RowTime::Start,
                new_york,
                "2026-02-10",
                "2026-02-10T05:00:00Z",
            ),
            (nine, new_york, "2026-02-10", "2026-02-10T14:30:00Z"),
            (nine, new_york, "2026-07-10", "2026-07-10T13:30:00Z"),
            (
                nine,
                new_york,
                "2026-02-10T08:00:00Z",
                "2026-02-10T08:00:00Z",
            ),
            (nine, new_york, "2026-02-10 08:00", "2026-02-10T13:00:00Z"),
            (
                nine,
                None,
                "2026-02-10 08:00:00+08:00",
                "2026-02-10T00:00:00Z",
            ),
            (
                nine,
                new_york,
                "2026-02-02 18:08:20 +0000",
                "2026-02-02T18:08:20Z",
            ),
            (
                nine,
                None,
                "2026-02-02T18:08:20-0500",
                "2026-02-02T23:08:20Z",
            ),
        ] {
            let clock = RowClock { time, zone };
            assert_eq!(clock.read(text).unwrap().to_string(), expected, "{text}");
        }
        let clock = RowClock {
            time: nine,
            zone: None,
        };
        for text in [
            "",
            "2026-02",
            "2026-02-30",
            "2026-02-10 08:00",
            "10.2.2026",
            "soon",
        ] {
            assert!(clock.read(text).is_err(), "{text}");
        }
        assert_eq!(RowTime::parse("25:00"), None);
    }

    #[test]
    fn a_lag_is_a_span_that_is_not_negative() {
        const HOUR: i64 = 3_600_000_000;
        for (text, micros) in [
            ("1d", Some(24 * HOUR)),
            ("2h30m", Some(2 * HOUR + HOUR / 2)),
            ("1w 12h", Some(180 * HOUR)),
            ("90 minutes", Some(HOUR + HOUR / 2)),
            ("0d", Some(0)),
            ("-1d", None),
            ("1 day ago", None),
            ("1mo", None),
            ("1", None),
            ("", None),
        ] {
            assert_eq!(parse_lag(text), micros, "{text}");
        }
    }
}
