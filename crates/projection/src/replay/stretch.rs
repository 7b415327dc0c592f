//! Where an answer stays the same: [`Stretch`] and [`Region`].

use event_model::time::{Day, Instant, Zone};

use crate::basis::Cuts;

/// A stretch of time without an edge in it: from its first point on, up to and
/// without its end. `None`: no edge on that side.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stretch<T> {
    from: Option<T>,
    until: Option<T>,
}

impl<T: Copy + Ord> Stretch<T> {
    const ALL: Self = Self {
        from: None,
        until: None,
    };

    fn contains(self, point: T) -> bool {
        self.from.is_none_or(|from| from <= point) && self.until.is_none_or(|until| point < until)
    }

    /// Ends the stretch around a point at an edge.
    fn end_at(&mut self, edge: T, around: T) {
        if edge <= around {
            self.from = self.from.max(Some(edge));
        } else {
            self.until = Some(self.until.map_or(edge, |until| until.min(edge)));
        }
    }

    fn within(&mut self, other: Self, around: T) {
        for edge in [other.from, other.until].into_iter().flatten() {
            self.end_at(edge, around);
        }
    }
}

/// The cuts around some under which an answer stays the same.
#[derive(Debug, Clone, Copy)]
pub struct Region {
    known: Stretch<Instant>,
    on: Stretch<Day>,
}

impl Region {
    /// Where nothing is heard of that could change.
    pub(super) const ALL: Self = Self {
        known: Stretch::ALL,
        on: Stretch::ALL,
    };

    pub(super) fn contains(&self, cuts: &Cuts) -> bool {
        self.known.contains(cuts.known) && self.on.contains(cuts.on)
    }

    /// Ends it where more or less is known.
    pub(super) fn end_at(&mut self, edge: Instant, cuts: &Cuts) {
        self.known.end_at(edge, cuts.known);
    }

    /// Ends it where something begins or ends to be possible.
    pub(super) fn end_at_day(&mut self, edge: Day, cuts: &Cuts) {
        self.on.end_at(edge, cuts.on);
    }

    /// Ends it where the last day of a date is over and the next begins.
    pub(super) fn end_after(&mut self, last: Day, cuts: &Cuts) {
        if let Some(next) = last.succ_opt() {
            self.end_at_day(next, cuts);
            self.end_at(Instant::start_of(next, Zone::UTC), cuts);
        }
    }

    /// Ends it on both sides of what is known at these cuts.
    pub(super) fn end_around(&mut self, sorted: &[Instant], cuts: &Cuts) {
        let known = sorted.partition_point(|edge| *edge <= cuts.known);
        let (before, after) = sorted.split_at(known);
        for edge in before.last().into_iter().chain(after.first()) {
            self.end_at(*edge, cuts);
        }
    }

    /// Ends it where another ends that holds the same cuts.
    pub(super) fn within(&mut self, other: &Self, cuts: &Cuts) {
        self.known.within(other.known, cuts.known);
        self.on.within(other.on, cuts.on);
    }
}
