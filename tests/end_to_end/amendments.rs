//! What else can turn out to be otherwise: the company, many claims at once, how
//! precise a date is, which threads are one, and what comes late or again.
//!
//! Each is asked about before and after, on the clock of publication and on that
//! of recording.

use serde_json::{Value, json};

use crate::environment::{Environment, company, statement, talks, thread};

/// The stage of the AMD thread; `null` where there is none.
fn stage(environment: &Environment, question: &str) -> Value {
    let answer = environment.at(question);
    let thread = thread(&answer["chips"], "amd-mi308");
    thread.map_or(Value::Null, |thread| thread["stage"].clone())
}

/// Questions, each with the stage that answers it.
fn check(environment: &Environment, questions: &[(&str, Value)]) {
    for (question, expect) in questions {
        assert_eq!(&stage(environment, question), expect, "at {question}");
    }
}

/// Alibaba and Tencent, and one claim about Alibaba, at position 3.
fn one_claim() -> Environment {
    let environment = Environment::new();
    environment.append(&[company("alibaba"), company("tencent")]);
    let mut claim = talks("alibaba", "2026-01-10", "negotiating");
    claim["id"] = json!("a0000001-0000-4000-8000-000000000001");
    environment.append(&[claim]);
    environment
}

#[test]
fn a_claim_under_the_wrong_company_moves_to_the_right_one() {
    let environment = one_claim();
    let typed = "correct a0000001 --fault record --reason mixed-up --set company=tencent --json";
    let outcomes = environment.type_in(typed).json_lines();
    assert_eq!(outcomes.len(), 2, "retracted, and appended anew");
    check(
        &environment,
        &[
            // The world knew better all along.
            ("2026-01-10 alibaba", Value::Null),
            ("2026-01-10 tencent", json!("negotiating")),
            ("2026-01-09 tencent", Value::Null),
            // This store did not.
            ("2026-01-10 alibaba --recorded 3", json!("negotiating")),
            ("2026-01-10 tencent --recorded 3", Value::Null),
        ],
    );
    let files = environment.settled_files();
    let again = environment.type_in(typed);
    assert_eq!(again.json_lines()[0]["state"], "known");
    environment.assert_files(&files, "the same again");
}

#[test]
fn the_source_s_mix_up_stood_until_it_said_so() {
    let environment = one_claim();
    environment
        .type_in(
            "correct a0000001 --fault source --reason mixed-up --set company=tencent \
             --published 2026-01-20"
                .replace("  ", "")
                .as_str(),
        )
        .done();
    check(
        &environment,
        &[
            ("2026-01-19 alibaba", json!("negotiating")),
            ("2026-01-19 tencent", Value::Null),
            ("2026-01-20 alibaba", Value::Null),
            ("2026-01-20 tencent", json!("negotiating")),
            ("2026-01-20 alibaba --recorded 3", json!("negotiating")),
        ],
    );
}

/// Alibaba with claims of three products, at positions 2 to 4.
fn three_claims() -> Environment {
    let environment = Environment::new();
    environment.append(&[company("alibaba")]);
    let claims: Vec<Value> = (1..=3)
        .map(|number| {
            let mut claim = talks("alibaba", "2026-01-10", "rumoured");
            claim["id"] = json!(format!("a000000{number}-0000-4000-8000-000000000000"));
            claim["data"]["product"] = json!(format!("MI30{number}"));
            claim
        })
        .collect();
    environment.append(&claims);
    environment
}

/// The stages of the three.
fn stages(environment: &Environment, question: &str) -> Vec<Value> {
    let answer = environment.at(question);
    let chips = answer["chips"].as_array().unwrap().iter();
    chips.map(|chip| chip["stage"].clone()).collect()
}

#[test]
fn many_claims_are_corrected_by_a_file_for_one_reason() {
    let environment = three_claims();
    let csv = "id,data.stage,certainty\na0000001,ordered,\na0000002,agreed,official\n";
    let file = environment.write("mended.csv", csv);
    let correct = [
        "correct",
        "--fault",
        "record",
        "--reason",
        "read from the wrong column",
    ];
    let run = environment.run(correct.into_iter().chain(["--file", &file, "--json"]));
    let outcomes = run.json_lines();
    assert_eq!(outcomes.len(), 2);
    for outcome in &outcomes {
        let event = environment.show(outcome["id"].as_str().unwrap());
        assert_eq!(event["reason"], "read from the wrong column");
    }
    let mended = ["ordered", "agreed", "rumoured"];
    assert_eq!(stages(&environment, "2026-01-10 alibaba"), mended);
    let before = ["rumoured", "rumoured", "rumoured"];
    assert_eq!(
        stages(&environment, "2026-01-10 alibaba --recorded 4"),
        before
    );
    // The same file again changes nothing.
    let head = environment.head();
    environment
        .run(correct.into_iter().chain(["--file", &file]))
        .done();
    assert_eq!(environment.head(), head);
}

#[test]
fn many_claims_are_retracted_by_a_file() {
    let environment = three_claims();
    let retract = "retract --fault source --reason withdrawn --published 2026-01-20 --file -";
    environment.feed(retract, b"a0000001\na0000003\n").done();
    assert_eq!(stages(&environment, "2026-01-19 alibaba").len(), 3);
    assert_eq!(stages(&environment, "2026-01-20 alibaba"), ["rumoured"]);
    let recorded = "2026-01-20 alibaba --recorded 4";
    assert_eq!(stages(&environment, recorded).len(), 3);
}

#[test]
fn a_file_of_corrections_is_all_or_nothing() {
    let environment = three_claims();
    let files = environment.settled_files();
    let correct = "correct --fault record --reason r --file -";
    for (input, words) in [
        (
            "id,data.stage\na0000001,ordered\na0000009,ordered\n",
            &["standard input:3", "a0000009"],
        ),
        (
            "id,data.stage\na0000001,ordered\na0000002,orderd\n",
            &["standard input:3", "orderd"],
        ),
        (
            "id,data.stage\na0000001,ordered\na0000001,agreed\n",
            &["standard input:3", "line 2"],
        ),
        (
            "id,data.stage\na0000001,ordered\na0000001-0000-4000-8000-000000000000,agreed\n",
            &["standard input:3", "line 2"],
        ),
        (
            "id,stge\na0000001,ordered\n\n",
            &["standard input:2", "stge"],
        ),
        (
            "id,data.stage\na0000001,rumoured\n",
            &["standard input:2", "changes nothing"],
        ),
        (
            "{\"id\":\"a0000001\",\"sat\":{}}\n",
            &["standard input:1", "sat"],
        ),
        ("", &["no events", "standard input"]),
    ] {
        environment
            .feed(correct, input.as_bytes())
            .refused(1, words);
        environment.assert_files(&files, input);
    }
}

#[test]
fn an_event_and_its_correction_are_amended_once() {
    let environment = three_claims();
    let correct = "correct a0000001 --set data.stage=ordered --fault record --reason r --json";
    let correction = environment.type_in(correct).json()["id"].clone();
    let correction = correction.as_str().unwrap();
    let files = environment.settled_files();
    let input = format!("id,data.stage\na0000001,agreed\n{correction},denied\n");
    environment
        .feed(
            "correct --fault record --reason r --file -",
            input.as_bytes(),
        )
        .refused(1, &["standard input:3", correction, "line 2"]);
    environment.assert_files(&files, "amending one event twice");
}

#[test]
fn a_date_is_narrowed_and_a_date_is_left() {
    let environment = Environment::new();
    environment.append(&[company("alibaba")]);
    let date = |published: &str, date: &str| {
        json!({
            "company": "alibaba", "kind": "earnings_date", "published": published,
            "certainty": "asserted", "source": {"name": "calendar"},
            "data": {"period": "FY2026-Q3", "date": date, "status": "projected"},
        })
    };
    environment.append(&[
        date("2025-12-23", "2026-02"),
        date("2026-02-04", "2026-02-19"),
        date("2026-02-05", "2026-02"),
        date("2026-03-07", "2026-03-19"),
    ]);
    let moves = |question: &str| {
        let next = &environment.at(question)["earnings"]["next"];
        let moves = next["moves"].as_array().unwrap().clone();
        let moves = moves
            .iter()
            .map(|it| json!([it["from"], it["to"], it["days"]]));
        (next["date"].clone(), moves.collect::<Vec<_>>())
    };
    assert_eq!(moves("2025-12-23 alibaba"), (json!("2026-02"), vec![]));
    assert_eq!(
        moves("2026-02-04 alibaba"),
        (json!("2026-02-19"), vec![]),
        "narrowed"
    );
    assert_eq!(
        moves("2026-02-05 alibaba").1,
        [Value::Null; 0],
        "only vaguer"
    );
    let left = json!(["2026-02-19", "2026-03-19", 28]);
    assert_eq!(
        moves("2026-03-07 alibaba"),
        (json!("2026-03-19"), vec![left])
    );
    assert_eq!(
        moves("2026-03-07 alibaba --recorded 3"),
        (json!("2026-02-19"), vec![])
    );
}

/// Two reports of what is one deal, at positions 2 and 3.
fn two_threads() -> Environment {
    let environment = Environment::new();
    let mut other = talks("alibaba", "2026-01-12", "ordered");
    other["thread"] = json!("amd-instinct");
    let first = talks("alibaba", "2026-01-10", "negotiating");
    environment.append(&[company("alibaba"), first, other]);
    environment
}

const LINK: &str = "append thread-link alibaba --of chip_interest --from amd-instinct \
     --into amd-mi308 --certainty attributed --source-name us --published 2026-01-20 --json";

#[test]
fn two_threads_are_one_from_the_link_s_publication_on_until_it_is_taken_back() {
    let environment = two_threads();
    let names = |question: &str| {
        let chips = environment.at(question)["chips"]
            .as_array()
            .unwrap()
            .clone();
        let told = chips
            .iter()
            .map(|it| json!([it["thread"], it["stage"], it["linked"]]));
        told.collect::<Vec<_>>()
    };
    let apart = [
        json!(["amd-mi308", "negotiating", []]),
        json!(["amd-instinct", "ordered", []]),
    ];
    let one = [json!(["amd-mi308", "ordered", ["amd-instinct"]])];
    assert_eq!(names("2026-01-20 alibaba"), apart);
    let link = environment.type_in(&LINK.replace("  ", "")).json();
    assert_eq!(names("2026-01-19 alibaba"), apart, "not known yet");
    assert_eq!(names("2026-01-20 alibaba"), one);
    assert_eq!(
        names("2026-01-20 alibaba --on 2026-01-12"),
        one,
        "whatever the day"
    );
    assert_eq!(names("2026-01-20 alibaba --recorded 3"), apart);

    let id = link["id"].as_str().unwrap();
    let split = format!("retract {id} --fault source --reason two-deals --published 2026-02-01");
    environment.type_in(&split).done();
    assert_eq!(names("2026-01-31 alibaba"), one);
    assert_eq!(names("2026-02-01 alibaba"), apart);
    assert_eq!(names("2026-02-01 alibaba --recorded 4"), one);
}

#[test]
fn what_arrives_late_is_known_since_it_was_published() {
    let environment = Environment::new();
    environment.append(&[
        company("alibaba"),
        talks("alibaba", "2026-01-10", "ordered"),
    ]);
    environment.append(&[talks("alibaba", "2025-12-10", "considering")]);
    check(
        &environment,
        &[
            ("2025-12-10 alibaba", json!("considering")),
            ("2025-12-10 alibaba --recorded 2", Value::Null),
            ("2026-01-10 alibaba", json!("ordered")),
        ],
    );
}

#[test]
fn what_is_told_again_adds_a_source_and_falls_with_what_it_tells() {
    let environment = one_claim();
    let mut again = talks("alibaba", "2026-01-15", "negotiating");
    again["source"]["name"] = json!("another paper");
    again["repeats"] = json!("a0000001-0000-4000-8000-000000000001");
    environment.append(&[again]);
    let events = |question: &str| {
        let answer = environment.type_in(&format!("at {question} --json")).json();
        let events = answer["events"].as_array().unwrap().clone();
        let told = events
            .iter()
            .filter(|event| event["kind"] == "chip_interest");
        told.map(|event| event["status"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(events("2026-01-15 alibaba"), ["counts", "repeats"]);
    assert_eq!(events("2026-01-14 alibaba"), ["counts"]);
    let retract = "retract a0000001 --fault source --reason r --published 2026-01-20";
    environment.type_in(retract).done();
    assert_eq!(events("2026-01-20 alibaba"), ["struck", "struck"]);
    assert_eq!(
        events("2026-01-20 alibaba --recorded 4"),
        ["counts", "repeats"]
    );
    check(
        &environment,
        &[
            ("2026-01-19 alibaba", json!("negotiating")),
            ("2026-01-20 alibaba", Value::Null),
        ],
    );
}

#[test]
fn the_same_line_again_is_no_new_fact() {
    let environment = one_claim();
    let said = statement("alibaba", "2026-01-12", "as before");
    environment.append(std::slice::from_ref(&said));
    let head = environment.head();
    environment.append(&[said]);
    assert_eq!(environment.head(), head);
}

#[test]
fn every_line_of_a_file_that_is_at_fault_is_told_at_once() {
    let environment = Environment::with_sample();
    let rows = "id,data.stage\na1000001,bogus\nnothing,agreed\na1000005,agreed\nb1000007,bogus\n";
    let before = environment.head();
    environment
        .feed(
            "correct --fault record --reason x --file -",
            rows.as_bytes(),
        )
        .refused(
            1,
            &[
                "3 of 4",
                ":2: data.stage",
                ":3: no event nothing",
                ":5: data.stage",
            ],
        );
    assert_eq!(environment.head(), before);
}
