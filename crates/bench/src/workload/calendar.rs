//! Days of a workload: [`Date`].

use annals::model::time::Instant;

/// 1 January 2010, and how many days the events spread over from there.
pub(super) const FIRST_DAY: u64 = 14_610;
pub(super) const DAYS: u64 = 5_800;

const DAY_US: i64 = 24 * 60 * 60 * 1_000_000;

/// A day, by its parts and by its number since 1970.
#[derive(Debug, Clone, Copy)]
pub(super) struct Date {
    pub(super) year: u64,
    pub(super) month: u64,
    pub(super) day_number: u64,
}

impl Date {
    pub(super) fn of(day_number: u64) -> Self {
        let text = day_text(day_number);
        let part = |range| text.get(range).and_then(|part: &str| part.parse().ok());
        Self {
            year: part(0..4).unwrap_or(1970),
            month: part(5..7).unwrap_or(1),
            day_number,
        }
    }

    /// As it is written.
    pub(super) fn text(self) -> String {
        day_text(self.day_number)
    }
}

/// The day of a number, as it is written.
pub(super) fn day_text(day_number: u64) -> String {
    let micros = i64::try_from(day_number).unwrap_or_default() * DAY_US;
    let instant = Instant::from_micros(micros).unwrap_or(Instant::UNIX_EPOCH);
    instant.day().to_string()
}
