//! `annals check`: what is legal and yet doubtful, and expectations as data.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::environment::{Environment, company, lines};

/// An event of the company acme. What is given replaces what stands here.
fn event(kind: &str, published: &str, data: Value, more: Value) -> Value {
    let mut event = json!({
        "company": "acme", "kind": kind, "published": published, "certainty": "asserted",
        "source": {"name": "A paper", "url": "https://example.org/1", "zone": "UTC"},
        "data": data,
    });
    let given = more.as_object().cloned().unwrap_or_default();
    event.as_object_mut().unwrap().extend(given);
    event
}

fn chips(published: &str, stage: &str, more: Value) -> Value {
    let data = json!({"vendor": "AMD", "product": "MI308", "stage": stage});
    event("chip_interest", published, data, more)
}

fn thread(kind: &str, name: &str) -> Value {
    event(
        kind,
        "2026-01-02",
        json!({"text": "x"}),
        json!({"thread": name}),
    )
}

/// The checks that find something, without those about the company of the tests.
fn found(events: &[Value]) -> BTreeSet<String> {
    let environment = Environment::new();
    let input = lines(events);
    environment
        .feed("append --new-company --file -", input.as_bytes())
        .done();
    findings(&environment, "check --at 2026-06-01 --json")
        .iter()
        .map(|finding| finding["check"].as_str().unwrap().to_owned())
        .collect()
}

fn findings(environment: &Environment, command: &str) -> Vec<Value> {
    environment.type_in(command).json_lines()
}

fn id(number: u32) -> String {
    format!("a{number:07}-0000-4000-8000-000000000000")
}

fn acme() -> Value {
    let mut acme = company("acme");
    acme["source"] = json!({"name": "Register", "url": "https://example.org", "zone": "UTC"});
    acme
}

fn with_acme(events: &[Value]) -> Vec<Value> {
    let mut all = vec![acme()];
    all.extend(events.iter().cloned());
    all
}

/// Holds that events trigger just this check, and that those next to them do not.
fn triggers(check: &str, doubtful: &[Value], sound: &[Value]) {
    let only = BTreeSet::from([check.to_owned()]);
    assert_eq!(found(&with_acme(doubtful)), only, "{check}");
    assert_eq!(found(&with_acme(sound)), BTreeSet::new(), "{check}");
}

#[test]
fn stages_and_dates_out_of_order_are_found() {
    let ordered = |day: &str| chips("2026-01-20", "ordered", json!({"occurred": day}));
    let considering = chips(
        "2026-01-10",
        "considering",
        json!({"occurred": "2026-01-10"}),
    );
    triggers(
        "dates-in-odd-order",
        &[considering.clone(), ordered("2026-01-05")],
        &[considering, ordered("2026-01-15")],
    );
    let back = |more: Value| chips("2026-01-20", "considering", more);
    triggers(
        "stage-back-without-reason",
        &[chips("2026-01-10", "ordered", json!({})), back(json!({}))],
        &[
            chips("2026-01-10", "ordered", json!({})),
            back(json!({"reason": "the licence was refused"})),
        ],
    );
    let over = |date: &str| {
        let data = json!({"period": "FY1", "date": date, "status": "confirmed"});
        event("earnings_date", "2026-05-01", data, json!({}))
    };
    let reported = event(
        "earnings_result",
        "2026-05-10",
        json!({"period": "FY1", "stage": "reported"}),
        json!({}),
    );
    triggers(
        "dates-in-odd-order",
        &[over("2026-04-01"), reported.clone()],
        &[over("2026-05-09"), reported],
    );
}

#[test]
fn a_rule_that_ends_on_no_day_is_found() {
    let rule = |published: &str, stage: &str, effective: Option<&str>| {
        let data = json!({
            "authority": "BIS", "instrument": "rule 1", "stage": stage, "effective": effective,
        });
        event("regulatory_change", published, data, json!({}))
    };
    let made = rule("2025-01-10", "published", Some("2025-01-15"));
    let planned = rule("2026-05-01", "published", Some("2027-01-01"));
    let check = "rule-ended-without-day";
    let ended = |effective| rule("2026-05-10", "repealed", effective);
    triggers(
        check,
        &[made.clone(), ended(None)],
        &[made.clone(), ended(Some("2026-05-10"))],
    );
    triggers(check, &[made.clone(), ended(None)], &[planned, ended(None)]);
    // Another event says from when on, or makes the rule anew.
    let told = rule("2026-05-12", "repealed", Some("2027-06-01"));
    let mut anew = rule("2026-05-12", "published", Some("2026-05-20"));
    anew["reason"] = json!("a court set the repeal aside");
    assert_eq!(
        found(&with_acme(&[made.clone(), ended(None), told])),
        BTreeSet::new()
    );
    assert_eq!(
        found(&with_acme(&[made, ended(None), anew])),
        BTreeSet::new()
    );
}

#[test]
fn late_history_is_no_step_back() {
    let late = chips(
        "2026-01-20",
        "considering",
        json!({"occurred": "2025-12-01"}),
    );
    let ordered = chips("2026-01-10", "ordered", json!({"occurred": "2026-01-09"}));
    assert_eq!(found(&with_acme(&[ordered, late])), BTreeSet::new());
}

#[test]
fn what_is_overdue_is_found() {
    let date = |date: &str| {
        let data = json!({"period": "FY1", "date": date, "status": "confirmed"});
        event("earnings_date", "2026-01-02", data, json!({}))
    };
    triggers(
        "results-overdue",
        &[date("2026-02-01")],
        &[date("2026-07-01")],
    );
    let forecast = |horizon: &str| {
        let data = json!({"text": "more of it", "horizon": horizon, "stage": "open"});
        event("forecast", "2026-01-02", data, json!({"level": "forecast"}))
    };
    triggers(
        "forecast-past-horizon",
        &[forecast("2026-03")],
        &[forecast("2026/..")],
    );
    let project = |stage: &str| {
        let data = json!({"project": "plant", "expected": "2026-02", "stage": stage});
        event("capacity_project", "2026-01-02", data, json!({}))
    };
    triggers(
        "expectation-overdue",
        &[project("building")],
        &[project("operational")],
    );
}

#[test]
fn what_sources_leave_out_is_found() {
    let source = |source: Value| chips("2026-01-10", "ordered", json!({"source": source}));
    triggers(
        "source-without-url",
        &[source(json!({"name": "A paper", "zone": "UTC"}))],
        &[source(
            json!({"name": "A paper", "zone": "UTC", "url": "https://example.org"}),
        )],
    );
    let bare = json!({"source": {"name": "A paper", "url": "https://example.org"}});
    triggers(
        "published-without-zone",
        &[chips("2026-01-10", "ordered", bare.clone())],
        &[chips("2026-01-10T10:00:00Z", "ordered", bare)],
    );
}

#[test]
fn what_is_said_twice_is_found() {
    let said = |day: &str, more: Value| chips(day, "ordered", more);
    let first = said("2026-01-10", json!({"id": id(1)}));
    triggers(
        "near-duplicate",
        &[first.clone(), said("2026-01-12", json!({}))],
        &[
            first.clone(),
            said("2026-01-12", json!({"repeats": id(1)})),
            said("2026-03-12", json!({})),
        ],
    );
    // Who said something else in between has come back to it.
    triggers(
        "near-duplicate",
        &[first.clone(), said("2026-01-14", json!({}))],
        &[
            first.clone(),
            chips("2026-01-12", "agreed", json!({"reason": "r"})),
            said("2026-01-14", json!({})),
        ],
    );
    let correction = |number: u32, supersedes: u32| {
        let data = json!({"vendor": "AMD", "product": "MI308", "stage": "agreed"});
        let more = json!({
            "id": id(number), "supersedes": id(supersedes), "fault": "source",
            "reason": "misheard", "certainty": if number == 2 { "reported" } else { "asserted" },
        });
        event("chip_interest", "2026-02-01", data, more)
    };
    triggers(
        "corrected-twice",
        &[first.clone(), correction(2, 1), correction(3, 1)],
        &[first, correction(2, 1), correction(3, 2)],
    );
}

#[test]
fn threads_that_may_be_one_are_found() {
    let named = |name: &str| chips("2026-01-10", "ordered", json!({"thread": name}));
    let other = |name: &str| chips("2026-02-10", "ordered", json!({"thread": name}));
    triggers(
        "threads-alike",
        &[named("amd-mi308"), other("amd-mi-308")],
        &[named("amd-mi308"), other("amd-mi309")],
    );
    let link = |from: &str, into: &str| {
        let data = json!({"of": "chip_interest", "from": from, "into": into});
        event("thread_link", "2026-02-10", data, json!({}))
    };
    assert_eq!(
        found(&with_acme(&[
            named("amd-mi308"),
            other("amd-mi-308"),
            link("amd-mi-308", "amd-mi308")
        ])),
        BTreeSet::new()
    );
    triggers(
        "links-nothing",
        &[named("amd-mi308"), link("amd-instinct", "amd-mi308")],
        &[
            named("amd-mi308"),
            other("amd-instinct"),
            link("amd-instinct", "amd-mi308"),
        ],
    );
}

#[test]
fn what_points_to_nothing_or_says_too_little_is_found() {
    let about = |about: &str| {
        let data = json!({"text": "we like it", "about": about});
        event("statement", "2026-01-12", data, json!({}))
    };
    let told = chips("2026-01-10", "ordered", json!({"id": id(1)}));
    triggers(
        "about-nothing",
        &[told.clone(), about(&id(2))],
        &[told, about(&id(1)), about("amd-mi308")],
    );
    triggers(
        "kind-unknown",
        &[thread("chip_intrest", "x")],
        &[thread("statement", "x")],
    );
    let value = |value: Value| {
        let data = json!({"vendor": "AMD", "product": "MI308", "value": value});
        event("chip_interest", "2026-01-12", data, json!({}))
    };
    triggers(
        "money-without-currency",
        &[value(json!("1200"))],
        &[value(json!({"value": "1200", "currency": "USD"}))],
    );
    let in_unit = |unit: &str| value(json!({"value": "1200", "unit": unit}));
    triggers(
        "number-scaled-by-unit",
        &[in_unit("million")],
        &[in_unit("percent")],
    );
    let surer = chips("2026-01-10", "ordered", json!({"certainty": "official"}));
    triggers(
        "contested",
        &[
            surer.clone(),
            chips("2026-01-11", "agreed", json!({"reason": "says the paper"})),
        ],
        &[surer, chips("2026-01-11", "ordered", json!({}))],
    );
}

#[test]
fn a_company_of_which_only_claims_are_known_has_no_name() {
    let environment = Environment::new();
    environment.append(&[acme(), chips("2010-01-10", "ordered", json!({}))]);
    let at = |date: &str| findings(&environment, &format!("check --at {date} --json"));
    assert_eq!(at("2012-01-01")[0]["check"], "company-without-name");
    assert_eq!(at("2015-01-01"), Vec::<Value>::new());
}

#[test]
fn companies_that_may_be_one_are_found() {
    let called = |slug: &str, name: &str, identifiers: Value| {
        let mut event = acme();
        event["company"] = json!(slug);
        event["data"] = json!({"name": name, "identifiers": identifiers});
        event
    };
    let none = || json!([]);
    let pair = |one: Value, other: Value| found(&[one, other]);
    let alike = BTreeSet::from(["companies-alike".to_owned()]);
    let shared = BTreeSet::from(["identifier-shared".to_owned()]);
    assert_eq!(
        pair(
            called("acme", "Acme Corporation", none()),
            called("acme-inc", "ACME Inc.", none())
        ),
        alike
    );
    assert_eq!(
        pair(
            called("novartis", "Novartis AG", none()),
            called("novartes", "Novartes AG", none())
        ),
        alike
    );
    assert_eq!(
        pair(
            called("fund-i", "Growth Fund I", none()),
            called("fund-ii", "Growth Fund II", none())
        ),
        BTreeSet::new()
    );
    let ticker = |from: Value, to: Value| json!([{"scheme": "ticker", "value": "XNYS:ACME", "from": from, "to": to}]);
    let first = called(
        "first",
        "First",
        ticker(json!("2010-01-01"), json!("2020-12-31")),
    );
    assert_eq!(
        pair(
            first.clone(),
            called("second", "Second", ticker(json!("2020-06-01"), json!(null)))
        ),
        shared
    );
    assert_eq!(
        pair(
            first,
            called("second", "Second", ticker(json!("2021-01-01"), json!(null)))
        ),
        BTreeSet::new()
    );
}

#[test]
fn the_sample_is_sound_but_for_what_is_known_of_it() {
    let environment = Environment::with_sample();
    let told = findings(&environment, "check --skip source-without-url --json");
    let told: Vec<_> = told
        .iter()
        .map(|finding| json!([finding["check"], finding["thread"], finding["company"]]))
        .collect();
    assert_eq!(told[0], json!(["results-overdue", "fy2026-q3", "alibaba"]));
    assert_eq!(told[1][0], "forecast-past-horizon");
    assert_eq!(told.len(), 2, "{told:?}");
    // On the day of the article nothing was overdue.
    let then = findings(
        &environment,
        "check --at 2025-12-23 --only results-overdue --json",
    );
    assert!(then.is_empty());
    let page = environment.type_in("check").text();
    assert!(
        page.lines().all(|line| line.chars().count() <= 80),
        "{page}"
    );
    assert!(page.contains("warning: results-overdue"), "{page}");
}

#[test]
fn only_warnings_fail_a_strict_check() {
    let environment = Environment::with_sample();
    environment
        .type_in("check --strict")
        .failed(5, &["1 warning", "check --list"]);
    environment
        .type_in("check --strict --skip results-overdue")
        .done();
    environment
        .type_in("check alibaba --strict --only forecast-past-horizon")
        .done();
    environment
        .type_in("check --only overdue")
        .refused(2, &["results-overdue"]);
    environment.type_in("check nobody").refused(3, &["nobody"]);
    let list = environment.type_in("check --list").text();
    let documented = include_str!("../../docs/checks.md");
    for finding in findings(&environment, "check --list --json") {
        let name = finding["check"].as_str().unwrap();
        assert!(list.contains(name), "{name}");
        assert!(documented.contains(&format!("`{name}`")), "{name}");
    }
}

/// The expectations that we ship.
const EXPECTED: &str = include_str!("../../data/alibaba.expected.csv");

#[test]
fn the_expectations_of_the_sample_hold() {
    let environment = Environment::with_sample();
    let file = environment.write("expected.csv", EXPECTED);
    let page = environment.run(["check", "--assert", &file]).text();
    assert!(page.is_empty(), "{page}");
    let told = findings(&environment, &format!("check --assert {file} --json"));
    assert_eq!(told.len(), EXPECTED.lines().count() - 1);
    assert!(told.iter().all(|line| line["holds"] == true));
    assert_eq!(told[2]["event"], "a1000001-0000-4000-8000-000000000001");
}

#[test]
fn an_expectation_that_does_not_hold_is_told_with_its_event() {
    let environment = Environment::with_sample();
    let wrong = EXPECTED.replace("=,2026-03-13,2026-03-06", "=,2026-03-14,2026-03-06");
    let file = environment.write("expected.csv", wrong);
    let run = environment.run(["check", "--assert", &file]);
    let page = run.failed(5, &["1 of 20 expectations do not hold"]);
    assert!(
        page.contains("row 10: alibaba earnings.next.date"),
        "{page}"
    );
    assert!(page.contains("expected 2026-03-14"), "{page}");
    assert!(page.contains("is       (b1000014) 2026-03-13"), "{page}");
    let line = r#"{"company":"alibaba","path":"chips.vendor","op":"~","expected":"amd","at":"2025-12-23"}"#;
    environment.feed("check --assert -", line.as_bytes()).done();
    let line = line.replace("amd", "intel");
    environment
        .feed("check --assert -", line.as_bytes())
        .failed(5, &["1 of 1"]);
}

#[test]
fn every_row_at_fault_is_told() {
    let environment = Environment::with_sample();
    let rows = "company,path,expected,at,op\n\
                alibaba,chipz.stage,x,2025-12-23,\n\
                nobody,chips.stage,x,2025-12-23,\n\
                alibaba,chips.stage,x,2025-13-23,\n\
                alibaba,chips.stage,x,2025-12-23,?\n\
                alibaba,chips.stage\n\
                alibaba,chips[amd-mi308].stage,negotiating,2025-12-23,=\n";
    environment
        .feed("check --assert -", rows.as_bytes())
        .refused(
            1,
            &[
                "row 1: ",
                "did you mean chips?",
                "row 2: no company",
                "row 3: ",
                "row 4: ",
                "row 5: ",
                "5 of 6 rows are at fault",
            ],
        );
    environment
        .feed("check --assert -", b"company,path\n")
        .refused(1, &["no column \"expected\""]);
    environment
        .feed("check --assert -", b"company,path,expected,when\n")
        .refused(1, &["no column is called \"when\""]);
    environment
        .type_in("check --assert nowhere.csv")
        .refused(2, &["nowhere.csv"]);
    environment
        .type_in("check alibaba --assert -")
        .refused(2, &["cannot be used with"]);
}
