//! `annals why`: what a value follows from.

use serde_json::{Value, json};

use crate::environment::{Environment, company, talks};

fn why(environment: &Environment, question: &str) -> Value {
    environment
        .type_in(&format!("why {question} --json"))
        .json()
}

/// The first digits of the ids of some events.
fn ids(events: &Value) -> Vec<String> {
    let events = events.as_array().unwrap().iter();
    events
        .map(|event| event["event"].as_str().unwrap()[..8].to_owned())
        .collect()
}

/// The events that lost, each with its rule and what it lost against.
fn lost(told: &Value) -> Vec<(String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let short = |value: &Value| text(value).chars().take(8).collect();
    let lost = told["lost"].as_array().unwrap().iter();
    lost.map(|it| {
        (
            short(&it["event"]),
            text(&it["rule"]),
            short(&it["against"]),
        )
    })
    .collect()
}

#[test]
fn the_next_results_date_is_by_the_last_of_the_calendar() {
    let environment = Environment::with_sample();
    let told = why(&environment, "alibaba earnings.next.date --at 2026-03-08");
    assert_eq!(told["value"], "2026-03-19");
    assert_eq!(told["thread"], "fy2026-q3");
    assert_eq!(ids(&told["made_by"]), ["b1000015"]);
    assert_eq!(told["made_by"][0]["source"]["name"], "Earnings calendar");
    assert_eq!(told["made_by"][0]["published"], "2026-03-07T14:04:00Z");
    let lost = lost(&told);
    assert_eq!(lost.len(), 7, "the article's month, and six dates");
    for (_, rule, against) in &lost {
        assert_eq!((rule.as_str(), against.as_str()), ("later", "b1000015"));
    }
    // Nothing of what came later is named at an earlier date.
    let told = why(&environment, "alibaba earnings.next.date --at 2025-12-23");
    assert_eq!(ids(&told["made_by"]), ["a1000018"]);
    assert!(!told.to_string().contains("b1000009"));
}

#[test]
fn who_lost_is_told_with_the_rule() {
    let environment = Environment::new();
    let claim = |number: u32, change: Value| {
        let mut claim = talks("alibaba", "2026-01-10", "negotiating");
        claim["id"] = json!(format!("a000000{number}-0000-4000-8000-000000000000"));
        for (name, value) in change.as_object().unwrap() {
            claim[name] = value.clone();
        }
        claim
    };
    let stage = |stage: &str| json!({"vendor": "AMD", "product": "MI308", "stage": stage});
    environment.append(&[
        company("alibaba"),
        claim(1, json!({"published": "2026-01-05", "data": stage("considering")})),
        claim(2, json!({"published": "2026-01-20", "level": "forecast", "data": stage("ordered")})),
        claim(3, json!({"certainty": "rumour", "data": stage("rumoured")})),
        claim(4, json!({"certainty": "asserted"})),
        claim(5, json!({"published": "2026-01-09", "certainty": "asserted"})),
        claim(6, json!({"published": "2026-01-21", "occurred": "2026-01-20/2026-01-21", "data": stage("agreed")})),
        claim(7, json!({"published": "2026-01-08", "data": stage("interest_expressed")})),
        claim(8, json!({"published": "2026-01-11", "certainty": "asserted",
            "repeats": "a0000004-0000-4000-8000-000000000000"})),
    ]);
    let retract = "retract a0000007 --fault source --reason mistaken --published 2026-01-09";
    environment.type_in(retract).done();
    let told = why(
        &environment,
        "alibaba chips[amd-mi308].stage --at 2026-01-25 --on 2026-01-20",
    );
    assert_eq!(told["value"], "negotiating");
    assert_eq!(ids(&told["made_by"]), ["a0000004"]);
    assert_eq!(ids(&told["made_by"][0]["repeated_by"]), ["a0000008"]);
    assert_eq!(ids(&told["agrees"]), ["a0000005"]);
    let rule = |id: &str| {
        let lost = lost(&told);
        let found = lost.iter().find(|(lost, ..)| lost == id).unwrap().clone();
        (found.1, found.2)
    };
    let expected = |rule: &str, against: &str| (rule.to_owned(), against.to_owned());
    assert_eq!(rule("a0000001"), expected("published", "a0000004"));
    assert_eq!(rule("a0000002"), expected("level", "a0000004"));
    assert_eq!(rule("a0000003"), expected("certainty", "a0000004"));
    assert_eq!(rule("a0000006"), expected("possible", "a0000004"));
    assert_eq!(ids(&told["struck"]), ["a0000007"]);
    assert_eq!(told["struck"][0]["by"]["reason"], "mistaken");
    assert_eq!(told["struck"][0]["fault"], "source");
    let told = why(
        &environment,
        "alibaba chips[amd-mi308].stage --at 2026-01-25 --on 2026-01-19",
    );
    let silent: Vec<_> = lost(&told)
        .into_iter()
        .filter(|(id, ..)| id == "a0000006")
        .collect();
    assert_eq!(silent[0].1, "silent");
}

#[test]
fn what_is_derived_is_told_by_what_it_follows_from() {
    let environment = Environment::with_sample();
    let told = why(
        &environment,
        "alibaba regulation.in_force --at 2026-01-31 --on 2026-01-15",
    );
    assert_eq!(told["value"], json!(["us-china-chip-exports"]));
    assert_eq!(ids(&told["threads"][0]["made_by"]), ["b1000006"]);
    let told = why(&environment, "alibaba company.name");
    assert_eq!(ids(&told["made_by"]), ["c1000001"]);
    let told = why(&environment, "alibaba company.identifiers[ticker]");
    assert_eq!(ids(&told["made_by"]), ["c1000002", "c1000001"]);
    let told = why(&environment, "alibaba strategy.current --at 2025-12-23");
    assert_eq!(told["thread"], "ai-first-enterprise");
    assert_eq!(told["others"][0]["because"], "ended");
    let told = why(&environment, "alibaba earnings.next.moves --at 2026-03-08");
    assert_eq!(ids(&told["made_by"]).len(), 6);
    let told = why(
        &environment,
        "alibaba earnings.next.overdue --at 2026-02-20",
    );
    assert_eq!(told["value"], true);
    assert_eq!(ids(&told["made_by"]), ["b1000013"]);
    let told = why(
        &environment,
        "alibaba chips[amd-mi308].confirmation --at 2025-12-23",
    );
    assert_eq!(told["value"], "pending");
    assert_eq!(told["decided_by"], "confirmation");
}

#[test]
fn periods_that_are_not_next_say_why() {
    let environment = Environment::new();
    let date = |period: &str, date: &str, status: &str| {
        json!({
            "company": "acme", "kind": "earnings_date", "published": "2026-01-01",
            "certainty": "official", "source": {"name": "Acme"},
            "data": {"period": period, "date": date, "status": status},
        })
    };
    let mut result = date("FY1", "", "");
    result["kind"] = json!("earnings_result");
    result["data"] = json!({"period": "FY1", "stage": "reported"});
    environment.append(&[
        company("acme"),
        date("FY1", "2025-06-01", "confirmed"),
        result,
        date("FY2", "2026-01-05", "confirmed"),
        date("FY3", "2026-02-01", "cancelled"),
        date("FY4", "2026-03-01", "confirmed"),
        date("FY5", "2026-06-01", "projected"),
    ]);
    let told = why(&environment, "acme earnings.next --at 2026-02-10");
    assert_eq!(told["thread"], "fy4");
    let others = told["others"].as_array().unwrap().iter();
    let mut others: Vec<_> = others
        .map(|it| json!([it["thread"], it["because"]]))
        .collect();
    others.sort_by_key(ToString::to_string);
    assert_eq!(
        others,
        [
            json!(["fy1", "reported"]),
            json!(["fy2", "overdue"]),
            json!(["fy3", "cancelled"]),
            json!(["fy5", "later"])
        ]
    );
}

#[test]
fn a_path_at_which_nothing_stands_tells_what_does() {
    let environment = Environment::with_sample();
    environment
        .type_in("why alibaba chips[amd].stage")
        .refused(3, &["amd-mi308, nvidia-h200"]);
    environment
        .type_in("why alibaba chips[amd-mi308].stag")
        .refused(2, &["did you mean stage?"]);
    environment
        .type_in("why nobody chips.stage")
        .refused(3, &["nobody"]);
    let told = why(&environment, "alibaba chips[amd-mi308].destination");
    assert_eq!(json!([told["value"], told["made_by"]]), json!([null, []]));
}

#[test]
fn linked_threads_name_their_links() {
    let environment = Environment::new();
    let mut other = talks("alibaba", "2026-01-12", "ordered");
    other["thread"] = json!("amd-instinct");
    let mut link = talks("alibaba", "2026-01-20", "");
    link["kind"] = json!("thread_link");
    link["data"] = json!({"of": "chip_interest", "from": "amd-instinct", "into": "amd-mi308"});
    link["id"] = json!("a0000009-0000-4000-8000-000000000000");
    environment.append(&[
        company("alibaba"),
        talks("alibaba", "2026-01-10", "negotiating"),
        other,
        link,
    ]);
    let told = why(
        &environment,
        "alibaba chips[amd-instinct].stage --at 2026-01-20",
    );
    assert_eq!(
        json!([told["thread"], told["value"]]),
        json!(["amd-mi308", "ordered"])
    );
    assert_eq!(ids(&told["links"]), ["a0000009"]);
}

#[test]
fn a_page_of_reasons_is_within_80_columns() {
    let environment = Environment::with_sample();
    for path in [
        "earnings.next.date",
        "chips.stage",
        "regulation[us-china-chip-exports].scope",
        "other.text",
        "strategy.current",
    ] {
        let page = environment
            .type_in(&format!("why alibaba {path} --at 2026-03-08"))
            .text();
        assert!(
            page.lines().all(|line| line.chars().count() <= 80),
            "{page}"
        );
        assert!(page.contains("Made by"), "{page}");
    }
}

#[test]
fn what_does_not_hold_any_more_is_told_where_nothing_stands() {
    let environment = Environment::with_sample();
    environment
        .type_in("retract b1000002 --fault record --reason mistaken")
        .done();
    let told = why(
        &environment,
        "alibaba chips[amd-mi308].stage --at 2025-12-22",
    );
    assert_eq!(told["value"], json!(null));
    assert_eq!(ids(&told["struck"]), ["b1000002"]);
    assert_eq!(told["struck"][0]["states"], "considering");
    environment
        .type_in("why alibaba chips[amd-mi400].stage --at 2025-12-22")
        .refused(3, &["nothing is known"]);
}

#[test]
fn who_decided_what_a_company_is_called_can_be_asked() {
    let environment = Environment::with_sample();
    let at = environment.at("2026-03-08 alibaba");
    let decided = &at["company"]["decided"]["name"];
    assert!(decided["event"].is_string(), "{decided}");
    for path in ["company.decided.name", "company.decided"] {
        let told = why(&environment, &format!("alibaba {path} --at 2026-03-08"));
        assert_eq!(told["made_by"][0]["event"], decided["event"], "{path}");
    }
    let told = why(&environment, "alibaba company.decided.name --at 2026-03-08");
    assert_eq!(&told["value"], decided);
}
