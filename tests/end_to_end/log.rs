//! `annals log`: which events it lists, in which order, and how each is called.

use serde_json::{Value, json};

use crate::environment::{Environment, NOW, company, sample_events, statement};

/// The first eight digits of the ids that the log lists.
fn listed(environment: &Environment, flags: &[&str]) -> Vec<String> {
    let args = ["log", "--json"].iter().chain(flags);
    let lines = environment.run(args).json_lines();
    let ids = lines.iter().map(|line| line["id"].as_str().unwrap());
    ids.map(|id| id[..8].to_owned()).collect()
}

fn positions(environment: &Environment, typed: &str) -> Vec<u64> {
    let lines = environment.type_in(&format!("log --json {typed}"));
    let lines = lines.json_lines();
    let positions = lines.iter().map(|line| line["position"].as_u64());
    positions.map(Option::unwrap).collect()
}

/// The ids in the second column of a table.
fn short_ids(environment: &Environment, typed: &str) -> Vec<String> {
    let table = environment.type_in(typed).text();
    let rows = table.lines().skip(1);
    rows.map(|row| row.split_whitespace().nth(1).unwrap().to_owned())
        .collect()
}

#[test]
fn every_filter_picks_its_events() {
    let environment = Environment::with_sample();
    for (flags, expected) in [
        (&["--kind", "earnings_result"][..], ""),
        (&["--kind", "retraction"], "b1000005"),
        (
            &["--kind", "strategy-pivot", "--kind", "capacity_project"],
            "a1000007 a1000009 a1000010",
        ),
        (
            &["--thread", "nvidia-h200"],
            "a1000005 b1000001 b1000007 b1000008",
        ),
        (&["--thread", "AMD MI308"], "a1000001 b1000002"),
        (&["--source", "reuters"], "b1000001 b1000008"),
        (
            &["--source", "Reuters", "--source", "MLex"],
            "b1000001 b1000002 b1000008",
        ),
        (
            &["--min-certainty", "attributed"],
            "c1000001 c1000002 c1000003 c1000004 a1000012 b1000006",
        ),
        // In the source, the reason, the thread, and a part of the data.
        (&["--text", "MLEX"], "b1000002"),
        (&["--text", "the WRONG year"], "b1000005"),
        (
            &["--text", "us-china", "--published", "..2025-12-23"],
            "a1000004",
        ),
        (&["--text", "said to be"], "a1000001"),
        // Every filter must hold.
        (
            &["--thread", "nvidia-h200", "--source", "bloomberg"],
            "b1000007",
        ),
        (&["amd", "--kind", "company"], "c1000003"),
        (&["amd", "--kind", "statement"], ""),
    ] {
        let expected: Vec<_> = expected.split_whitespace().collect();
        assert_eq!(listed(&environment, flags), expected, "{flags:?}");
    }
}

#[test]
fn a_range_of_publication_has_both_its_ends() {
    let environment = Environment::with_sample();
    for (flags, expected) in [
        ("--published 2026-03-05..", "b1000014 b1000015"),
        ("--published 2026-03-06..", "b1000015"),
        ("--published ..2019-11-27", "c1000001 c1000002"),
        (
            "--published 2025-12-24..2025-12-26",
            "b1000003 b1000004 b1000005",
        ),
        ("--published 2025-12-24", "b1000003 b1000004"),
        ("--published 2026-01", "b1000006 b1000007 b1000008"),
        (
            "--published 2026-02-16T03:11:00Z..2026-02-16T14:17:00Z",
            "b1000012 b1000013",
        ),
        ("--published 2026-02-16T03:11:01Z..2026-02-16", "b1000013"),
        ("--published ..2014-09-20T03:59:59Z", ""),
        // A day is the day as it is written, whichever zone it ended in.
        ("--published 2014-09-19", "c1000001"),
        ("--published 2014-09-20", ""),
        ("--published 2026-02-15 --zone America/New_York", "b1000012"),
    ] {
        let typed: Vec<_> = flags.split(' ').collect();
        let expected: Vec<_> = expected.split_whitespace().collect();
        assert_eq!(listed(&environment, &typed), expected, "{flags}");
    }
}

#[test]
fn words_are_read_on_each_side_of_a_range() {
    let environment = Environment::new();
    let said = |day: &str| statement("acme", day, day);
    environment.append(&[
        company("acme"),
        said("2026-11-20"),
        said("2026-11-22"),
        said("2026-11-23"),
    ]);
    for (range, expected) in [
        ("yesterday", &[3][..]),
        ("yesterday..today", &[3, 4]),
        ("last friday..", &[2, 3, 4]),
        ("..yesterday", &[1, 2, 3]),
        ("today..", &[4]),
    ] {
        let run = environment.run(["log", "--json", "--published", range]);
        let lines = run.json_lines();
        let told: Vec<_> = lines.iter().map(|it| it["position"].as_u64()).collect();
        let expected: Vec<_> = expected.iter().map(|it| Some(*it)).collect();
        assert_eq!(told, expected, "{range}");
    }
}

#[test]
fn a_range_of_days_has_what_can_have_happened_on_one_of_them() {
    let environment = Environment::new();
    let happened = |occurred: Value| {
        let mut event = statement("acme", "2026-02-01", &occurred.to_string());
        event["occurred"] = occurred;
        event
    };
    environment.append(&[
        company("acme"),
        happened(json!("2026-01-10/2026-01-20")),
        happened(json!("2026-01-15")),
        happened(json!("/2026-01-05")),
        happened(Value::Null),
    ]);
    let among = |range: &str| positions(&environment, &format!("acme --occurred {range}"));
    // The company itself says nothing of when, and was published in 2014.
    for (range, expected) in [
        ("..2014-01-01", &[1, 4, 5][..]),
        ("..2026-01-09", &[1, 4, 5]),
        ("..2026-01-10", &[1, 2, 4, 5]),
        ("2026-01-05..2026-01-05", &[4, 5]),
        ("2026-01-15", &[2, 3, 5]),
        ("2026-01-20..", &[2, 5]),
        ("2026-01-21..", &[5]),
        // Nothing happened after it was published.
        ("2026-02-01..", &[5]),
        ("2026-02-02..", &[]),
        ("2026-01", &[2, 3, 4, 5]),
    ] {
        assert_eq!(among(range), expected, "{range}");
    }
}

#[test]
fn what_was_recorded_is_in_a_range_of_positions_or_times() {
    let environment = Environment::with_sample();
    let log = environment.type_in("log --json").json_lines();
    let at = |position: usize| log[position - 1]["recorded"].as_str().unwrap();
    let between = format!("{}..{}", at(5), at(7));
    for (range, expected) in [
        ("3..5", vec![3, 4, 5]),
        ("37..", vec![37, 38]),
        ("..2", vec![1, 2]),
        ("7", vec![7]),
        ("39..", vec![]),
        ("today", (1..=38).collect()),
        ("yesterday..", (1..=38).collect()),
        ("..yesterday", vec![]),
        ("2026-11-24..", vec![]),
        (&between, vec![5, 6, 7]),
    ] {
        let flags = format!("--recorded-in {range}");
        assert_eq!(positions(&environment, &flags), expected, "{range}");
    }
    let run = environment
        .type_in("-v log --recorded-in yesterday..")
        .done();
    assert!(run.stderr.contains("is position 1 to 38"), "{}", run.stderr);
}

#[test]
fn the_first_and_the_last_are_listed_in_either_order() {
    let environment = Environment::with_sample();
    for (flags, expected) in [
        ("--first 2", &[1, 2][..]),
        ("--first 2 --reverse", &[2, 1]),
        ("--limit 2", &[37, 38]),
        ("--limit 2 --reverse", &[38, 37]),
        ("--limit 0", &[]),
        ("--first 0", &[]),
        ("--kind retraction --limit 5", &[28]),
        ("--kind earnings_date --first 2", &[22, 32]),
        ("--kind earnings_date --limit 1 --recorded 33", &[33]),
        ("alibaba --recorded-in ..6 --reverse", &[6, 5, 2, 1]),
        ("nvidia --limit 3", &[4]),
    ] {
        assert_eq!(positions(&environment, flags), expected, "{flags}");
    }
    let all = positions(&environment, "--first 100");
    assert_eq!(all, (1..=38).collect::<Vec<_>>());
    let mut reversed = positions(&environment, "--reverse");
    reversed.reverse();
    assert_eq!(reversed, all);
}

#[test]
fn what_was_not_known_is_not_listed() {
    let environment = Environment::with_sample();
    let known = positions(&environment, "--at 2025-12-23");
    assert_eq!(known, (1..=25).collect::<Vec<_>>());
    assert_eq!(positions(&environment, "--known 2025-12-23"), known);
    assert_eq!(
        positions(&environment, "--at 2026-03-08 --known 2025-12-23"),
        known
    );
    assert_eq!(
        positions(&environment, "--at 2025-12-10 alibaba"),
        [1, 2, 24]
    );
    assert_eq!(positions(&environment, "--recorded 3"), [1, 2, 3]);
    assert_eq!(
        positions(&environment, "--at 2025-12-23 --recorded-in 25.."),
        [25]
    );
    // What is made public only tomorrow is in the log all the same.
    environment.append(&[statement("amd", "2026-11-24T06:00:00Z", "to come")]);
    assert_eq!(positions(&environment, "amd"), [3, 39]);
    assert_eq!(positions(&environment, &format!("amd --at {NOW}")), [3]);
}

#[test]
fn a_line_is_the_event_as_it_is_exported_with_what_the_log_gave_it() {
    let environment = Environment::with_sample();
    let log = environment.type_in("log --json").text();
    let exported = environment.type_in("export --all --format jsonl").text();
    assert_eq!(log.lines().count(), sample_events().len());
    for (number, line) in log.lines().enumerate() {
        let event: Value = serde_json::from_str(line).unwrap();
        let alike = exported.lines().find(|other| {
            let other = other.strip_suffix('}').unwrap();
            line.strip_prefix(other)
                .is_some_and(|rest| rest.starts_with(",\"hash\":\"sha256:"))
        });
        assert!(alike.is_some(), "{line}");
        assert_eq!(event["position"], number + 1);
        assert!(event["version"].is_u64(), "{line}");
        let recorded = event["recorded"].as_str().unwrap();
        assert!(recorded.starts_with("2026-11-23T12:00:00"), "{line}");
    }
    let head = environment.head();
    let last: Value = serde_json::from_str(log.lines().last().unwrap()).unwrap();
    assert_eq!(last["hash"], head["hash"]);
}

#[test]
fn what_cannot_be_asked_of_the_log_is_told() {
    let environment = Environment::with_sample();
    for (typed, code, words) in [
        (
            "log --kind earning_date",
            3,
            &["earning_date", "did you mean earnings_date"][..],
        ),
        ("log --kind zebra", 3, &["zebra", "annals schema"]),
        ("log --kind company --kind zebra", 3, &["zebra"]),
        (
            "log --published 2026-02..2026-01",
            2,
            &["ends before", "A..B"],
        ),
        ("log --published ..", 2, &["neither", "A..B"]),
        ("log --published soonish..", 2, &["soonish"]),
        ("log --published 2026-02-30", 2, &["2026-02-30"]),
        ("log --occurred x..y", 2, &["x..y"]),
        ("log --recorded-in 5..3", 2, &["ends before"]),
        (
            "log --recorded-in 2026-11-24..2026-11-23",
            2,
            &["ends before"],
        ),
        ("log --recorded 39", 2, &["39", "38"]),
        ("log --min-certainty sure", 2, &["sure", "attributed"]),
        ("log --text=", 2, &["--text"]),
        ("log --first 2 --limit 2", 2, &["--first", "--limit"]),
        ("log --limit many", 2, &["many"]),
        ("log --follow --at 2025-12-23", 2, &["--follow", "--at"]),
        ("log --follow --reverse", 2, &["--follow", "--reverse"]),
        ("log nobody", 3, &["nobody"]),
    ] {
        environment.type_in(typed).refused(code, words);
    }
}

#[test]
fn that_there_is_nothing_is_no_error() {
    let environment = Environment::with_sample();
    for typed in [
        "log --kind merger",
        "log --text unheard-of --json",
        "log amd --published 2026..",
        "log --recorded-in 39..",
    ] {
        let run = environment.type_in(typed).done();
        assert_eq!(run.stdout, b"", "{typed}");
        assert!(run.stderr.starts_with("note: no event"), "{typed}");
    }
}

#[test]
fn the_ids_of_the_table_are_unique_as_far_as_they_are_shown() {
    let environment = Environment::new();
    let with_id = |slug: &str, id: &str| {
        let mut event = statement(slug, "2026-01-01", id);
        event["id"] = json!(id);
        event
    };
    let events = [
        company("acme"),
        company("globex"),
        with_id("acme", "01a20846-fe00-7949-aca1-82e36077d6d0"),
        // The same millisecond, and nearly the same event.
        with_id("acme", "01a20846-fe00-7949-aca1-82e36077d6df"),
        // Of another company: it is unique in the whole log.
        with_id("globex", "01a20846-fe00-7b98-bb8b-feebf47ddd8a"),
        with_id("globex", "01a20847-0000-7000-8000-000000000000"),
        with_id("globex", "f1a20847-0000-7000-8000-000000000000"),
    ];
    environment.append(&events);
    let globex = ["01a20846-fe00-7b", "01a20847", "f1a20847"];
    assert_eq!(short_ids(&environment, "log globex")[1..], globex);
    let ids: Vec<_> = environment
        .type_in("log --json")
        .json_lines()
        .iter()
        .map(|line| line["id"].as_str().unwrap().to_owned())
        .collect();
    let shown = short_ids(&environment, "log");
    assert_eq!(shown.len(), events.len());
    for (short, id) in shown.iter().zip(&ids) {
        assert_eq!(environment.show(short)["id"], **id, "{short}");
        let digits = short.chars().filter(|c| *c != '-').count();
        assert!(digits >= 8, "{short}");
        let shorter = short[..short.len() - 1].trim_end_matches('-');
        let sharing = ids.iter().filter(|id| id.starts_with(shorter)).count();
        assert!(digits == 8 || sharing > 1, "{short} could be shorter");
    }
    // What `show` takes, the other commands take too.
    let retract = format!("retract {} --fault record --reason twice", shown[3]);
    environment.type_in(&retract).done();
    assert_eq!(environment.show(&shown[3])["status"], "struck");
}
