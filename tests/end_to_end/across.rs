//! Questions across companies: sections, conditions, and what happens on a day.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::environment::{Environment, company, talks};

/// A claim of a company on a day, in the words of a kind.
fn claim(slug: &str, published: &str, kind: &str, data: Value) -> Value {
    json!({
        "company": slug, "kind": kind, "occurred": published, "published": published,
        "certainty": "asserted", "source": {"name": "paper"}, "data": data,
    })
}

fn chips(slug: &str, vendor: &str, product: &str, stage: &str) -> Value {
    let data = json!({"vendor": vendor, "product": product, "stage": stage});
    claim(slug, "2026-01-10", "chip_interest", data)
}

fn results(slug: &str, date: &str, status: &str) -> Value {
    let data = json!({
        "period": "FY2026-Q3", "date": date, "status": status,
        "session": "before_open", "market": "XNYS",
    });
    claim(slug, "2026-01-10", "earnings_date", data)
}

/// Four companies: `acme` talks with AMD and has ordered from Nvidia, `globex` has
/// ordered from AMD, `initech` says when it reports, and `umbrella` says nothing.
fn market() -> Environment {
    let environment = Environment::new();
    let slugs = ["acme", "globex", "initech", "umbrella"];
    let mut events: Vec<Value> = slugs.into_iter().map(company).collect();
    let mut large = chips("globex", "AMD", "MI355", "ordered");
    large["data"]["quantity"] = json!({"min": 40000, "max": 50000, "unit": "units"});
    large["certainty"] = json!("official");
    events.extend([
        chips("acme", "AMD", "MI308", "negotiating"),
        chips("acme", "Nvidia", "H20", "ordered"),
        large,
        results("initech", "2026-02-19", "confirmed"),
    ]);
    environment.append(&events);
    environment
}

/// The companies that `at --all` tells of under further flags, without quotes.
fn kept(environment: &Environment, flags: &str) -> Vec<String> {
    let typed = format!("at 2026-02-01 --all --json --no-events {flags}");
    let lines = environment.type_in(&typed).json_lines();
    let slug = |line: &Value| line["company"]["slug"].as_str().unwrap().to_owned();
    lines.iter().map(slug).collect()
}

#[test]
fn conditions_on_one_section_hold_of_one_thread() {
    let environment = market();
    for (conditions, expected) in [
        ("--where chips.vendor=amd", &["acme", "globex"][..]),
        (
            "--where chips.vendor=AMD --where chips.stage=ordered",
            &["globex"],
        ),
        ("--where chips.vendor!=AMD", &["initech", "umbrella"]),
        (
            "--where chips.vendor!=Nvidia --where chips.open=true",
            &["globex"],
        ),
        ("--where chips.product~35", &["globex"]),
        ("--where chips.stage>=agreed", &["acme", "globex"]),
        ("--where chips.stage<ordered", &["acme"]),
        ("--where chips.certainty>=attributed", &["globex"]),
        ("--where chips.quantity>=40000", &["globex"]),
        ("--where chips.quantity.max<=50000.0", &["globex"]),
        ("--where chips.quantity>45000", &[]),
        ("--where chips.quantity!=null", &["globex"]),
        (
            "--where chips.stage=ordered --where chips.quantity=null",
            &["acme"],
        ),
        ("--where chips.occurred>2026-01-09", &["acme", "globex"]),
        ("--where chips.published<2026-01", &[]),
        ("--where earnings.next.date<=2026-02", &["initech"]),
        (
            "--where earnings.next=null --where chips=null",
            &["umbrella"],
        ),
        (
            "--where earnings.next.status=confirmed --where chips!=null",
            &[],
        ),
        // Threads that are named are asked about one by one.
        (
            "--where chips[amd-mi308].open=true --where chips[nvidia-h20].stage=ordered",
            &["acme"],
        ),
        (
            "--where company.name~ME --where company.slug!=globex",
            &["acme"],
        ),
    ] {
        assert_eq!(kept(&environment, conditions), expected, "{conditions}");
    }
}

#[test]
fn a_section_is_told_by_itself_with_the_threads_that_meet_the_conditions() {
    let environment = market();
    let at = |flags: &str| {
        let typed = format!("at 2026-02-01 {flags}");
        environment.type_in(&typed).json_lines()
    };
    let lines = at("--all --json --section chips --where chips.vendor=AMD");
    let threads: Vec<&Value> = lines
        .iter()
        .map(|line| &line["chips"][0]["thread"])
        .collect();
    assert_eq!(threads, ["amd-mi308", "amd-mi355"]);
    for line in &lines {
        let fields: BTreeSet<&str> = line
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        assert_eq!(fields, BTreeSet::from(["basis", "chips", "company"]));
        assert_eq!(line["chips"].as_array().unwrap().len(), 1);
    }
    let with_events = at("--all --json --section chips --section market --events");
    assert_eq!(with_events.len(), 4);
    assert_eq!(with_events[0]["market"], json!([]));
    assert_eq!(with_events[0]["events"].as_array().unwrap().len(), 3);
    // What stands by itself is there only if it meets them.
    let next = |condition: &str| {
        let flags = format!("initech --json --section earnings --where {condition}");
        let answer = environment
            .type_in(&format!("at 2026-02-01 {flags}"))
            .json();
        answer["earnings"]["next"]["period"].clone()
    };
    assert_eq!(next("earnings.next.date!=null"), "FY2026-Q3");
    assert_eq!(next("earnings[fy2025-q1]=null"), json!(null));
}

#[test]
fn one_company_is_told_only_if_it_meets_the_conditions() {
    let environment = market();
    let typed = "at 2026-02-01 acme --section chips --where chips.stage=ordered";
    let page = environment.type_in(typed).text();
    assert!(
        page.contains("Nvidia H20") && !page.contains("AMD"),
        "{page}"
    );
    let run = environment.type_in("at 2026-02-01 initech --where chips.vendor=AMD");
    assert!(
        run.stderr.contains("initech does not meet"),
        "{}",
        run.stderr
    );
    assert_eq!(run.text(), "");
    let run = environment.type_in("at 2026-02-01 --all --json --where chips.vendor=Intel");
    assert!(run.stderr.contains("no company meets"), "{}", run.stderr);
    assert_eq!(run.text(), "");
}

#[test]
fn any_field_of_any_kind_meets_conditions() {
    let environment = market();
    environment.append(&[
        claim(
            "annals",
            "2026-01-01",
            "kind_declaration",
            json!({
                "name": "patent_grant",
                "schema": {"type": "object", "properties": {
                    "number": {"type": "string"},
                    "claims": {"type": "integer"},
                    "fee": {"type": "object"},
                    "state": {"enum": ["filed", "granted", "lapsed"]},
                }},
                "thread": ["number"], "stage_field": "state",
                "stages": ["filed", "granted"], "ends": ["lapsed"],
            }),
        ),
        claim(
            "acme",
            "2026-01-11",
            "patent_grant",
            json!({"number": "US 12", "claims": 12, "state": "granted", "fee": {"value": "10.50"}}),
        ),
        claim(
            "globex",
            "2026-01-11",
            "patent_grant",
            json!({"number": "US 13", "claims": 3, "state": "filed"}),
        ),
        claim(
            "initech",
            "2026-01-11",
            "filing",
            json!({"accession": "0000000000-26-000005", "items": [{"code": "2.02"}, {"code": "9.01"}]}),
        ),
    ]);
    for (conditions, expected) in [
        ("--where other.claims>3", &["acme"][..]),
        ("--where other.claims<=12.0", &["acme", "globex"]),
        (
            "--where other.kind=patent-grant --where other.stage>=granted",
            &["acme"],
        ),
        ("--where other.state=filed", &["globex"]),
        ("--where other.fee.value=10.50", &["acme"]),
        ("--where other.fee>10", &["acme"]),
        ("--where other.items.code=9.01", &["initech"]),
        ("--where other[patent_grant/us-13].open=true", &["globex"]),
    ] {
        assert_eq!(kept(&environment, conditions), expected, "{conditions}");
    }
    let lines = environment.type_in("at 2026-02-01 --all --json --section other");
    let lines = lines.json_lines();
    assert_eq!(lines[0]["other"][0]["data"]["claims"], 12);
    let page = environment
        .type_in("at 2026-02-01 --all --section other")
        .text();
    assert!(page.contains("granted") && page.contains("us-12"), "{page}");
}

#[test]
fn who_is_left_out_goes_on_striking() {
    let environment = market();
    let mut ordered = chips("umbrella", "AMD", "MI308", "ordered");
    ordered["id"] = json!("00000000-0000-4000-8000-000000000001");
    let mut shipping = chips("umbrella", "Nvidia", "H20", "shipping");
    shipping["id"] = json!("00000000-0000-4000-8000-000000000002");
    environment.append(&[ordered, shipping]);
    assert_eq!(
        kept(&environment, "--where chips.stage=shipping"),
        ["umbrella"]
    );
    let mut retraction = claim(
        "umbrella",
        "2026-01-12",
        "retraction",
        json!({"target": "00000000-0000-4000-8000-000000000001"}),
    );
    retraction["fault"] = json!("source");
    let mut correction = chips("umbrella", "Nvidia", "H20", "considering");
    correction["published"] = json!("2026-01-12");
    correction["supersedes"] = json!("00000000-0000-4000-8000-000000000002");
    correction["fault"] = json!("source");
    for strike in [&mut retraction, &mut correction] {
        strike["source"]["name"] = json!("another");
        strike["certainty"] = json!("rumour");
    }
    environment.append(&[retraction, correction]);
    for filter in ["--source paper", "--min-certainty asserted"] {
        let kept = |condition: &str| kept(&environment, &format!("{filter} --where {condition}"));
        assert_eq!(kept("chips.stage=ordered"), ["acme", "globex"], "{filter}");
        assert_eq!(kept("chips.stage=shipping"), [""; 0], "{filter}");
        // The correction strikes, and what it says instead is not heard.
        assert_eq!(kept("chips.stage=considering"), [""; 0], "{filter}");
    }
    assert_eq!(
        kept(&environment, "--where chips.stage=considering"),
        ["umbrella"]
    );
    let typed = "at 2026-02-01 --all --json --source paper --where chips.vendor=AMD";
    let line = &environment.type_in(typed).json_lines()[0];
    assert_eq!(line["basis"]["filter"]["sources"], json!(["paper"]));
}

#[test]
fn an_answer_across_companies_stays_the_same() {
    let environment = market();
    let ask = |environment: &Environment| {
        let typed = "at 2026-02-01 --all --json --recorded 8 --where chips.vendor=AMD";
        let happens = "at 2026-02-01 --all --json --recorded 8 --happens 2026-02";
        [typed, happens].map(|typed| environment.type_in(typed).text())
    };
    let before = ask(&environment);
    environment.append(&[
        talks("umbrella", "2026-01-20", "negotiating"),
        results("initech", "2026-03-01", "confirmed"),
    ]);
    assert_eq!(ask(&environment), before);
}

/// What happens, as company, whether it is certain, and date.
fn happens(environment: &Environment, typed: &str) -> Vec<String> {
    let lines = environment.type_in(&format!("{typed} --json")).json_lines();
    let text = |line: &Value, name: &str| line[name].as_str().unwrap().to_owned();
    let row = |line: &Value| {
        ["company", "happens", "date"]
            .map(|name| text(line, name))
            .join(" ")
    };
    lines.iter().map(row).collect()
}

#[test]
fn results_are_possible_on_each_day_of_a_month_and_certain_on_none() {
    let environment = Environment::with_sample();
    for day in ["2026-02-01", "2026-02-19", "2026-02-28"] {
        let rows = happens(
            &environment,
            &format!("at 2025-12-23 --all --happens {day}"),
        );
        assert_eq!(rows, ["alibaba possible 2026-02"], "{day}");
    }
    let february = "at 2025-12-23 alibaba --happens 2026-02-01..2026-02-28";
    assert_eq!(happens(&environment, february), ["alibaba certain 2026-02"]);
    for day in ["2026-01-31", "2026-03-01"] {
        let run = environment.type_in(&format!("at 2025-12-23 --all --happens {day}"));
        assert!(run.stderr.contains("nothing"), "{}", run.stderr);
        assert_eq!(run.text(), "", "{day}");
    }
    // It is known later which day it was to be.
    let rows = happens(&environment, "at 2026-02-05 alibaba --happens 2026-02-19");
    assert_eq!(rows, ["alibaba certain 2026-02-19"]);
}

#[test]
fn a_row_tells_all_that_a_calendar_needs() {
    let environment = market();
    let lines = environment
        .type_in("at 2026-02-01 --all --happens 2026-02-16..2026-02-20 --json")
        .json_lines();
    assert_eq!(lines.len(), 1);
    for (field, expected) in [
        ("company", json!("initech")),
        ("name", json!("initech")),
        ("section", json!("earnings")),
        ("thread", json!("fy2026-q3")),
        ("happens", json!("certain")),
        ("field", json!("date")),
        ("date", json!("2026-02-19")),
        ("earliest", json!("2026-02-19")),
        ("latest", json!("2026-02-19")),
        ("period", json!("FY2026-Q3")),
        ("status", json!("confirmed")),
        ("session", json!("before_open")),
        ("market", json!("XNYS")),
        ("place", json!("next")),
        ("overdue", json!(false)),
        ("certainty", json!("asserted")),
        ("source", json!("paper")),
        ("published", json!("2026-01-10")),
    ] {
        assert_eq!(lines[0][field], expected, "{field}");
    }
    assert_eq!(lines[0]["basis"]["known"], "2026-02-01T23:59:59.999999Z");
}

#[test]
fn closed_periods_are_told_and_cancelled_dates_are_not() {
    let environment = market();
    let ask = "at 2026-03-01 --all --happens 2026-02-19";
    let place = || {
        let lines = environment.type_in(&format!("{ask} --json")).json_lines();
        lines.first().map(|line| line["place"].clone())
    };
    assert_eq!(place(), Some(json!("next")));
    let data = json!({"period": "FY2026-Q3", "stage": "reported"});
    environment.append(&[claim("initech", "2026-02-19", "earnings_result", data)]);
    assert_eq!(place(), Some(json!("closed")));
    let mut cancelled = results("initech", "2026-02-19", "cancelled");
    cancelled["published"] = json!("2026-02-20");
    environment.append(&[cancelled]);
    assert_eq!(place(), None);
}

#[test]
fn other_sections_tell_what_happened_and_what_is_to_come() {
    let environment = market();
    environment.append(&[
        claim(
            "acme",
            "2026-01-10",
            "merger",
            json!({"acquirer": "Acme", "target": "Initech", "stage": "agreed", "expected_close": "2026-41"}),
        ),
        claim(
            "globex",
            "2026-01-10",
            "executive_change",
            json!({"person": "A. Person", "role": "CFO", "stage": "announced", "effective": "2026-07-01"}),
        ),
        claim(
            "umbrella",
            "2026-01-10",
            "capacity_project",
            json!({"project": "Hall", "stage": "cancelled", "expected": "2026-07-01"}),
        ),
        claim(
            "umbrella",
            "2026-01-10",
            "regulatory_change",
            json!({"authority": "BIS", "scope": "chips", "stage": "published", "effective": "2026-07-01"}),
        ),
        claim(
            "initech",
            "2026-01-10",
            "chip_interest",
            json!({"vendor": "AMD", "product": "MI308", "stage": "denied"}),
        ),
    ]);
    let on = |day: &str, sections: &str| {
        happens(
            &environment,
            &format!("at 2026-02-01 --all --happens {day} {sections}"),
        )
    };
    assert_eq!(
        on("2026-07-01", "--section other"),
        ["acme possible 2026-41", "globex certain 2026-07-01"]
    );
    assert_eq!(
        on("2026-07-01", "--section regulation"),
        ["umbrella certain 2026-07-01"]
    );
    // The rule was made on that day; it takes effect on another.
    assert_eq!(on("2026-01-10", "--section regulation"), [""; 0]);
    let chips = [
        "acme certain 2026-01-10",
        "acme certain 2026-01-10",
        "globex certain 2026-01-10",
    ];
    assert_eq!(on("2026-01-10", "--section chips"), chips);
    let ordered = "--section chips --where chips.stage=ordered";
    assert_eq!(on("2026-01-10", ordered).len(), 2);
}

#[test]
fn what_cannot_be_asked_across_companies_is_told() {
    let environment = market();
    let refused = |flags: &str, words: &[&str]| {
        let typed = format!("at 2026-02-01 --all {flags}");
        environment.type_in(&typed).refused(2, words);
    };
    refused(
        "--where chips.vendor",
        &["compares nothing", "chips.vendor=AMD"],
    );
    refused(
        "--where chip.vendor=AMD",
        &["no section", "did you mean chips?"],
    );
    refused(
        "--where chips.vendr=AMD",
        &["no field", "did you mean vendor?"],
    );
    refused(
        "--where chips.stage=orderd",
        &["orderd", "did you mean ordered?"],
    );
    refused("--where chips.vendor=", &["says no value"]);
    refused("--where chips.vendor<AMD", &["no order"]);
    refused("--section chip", &["chips"]);
    refused(
        "--section chips --events --no-events",
        &["cannot be used with"],
    );
    refused("--happens someday", &["is not a date", "hint:"]);
    refused("--happens 2026-02-20..2026-02-16", &["runs backwards"]);
    refused("--happens 2026-02-16/..", &["no first and last day"]);
    refused("--happens 2026-02 --section company", &["hint:"]);
}
