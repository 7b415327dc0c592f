//! From when on events are in sight: [`Sight`], on either [`ReplayClock`].

use event_model::id::Position;
use event_model::time::Instant;
use event_model::vocabulary::Fault;

use super::spans::Spans;
use crate::basis::{Cuts, Filter, Placed};

/// The clock on which a replay is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplayClock {
    /// More is published, and the log stays as it is.
    Published,
    /// The log grows, and what was published after this is never known.
    Recorded(Instant),
}

/// What comes in sight on a clock, of those who are heard.
#[derive(Debug)]
pub(super) struct Sight {
    pub(super) clock: ReplayClock,
    pub(super) filter: Filter,
}

impl Sight {
    /// The cuts with the point of the clock for what is known.
    pub(super) fn point(&self, cuts: &Cuts) -> Cuts {
        match self.clock {
            ReplayClock::Published => *cuts,
            ReplayClock::Recorded(_) => Cuts {
                known: recorded(cuts.recorded),
                ..*cuts
            },
        }
    }

    /// From when on an event can be seen; `None` if it never is.
    pub(super) fn seen_from(&self, placed: &Placed) -> Option<Instant> {
        let is_heard = self.filter.is_none() || self.filter.hears(&placed.event);
        is_heard.then(|| self.told_from(placed)).flatten()
    }

    /// When what strikes would act, were it never struck itself.
    pub(super) fn acts(&self, placed: &Placed) -> Spans {
        let is_ours = placed.event.fault == Some(Fault::Record);
        match (self.clock, is_ours) {
            (ReplayClock::Published, true) => Spans::always(),
            (ReplayClock::Recorded(_), true) => Spans::from(recorded(placed.position)),
            (_, false) => self.told_from(placed).map_or(Spans::never(), Spans::from),
        }
    }

    fn told_from(&self, placed: &Placed) -> Option<Instant> {
        let published = placed.event.published.instant();
        match self.clock {
            ReplayClock::Published => Some(published),
            ReplayClock::Recorded(known) => (published <= known).then(|| recorded(placed.position)),
        }
    }
}

/// A position as a point of the clock.
fn recorded(position: Position) -> Instant {
    let at = i64::try_from(position.0)
        .ok()
        .and_then(Instant::from_micros);
    // No log has so many events.
    at.unwrap_or(Instant::LAST)
}
