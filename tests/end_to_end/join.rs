//! `annals join`: what was known at the moment of each row.

use serde_json::{Value, json};

use crate::environment::{Environment, company, talks};

/// The joined column of each row.
fn joined(environment: &Environment, typed: &str, rows: &str) -> Vec<String> {
    let text = environment
        .feed(&format!("join - {typed}"), rows.as_bytes())
        .text();
    let lines = text.lines().skip(1);
    lines
        .map(|line| line.rsplit(',').next().unwrap().to_owned())
        .collect()
}

const RESULTS: &str = "company,date\nalibaba,2025-12-23\nalibaba,2025-12-24\nalibaba,2026-02-10\n\
                       alibaba,2026-02-11\nalibaba,2026-03-06\nalibaba,2026-03-08\n";

#[test]
fn a_bare_date_is_the_start_of_its_day() {
    let environment = Environment::with_sample();
    let field = "--field earnings.next.date";
    assert_eq!(
        joined(&environment, field, RESULTS),
        [
            "",
            "2026-02",
            "2026-02-19",
            "2026-02-18",
            "2026-03-13",
            "2026-03-19"
        ]
    );
    let at_the_end = [
        "2026-02",
        "2026-02",
        "2026-02-18",
        "2026-02-19",
        "2026-03-13",
        "2026-03-19",
    ];
    let typed = format!("{field} --row-time end");
    assert_eq!(joined(&environment, &typed, RESULTS), at_the_end);
    // What `at` answers on those days.
    for (row, expected) in RESULTS.lines().skip(1).zip(at_the_end) {
        let (company, date) = row.split_once(',').unwrap();
        let answer = environment.at(&format!("{date} {company}"));
        assert_eq!(answer["earnings"]["next"]["date"], expected, "{date}");
    }
}

#[test]
fn the_time_of_a_row_is_of_its_zone() {
    let environment = Environment::with_sample();
    // 16 February, 03:11 and 14:17 in UTC.
    let rows = "company,date\nalibaba,2026-02-16\nalibaba,2026-02-16 09:30\n";
    let typed = "--field earnings.next.date --zone America/New_York";
    let before = ["2026-02-18", "2026-02-19"];
    let times = format!("{typed} --row-time 09:00");
    assert_eq!(joined(&environment, &times, rows), before);
    let times = format!("{typed} --row-time 09:20");
    assert_eq!(
        joined(&environment, &times, rows),
        ["2026-02-19", "2026-02-19"]
    );
    // It was winter, five hours behind.
    let offset = times.replace("America/New_York", "-05:00");
    assert_eq!(joined(&environment, &offset, rows), ["2026-02-19"; 2]);
}

#[test]
fn a_lag_leaves_out_what_came_just_before() {
    let environment = Environment::with_sample();
    let rows = "company,date\nalibaba,2026-03-08\n";
    let field = "--field earnings.next.date";
    assert_eq!(joined(&environment, field, rows), ["2026-03-19"]);
    assert_eq!(
        joined(&environment, &format!("{field} --lag 1d"), rows),
        ["2026-03-13"]
    );
    assert_eq!(
        joined(&environment, &format!("{field} --lag 9h"), rows),
        ["2026-03-19"]
    );
}

#[test]
fn on_the_clock_of_recording_a_row_sees_the_log_as_it_stood() {
    let environment = Environment::new();
    let append_at = |now: &str, event: Value| {
        let mut command = environment.command(["append", "--file", "event.jsonl", "--quiet"]);
        environment.write("event.jsonl", event.to_string());
        assert!(command.env("ANNALS_NOW", now).status().unwrap().success());
    };
    append_at("2026-01-01T00:00:00Z", company("alibaba"));
    append_at(
        "2026-02-01T12:00:00Z",
        talks("alibaba", "2026-01-10", "ordered"),
    );
    let rows = "company,date\nalibaba,2026-01-20\nalibaba,2026-02-01\nalibaba,2026-02-02\n";
    let field = "--field chips[amd-mi308].stage";
    assert_eq!(
        joined(&environment, field, rows),
        ["ordered", "ordered", "ordered"]
    );
    let typed = format!("{field} --clock recorded");
    assert_eq!(joined(&environment, &typed, rows), ["", "", "ordered"]);
    let typed = format!("{field} --recorded 1");
    assert_eq!(joined(&environment, &typed, rows), ["", "", ""]);
}

#[test]
fn what_was_due_the_day_before_is_overdue_at_the_start_of_a_day() {
    let environment = Environment::with_sample();
    let rows = "company,date\nalibaba,2026-02-19\nalibaba,2026-02-20\n";
    let overdue = joined(&environment, "--field earnings.next.overdue", rows);
    assert_eq!(overdue, ["false", "true"]);
}

#[test]
fn how_the_log_will_stand_nobody_knows() {
    let environment = Environment::with_sample();
    let rows = "company,date\nalibaba,2026-11-23\nalibaba,2026-11-24\n";
    let field = "--field earnings.next.date";
    assert_eq!(joined(&environment, field, rows), ["2026-03-19"; 2]);
    let typed = format!("join - {field} --clock recorded");
    let run = environment.feed(&typed, rows.as_bytes()).done();
    let told = "row 2: asks how the log stood at 2026-11-24T00:00:00Z, which is in the future";
    assert!(run.stderr.contains(told), "{}", run.stderr);
    assert!(!run.stderr.contains("row 1"), "{}", run.stderr);
    environment
        .feed(&format!("{typed} --lag 1d --strict"), rows.as_bytes())
        .done();
}

#[test]
fn of_several_columns_that_can_hold_a_moment_it_says_which_it_takes() {
    let environment = Environment::with_sample();
    let rows = "company,time,date\nalibaba,09:30,2026-03-08\n";
    let note = "its `date`, and not its `time`";
    for (typed, is_told) in [("", true), (" --date-column date", false)] {
        let typed = format!("join - --field earnings.next.date{typed}");
        let run = environment.feed(&typed, rows.as_bytes()).done();
        assert_eq!(run.stderr.contains(note), is_told, "{}", run.stderr);
    }
}

#[test]
fn a_lag_leaves_out_what_was_not_published_yet_when_it_was_recorded() {
    let environment = Environment::new();
    // Recorded at noon, and published some time on that day.
    let event = talks("alibaba", "2026-02-01", "ordered");
    for (event, now) in [
        (company("alibaba"), "2026-01-01T00:00:00Z"),
        (event, "2026-02-01T12:00:00Z"),
    ] {
        environment.write("event.jsonl", event.to_string());
        let mut command = environment.command(["append", "--file", "event.jsonl", "--quiet"]);
        assert!(command.env("ANNALS_NOW", now).status().unwrap().success());
    }
    let rows = "company,date\nalibaba,2026-02-02T01:00:00Z\nalibaba,2026-02-02T12:00:00Z\n";
    for clock in ["published", "recorded"] {
        let typed = format!("--field chips[amd-mi308].stage --lag 12h --clock {clock}");
        assert_eq!(
            joined(&environment, &typed, rows),
            ["", "ordered"],
            "{clock}"
        );
    }
}

#[test]
fn on_the_clock_of_recording_a_key_is_whoevers_it_was_by_the_log() {
    let environment = Environment::new();
    let listed = |slug: &str, now: &str| {
        let mut event = company(slug);
        event["data"] = json!({"name": slug, "identifiers": [
            {"scheme": "ticker", "value": "XNYS:AB"},
        ]});
        environment.write("event.jsonl", event.to_string());
        let mut command = environment.command(["append", "--file", "event.jsonl", "--quiet"]);
        assert!(command.env("ANNALS_NOW", now).status().unwrap().success());
    };
    listed("acme", "2026-01-10T00:00:00Z");
    listed("globex", "2026-01-20T00:00:00Z");
    let rows = "company,date\nXNYS:AB,2026-01-05\nXNYS:AB,2026-01-15\nXNYS:AB,2026-01-25\n";
    let typed = "--field company.slug --clock recorded";
    assert_eq!(joined(&environment, typed, rows), ["", "acme", ""]);
    let typed = "--field company.slug";
    assert_eq!(joined(&environment, typed, rows), ["", "", ""]);
}

#[test]
fn a_company_is_named_by_what_identified_it_on_that_day() {
    let environment = Environment::new();
    let mut meta = company("meta");
    meta["data"] = json!({"name": "Meta", "identifiers": [
        {"scheme": "ticker", "value": "XNAS:FB", "from": "2012-05-18", "to": "2022-06-08"},
        {"scheme": "ticker", "value": "XNAS:META", "from": "2022-06-09"},
    ]});
    environment.append(&[meta]);
    let rows = "company,date\nticker:XNAS:FB,2022-06-08\nFB,2022-06-10\nMETA,2022-06-10\nmeta,2020-01-01\n";
    let run = environment
        .feed("join - --field company.slug", rows.as_bytes())
        .done();
    assert!(
        run.stderr
            .contains("row 2: no company \"FB\" on 2022-06-10"),
        "{}",
        run.stderr
    );
    let found: Vec<_> = run.text().lines().skip(1).map(str::to_owned).collect();
    assert_eq!(
        found,
        [
            "ticker:XNAS:FB,2022-06-08,meta",
            "FB,2022-06-10,",
            "META,2022-06-10,meta",
            "meta,2020-01-01,meta"
        ]
    );
}

#[test]
fn rows_at_fault_are_told_and_stop_nothing_unless_it_is_strict() {
    let environment = Environment::with_sample();
    let rows = "company,date,note\nalibaba,2026-03-08,a\nnobody,2026-03-08,b\nalibaba,2026-02-30,c\n\
                alibaba,,d\n,2026-03-08,e\nalibaba\nalibaba,2026-03-08,\"f, g\"\n";
    let field = "join - --field earnings.next.date";
    let run = environment.feed(field, rows.as_bytes()).done();
    let mut rest = run.stderr.as_str();
    for told in [
        "row 2: no company \"nobody\"",
        "row 3: \"2026-02-30\"",
        "row 4: has no date",
        "row 5: has no company",
        "row 6: has 1 field under 3 columns",
    ] {
        let at = rest.find(told);
        let at = at.unwrap_or_else(|| panic!("{told} is not in: {rest}"));
        rest = &rest[at..];
    }
    assert_eq!(
        run.text(),
        "company,date,note,earnings.next.date\nalibaba,2026-03-08,a,2026-03-19\n\
         nobody,2026-03-08,b,\nalibaba,2026-02-30,c,\nalibaba,,d,\n,2026-03-08,e,\n\
         alibaba,2026-03-08,\"f, g\",2026-03-19\n"
    );
    let strict = environment.feed(&format!("{field} --strict"), rows.as_bytes());
    assert_eq!(strict.code, Some(1));
    // The first that is at fault, of whichever sort, and after what came before.
    assert!(strict.stderr.contains("row 2: "), "{}", strict.stderr);
    let written = String::from_utf8(strict.stdout).unwrap();
    assert_eq!(written.lines().count(), 2, "{written}");
    // A file is written whole or not at all.
    let strict = environment.feed(&format!("{field} --strict -o joined.csv"), rows.as_bytes());
    assert_eq!(strict.code, Some(1));
    assert!(!environment.path("joined.csv").exists());
}

#[test]
fn a_quote_that_is_left_open_is_told() {
    let environment = Environment::with_sample();
    let rows = "company,date\nalibaba,2026-03-08\n\"alibaba,2026-03-08\nalibaba,2026-03-08\n";
    let run = environment.feed("join - --field earnings.next.date", rows.as_bytes());
    run.failed(1, &["row 2, from line 3 on", "never closed"]);
    let rows = "company,date\nalibaba,2026-03-08\n\"alibaba,2026-03-08\nx\"\nalibaba,2026-03-08\n";
    let run = environment.feed("join - --field earnings.next.date", rows.as_bytes());
    let run = run.done();
    let told =
        "row 2: has 1 field under 2 columns and goes from line 3 to 4: is a quote left open?";
    assert!(run.stderr.contains(told), "{}", run.stderr);
    assert_eq!(run.text().lines().count(), 3);
}

#[test]
fn a_heading_that_is_no_text_is_refused() {
    let environment = Environment::with_sample();
    let run = environment.feed("join - --field chips.open", b"comp\xffany,date\na,b\n");
    let told = "the first line, which names the columns, is not UTF-8";
    run.refused(1, &[told]);
}

#[test]
fn rows_of_json_keep_their_fields_as_they_are() {
    let environment = Environment::with_sample();
    let typed = "join - --field company.name --field chips";
    let row = |line: &str| environment.feed(typed, line.as_bytes()).done();
    let line = "{\"date\":\"2025-12-21\", \"company\":\"alibaba\",\"a\":1.50}";
    let told = row(line).text();
    let expected = "{\"date\":\"2025-12-21\", \"company\":\"alibaba\",\"a\":1.50,\
                    \"company.name\":\"Alibaba Group\",\"chips\":[\"nvidia-h200\"]}\n";
    assert_eq!(told, expected);
    let refused = [
        ("\"chips\":1", "has a field \"chips\" already"),
        ("\"date\":\"2026-01-01\"", "date"),
    ];
    for (field, why) in refused {
        let run = row(&format!("{line}\n{}", line.replace("\"a\":1.50", field)));
        assert!(run.stderr.contains("row 2: "), "{}", run.stderr);
        assert!(run.stderr.contains(why), "{}", run.stderr);
        assert_eq!(run.text().lines().count(), 1);
    }
    let lines = format!("{line}\n{}\n", line.replace("\"a\"", "\"b\""));
    let csv = environment.feed(&format!("{typed} --format csv"), lines.as_bytes());
    let csv = csv.done();
    assert!(
        csv.stderr
            .contains("row 2: has a field \"b\", for which there is no column"),
        "{}",
        csv.stderr
    );
    assert_eq!(csv.text().lines().count(), 2);
}

#[test]
fn json_lines_stay_what_they_are() {
    let environment = Environment::with_sample();
    let rows = "{\"company\":\"alibaba\",\"time\":\"2025-12-24T00:00:00Z\",\"price\":1.50}\n";
    let typed =
        "join - --field chips.open --field earnings.next.moves --field chips[amd-mi308].quantity";
    let row = environment.feed(typed, rows.as_bytes()).json();
    assert_eq!(row["price"].to_string(), "1.50");
    assert_eq!(row["chips.open"], json!(["nvidia-h200", "amd-mi308"]));
    assert_eq!(row["earnings.next.moves"], json!([]));
    assert_eq!(row["chips[amd-mi308].quantity"]["min"], 40000);
    let csv = environment
        .feed(&format!("{typed} --format csv"), rows.as_bytes())
        .text();
    assert!(csv.starts_with("company,price,time,chips.open,"), "{csv}");
    assert!(
        csv.contains(",1.50,2025-12-24T00:00:00Z,nvidia-h200;amd-mi308,,"),
        "{csv}"
    );
}

#[test]
fn json_lines_may_be_none() {
    let environment = Environment::with_sample();
    let none = environment.write("none.jsonl", "");
    let named = environment.type_in(&format!("join {none} --field chips.open"));
    assert_eq!(named.text(), "");
    let told = environment.feed("join - --format jsonl --field chips.open", b"");
    assert_eq!(told.text(), "");
}

#[test]
fn a_question_that_cannot_be_asked_of_rows_is_refused() {
    let environment = Environment::with_sample();
    for (typed, rows, code, words) in [
        (
            "--field earnings.next.dat",
            RESULTS,
            2,
            "did you mean date?",
        ),
        ("--field chip.open", RESULTS, 2, "chips"),
        (
            "--field chips.open --field chips.open",
            RESULTS,
            2,
            "two columns",
        ),
        ("--field chips.open --lag -1d", RESULTS, 2, "lag"),
        ("--field chips.open --row-time noon", RESULTS, 2, "09:30"),
        ("--field chips.open --zone Nowhere", RESULTS, 2, "Nowhere"),
        (
            "--field chips.open --company-column slug",
            RESULTS,
            2,
            "there are company, date",
        ),
        ("--field chips.open", "a,b\n", 2, "--company-column"),
        ("--field chips.open", "", 1, "empty"),
        (
            "--field chips.open",
            "company,date,date\n",
            1,
            "two columns",
        ),
        (
            "--field chips.open --format jsonl",
            "company,date,,\n",
            1,
            "two columns",
        ),
        (
            "--field chips.open --recorded 99",
            RESULTS,
            2,
            "past the head",
        ),
    ] {
        let run = environment.feed(&format!("join - {typed}"), rows.as_bytes());
        run.refused(code, &[words]);
    }
    environment
        .type_in("join nothing.csv --field chips.open")
        .refused(2, &["nothing.csv"]);
}

/// Tables of spreadsheets end in columns without a name.
#[test]
fn columns_without_a_name_are_handed_on() {
    let environment = Environment::with_sample();
    let rows = "company,date,,\nalibaba,2025-12-24,x,y\n";
    let joined = environment.feed("join - --field company.name", rows.as_bytes());
    assert_eq!(
        joined.done().text(),
        "company,date,,,company.name\nalibaba,2025-12-24,x,y,Alibaba Group\n"
    );
}

#[test]
fn a_hyphen_is_standard_output() {
    let environment = Environment::with_sample();
    let joined = environment.feed("join - --field company.name -o -", b"company,date\n");
    assert_eq!(joined.done().text(), "company,date,company.name\n");
    assert!(!environment.path("-").exists());
}
