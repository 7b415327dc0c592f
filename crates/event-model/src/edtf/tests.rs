//! What of `edtf-core` this crate relies on, and what it adds.

use proptest::prelude::*;

use super::*;

/// `2025-12-01 2025-12-22`, with `-` for a side that is open.
fn shown(bounds: Bounds) -> String {
    let side = |day: Option<Day>| day.map_or_else(|| "-".to_owned(), |day| day.to_string());
    format!("{} {}", side(bounds.earliest), side(bounds.latest))
}

fn check(cases: &[(&str, &str)]) {
    for (text, expect) in cases {
        let date = Edtf::parse(text).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(shown(date.bounds()), *expect, "{text}");
        assert_eq!(date.to_string(), *text);
    }
}

#[test]
fn level_0() {
    check(&[
        ("2025-12-23", "2025-12-23 2025-12-23"),
        ("2026-02", "2026-02-01 2026-02-28"),
        ("2024-02", "2024-02-01 2024-02-29"),
        ("1900-02", "1900-02-01 1900-02-28"),
        ("2024-02-29", "2024-02-29 2024-02-29"),
        ("2025", "2025-01-01 2025-12-31"),
        ("0000", "0000-01-01 0000-12-31"),
        ("9999", "9999-01-01 9999-12-31"),
        ("2025-12-23T10:00:00Z", "2025-12-23 2025-12-23"),
        ("2025-12-23T23:59:60", "2025-12-23 2025-12-23"),
        ("2025-12-23T23:30:00-10:00", "2025-12-23 2025-12-23"),
        ("2025-12-23T00:30:00+14", "2025-12-23 2025-12-23"),
        ("2025-12-22/2025-12-23", "2025-12-22 2025-12-23"),
        ("2025-12-23/2025-12-23", "2025-12-23 2025-12-23"),
        ("2025/2025-02", "2025-01-01 2025-02-28"),
        ("2025-12-23/2025", "2025-12-23 2025-12-31"),
        ("2024/2025", "2024-01-01 2025-12-31"),
    ]);
}

#[test]
fn level_1() {
    check(&[
        ("-0044", "-0044-01-01 -0044-12-31"),
        ("-0044-03-15", "-0044-03-15 -0044-03-15"),
        ("-9999", "-9999-01-01 -9999-12-31"),
        ("2025~", "2025-01-01 2025-12-31"),
        ("2025-12?", "2025-12-01 2025-12-31"),
        ("2025-12-23%", "2025-12-23 2025-12-23"),
        // The same qualification on each part is that of the whole.
        ("?2025-?12-?23", "2025-12-23 2025-12-23"),
        ("~2025", "2025-01-01 2025-12-31"),
        ("201X", "2010-01-01 2019-12-31"),
        ("20XX", "2000-01-01 2099-12-31"),
        ("2025-XX", "2025-01-01 2025-12-31"),
        ("2025-XX-XX", "2025-01-01 2025-12-31"),
        ("2025-02-XX", "2025-02-01 2025-02-28"),
        ("201X?", "2010-01-01 2019-12-31"),
        ("2025-21", "2025-03-01 2025-05-31"),
        ("2025-22", "2025-06-01 2025-08-31"),
        ("2025-23", "2025-09-01 2025-11-30"),
        ("2025-24", "2025-12-01 2026-02-28"),
        ("2023-24", "2023-12-01 2024-02-29"),
        ("/2025-12-23", "- 2025-12-23"),
        ("../2025-12-23", "- 2025-12-23"),
        ("2025-12-23/", "2025-12-23 -"),
        ("2025-12-23/..", "2025-12-23 -"),
        ("2024~/2025?", "2024-01-01 2025-12-31"),
        ("-0044/..", "-0044-01-01 -"),
    ]);
}

#[test]
fn sets_and_sub_year_codes_of_level_2() {
    check(&[
        ("[2025-12-01..2025-12-22]", "2025-12-01 2025-12-22"),
        ("[2025-12-01..2025-12-01]", "2025-12-01 2025-12-01"),
        ("{2025-11,2025-12}", "2025-11-01 2025-12-31"),
        ("[2025-12,2024-01-05]", "2024-01-05 2025-12-31"),
        ("[..2025-12-22]", "- 2025-12-22"),
        ("[2025-12-01..]", "2025-12-01 -"),
        ("[..2020,2025..]", "- -"),
        ("[2025-12~]", "2025-12-01 2025-12-31"),
        ("[2025-36,2026-33]", "2025-10-01 2026-03-31"),
        ("2025-25", "2025-03-01 2025-05-31"),
        ("2025-28", "2025-12-01 2026-02-28"),
        ("2025-29", "2025-09-01 2025-11-30"),
        ("2025-30", "2025-12-01 2026-02-28"),
        ("2025-31", "2025-03-01 2025-05-31"),
        ("2025-32", "2025-06-01 2025-08-31"),
        ("2025-33", "2025-01-01 2025-03-31"),
        ("2025-34", "2025-04-01 2025-06-30"),
        ("2025-35", "2025-07-01 2025-09-30"),
        ("2025-36", "2025-10-01 2025-12-31"),
        ("2025-37", "2025-01-01 2025-04-30"),
        ("2025-38", "2025-05-01 2025-08-31"),
        ("2025-39", "2025-09-01 2025-12-31"),
        ("2026-40", "2026-01-01 2026-06-30"),
        ("2026-41", "2026-07-01 2026-12-31"),
        ("2026-41~", "2026-07-01 2026-12-31"),
        ("2025-36/2026-33", "2025-10-01 2026-03-31"),
        ("2025-36/", "2025-10-01 -"),
    ]);
}

#[test]
fn other_parts_of_level_2_are_refused_by_name() {
    for (text, expect) in [
        ("Y17E8", Part::ExponentialYear),
        ("[Y17E8]", Part::ExponentialYear),
        ("1950S2", Part::SignificantDigits),
        ("Y171010000S3", Part::SignificantDigits),
        ("2004-06~-11", Part::PartialQualification),
        ("2004?-06-11", Part::PartialQualification),
        ("?2004-06-~11", Part::PartialQualification),
        ("2025?-36", Part::PartialQualification),
        ("2025-~06/2026", Part::PartialQualification),
        ("1X99", Part::UnspecifiedDigits),
        ("XXXX", Part::UnspecifiedDigits),
        ("2XXX", Part::UnspecifiedDigits),
        ("2025-XX-12", Part::UnspecifiedDigits),
        ("2025-1X", Part::UnspecifiedDigits),
        ("2025-12-2X", Part::UnspecifiedDigits),
        ("201X-36", Part::UnspecifiedDigits),
        ("201X-12~", Part::UnspecifiedDigits),
        ("[1X99]", Part::UnspecifiedDigits),
        ("2025-12-XX/2026", Part::UnspecifiedDigits),
        ("201X/2026", Part::UnspecifiedDigits),
        ("..2004/2005", Part::OpenBesideDate),
        ("2004/2005..", Part::OpenBesideDate),
    ] {
        let error = Edtf::parse(text).unwrap_err();
        let part = match &error {
            EdtfError::Unsupported { part, .. } => *part,
            other => panic!("{text}: {other}"),
        };
        assert_eq!(part, expect, "{text}");
        assert!(error.to_string().contains("only sets"), "{error}");
    }
}

#[test]
fn what_no_calendar_has_is_not_malformed() {
    for (text, offset) in [
        ("2025-02-30", 8),
        ("2025-02-29", 8),
        ("1900-02-29", 8),
        ("2025-04-31", 8),
        ("2025-12-00", 8),
        ("2025-13-01", 5),
        ("2025-00", 5),
        ("2025-20", 5),
        ("2025-42", 5),
        ("-0000", 0),
        ("2025-02-30T10:00:00Z", 8),
        ("2025-13-01T10:00:00Z", 5),
        ("2025-12-23T24:00:00Z", 11),
        ("2025-12-23T10:60:00Z", 14),
        ("2025-12-23T10:00:61Z", 17),
        ("2025-12-22/2025-12-32", 19),
        ("[2025-12-01..2025-12-32]", 21),
    ] {
        match Edtf::parse(text).unwrap_err() {
            EdtfError::NoSuchDate { offset_bytes, .. } => {
                assert_eq!(offset_bytes, offset, "{text}")
            }
            other => panic!("{text}: {other}"),
        }
    }
}

#[test]
fn what_is_malformed_says_where() {
    for (text, offset) in [
        ("2025/12/23", 7),
        ("2025-2-3", 6),
        ("2025-", 4),
        ("202", 2),
        ("Feb 2026", 3),
        ("2025-12-23 ", 10),
        ("2025–12", 4),
        ("..", 0),
        ("/", 0),
        ("../..", 0),
        ("/..", 0),
        ("[]", 1),
        ("[2025", 4),
        ("[[2025]]", 1),
        ("[2025,,2026]", 6),
        ("2025-36-01", 8),
        ("Y2025", 1),
        ("[2025-12..2025-12-22]", 10),
        ("[2025-12~..2026-01]", 1),
        ("2025-12-23T10:00Z", 11),
    ] {
        match Edtf::parse(text).unwrap_err() {
            EdtfError::Malformed { offset_bytes, .. } => assert_eq!(offset_bytes, offset, "{text}"),
            other => panic!("{text}: {other}"),
        }
    }
}

#[test]
fn what_runs_backwards_is_refused() {
    for (text, offset) in [
        ("2025-12-23/2025-12-01", 11),
        ("2026/2025", 5),
        ("2025-36/2025-34", 8),
        ("2025-12-23~/2025-12-01", 12),
        ("[2025-12-22..2025-12-01]", 13),
        ("{2024,2026..2025}", 12),
    ] {
        match Edtf::parse(text).unwrap_err() {
            EdtfError::Backwards { offset_bytes, .. } => assert_eq!(offset_bytes, offset, "{text}"),
            other => panic!("{text}: {other}"),
        }
    }
}

#[test]
fn limits_are_named() {
    assert_eq!(Edtf::parse("").unwrap_err(), EdtfError::Empty);
    let years = |count: usize| format!("[{}]", vec!["2025"; count].join(","));
    assert_eq!(years(39).len(), 196);
    assert!(Edtf::parse(&years(39)).is_ok());
    assert_eq!(
        Edtf::parse(&years(40)).unwrap_err(),
        EdtfError::TooLong { bytes: 201 }
    );
    for text in [
        "Y10000",
        "Y-10000",
        "Y170000002",
        "9999-24",
        "Y-10000/2025",
        "2025/Y10000",
        "[..2025,Y20000,2026..]",
        "Y9223372036854775807",
    ] {
        let error = Edtf::parse(text).unwrap_err();
        assert!(matches!(error, EdtfError::YearOutOfRange { .. }), "{error}");
        assert!(error.to_string().ends_with("-9999 to 9999"), "{error}");
    }
}

#[test]
fn messages_are_whole() {
    for (text, expect) in [
        (
            "2025/12/23",
            "\"2025/12/23\" is not an EDTF date: interval must contain exactly one '/' (at byte 7); a slash joins the two dates of an interval, and hyphens join year, month and day: 2025-12-23",
        ),
        (
            "soon",
            "\"soon\" is not an EDTF date: year must have exactly four digits (or X) (at byte 0)",
        ),
        (
            "2025-02-30",
            "\"2025-02-30\" does not exist in the calendar: day is out of range for the month (at byte 8)",
        ),
        (
            "2025-12-23/2025-12-01",
            "\"2025-12-23/2025-12-01\" runs backwards: the end at byte 11 lies before the start",
        ),
        (
            "2004-06~-11",
            "\"2004-06~-11\" has ~, ? or % for only a part of the date, which is EDTF level 2; of level 2 only sets ([a..b], {a,b}) and sub-year codes (25 to 41) are supported",
        ),
    ] {
        assert_eq!(Edtf::parse(text).unwrap_err().to_string(), expect);
    }
}

#[test]
fn qualification_is_told() {
    for (text, approximate, uncertain) in [
        ("2025", false, false),
        ("2025~", true, false),
        ("2025?", false, true),
        ("2025%", true, true),
        ("2024~/2025", true, false),
        ("[2024,2025?]", false, true),
    ] {
        let date = Edtf::parse(text).unwrap();
        assert_eq!(
            (date.is_approximate(), date.is_uncertain()),
            (approximate, uncertain),
            "{text}"
        );
    }
}

#[test]
fn json_is_the_text() {
    let date: Edtf = serde_json::from_str("\"2025-12~\"").unwrap();
    assert_eq!(serde_json::to_string(&date).unwrap(), "\"2025-12~\"");
    let error = serde_json::from_str::<Edtf>("\"2025-02-30\"").unwrap_err();
    assert!(error.to_string().contains("calendar"), "{error}");
}

/// Texts that are nearly EDTF, so that deep branches are met.
fn nearly() -> impl Strategy<Value = String> {
    "[\\[{]?(\\.\\.)?[?~%]?-?[0-9XY]{1,5}[SE]?[?~%]?(-[0-9X]{0,3}[?~%]?){0,3}(\\.\\.|/|,|T)?([0-9X]{4}(-[0-9X]{2}){0,2}|[0-9:Z+-]{0,14})[?~%]?(\\.\\.)?[\\]}]?"
}

fn any_day() -> impl Strategy<Value = Day> {
    (-3_000_000_i32..3_000_000).prop_map(|number| Day::from_num_days_from_ce_opt(number).unwrap())
}

fn holds_together(text: &str) -> Result<(), TestCaseError> {
    let Ok(date) = Edtf::parse(text) else {
        return Ok(());
    };
    let Bounds { earliest, latest } = date.bounds();
    prop_assert!(earliest.zip(latest).is_none_or(|(a, b)| a <= b));
    prop_assert_eq!(date.text(), text);
    prop_assert!(!date.in_words().is_empty());
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_text_makes_it_panic(text in any::<String>()) {
        holds_together(&text)?;
    }

    #[test]
    fn no_text_that_is_nearly_edtf_makes_it_panic(text in nearly()) {
        holds_together(&text)?;
    }

    #[test]
    fn a_day_is_its_bounds(day in any_day()) {
        let date = Edtf::day(day);
        prop_assert_eq!(Edtf::parse(date.text()), Ok(date));
    }

    #[test]
    fn qualification_never_moves_bounds(day in any_day(), mark in "[?~%]") {
        let date = Edtf::day(day);
        for text in [date.text(), date.text().get(..7).unwrap()] {
            if let (Ok(plain), Ok(marked)) = (Edtf::parse(text), Edtf::parse(&format!("{text}{mark}"))) {
                prop_assert_eq!(plain.bounds(), marked.bounds());
            }
        }
    }

    #[test]
    fn two_days_span_from_one_to_the_other(a in any_day(), b in any_day()) {
        let (a, b) = (Edtf::day(a.min(b)), Edtf::day(a.max(b)));
        let hull = a.bounds().hull(b.bounds());
        for text in [format!("{a}/{b}"), format!("[{a}..{b}]"), format!("{{{b},{a}}}")] {
            prop_assert_eq!(Edtf::parse(&text).unwrap().bounds(), hull);
        }
        if a != b {
            let backwards = Edtf::parse(&format!("{b}/{a}"));
            let is_refused = matches!(backwards, Err(EdtfError::Backwards { .. }));
            prop_assert!(is_refused);
        }
    }
}
