//! How a company may be asked for.

use serde_json::json;

use crate::environment::{Environment, company};

#[test]
fn a_company_is_found_by_any_of_its_names() {
    let environment = Environment::with_sample();
    for (key, slug) in [
        ("alibaba", "alibaba"),
        ("lei:5493001NTNQJDH60PM02", "alibaba"),
        ("5493001ntnqjdh60pm02", "alibaba"),
        ("cik:0001577552", "alibaba"),
        ("cik:1577552", "alibaba"),
        ("CIK:1577552", "alibaba"),
        ("1577552", "alibaba"),
        ("0001577552", "alibaba"),
        ("isin:US01609W1027", "alibaba"),
        ("KYG017191142", "alibaba"),
        ("ticker:XNYS:BABA", "alibaba"),
        ("ticker:BABA", "alibaba"),
        ("BABA", "alibaba"),
        ("baba", "alibaba"),
        ("9988", "alibaba"),
        ("Alibaba Group", "alibaba"),
        ("alib", "alibaba"),
        ("ALIB", "alibaba"),
        ("Advanced", "amd"),
        ("advanced micro", "amd"),
        ("AMD", "amd"),
        ("0000002488", "amd"),
        ("US0079031078", "amd"),
        ("R2I72C950HOYXII45366", "amd"),
        ("NVDA", "nvidia"),
        ("nvid", "nvidia"),
        ("NVIDIA Corp", "nvidia"),
        ("cik:1045810", "nvidia"),
    ] {
        let answer = environment.run(["at", "2025-12-23", key, "--json", "--no-events"]);
        assert_eq!(answer.json()["company"]["slug"], slug, "{key}");
    }
}

#[test]
fn whoever_is_not_found_is_guessed_at() {
    let environment = Environment::with_sample();
    for (key, code, words) in [
        ("alibabba", 3, &["alibabba", "did you mean alibaba"][..]),
        ("nvidai", 3, &["nvidai", "did you mean nvidia"]),
        ("ticker:BABB", 3, &["ticker:BABB", "did you mean alibaba"]),
        ("ticker:XHKG:BABA", 3, &["ticker:XHKG:BABA"]),
        ("cik:99", 3, &["cik:99", "annals companies"]),
        ("zzz", 3, &["zzz", "annals companies"]),
        ("a", 2, &["more than one", "alibaba", "amd"]),
        (
            "lei:5493001NTNQJDH60PM03",
            2,
            &["5493001NTNQJDH60PM03", "lei"],
        ),
        ("isin:US01609W1028", 2, &["US01609W1028", "isin"]),
        ("wkn:A117ME", 2, &["wkn", "lei"]),
    ] {
        let run = environment.run(["at", "2025-12-23", key]);
        assert_eq!(run.code, Some(code), "{key}: {}", run.stderr);
        run.refused(code, words);
    }
}

#[test]
fn an_identifier_is_its_company_s_on_the_days_of_its_span() {
    let environment = Environment::with_sample();
    for (question, is_found) in [
        ("2014-09-18 ticker:XNYS:BABA", false),
        ("2014-09-19 ticker:XNYS:BABA", true),
        ("2014-09-18 ticker:XNYS:BABA --on 2025-12-23", true),
        ("2025-12-23 ticker:XNYS:BABA --on 2014-09-18", false),
        ("2019-11-25 ticker:XHKG:9988", false),
        ("2019-11-26 ticker:XHKG:9988", true),
        // By the recorded cut, the second event tells it.
        ("2025-12-23 ticker:XHKG:9988 --recorded 1", false),
        ("2025-12-23 ticker:XHKG:9988 --recorded 2", true),
        // A slug is one's own at every basis.
        ("2001-01-01 alibaba", true),
    ] {
        let run = environment.type_in(&format!("at {question} --json --no-events"));
        match is_found {
            true => assert_eq!(run.json()["company"]["slug"], "alibaba", "{question}"),
            false => run.refused(3, &[question.split(' ').nth(1).unwrap()]),
        }
    }
}

#[test]
fn names_obey_the_cuts() {
    let environment = Environment::with_sample();
    let name = |question: &str| environment.at(question)["company"]["name"].clone();
    // It was published on the 19th, which ends later in New York.
    assert_eq!(name("2014-09-19 alibaba"), serde_json::Value::Null);
    assert_eq!(name("2014-09-20 alibaba"), "Alibaba Group");
    let identifiers = |question: &str| {
        let answer = environment.at(question);
        answer["company"]["identifiers"].as_array().unwrap().len()
    };
    assert_eq!(identifiers("2014-09-18 alibaba"), 0);
    assert_eq!(identifiers("2015-01-01 alibaba"), 3);
    assert_eq!(identifiers("2025-12-23 alibaba"), 6);
}

#[test]
fn an_event_is_found_by_the_start_of_its_id() {
    let environment = Environment::with_sample();
    let id = "a1000001-0000-4000-8000-000000000001";
    for start in ["a1000001", "A1000001", "a1000001-0000", id] {
        assert_eq!(environment.show(start)["id"], id, "{start}");
    }
}

#[test]
fn the_other_commands_find_alike() {
    let environment = Environment::with_sample();
    for typed in [
        "log BABA --json",
        "diff 2025-12-23 2026-03-08 cik:1577552 --json",
        "export ticker:BABA --at 2025-12-23 --format jsonl",
    ] {
        let text = environment.type_in(typed).text();
        assert!(text.contains("alibaba"), "{typed}: {text}");
    }
}

/// An accent may be one with its letter, or a character of its own.
#[test]
fn a_name_is_found_however_its_accents_are_typed() {
    let environment = Environment::new();
    let mut named = company("acme");
    named["data"]["name"] = json!("Soci\u{e9}t\u{e9} Acme");
    environment.append(&[named]);
    for start in ["soci\u{e9}t\u{e9}", "Socie\u{301}te\u{301} A"] {
        let answer = environment
            .run(["at", "2026-01-01", start, "--json"])
            .json();
        assert_eq!(answer["company"]["slug"], "acme", "{start:?}");
    }
}
