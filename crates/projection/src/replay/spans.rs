//! When events count: [`Spans`] of a clock.

use event_model::time::Instant;
use foldhash::{HashMap, HashMapExt};

use super::sight::Sight;
use crate::basis::Placed;
use crate::standing::{Tie, Ties};

/// The known cuts under which something is so.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Spans {
    /// It is so before the first change.
    at_first: bool,
    /// From each of these on it is the other way, in order.
    changes: Vec<Instant>,
}

impl Spans {
    pub(super) const fn never() -> Self {
        Self {
            at_first: false,
            changes: Vec::new(),
        }
    }

    pub(super) fn always() -> Self {
        Self {
            at_first: true,
            changes: Vec::new(),
        }
    }

    pub(super) fn from(instant: Instant) -> Self {
        Self {
            at_first: false,
            changes: vec![instant],
        }
    }

    /// Whether it is so under no cut.
    pub(super) fn is_never(&self) -> bool {
        !self.at_first && self.changes.is_empty()
    }

    /// Whether it is so under this cut.
    pub(super) fn hold_at(&self, known: Instant) -> bool {
        let changes = self.changes.partition_point(|change| *change <= known);
        self.at_first != (changes % 2 == 1)
    }

    /// The cuts at which that changes.
    pub(super) fn changes(&self) -> &[Instant] {
        &self.changes
    }

    fn with(&self, other: &Self, both: fn(bool, bool) -> bool) -> Self {
        let mut all: Vec<Instant> = [&*self.changes, &*other.changes].concat();
        all.sort_unstable();
        all.dedup();
        let at_first = both(self.at_first, other.at_first);
        let mut is = at_first;
        all.retain(|change| {
            let was = is;
            is = both(self.hold_at(*change), other.hold_at(*change));
            was != is
        });
        Self {
            at_first,
            changes: all,
        }
    }

    fn or(&self, other: &Self) -> Self {
        self.with(other, |one, other| one || other)
    }

    fn but_not(&self, other: &Self) -> Self {
        self.with(other, |one, other| one && !other)
    }
}

/// At which points of the clock each event is visible and not struck.
///
/// It follows [`crate::standing::Standing`], for all points of the clock at once.
pub(super) fn counting(events: &[Placed], ties: &Ties, sight: &Sight) -> Vec<Spans> {
    const NEVER: &Spans = &Spans::never();
    let (mut struck, mut retracted) = (HashMap::new(), HashMap::new());
    let add = |to: &mut HashMap<usize, Spans>, at: usize, spans: &Spans| {
        let held = to.entry(at).or_insert(Spans::never());
        *held = held.or(spans);
    };
    for Tie { at, target } in ties.strikes.iter().rev() {
        let Some(strike) = events.get(*at) else {
            continue;
        };
        let acts = sight
            .acts(strike)
            .but_not(retracted.get(at).unwrap_or(NEVER));
        if strike.event.is_retraction() {
            add(&mut retracted, *target, &acts);
        }
        add(&mut struck, *target, &acts);
    }
    for Tie { at, target } in &ties.repeats {
        if let Some(spans) = struck.get(target).cloned() {
            add(&mut struck, *at, &spans);
        }
    }
    let spans = events.iter().enumerate().map(|(at, placed)| {
        let seen = sight.seen_from(placed);
        let visible = seen.map_or(Spans::never(), Spans::from);
        match struck.get(&at) {
            Some(struck) => visible.but_not(struck),
            None => visible,
        }
    });
    spans.collect()
}
