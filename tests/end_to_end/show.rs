//! `annals show`: an event, and how it stands.

use serde_json::{Value, json};

use crate::environment::{Environment, company, sample_events, talks};

/// Three talks that are one matter, and what is made of them: the second only tells
/// the first again, and the third is under another name, which is linked.
fn tied() -> Environment {
    let environment = Environment::new();
    let claim = |number: u32, stage: &str| {
        let mut claim = talks("acme", "2026-01-10", stage);
        claim["id"] = json!(id(number));
        claim
    };
    let mut again = claim(2, "negotiating");
    again["repeats"] = json!(id(1));
    again["published"] = json!("2026-01-12");
    let mut other = claim(3, "ordered");
    other["thread"] = json!("instinct");
    other["occurred"] = json!("2026-01-09");
    let mut link = claim(4, "");
    link["kind"] = json!("thread_link");
    link["data"] = json!({"of": "chip_interest", "from": "instinct", "into": "amd-mi308"});
    link["published"] = json!("2026-01-20");
    environment.append(&[company("acme"), claim(1, "negotiating"), again, other, link]);
    environment
}

fn id(number: u32) -> String {
    format!("a000000{number}-0000-4000-8000-000000000000")
}

fn show(environment: &Environment, question: &str) -> Value {
    environment.show(question)
}

#[test]
fn every_field_of_an_event_is_told_and_what_the_log_gave_it() {
    let environment = Environment::with_sample();
    let event = &sample_events()[4];
    let told = show(&environment, "a1000001");
    for (name, value) in event.as_object().unwrap() {
        assert_eq!(&told[name], value, "{name}");
    }
    assert_eq!(told["thread"], "amd-mi308");
    for nothing in [
        "repeats",
        "supersedes",
        "fault",
        "reason",
        "strikes",
        "told_as",
    ] {
        assert!(told.as_object().unwrap().contains_key(nothing), "{nothing}");
        assert_eq!(told[nothing], Value::Null, "{nothing}");
    }
    assert_eq!(
        json!([told["struck_by"], told["repeated_by"]]),
        json!([[], []])
    );
    assert_eq!(json!([told["position"], told["version"]]), json!([5, 3]));
    let line = environment.type_in("log --recorded-in 5 --json").json();
    assert_eq!(told["hash"], line["hash"]);
    assert_eq!(told["recorded"], line["recorded"]);
    assert_eq!(told["basis"]["recorded"], 38);
}

#[test]
fn an_event_is_struck_from_when_that_was_published() {
    let environment = Environment::with_sample();
    let status = |question: &str| show(&environment, question)["status"].clone();
    assert_eq!(status("b1000004 --at 2025-12-23"), "unpublished");
    assert_eq!(status("b1000004 --at 2025-12-25"), "lost");
    assert_eq!(status("b1000004 --at 2025-12-26 --recorded 27"), "lost");
    let told = show(&environment, "b1000004 --at 2025-12-26");
    assert_eq!(told["status"], "struck");
    let by = &told["struck_by"][0];
    assert_eq!(by["event"], "b1000005-0000-4000-8000-000000000005");
    assert_eq!(
        json!([by["kind"], by["fault"]]),
        json!(["retraction", "source"])
    );
    assert_eq!(by["published"], "2025-12-26");
    assert!(by["reason"].as_str().unwrap().contains("wrong year"));
    let told = show(&environment, "b1000005");
    assert_eq!(told["status"], "strikes");
    assert_eq!(told["strikes"], "b1000004-0000-4000-8000-000000000004");
    let page = environment.type_in("show b1000004").text();
    for word in ["struck", "b1000005", "source's error", "wrong year"] {
        assert!(page.contains(word), "{word}: {page}");
    }
    let page = environment.type_in("show b1000004 --at 2025-12-25").text();
    assert!(
        !page.contains("b1000005"),
        "it names what came later: {page}"
    );
    let page = environment.type_in("show b1000004 --at 2025-12-23").text();
    assert!(page.contains("not yet published then"), "{page}");
}

#[test]
fn what_is_corrected_and_what_corrects_it_name_each_other() {
    let environment = tied();
    let correct = "correct a0000001 --fault source --set data.stage=agreed \
                   --published 2026-01-15 --reason misread --json";
    let appended = environment.type_in(correct).json();
    let new = appended["id"].as_str().unwrap();
    let told = show(&environment, "a0000001");
    assert_eq!(told["status"], "struck");
    let by = &told["struck_by"][0];
    let expected = json!([new, "chip_interest", "source", "misread"]);
    assert_eq!(
        json!([by["event"], by["kind"], by["fault"], by["reason"]]),
        expected
    );
    let told = show(&environment, new);
    assert_eq!(
        json!([told["supersedes"], told["strikes"]]),
        json!([id(1), id(1)])
    );
    let page = environment.type_in("show a0000001").text();
    assert!(page.contains("(correction of the"), "{page}");
    // What only told it again falls with it.
    let told = show(&environment, "a0000002");
    assert_eq!(told["status"], "struck");
    assert_eq!(told["struck_by"], json!([]));
    // Before, neither is so.
    let told = show(&environment, "a0000001 --at 2026-01-14");
    assert_eq!(
        json!([told["status"], told["struck_by"]]),
        json!(["counts", []])
    );
    assert_eq!(
        show(&environment, &format!("{new} --at 2026-01-14"))["status"],
        "unpublished"
    );
    assert_eq!(
        show(&environment, &format!("{new} --at 2026-01-14"))["strikes"],
        Value::Null
    );
}

#[test]
fn an_error_of_ours_is_struck_before_that_was_published_and_nothing_is_named() {
    let environment = tied();
    let retract = "retract a0000001 --fault record --published 2026-02-01 --reason typo";
    environment.type_in(retract).done();
    let told = show(&environment, "a0000001 --at 2026-01-15");
    assert_eq!(
        json!([told["status"], told["struck_by"]]),
        json!(["struck", []])
    );
    let page = environment.type_in("show a0000001 --at 2026-01-15").text();
    assert!(page.contains("by what was published later"), "{page}");
    assert!(!page.contains("typo"), "{page}");
    let told = show(&environment, "a0000001 --at 2026-02-01");
    assert_eq!(told["struck_by"][0]["fault"], "record");
}

#[test]
fn what_is_told_again_and_what_tells_it_name_each_other() {
    let environment = tied();
    let told = show(&environment, "a0000001");
    assert_eq!(told["repeated_by"], json!([id(2)]));
    let told = show(&environment, "a0000002");
    assert_eq!(
        json!([told["status"], told["repeats"]]),
        json!(["repeats", id(1)])
    );
    let told = show(&environment, "a0000001 --at 2026-01-11");
    assert_eq!(told["repeated_by"], json!([]), "it was not published then");
    let page = environment.type_in("show a0000001").text();
    assert!(
        page.contains("told again by") && page.contains("a0000002"),
        "{page}"
    );
    let page = environment.type_in("show a0000002").text();
    assert!(page.contains("only tells another event again"), "{page}");
}

#[test]
fn a_linked_event_says_under_which_name_it_is_told() {
    let environment = tied();
    let told = show(&environment, "a0000003");
    assert_eq!(
        json!([told["thread"], told["told_as"]]),
        json!(["instinct", "amd-mi308"])
    );
    assert_eq!(told["status"], "counts");
    let told = show(&environment, "a0000003 --at 2026-01-19");
    assert_eq!(told["told_as"], Value::Null);
    assert_eq!(show(&environment, "a0000001")["told_as"], Value::Null);
    let page = environment.type_in("show a0000003").text();
    assert!(page.contains("thread amd-mi308"), "{page}");
}

#[test]
fn an_event_can_be_silent_or_left_out() {
    let environment = tied();
    let told = show(&environment, "a0000003 --at 2026-01-11 --on 2026-01-08");
    assert_eq!(told["status"], "silent");
    let told = show(&environment, "a0000003 --source register");
    assert_eq!(told["status"], "unheard");
    assert_eq!(told["basis"]["filter"]["sources"], json!(["register"]));
    for (typed, words) in [
        ("show a0000003 --at 2026-01-11 --on 2026-01-08", "silent"),
        ("show a0000003 --source register", "left out by --source"),
    ] {
        let page = environment.type_in(typed).text();
        assert!(page.contains(words), "{page}");
    }
}

#[test]
fn what_is_not_in_the_log_cannot_be_shown() {
    let environment = tied();
    environment
        .type_in("show a0000003 --recorded 3")
        .refused(3, &["position 4", "--recorded"]);
    environment.type_in("show a00").refused(3, &["four digits"]);
    environment
        .type_in("show a000")
        .refused(2, &["more than one", &id(1)]);
    environment
        .type_in("show b0000009")
        .refused(3, &["annals log"]);
}

#[test]
fn an_event_at_length_is_within_80_columns() {
    let environment = Environment::with_sample();
    for event in sample_events() {
        let typed = format!("show {}", event["id"].as_str().unwrap());
        let page = environment.type_in(&typed).text();
        assert!(page.starts_with("status "), "{page}");
        for line in page.lines() {
            assert!(line.chars().count() <= 80, "{typed}: {line}");
        }
    }
}
