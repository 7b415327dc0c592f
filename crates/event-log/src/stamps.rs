//! The times of recording that are given out: [`Stamps`].
//!
//! How the log stood at an instant must stay so once somebody was told. An event has its
//! time before it is on the disk and seen; so who asks about an instant waits until what was
//! recorded by then is seen, and what comes after that is recorded later.

use std::sync::{Mutex, MutexGuard};

use event_model::time::Instant;

use crate::clock::Clock;
use crate::sync;

/// Gives out times of recording, to one at a time.
#[derive(Debug, Default)]
pub(crate) struct Stamps {
    /// Held for a moment only.
    given: Mutex<Given>,
    /// Held while events are recorded.
    recording: Mutex<()>,
}

#[derive(Debug, Default)]
struct Given {
    /// The last instant of which somebody was told how the log stood at it.
    told: Option<Instant>,
    /// The first time of what is being recorded, which nobody sees yet.
    recording: Option<Instant>,
}

/// The time of events that are being recorded; dropped once they are seen, or given up.
pub(crate) struct Stamp<'s> {
    now: Instant,
    given: &'s Mutex<Given>,
    _recording: MutexGuard<'s, ()>,
}

impl Stamp<'_> {
    /// The time, unless the log has a later one.
    pub(crate) fn now(&self) -> Instant {
        self.now
    }
}

impl Drop for Stamp<'_> {
    fn drop(&mut self) {
        sync::lock(self.given).recording = None;
    }
}

impl Stamps {
    /// The time of what is recorded now: after every instant of which somebody was told.
    pub(crate) fn begin(&self, clock: &dyn Clock) -> Stamp<'_> {
        let recording = sync::lock(&self.recording);
        let mut given = sync::lock(&self.given);
        let now = clock.now();
        let now = given.told.map_or(now, |told| now.max(told.plus_micros(1)));
        given.recording = Some(now);
        Stamp {
            now,
            given: &self.given,
            _recording: recording,
        }
    }

    /// From here on, all that is recorded up to an instant is seen, and nothing is added to
    /// it. What lies ahead of the clock is not settled.
    pub(crate) fn settle(&self, instant: Instant, clock: &dyn Clock) {
        let past = instant.min(clock.now());
        let is_being_recorded = {
            let mut given = sync::lock(&self.given);
            given.told = Some(given.told.map_or(past, |told| told.max(past)));
            given.recording.is_some_and(|first| first <= past)
        };
        if is_being_recorded {
            drop(sync::lock(&self.recording));
        }
    }
}
