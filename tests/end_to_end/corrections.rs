//! Retracting and correcting: what the answers are then, and what they were.

use serde_json::{Value, json};

use crate::environment::{Environment, thread};

const TALKS: &str = "a1000001-0000-4000-8000-000000000001";

/// The claim of the AMD thread, as far as the tests change it.
fn talks(environment: &Environment, question: &str) -> Value {
    let answer = environment.at(question);
    match thread(&answer["chips"], "amd-mi308") {
        None => Value::Null,
        Some(thread) => {
            let quantity = &thread["quantity"];
            json!([thread["stage"], quantity["min"], quantity["max"]])
        }
    }
}

/// What the sample says, and what it says without the claim of the article.
fn article() -> Value {
    json!(["negotiating", 40000, 50000])
}

fn earlier_report() -> Value {
    json!(["considering", 40000, 50000])
}

/// Questions, each with the claim that answers it.
fn check(environment: &Environment, questions: &[(&str, Value)]) {
    for (question, expect) in questions {
        assert_eq!(&talks(environment, question), expect, "at {question}");
    }
}

fn amend(environment: &Environment, typed: &str) -> Value {
    environment.shell(&format!("annals {typed} --json")).json()
}

#[test]
fn our_error_was_never_so_but_in_what_was_recorded() {
    let environment = Environment::with_sample();
    amend(
        &environment,
        "retract a1000001 --fault record --reason 'not in the article'",
    );
    check(
        &environment,
        &[
            ("2025-12-23 alibaba", earlier_report()),
            ("2026-03-08 alibaba", earlier_report()),
            ("2025-12-23 alibaba --recorded 38", article()),
            ("2026-03-08 alibaba --recorded 38", article()),
        ],
    );
    let event = environment.show(TALKS);
    assert_eq!(event["data"]["stage"], "negotiating", "the log keeps it");
}

#[test]
fn the_source_s_error_was_so_until_it_was_mended() {
    let environment = Environment::with_sample();
    amend(
        &environment,
        "retract a1000001 --fault source --reason 'the paper took it back' \
         --published 2026-01-05 --source-name 'Some paper' --source-url https://example.org/1",
    );
    check(
        &environment,
        &[
            ("2025-12-23 alibaba", article()),
            ("2026-01-04 alibaba", article()),
            ("2026-01-05 alibaba", earlier_report()),
            ("2026-01-05T12:00:00Z alibaba", article()),
            ("2026-03-08 alibaba", earlier_report()),
            // Strikes act on every day that is asked about.
            ("2026-03-08 alibaba --on 2025-12-23", earlier_report()),
            ("2026-03-08 alibaba --known 2026-01-04", article()),
            ("2026-03-08 alibaba --recorded 38", article()),
        ],
    );
}

#[test]
fn the_source_s_error_is_mended_now_if_no_date_is_given() {
    let environment = Environment::with_sample();
    let told = amend(&environment, "retract a1000001 --fault source --reason r");
    let event = environment.show(told["id"].as_str().unwrap());
    assert_eq!(event["published"], "2026-11-23T12:00:00Z");
    check(
        &environment,
        &[
            ("2026-11-22 alibaba", article()),
            ("2026-11-23T12:00:00Z alibaba", earlier_report()),
        ],
    );
}

#[test]
fn a_correction_of_our_error_stands_where_the_error_stood() {
    let environment = Environment::with_sample();
    let told = amend(
        &environment,
        "correct a1000001 --fault record --reason typo \
         --set data.quantity.max=60000 --set data.stage=agreed",
    );
    let agreed = json!(["agreed", 40000, 60000]);
    check(
        &environment,
        &[
            ("2025-12-22 alibaba", earlier_report()),
            ("2025-12-23 alibaba", agreed.clone()),
            ("2026-03-08 alibaba", agreed),
            ("2026-03-08 alibaba --recorded 38", article()),
        ],
    );
    let event = environment.show(told["id"].as_str().unwrap());
    for (field, expect) in [
        ("supersedes", json!(TALKS)),
        ("fault", json!("record")),
        ("reason", json!("typo")),
        ("published", json!("2025-12-23")),
        ("occurred", json!("2025-12-22/2025-12-23")),
        ("certainty", json!("reported")),
        ("confirmation", json!("pending")),
        ("thread", json!("amd-mi308")),
    ] {
        assert_eq!(event[field], expect, "{field}");
    }
    let quantity = json!({"min": 40000, "max": 60000, "unit": "units", "hedge": "said to be"});
    assert_eq!(event["data"]["quantity"], quantity, "the rest is kept");
}

#[test]
fn a_correction_of_the_source_s_error_counts_from_its_day() {
    let environment = Environment::with_sample();
    amend(
        &environment,
        "correct a1000001 --fault source --reason 'the paper corrected itself' \
         --set data.quantity.min=45000 --published 2026-01-05",
    );
    check(
        &environment,
        &[
            ("2025-12-23 alibaba", article()),
            ("2026-01-04 alibaba", article()),
            ("2026-01-05 alibaba", json!(["negotiating", 45000, 50000])),
            ("2026-01-05 alibaba --recorded 38", article()),
        ],
    );
}

#[test]
fn a_correction_that_is_published_later_leaves_a_gap() {
    let environment = Environment::with_sample();
    amend(
        &environment,
        "correct a1000001 --fault record --reason typo --set data.stage=agreed \
         --published 2026-01-05",
    );
    check(
        &environment,
        &[
            ("2026-01-04 alibaba", earlier_report()),
            ("2026-01-05 alibaba", json!(["agreed", 40000, 50000])),
        ],
    );
}

#[test]
fn a_retracted_strike_strikes_nothing() {
    for strike in [
        "retract a1000001 --fault record --reason r",
        "retract a1000001 --fault source --reason r --published 2025-12-24",
        "correct a1000001 --fault record --reason r --set data.stage=agreed",
        "correct a1000001 --fault source --reason r --set data.stage=agreed --published 2025-12-24",
    ] {
        let environment = Environment::with_sample();
        let struck = amend(&environment, strike);
        let question = "2025-12-24 alibaba";
        assert_ne!(talks(&environment, question), article(), "{strike}");
        let id = struck["id"].as_str().unwrap();
        amend(
            &environment,
            &format!("retract {id} --fault record --reason r"),
        );
        check(
            &environment,
            &[(question, article()), ("2026-03-08 alibaba", article())],
        );
        let between = talks(&environment, "2025-12-24 alibaba --recorded 39");
        assert_ne!(between, article(), "{strike}");
    }
}

#[test]
fn a_superseded_correction_still_strikes() {
    let environment = Environment::with_sample();
    let first = amend(
        &environment,
        "correct a1000001 --fault record --reason r --set data.stage=agreed",
    );
    let first = first["id"].as_str().unwrap();
    amend(
        &environment,
        &format!("correct {first} --fault record --reason r --set data.stage=ordered"),
    );
    check(
        &environment,
        &[
            ("2025-12-23 alibaba", json!(["ordered", 40000, 50000])),
            (
                "2025-12-23 alibaba --recorded 39",
                json!(["agreed", 40000, 50000]),
            ),
            ("2025-12-23 alibaba --recorded 38", article()),
        ],
    );
}

#[test]
fn each_event_tells_whether_it_counts() {
    let environment = Environment::with_sample();
    let struck = amend(&environment, "retract a1000001 --fault record --reason r");
    let status = |question: &str, id: &str| {
        let answer = environment
            .type_in(&format!("at {question} alibaba --json"))
            .json();
        let events = answer["events"].as_array().unwrap().clone();
        let event = events.into_iter().find(|event| event["id"] == id);
        event.map_or(Value::Null, |event| event["status"].clone())
    };
    assert_eq!(status("2025-12-23", TALKS), "struck");
    assert_eq!(
        status("2025-12-23", struck["id"].as_str().unwrap()),
        "strikes"
    );
    assert_eq!(status("2025-12-23 --recorded 38", TALKS), "counts");
    assert_eq!(status("2025-12-22", TALKS), Value::Null);
    let wrong_year = "b1000004-0000-4000-8000-000000000004";
    assert_eq!(status("2025-12-26", wrong_year), "struck");
    assert_ne!(status("2025-12-25", wrong_year), "struck");
}

#[test]
fn the_error_of_the_sample_s_news_site_shows_until_it_was_mended() {
    let environment = Environment::with_sample();
    let sources = |question: &str| {
        let answer = environment.at(question);
        let rule = thread(&answer["regulation"], "us-china-chip-exports").unwrap();
        rule["events"].to_string().contains("b1000004")
    };
    assert!(sources("2025-12-25 alibaba"));
    assert!(!sources("2025-12-26 alibaba"));
}

#[test]
fn what_the_correction_sets_is_read_as_its_field_is() {
    let environment = Environment::with_sample();
    for (set, pointer, expect) in [
        ("certainty=official", "/certainty", json!("official")),
        (
            "confirmation=confirmed",
            "/confirmation",
            json!("confirmed"),
        ),
        ("occurred=2025-12-21", "/occurred", json!("2025-12-21")),
        ("published=2025-12-24", "/published", json!("2025-12-24")),
        ("source.locator=page 2", "/source/locator", json!("page 2")),
        (
            "data.vendor=Advanced Micro Devices",
            "/data/vendor",
            json!("Advanced Micro Devices"),
        ),
        (
            "data.quantity.min=45000",
            "/data/quantity/min",
            json!(45000),
        ),
        (
            "data.quantity.hedge=about",
            "/data/quantity/hedge",
            json!("about"),
        ),
        (
            "data.quantity={\"min\":1}",
            "/data/quantity",
            json!({"min": 1}),
        ),
        (
            "data.quantity.shared_with=[\"Tencent\"]",
            "/data/quantity/shared_with",
            json!(["Tencent"]),
        ),
        ("data.quantity=null", "/data/quantity", Value::Null),
        (
            "data.value={\"min\":\"1.10\",\"max\":\"1.20\",\"currency\":\"USD\"}",
            "/data/value",
            json!({"min": "1.10", "max": "1.20", "currency": "USD"}),
        ),
    ] {
        let run = environment.run([
            "correct", "a1000001", "--fault", "record", "--reason", "r", "--json", "--set", set,
        ]);
        let told = run.json();
        let event = environment.show(told["id"].as_str().unwrap());
        let found = event.pointer(pointer).unwrap_or(&Value::Null);
        assert_eq!(found, &expect, "{set}");
    }
}

#[test]
fn a_correction_that_leads_to_another_thread_moves_there() {
    let environment = Environment::with_sample();
    amend(
        &environment,
        "correct a1000001 --fault record --reason r --set data.product=MI325",
    );
    let answer = environment.at("2025-12-23 alibaba");
    let moved = thread(&answer["chips"], "amd-mi325").unwrap();
    assert_eq!(moved["stage"], "negotiating");
    assert_eq!(talks(&environment, "2025-12-23 alibaba"), earlier_report());
}

#[test]
fn a_correction_must_be_one() {
    let environment = Environment::with_sample();
    let files = environment.settled_files();
    for (id, set, code, words) in [
        ("a1000001", "data.stage=negotiating", 1, "changes nothing"),
        ("a1000001", "data.quantity.max=50000", 1, "changes nothing"),
        ("a1000001", "data.stge=agreed", 1, "data.stge"),
        ("a1000001", "data.quantity.mox=1", 1, "data.quantity.mox"),
        ("a1000001", "data.quantity.max=1", 1, "max 1"),
        ("a1000001", "data.stage=agred", 1, "agred"),
        ("a1000001", "data.vendor=null", 1, "vendor"),
        ("a1000001", "occurred=2026-05-05", 1, "2026-05-05"),
        ("a1000001", "stge=agreed", 2, "stge"),
        ("a1000001", "id=1", 2, "\"id\""),
        ("a1000001", "company=alibaba", 1, "changes nothing"),
        ("a1000001", "company=nobody", 1, "nobody"),
        ("a1000001", "position=1", 2, "position"),
        ("a1000001", "data=1", 2, "\"data\""),
        ("a1000001", "data.stage", 2, "data.stage"),
        ("b1000005", "reason=other", 1, "retract"),
    ] {
        let run = environment.run([
            "correct", id, "--fault", "record", "--reason", "r", "--set", set,
        ]);
        assert_eq!(run.code, Some(code), "{set}: {}", run.stderr);
        run.refused(code, &[words]);
        environment.assert_files(&files, set);
    }
    let deep = format!("data.{}=1", ["a"; 30_000].join("."));
    let mistyped = ["correct", "a1000001", "--fault", "record", "--reason", "r"];
    let run = environment.run(mistyped.into_iter().chain(["--set", &deep]));
    run.refused(2, &["cannot set \"data.a.a"]);
    environment.assert_files(&files, "a deep path");
}

/// What was corrected already is corrected where it stands: neither correction is lost.
#[test]
fn a_second_correction_of_an_event_keeps_the_first() {
    let environment = Environment::with_sample();
    let correct = |set: &str| {
        environment.run([
            "correct", "a1000001", "--fault", "record", "--reason", "mistyped", "--set", set,
        ])
    };
    correct("data.quantity.max=55000").done();
    let second = correct("data.stage=agreed").done();
    assert!(
        second.stderr.contains("note: a1000001 was corrected by"),
        "{}",
        second.stderr
    );
    let chips = environment.at("2025-12-23 alibaba")["chips"].clone();
    let deal = thread(&chips, "amd-mi308").unwrap().clone();
    assert_eq!(deal["quantity"]["max"], 55000);
    assert_eq!(deal["stage"], "agreed");
    // To say the first again changes nothing.
    let again = correct("data.quantity.max=55000").done();
    assert!(again.stderr.contains("0 new, 1 known"), "{}", again.stderr);
    environment
        .type_in("check --only corrected-twice --strict")
        .done();
    let retract = [
        "retract",
        "a1000001",
        "--fault",
        "record",
        "--reason",
        "never-said",
    ];
    environment.run(retract).done();
    let chips = environment.at("2025-12-23 alibaba")["chips"].clone();
    let deal = thread(&chips, "amd-mi308").unwrap().clone();
    assert_ne!(deal["stage"], "agreed");
}

#[test]
fn a_claim_that_was_corrected_moves_to_another_company_whole() {
    let environment = Environment::with_sample();
    let correct = |set: &str| {
        let typed = [
            "correct", "a1000003", "--fault", "record", "--reason", "r", "--set", set,
        ];
        environment.run(typed).done();
    };
    correct("data.value=130.00");
    correct("company=amd");
    let values = |company: &str| {
        let answer = environment.at(&format!("2025-12-24 {company}"));
        let market = answer["market"].as_array().unwrap();
        let values = market.iter().map(|it| it["value"].clone());
        values.filter(|value| !value.is_null()).collect::<Vec<_>>()
    };
    assert!(values("amd").contains(&json!("130.00")));
    assert!(!values("alibaba").contains(&json!("130.00")));
    assert!(!values("alibaba").contains(&json!("128.60")));
}
