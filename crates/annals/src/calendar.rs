//! Weeks, months and years as people name them from today: [`days_of`].

use chrono::{Datelike, Months, TimeDelta};
use event_model::edtf::Bounds;
use event_model::time::Day;

/// The days of "this week", "next month" or "last year". A week begins on Monday.
pub(crate) fn days_of(text: &str, today: Day) -> Option<Bounds> {
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower.split_whitespace().collect();
    let [which, period] = words.as_slice() else {
        return None;
    };
    let ahead = match *which {
        "last" => -1,
        "this" => 0,
        "next" => 1,
        _ => return None,
    };
    let (first, end) = match *period {
        "week" => {
            let monday = today.week(chrono::Weekday::Mon).first_day();
            let first = monday.checked_add_signed(TimeDelta::weeks(ahead))?;
            (first, first.checked_add_signed(TimeDelta::weeks(1))?)
        }
        "month" => months(today.with_day(1)?, ahead, 1)?,
        "year" => months(today.with_ordinal(1)?, ahead, 12)?,
        _ => return None,
    };
    Some(Bounds {
        earliest: Some(first),
        latest: end.pred_opt(),
    })
}

/// So many months, whole ones from a first day on or before it, and where they end.
fn months(first: Day, ahead: i64, count: u32) -> Option<(Day, Day)> {
    let length = Months::new(count);
    let first = match ahead {
        ..0 => first.checked_sub_months(length)?,
        0 => first,
        1.. => first.checked_add_months(length)?,
    };
    Some((first, first.checked_add_months(length)?))
}

#[cfg(test)]
mod tests {
    use event_model::time::parse_day;

    use super::*;

    #[test]
    fn they_are_whole_and_next_to_each_other() {
        let today = parse_day("2026-11-25").unwrap();
        for (text, first, last) in [
            ("this week", "2026-11-23", "2026-11-29"),
            ("Next week", "2026-11-30", "2026-12-06"),
            ("last week", "2026-11-16", "2026-11-22"),
            ("this month", "2026-11-01", "2026-11-30"),
            ("next month", "2026-12-01", "2026-12-31"),
            ("last  year", "2025-01-01", "2025-12-31"),
            ("next year", "2027-01-01", "2027-12-31"),
        ] {
            let bounds = days_of(text, today).unwrap();
            let day = |day: Option<Day>| day.unwrap().to_string();
            assert_eq!(day(bounds.earliest), first, "{text}");
            assert_eq!(day(bounds.latest), last, "{text}");
        }
        for text in ["a week ago", "next friday", "week", ""] {
            assert_eq!(days_of(text, today), None, "{text}");
        }
    }
}
