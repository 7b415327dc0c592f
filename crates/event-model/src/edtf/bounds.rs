//! [`Bounds`]: the earliest and the latest day that a date leaves open.

use std::cmp::Ordering;

use crate::time::Day;

/// The earliest and the latest day, both included.
///
/// `None` is a side that is open or unknown: any day is possible there.
///
/// The order is by earliest day, with an open side first, then by latest day,
/// with an open side last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Bounds {
    /// The first day that is possible.
    pub earliest: Option<Day>,
    /// The last day that is possible.
    pub latest: Option<Day>,
}

impl Bounds {
    /// Any day at all.
    pub const ANY: Self = Self {
        earliest: None,
        latest: None,
    };

    /// One day.
    #[must_use]
    pub fn day(day: Day) -> Self {
        Self {
            earliest: Some(day),
            latest: Some(day),
        }
    }

    /// Whether it was over by the end of a day, whichever day it was.
    #[must_use]
    pub fn certainly_by(self, day: Day) -> bool {
        self.latest.is_some_and(|latest| latest <= day)
    }

    /// Whether it may have begun by the end of a day.
    #[must_use]
    pub fn possibly_by(self, day: Day) -> bool {
        self.earliest.is_none_or(|earliest| earliest <= day)
    }

    /// Whether it may have been that day.
    #[must_use]
    pub fn possibly_on(self, day: Day) -> bool {
        self.possibly_by(day) && self.latest.is_none_or(|latest| day <= latest)
    }

    /// Whether it was after the other, whichever days they were.
    #[must_use]
    pub fn certainly_after(self, other: Self) -> bool {
        matches!((self.earliest, other.latest), (Some(ours), Some(theirs)) if ours > theirs)
    }

    /// Whether every day that the other leaves open is left open here.
    #[must_use]
    pub fn encloses(self, other: Self) -> bool {
        let from_start = self
            .earliest
            .is_none_or(|ours| other.earliest.is_some_and(|theirs| ours <= theirs));
        let to_end = self
            .latest
            .is_none_or(|ours| other.latest.is_some_and(|theirs| theirs <= ours));
        from_start && to_end
    }

    /// Whether this encloses the other and is wider.
    #[must_use]
    pub fn strictly_encloses(self, other: Self) -> bool {
        self != other && self.encloses(other)
    }

    /// The narrowest bounds that enclose both.
    #[must_use]
    pub fn hull(self, other: Self) -> Self {
        Self {
            earliest: self.earliest.zip(other.earliest).map(|(a, b)| a.min(b)),
            latest: self.latest.zip(other.latest).map(|(a, b)| a.max(b)),
        }
    }

    /// How many days later the other begins; `None` if one of them has no first day.
    #[must_use]
    pub fn days_until(self, other: Self) -> Option<i64> {
        let days = other.earliest?.signed_duration_since(self.earliest?);
        Some(days.num_days())
    }

    /// The same, with nothing after a day.
    ///
    /// The latest day never falls below the earliest: bounds that lie wholly
    /// after the day shrink to their earliest day.
    #[must_use]
    pub fn cut_latest(self, day: Day) -> Self {
        let latest = self.latest.map_or(day, |latest| latest.min(day));
        let latest = self
            .earliest
            .map_or(latest, |earliest| latest.max(earliest));
        Self {
            latest: Some(latest),
            ..self
        }
    }
}

impl Ord for Bounds {
    fn cmp(&self, other: &Self) -> Ordering {
        let latest = |bounds: &Self| (bounds.latest.is_none(), bounds.latest);
        self.earliest
            .cmp(&other.earliest)
            .then_with(|| latest(self).cmp(&latest(other)))
    }
}

impl PartialOrd for Bounds {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    /// `2025-12-01 2025-12-22`, with `-` for a side that is open.
    fn bounds(text: &str) -> Bounds {
        let (earliest, latest) = text.split_once(' ').unwrap();
        let side = |text: &str| (text != "-").then(|| day(text));
        Bounds {
            earliest: side(earliest),
            latest: side(latest),
        }
    }

    #[test]
    fn what_is_certain_and_what_is_possible() {
        // (bounds, day, certainly by, possibly by, possibly on)
        for (text, on, expect) in [
            ("2026-02-01 2026-02-28", "2026-01-31", [false, false, false]),
            ("2026-02-01 2026-02-28", "2026-02-01", [false, true, true]),
            ("2026-02-01 2026-02-28", "2026-02-28", [true, true, true]),
            ("2026-02-01 2026-02-28", "2026-03-01", [true, true, false]),
            ("2026-02-19 2026-02-19", "2026-02-19", [true, true, true]),
            ("- 2025-12-23", "1900-01-01", [false, true, true]),
            ("- 2025-12-23", "2025-12-24", [true, true, false]),
            ("2025-12-23 -", "2025-12-22", [false, false, false]),
            ("2025-12-23 -", "2099-01-01", [false, true, true]),
            ("- -", "2025-12-23", [false, true, true]),
        ] {
            let (bounds, on) = (bounds(text), day(on));
            let found = [
                bounds.certainly_by(on),
                bounds.possibly_by(on),
                bounds.possibly_on(on),
            ];
            assert_eq!(found, expect, "{text} on {on}");
        }
    }

    #[test]
    fn one_encloses_or_follows_another() {
        // (ours, theirs, encloses, strictly, certainly after)
        for (ours, theirs, expect) in [
            (
                "2025-12-01 2025-12-31",
                "2025-12-22 2025-12-23",
                [true, true, false],
            ),
            (
                "2025-12-01 2025-12-31",
                "2025-12-01 2025-12-31",
                [true, false, false],
            ),
            (
                "2025-12-01 2025-12-31",
                "2025-12-31 2026-01-01",
                [false, false, false],
            ),
            ("- 2025-12-31", "2025-12-01 2025-12-31", [true, true, false]),
            (
                "2025-12-01 2025-12-31",
                "- 2025-12-31",
                [false, false, false],
            ),
            ("- -", "- -", [true, false, false]),
            ("- -", "- 2025-12-31", [true, true, false]),
            ("2026-01-01 -", "- 2025-12-31", [false, false, true]),
            (
                "2026-01-01 2026-01-01",
                "2025-12-31 2025-12-31",
                [false, false, true],
            ),
            (
                "2026-01-01 2026-01-01",
                "2025-12-31 -",
                [false, false, false],
            ),
        ] {
            let (a, b) = (bounds(ours), bounds(theirs));
            let found = [a.encloses(b), a.strictly_encloses(b), a.certainly_after(b)];
            assert_eq!(found, expect, "{ours} and {theirs}");
        }
    }

    #[test]
    fn the_latest_day_is_cut() {
        for (text, at, expect) in [
            (
                "2025-01-01 2025-12-31",
                "2025-12-23",
                "2025-01-01 2025-12-23",
            ),
            (
                "2025-01-01 2025-06-30",
                "2025-12-23",
                "2025-01-01 2025-06-30",
            ),
            (
                "2025-12-31 2026-01-31",
                "2025-12-23",
                "2025-12-31 2025-12-31",
            ),
            ("- -", "2025-12-23", "- 2025-12-23"),
            ("2025-01-01 -", "2025-12-23", "2025-01-01 2025-12-23"),
        ] {
            assert_eq!(bounds(text).cut_latest(day(at)), bounds(expect), "{text}");
        }
    }

    #[test]
    fn bounds_are_ordered_by_earliest_then_latest() {
        let sorted = [
            "- 2025-01-01",
            "- -",
            "2025-01-01 2025-01-01",
            "2025-01-01 2025-12-31",
            "2025-01-01 -",
            "2025-01-02 2025-01-02",
        ]
        .map(bounds);
        let mut mixed = sorted;
        mixed.reverse();
        mixed.sort();
        assert_eq!(mixed, sorted);
    }

    fn any_bounds() -> impl Strategy<Value = Bounds> {
        let side = || proptest::option::of(0_i32..40);
        (side(), side()).prop_map(|(a, b)| {
            let day = |number: i32| Day::from_num_days_from_ce_opt(739_000 + number).unwrap();
            let (a, b) = match (a, b) {
                (Some(a), Some(b)) => (Some(a.min(b)), Some(a.max(b))),
                sides => sides,
            };
            Bounds {
                earliest: a.map(day),
                latest: b.map(day),
            }
        })
    }

    fn any_day() -> impl Strategy<Value = Day> {
        (0_i32..40).prop_map(|number| Day::from_num_days_from_ce_opt(739_000 + number).unwrap())
    }

    proptest! {
        #[test]
        fn the_hull_encloses_both(a in any_bounds(), b in any_bounds()) {
            let hull = a.hull(b);
            prop_assert!(hull.encloses(a) && hull.encloses(b));
            prop_assert_eq!(hull, b.hull(a));
            prop_assert_eq!(a.encloses(b), a.hull(b) == a);
        }

        #[test]
        fn what_encloses_leaves_every_day_open(a in any_bounds(), b in any_bounds(), day in any_day()) {
            if a.encloses(b) && b.possibly_on(day) {
                prop_assert!(a.possibly_on(day));
            }
            prop_assert!(!(a.strictly_encloses(b) && b.encloses(a)));
        }

        #[test]
        fn what_is_certain_is_possible(a in any_bounds(), b in any_bounds(), day in any_day()) {
            prop_assert!(!a.certainly_by(day) || a.possibly_by(day));
            prop_assert!(!(a.certainly_after(b) && b.certainly_after(a)));
            prop_assert!(!(a.certainly_after(b) && a.possibly_on(day) && b.possibly_on(day)));
        }

        #[test]
        fn a_cut_never_runs_backwards(a in any_bounds(), day in any_day()) {
            let cut = a.cut_latest(day);
            prop_assert_eq!(cut.earliest, a.earliest);
            prop_assert!(cut.earliest.is_none_or(|earliest| Some(earliest) <= cut.latest));
            prop_assert_eq!(cut.cut_latest(day), cut);
            prop_assert!(!a.possibly_by(day) || cut.certainly_by(day));
        }
    }
}
