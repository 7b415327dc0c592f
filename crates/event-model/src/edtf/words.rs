//! A date in words.
//!
//! Every function gives `None` for what has no short and certain form; the
//! caller then shows the date as it was written.

use std::fmt::Write;

use edtf_core::{
    Date, DateField, DateTime, Edtf, Interval, IntervalEndpoint, Precision, Set, SetElement,
    SetKind, TimeShift, YearKind,
};

/// The longest list that is put in words.
const ITEMS_MAX: usize = 4;

/// The names of the months.
pub const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

pub(super) fn of(value: &Edtf) -> Option<String> {
    match value {
        Edtf::Date(date) => qualified(date),
        Edtf::DateTime(moment) => of_moment(moment),
        Edtf::Interval(interval) => of_interval(interval),
        Edtf::Set(set) => of_set(set),
    }
}

/// A date with what its `~`, `?` or `%` says.
fn qualified(date: &Date) -> Option<String> {
    let plain = plain(date)?;
    let about = if date.is_approximate() { "about " } else { "" };
    let uncertain = if date.is_uncertain() {
        " (uncertain)"
    } else {
        ""
    };
    Some(format!("{about}{plain}{uncertain}"))
}

/// A date without its `~`, `?` or `%`.
fn plain(date: &Date) -> Option<String> {
    if date.has_unspecified() {
        return unspecified(date);
    }
    let year = year(date)?;
    match date.precision() {
        Precision::Year => Some(year.to_string()),
        Precision::Month => Some(format!("{} {year}", month(date)?)),
        Precision::Day => Some(format!("{} {} {year}", day(date)?, month(date)?)),
        Precision::Season => sub_year(date.month?.value()?, year),
    }
}

/// Its year, if it needs no more than a number: from 1 to 9999.
fn year(date: &Date) -> Option<i64> {
    date.year.value().filter(|year| (1..=9_999).contains(year))
}

fn month(date: &Date) -> Option<&'static str> {
    let number = date.month?.value()?;
    MONTHS.get(usize::from(number).checked_sub(1)?).copied()
}

fn day(date: &Date) -> Option<u8> {
    date.day?.value()
}

fn sub_year(code: u8, year: i64) -> Option<String> {
    let next = year + 1;
    Some(match code {
        21 => format!("spring {year}"),
        22 => format!("summer {year}"),
        23 => format!("autumn {year}"),
        24 => format!("winter {year}–{next}"),
        25 => format!("spring {year} (northern)"),
        26 => format!("summer {year} (northern)"),
        27 => format!("autumn {year} (northern)"),
        28 => format!("winter {year}–{next} (northern)"),
        29 => format!("spring {year} (southern)"),
        30 => format!("summer {year}–{next} (southern)"),
        31 => format!("autumn {year} (southern)"),
        32 => format!("winter {year} (southern)"),
        33..=36 => format!("Q{} {year}", code - 32),
        37 => format!("January–April {year}"),
        38 => format!("May–August {year}"),
        39 => format!("September–December {year}"),
        40 => format!("first half of {year}"),
        41 => format!("second half of {year}"),
        _ => return None,
    })
}

/// The unspecified digits of level 1.
fn unspecified(date: &Date) -> Option<String> {
    if let (YearKind::Standard { digits, .. }, None) = (date.year.kind, date.month) {
        let with = |fill: u8| {
            digits.iter().fold(0, |year, digit| {
                year * 10 + u32::from(digit.unwrap_or(fill))
            })
        };
        return Some(format!("one year of {:04}–{:04}", with(0), with(9)));
    }
    let (year, month_known) = (year(date)?, date.month?.value().is_some());
    match (month_known, date.day.map(DateField::value)) {
        (true, Some(None)) => Some(format!("one day of {} {year}", month(date)?)),
        (false, Some(None)) => Some(format!("one day of {year}")),
        (false, None) => Some(format!("one month of {year}")),
        _ => None,
    }
}

fn of_moment(moment: &DateTime) -> Option<String> {
    let (date, time) = (plain(&moment.date)?, moment.time);
    let mut words = format!("{date}, {:02}:{:02}", time.hour, time.minute);
    if time.second != 0 {
        write!(words, ":{:02}", time.second).ok()?;
    }
    match time.shift {
        None => {}
        Some(TimeShift::Utc) => words.push_str(" UTC"),
        Some(TimeShift::Offset { minutes, .. }) => {
            let sign = if minutes < 0 { '-' } else { '+' };
            let (hours, minutes) = (minutes.unsigned_abs() / 60, minutes.unsigned_abs() % 60);
            write!(words, " UTC{sign}{hours:02}:{minutes:02}").ok()?;
        }
    }
    Some(words)
}

fn of_interval(interval: &Interval) -> Option<String> {
    use IntervalEndpoint::{Date, Open, Unknown};

    match (&interval.start, &interval.end) {
        (Unknown, Date(end)) => Some(format!("by {}", qualified(end)?)),
        (Open, Date(end)) => Some(format!("until {}, open start", qualified(end)?)),
        (Date(start), Unknown) => Some(format!("from {}", qualified(start)?)),
        (Date(start), Open) => Some(format!("from {}, open end", qualified(start)?)),
        (Date(start), Date(end)) => span(start, end),
        _ => None,
    }
}

/// Two dates, with the month and the year that they share said once.
fn span(start: &Date, end: &Date) -> Option<String> {
    let is_qualified = |date: &Date| date.is_approximate() || date.is_uncertain();
    let precision = start.precision();
    if is_qualified(start) || is_qualified(end) || precision != end.precision() {
        return Some(format!("{} – {}", qualified(start)?, qualified(end)?));
    }
    if start == end {
        return plain(start);
    }
    let shares_year = year(start)? == year(end)?;
    let shares_month = shares_year && month(start) == month(end);
    match precision {
        Precision::Year => Some(format!("{}–{}", plain(start)?, plain(end)?)),
        Precision::Month if shares_year => Some(format!("{}–{}", month(start)?, plain(end)?)),
        Precision::Day if shares_month => Some(format!("{}–{}", day(start)?, plain(end)?)),
        Precision::Day if shares_year => Some(format!(
            "{} {} – {}",
            day(start)?,
            month(start)?,
            plain(end)?
        )),
        _ => Some(format!("{} – {}", plain(start)?, plain(end)?)),
    }
}

fn of_set(set: &Set) -> Option<String> {
    let elements = set.elements.as_slice();
    if let [SetElement::Range(first, last)] = elements {
        let each = match set.kind {
            SetKind::OneMember => "one",
            SetKind::AllMembers => "each",
        };
        return Some(match first == last {
            true => plain(first)?,
            false => format!("{each} {} of {}", unit(first)?, span(first, last)?),
        });
    }
    if elements.len() > ITEMS_MAX {
        return None;
    }
    let words: Option<Vec<String>> = elements.iter().map(element).collect();
    Some(words?.join(match set.kind {
        SetKind::OneMember => " or ",
        SetKind::AllMembers => " and ",
    }))
}

fn unit(date: &Date) -> Option<&'static str> {
    match date.precision() {
        Precision::Year => Some("year"),
        Precision::Month => Some("month"),
        Precision::Day => Some("day"),
        Precision::Season => None,
    }
}

fn element(element: &SetElement) -> Option<String> {
    match element {
        SetElement::Date(date) => qualified(date),
        SetElement::OnOrBefore(date) => Some(format!("some time by {}", qualified(date)?)),
        SetElement::OnOrAfter(date) => Some(format!("some time from {}", qualified(date)?)),
        SetElement::Range(first, last) => span(first, last),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::Edtf;

    #[test]
    fn dates_in_words() {
        for (text, expect) in [
            ("2025", "2025"),
            ("2026-02", "February 2026"),
            ("2025-12-23", "23 December 2025"),
            ("2025-12-03", "3 December 2025"),
            ("2025~", "about 2025"),
            ("2025?", "2025 (uncertain)"),
            ("2025-12-23%", "about 23 December 2025 (uncertain)"),
            ("?2025-?12", "December 2025 (uncertain)"),
            ("0476", "476"),
            ("-0044", "-0044"),
            ("0000", "0000"),
            ("2025-12-23T10:00:00Z", "23 December 2025, 10:00 UTC"),
            ("2025-12-23T10:00:05", "23 December 2025, 10:00:05"),
            (
                "2025-12-23T10:00:00-05:30",
                "23 December 2025, 10:00 UTC-05:30",
            ),
            ("2025-12-XX", "one day of December 2025"),
            ("2025-XX", "one month of 2025"),
            ("2025-XX-XX", "one day of 2025"),
            ("201X", "one year of 2010–2019"),
            ("20XX~", "about one year of 2000–2099"),
            ("2025-21", "spring 2025"),
            ("2025-24", "winter 2025–2026"),
            ("2025-30", "summer 2025–2026 (southern)"),
            ("2025-36", "Q4 2025"),
            ("2025-36~", "about Q4 2025"),
            ("2025-38", "May–August 2025"),
            ("2026-40", "first half of 2026"),
            ("2026-41", "second half of 2026"),
        ] {
            assert_eq!(Edtf::parse(text).unwrap().in_words(), expect, "{text}");
        }
    }

    #[test]
    fn spans_and_sets_in_words() {
        for (text, expect) in [
            ("2025-12-22/2025-12-23", "22–23 December 2025"),
            ("2025-01-28/2025-03-03", "28 January – 3 March 2025"),
            ("2024-12-31/2025-01-01", "31 December 2024 – 1 January 2025"),
            ("2025-12-23/2025-12-23", "23 December 2025"),
            ("2025-01/2025-03", "January–March 2025"),
            ("2024-12/2025-03", "December 2024 – March 2025"),
            ("2024/2025", "2024–2025"),
            ("2024/2025-03", "2024 – March 2025"),
            ("2025-33/2025-36", "Q1 2025 – Q4 2025"),
            ("2024~/2025?", "about 2024 – 2025 (uncertain)"),
            ("/2025-12-23", "by 23 December 2025"),
            ("../2025-12-23", "until 23 December 2025, open start"),
            ("2025-12-23/", "from 23 December 2025"),
            ("2025-12-23/..", "from 23 December 2025, open end"),
            ("-0044/2025", "-0044/2025"),
            ("[2025-12-01..2025-12-22]", "one day of 1–22 December 2025"),
            ("{2025-12-01..2025-12-22}", "each day of 1–22 December 2025"),
            ("[2025-11..2025-12]", "one month of November–December 2025"),
            ("[2024..2026]", "one year of 2024–2026"),
            (
                "[2025-12-01,2025-12-03]",
                "1 December 2025 or 3 December 2025",
            ),
            ("{2024,2025-12}", "2024 and December 2025"),
            ("[..2025-12-22]", "some time by 22 December 2025"),
            ("[2025-12-22..]", "some time from 22 December 2025"),
            ("[2020,2022,2024..2025]", "2020 or 2022 or 2024–2025"),
            ("{2019,2020,2021,2022,2023}", "{2019,2020,2021,2022,2023}"),
        ] {
            assert_eq!(Edtf::parse(text).unwrap().in_words(), expect, "{text}");
        }
    }

    proptest! {
        #[test]
        fn words_hold_no_number_that_the_text_has_not(month in 1_u8..=12, year in 1_000_i32..=9_999) {
            let words = Edtf::parse(&format!("{year}-{month:02}")).unwrap().in_words();
            let digits: String = words.chars().filter(char::is_ascii_digit).collect();
            prop_assert_eq!(digits, year.to_string());
        }
    }
}
