//! [`Hint`]: what a text that is not EDTF was perhaps meant to be.
//!
//! A hint is for the writer to judge. A date is never read through one.

use std::fmt;

use super::{EDTF_BYTES_MAX, Edtf};
use crate::time::Day;

/// Advice for a text that is not EDTF; it displays as nothing if there is none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Hint {
    /// The rule that the text breaks.
    pub rule: Option<&'static str>,
    /// What was perhaps meant; it is always a date that is read.
    pub instead: Option<String>,
}

const SLASH: &str =
    "a slash joins the two dates of an interval, and hyphens join year, month and day";
const TWO_DIGITS: &str = "a month and a day have two digits each";
const YEAR_FIRST: &str = "the year comes first, then the month, then the day, joined by hyphens";
const NO_NAMES: &str = "months are numbers";
const SUB_YEAR: &str = "a quarter is the code 33 to 36 and a half 40 or 41 in place of the month";
const SEASON: &str = "spring to winter are the codes 21 to 24 in place of the month";
const NO_WEEKS: &str = "EDTF has no weeks; give the first and the last day";
const BRACKETS: &str =
    "one unknown day of a range stands in brackets, and a slash joins a span (first/last)";
const HYPHENS: &str = "year, month and day are joined by hyphens";
const SECONDS: &str = "a time has seconds";
const LETTER_T: &str = "a letter T stands before the time, and there are no spaces";
const NO_SPACES: &str = "there are no spaces";
const CAPITAL_X: &str = "an unspecified digit is a capital X";
const TIME_ALONE: &str = "a time stands only with a single day";

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
const SEASONS: [(&str, u32); 5] = [
    ("spring", 21),
    ("summer", 22),
    ("autumn", 23),
    ("fall", 23),
    ("winter", 24),
];

impl Hint {
    /// The advice for a text that was refused.
    pub(super) fn about(text: &str) -> Self {
        let attempts = [range, by_replacing, by_words, time];
        attempts
            .iter()
            .find_map(|attempt| attempt(text))
            .unwrap_or_default()
    }

    fn rule(rule: &'static str) -> Self {
        Self {
            rule: Some(rule),
            instead: None,
        }
    }

    /// The rule, and the date in its place if that is one.
    fn meant(rule: &'static str, instead: String) -> Self {
        Self {
            rule: Some(rule),
            instead: Some(instead).filter(|instead| is_date(instead)),
        }
    }
}

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(rule) = self.rule {
            write!(f, "; {rule}")?;
        }
        if let Some(instead) = &self.instead {
            write!(f, ": {instead}")?;
        }
        Ok(())
    }
}

fn is_date(text: &str) -> bool {
    // `Edtf::parse` would ask for hints in turn.
    text.len() <= EDTF_BYTES_MAX && edtf_core::is_valid(text) && Edtf::parse(text).is_ok()
}

/// `2025-12-01..2025-12-22`
fn range(text: &str) -> Option<Hint> {
    let is_bare = !text.contains(['/', '[', '{']);
    (is_bare && text.contains("..")).then(|| Hint::meant(BRACKETS, format!("[{text}]")))
}

/// What one replacement makes a date.
fn by_replacing(text: &str) -> Option<Hint> {
    let trimmed = text.trim();
    let attempts = [
        (NO_SPACES, trimmed.to_owned()),
        (NO_SPACES, trimmed.replace(char::is_whitespace, "")),
        (CAPITAL_X, trimmed.replace('x', "X")),
        (HYPHENS, trimmed.replace(['–', '—', '−', '‐', '‑'], "-")),
        (LETTER_T, trimmed.replacen([' ', 't'], "T", 1)),
        (SECONDS, with_seconds(trimmed)),
    ];
    attempts
        .into_iter()
        .find(|(_, instead)| is_date(instead))
        .map(|(rule, instead)| Hint::meant(rule, instead))
}

/// `2025-12-23T10:00Z` with its seconds.
fn with_seconds(text: &str) -> String {
    let Some((head, tail)) = text.split_at_checked("2025-12-23T10:00".len()) else {
        return text.to_owned();
    };
    format!("{head}:00{tail}").replacen(' ', "T", 1)
}

/// `2025-12-23T10:00:00Z/..`
fn time(text: &str) -> Option<Hint> {
    let has_time = text.contains(':') && text.contains('T');
    (has_time && text.contains(['/', '[', '{'])).then(|| Hint::rule(TIME_ALONE))
}

/// A run of digits or a run of letters.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Year(i32),
    Number(u32),
    Word(String),
}

fn tokens(text: &str) -> Vec<Token> {
    let mut runs: Vec<String> = Vec::new();
    let mut last = None;
    for character in text.chars() {
        let class = (character.is_alphabetic(), character.is_ascii_digit());
        let carries_on = last == Some(class);
        last = Some(class);
        match runs.last_mut() {
            _ if class == (false, false) => {}
            Some(run) if carries_on => run.push(character.to_ascii_lowercase()),
            _ => runs.push(character.to_ascii_lowercase().into()),
        }
    }
    runs.into_iter().filter_map(token).collect()
}

fn token(run: String) -> Option<Token> {
    if !run.starts_with(|first: char| first.is_ascii_digit()) {
        // The endings of "1st", "2nd", "3rd", "4th" say nothing more.
        let is_ending = matches!(run.as_str(), "st" | "nd" | "rd" | "th" | "of");
        return (!is_ending).then_some(Token::Word(run));
    }
    match run.len() {
        4 => run.parse().ok().map(Token::Year),
        1 | 2 => run.parse().ok().map(Token::Number),
        _ => Some(Token::Word(run)),
    }
}

/// What its numbers and words say, whatever their order and what joins them.
fn by_words(text: &str) -> Option<Hint> {
    use Token::{Number, Word, Year};

    match tokens(text).as_slice() {
        [Year(year), Number(month)] => joined(text, format!("{year:04}-{month:02}")),
        [Year(year), Number(month), Number(day)] => joined(text, date(*year, *month, *day)),
        [Number(a), Number(b), Year(year)] => Some(year_last(*a, *b, *year)),
        [Number(month), Year(year)] => {
            Some(Hint::meant(YEAR_FIRST, format!("{year:04}-{month:02}")))
        }
        [Word(digits)] if digits.len() == 8 => basic(digits),
        [Word(word), Year(year)] | [Year(year), Word(word)] => named(word, None, *year),
        [Year(year), Word(word), Number(number)]
        | [Word(word), Number(number), Year(year)]
        | [Number(number), Word(word), Year(year)] => named(word, Some(*number), *year),
        [Year(year), Word(w), Number(week), Number(_)] if w == "w" => Some(weeks(*year, *week)),
        _ => None,
    }
}

fn date(year: i32, month: u32, day: u32) -> String {
    format!("{year:04}-{month:02}-{day:02}")
}

/// Its numbers in the right order, and something wrong with what joins them.
fn joined(text: &str, instead: String) -> Option<Hint> {
    let rule = if text.contains('/') {
        SLASH
    } else if text.contains('-') {
        TWO_DIGITS
    } else {
        HYPHENS
    };
    let hint = Hint::meant(rule, instead);
    (rule == SLASH || hint.instead.is_some()).then_some(hint)
}

/// `23.12.2025`; what may be day and month or month and day is not guessed.
fn year_last(a: u32, b: u32, year: i32) -> Hint {
    match (a > 12, b > 12) {
        (true, false) => Hint::meant(YEAR_FIRST, date(year, b, a)),
        (false, true) => Hint::meant(YEAR_FIRST, date(year, a, b)),
        _ => Hint::rule(YEAR_FIRST),
    }
}

/// `20251223`
fn basic(digits: &str) -> Option<Hint> {
    let (year, rest) = digits.split_at_checked(4)?;
    let (month, day) = rest.split_at_checked(2)?;
    let hint = Hint::meant(HYPHENS, format!("{year}-{month}-{day}"));
    hint.instead.is_some().then_some(hint)
}

/// A quarter, half, week, season or month by its name.
fn named(word: &str, number: Option<u32>, year: i32) -> Option<Hint> {
    let coded = |rule, code: u32| Some(Hint::meant(rule, format!("{year:04}-{code:02}")));
    match (word, number) {
        ("q" | "quarter", Some(quarter @ 1..=4)) => return coded(SUB_YEAR, 32 + quarter),
        ("h" | "half", Some(half @ 1..=2)) => return coded(SUB_YEAR, 39 + half),
        ("w" | "week" | "kw" | "cw", Some(week)) => return Some(weeks(year, week)),
        _ => {}
    }
    if let Some((_, code)) = SEASONS.iter().find(|(name, _)| *name == word) {
        return coded(SEASON, *code);
    }
    let (month, _) = (1..)
        .zip(MONTHS)
        .find(|(_, name)| word.len() >= 3 && name.starts_with(word))?;
    match number {
        None => coded(NO_NAMES, month),
        Some(day) => Some(Hint::meant(NO_NAMES, date(year, month, day))),
    }
}

fn weeks(year: i32, week: u32) -> Hint {
    let day = |weekday| Day::from_isoywd_opt(year, week, weekday);
    match (day(chrono::Weekday::Mon), day(chrono::Weekday::Sun)) {
        (Some(first), Some(last)) => Hint::meant(NO_WEEKS, format!("{first}/{last}")),
        _ => Hint::rule(NO_WEEKS),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_common_mistake_is_put_right() {
        for (text, rule, instead) in [
            ("2025/12/23", SLASH, "2025-12-23"),
            ("2025/12", SLASH, "2025-12"),
            ("2025-2-3", TWO_DIGITS, "2025-02-03"),
            ("2025-2", TWO_DIGITS, "2025-02"),
            ("2025.12.23", HYPHENS, "2025-12-23"),
            ("20251223", HYPHENS, "2025-12-23"),
            ("2025–12–23", HYPHENS, "2025-12-23"),
            ("23.12.2025", YEAR_FIRST, "2025-12-23"),
            ("12/23/2025", YEAR_FIRST, "2025-12-23"),
            ("12/2025", YEAR_FIRST, "2025-12"),
            ("03/02/2025", YEAR_FIRST, ""),
            ("Feb 2026", NO_NAMES, "2026-02"),
            ("February 2026", NO_NAMES, "2026-02"),
            ("2026 Sept", NO_NAMES, "2026-09"),
            ("23 December 2025", NO_NAMES, "2025-12-23"),
            ("December 23rd, 2025", NO_NAMES, "2025-12-23"),
            ("2025-Dec-23", NO_NAMES, "2025-12-23"),
            ("2025-Q4", SUB_YEAR, "2025-36"),
            ("Q4 2025", SUB_YEAR, "2025-36"),
            ("2025Q1", SUB_YEAR, "2025-33"),
            ("H2 2026", SUB_YEAR, "2026-41"),
            ("1H2026", SUB_YEAR, "2026-40"),
            ("summer 2025", SEASON, "2025-22"),
            ("fall 2025", SEASON, "2025-23"),
            ("2025-W52", NO_WEEKS, "2025-12-22/2025-12-28"),
            ("2025-W52-2", NO_WEEKS, "2025-12-22/2025-12-28"),
            ("2025-W60", NO_WEEKS, ""),
            (
                "2025-12-01..2025-12-22",
                BRACKETS,
                "[2025-12-01..2025-12-22]",
            ),
            (" 2025-12", NO_SPACES, "2025-12"),
            (
                "2025-12-22 / 2025-12-23",
                NO_SPACES,
                "2025-12-22/2025-12-23",
            ),
            ("201x", CAPITAL_X, "201X"),
            ("2025-12-23 10:00:00Z", LETTER_T, "2025-12-23T10:00:00Z"),
            ("2025-12-23T10:00Z", SECONDS, "2025-12-23T10:00:00Z"),
            ("2025-12-23T10:00:00Z/..", TIME_ALONE, ""),
        ] {
            let hint = Hint::about(text);
            assert_eq!(hint.rule, Some(rule), "{text}");
            assert_eq!(
                hint.instead.as_deref().unwrap_or_default(),
                instead,
                "{text}"
            );
        }
    }

    #[test]
    fn what_nobody_can_guess_gets_no_hint() {
        for text in [
            "soon",
            "mid-December",
            "",
            "??",
            "2025-Q9",
            "12345678",
            "2025-36-01",
            "é",
            "last week",
        ] {
            assert_eq!(Hint::about(text), Hint::default(), "{text}");
            assert_eq!(Hint::about(text).to_string(), "");
        }
    }

    proptest! {
        #[test]
        fn what_is_suggested_is_read(text in "[0-9]{1,4}[-/. ]?[0-9A-Za-z]{1,4}[-/. ,]?[0-9]{0,4}") {
            if let Some(instead) = Hint::about(&text).instead {
                prop_assert!(Edtf::parse(&instead).is_ok());
            }
        }

        #[test]
        fn any_text_gets_its_hint_without_a_panic(text in any::<String>()) {
            let _ = Hint::about(&text).to_string();
        }
    }
}
