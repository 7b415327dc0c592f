//! When EDGAR accepted a filing: [`Accepted`].

use event_model::time::{Day, Instant, TimeError, Zone, parse_day};

/// When EDGAR accepted a filing.
///
/// Of filings before about 2002 it has no time of day, and writes the midnight at which
/// their day begins. Nothing is accepted then: the day is all that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accepted {
    /// At an instant.
    At(Instant),
    /// Some time on a day in New York.
    On(Day),
}

impl Accepted {
    /// Reads an instant, or a day; an instant that does not say its offset is UTC. Where a
    /// day is all that is known, and it counts as filed on a later one, it is that.
    pub(super) fn parse(text: &str, filed: Option<Day>) -> Result<Self, TimeError> {
        if let Ok(day) = parse_day(text) {
            return Ok(Self::On(filed.map_or(day, |filed| filed.max(day))));
        }
        let read = |instant| Self::of(instant, filed);
        if text.len() == 14 && text.bytes().all(|byte| byte.is_ascii_digit()) {
            let part = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
            let day = [part(0, 4), part(4, 6), part(6, 8)].join("-");
            let time = [part(8, 10), part(10, 12), part(12, 14)].join(":");
            return format!("{day}T{time}Z").parse().map(read);
        }
        match text.parse() {
            Err(TimeError::NoOffset { .. }) => format!("{text}Z").parse().map(read),
            instant => instant.map(read),
        }
    }

    /// Midnight in New York is no time of day, nor is midnight as marked: some crawls have
    /// Eastern times marked as UTC. What counts as filed on the day before it is of an
    /// evening.
    fn of(instant: Instant, filed: Option<Day>) -> Self {
        let mut zones = new_york().into_iter().chain([Zone::UTC]);
        let begun = zones.find_map(|zone| {
            let day = instant.local(zone).date();
            (Instant::start_of(day, zone) == instant).then_some(day)
        });
        match (begun, filed) {
            (Some(day), Some(filed)) if filed < day => Self::At(instant),
            (Some(day), filed) => Self::On(filed.map_or(day, |filed| filed.max(day))),
            (None, _) => Self::At(instant),
        }
    }

    /// The instant, or the last one of the day.
    #[must_use]
    pub fn instant(self) -> Instant {
        match self {
            Self::At(instant) => instant,
            Self::On(day) => Instant::end_of(day, new_york().unwrap_or(Zone::UTC)),
        }
    }

    /// The day, of an instant in UTC.
    #[must_use]
    pub fn day(self) -> Day {
        match self {
            Self::At(instant) => instant.day(),
            Self::On(day) => day,
        }
    }

    /// An instant that was marked as UTC, as an Eastern one.
    pub(super) fn in_eastern_time(self) -> Self {
        match (self, new_york()) {
            (Self::At(marked), Some(new_york)) => {
                Self::At(Instant::of_local(marked.local(Zone::UTC), new_york))
            }
            (accepted, _) => accepted,
        }
    }
}

/// The name of the zone in which the SEC's days are.
pub(super) const NEW_YORK: &str = "America/New_York";

pub(super) fn new_york() -> Option<Zone> {
    NEW_YORK.parse().ok()
}
