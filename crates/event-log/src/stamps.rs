//! The times of recording that are given out: [`Stamps`].
//!
//! How the log stood at an instant must stay so once somebody was told. An event has its
//! time before it is on the disk and seen; so who asks waits until what was given out is
//! seen, and what comes after that is recorded later than the instant that was asked about.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard};

use event_model::time::Instant;

use crate::clock::Clock;
use crate::sync;

/// Gives out times of recording, to one at a time.
#[derive(Debug, Default)]
pub(crate) struct Stamps {
    /// The last instant of which somebody was told how the log stood at it. Held for a
    /// moment only.
    told: Mutex<Option<Instant>>,
    /// Held while events are recorded.
    recording: Mutex<()>,
    /// Whether they are. Set before `told` is looked at, and looked at after that is set:
    /// so either who records knows what was told, or who asks knows that somebody records.
    is_recording: AtomicBool,
}

/// The time of events that are being recorded; dropped once they are seen, or given up.
pub(crate) struct Stamp<'s> {
    now: Instant,
    is_recording: &'s AtomicBool,
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
        self.is_recording.store(false, Ordering::SeqCst);
    }
}

impl Stamps {
    /// The time of what is recorded now: after every instant of which somebody was told.
    pub(crate) fn begin(&self, clock: &dyn Clock) -> Stamp<'_> {
        let recording = sync::lock(&self.recording);
        self.is_recording.store(true, Ordering::SeqCst);
        let told = *sync::lock(&self.told);
        let now = clock.now();
        Stamp {
            now: told.map_or(now, |told| now.max(told.plus_micros(1))),
            is_recording: &self.is_recording,
            _recording: recording,
        }
    }

    /// From here on, all that is recorded up to an instant is seen, and nothing is added to
    /// it. What lies ahead of the clock is not settled.
    pub(crate) fn settle(&self, instant: Instant, clock: &dyn Clock) {
        let past = instant.min(clock.now());
        {
            let mut told = sync::lock(&self.told);
            *told = Some(told.map_or(past, |told| told.max(past)));
        }
        if self.is_recording.load(Ordering::SeqCst) {
            drop(sync::lock(&self.recording));
        }
    }
}
