//! Times that are Eastern, though they are marked as UTC.
//!
//! EDGAR takes filings from 6:00 to 22:00 Eastern time, and what it makes of some of them
//! itself comes shortly after midnight. In some of its crawls times of acceptance are in
//! Eastern time and end with `Z` all the same: read as UTC, some of them then lie where
//! there is nothing in New York. No file at hand has times that lie so both ways.

use std::ops::Range;

use event_model::time::{Instant, Zone};

use super::accepted::{Accepted, new_york};
use super::crawl::Crawl;

const MINUTE_US: i64 = 60_000_000;
const DAY_MINUTES: i64 = 24 * 60;
/// In minutes of a day, when EDGAR accepts nothing.
const NOTHING: Range<i64> = 60..345;

impl Crawl {
    /// How many of its times cannot be UTC, as they are marked. Of a crawl in Eastern time
    /// more than a tenth are such.
    #[must_use]
    pub fn eastern_times(&self) -> usize {
        let Some(new_york) = new_york() else { return 0 };
        let is_odd = |accepted: Accepted| match accepted {
            Accepted::At(instant) => NOTHING.contains(&minute(instant, new_york)),
            Accepted::On(_) => false,
        };
        self.rows.iter().filter(|row| is_odd(row.accepted)).count()
    }

    /// The same crawl with its times read as Eastern ones.
    #[must_use]
    pub fn in_eastern_time(mut self) -> Self {
        for row in &mut self.rows {
            row.accepted = row.accepted.in_eastern_time();
        }
        if let Some(newest) = self.newest() {
            self.edition = newest;
        }
        self
    }
}

/// The minute of the day in a zone.
fn minute(instant: Instant, zone: Zone) -> i64 {
    let local = Instant::of_local(instant.local(zone), Zone::UTC);
    local.micros().div_euclid(MINUTE_US).rem_euclid(DAY_MINUTES)
}
