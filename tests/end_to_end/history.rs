//! `annals history`: every value that a field has had.

use serde_json::{Value, json};

use crate::environment::{Environment, company, talks};

fn history(environment: &Environment, question: &str) -> Value {
    environment
        .type_in(&format!("history {question} --json"))
        .json()
}

/// The values, each with the point from which on it stood.
fn values(told: &Value, from: &str) -> Vec<Value> {
    let values = told["values"].as_array().unwrap().iter();
    values.map(|it| json!([it["value"], it[from]])).collect()
}

#[test]
fn the_results_date_has_moved_six_times() {
    let environment = Environment::with_sample();
    let told = history(&environment, "alibaba earnings[fy2026-q3].date");
    let expected = [
        ("2026-02", "2025-12-23T23:59:59.999999Z"),
        ("2026-02-19", "2026-02-04T23:59:59.999999Z"),
        ("2026-02-18", "2026-02-10T23:59:59.999999Z"),
        ("2026-02-19", "2026-02-11T23:59:59.999999Z"),
        ("2026-02-18", "2026-02-16T03:11:00Z"),
        ("2026-02-19", "2026-02-16T14:17:00Z"),
        ("2026-03-13", "2026-03-05T14:16:00Z"),
        ("2026-03-19", "2026-03-07T14:04:00Z"),
    ];
    let expected: Vec<Value> = expected
        .iter()
        .map(|(date, from)| json!([date, from]))
        .collect();
    assert_eq!(values(&told, "known_from"), expected);
    let steps = told["values"].as_array().unwrap();
    for (step, next) in steps.iter().zip(&steps[1..]) {
        assert_eq!(step["known_to"], next["known_from"]);
    }
    assert_eq!(steps.last().unwrap()["known_to"], Value::Null);
    assert_eq!(steps[0]["event"], "a1000018-0000-4000-8000-000000000018");
    assert_eq!(told["revision"]["days"], 46);
    // Each value is what `at` answers where it begins.
    for step in steps {
        let at = step["known_from"].as_str().unwrap();
        let answer = environment.at(&format!("{at} alibaba"));
        assert_eq!(answer["earnings"]["next"]["date"], step["value"], "at {at}");
    }
}

#[test]
fn a_walk_ends_at_its_date() {
    let environment = Environment::with_sample();
    let told = history(&environment, "alibaba earnings.next.date --at 2026-02-10");
    assert_eq!(told["values"].as_array().unwrap().len(), 3);
    let told = history(
        &environment,
        "alibaba earnings.next.overdue --at 2026-03-08",
    );
    let expected = [
        json!([false, "2025-12-23T23:59:59.999999Z"]),
        json!([true, "2026-02-20T00:00:00Z"]),
        json!([false, "2026-03-05T14:16:00Z"]),
    ];
    assert_eq!(
        values(&told, "known_from"),
        expected,
        "a day passes, and nobody says so"
    );
    let told = history(
        &environment,
        "alibaba earnings.next.overdue --on 2026-02-01 --at 2026-03-08",
    );
    assert_eq!(told["values"].as_array().unwrap().len(), 1, "the day stays");
}

#[test]
fn on_the_clock_of_recording_the_log_grows() {
    let environment = Environment::with_sample();
    let told = history(
        &environment,
        "alibaba earnings.next.date --clock recorded --at 2026-03-08",
    );
    let values = values(&told, "position_from");
    assert_eq!(values[0], json!(["2026-02", 22]));
    assert_eq!(values.last().unwrap(), &json!(["2026-03-19", 38]));
    for value in &values {
        let position = &value[1];
        let answer = environment.at(&format!("2026-03-08 alibaba --recorded {position}"));
        assert_eq!(
            answer["earnings"]["next"]["date"], value[0],
            "at position {position}"
        );
    }
    assert!(
        told["values"][0]["recorded_from"]
            .as_str()
            .unwrap()
            .starts_with("2026-11-23T12:00:00")
    );
}

#[test]
fn a_correction_of_our_own_error_was_always_so() {
    let environment = Environment::new();
    let mut claim = talks("alibaba", "2026-01-10", "ordered");
    claim["id"] = json!("a0000001-0000-4000-8000-000000000000");
    environment.append(&[company("alibaba"), claim]);
    environment
        .type_in("correct a0000001 --fault record --reason r --set data.stage=agreed")
        .done();
    let path = "alibaba chips[amd-mi308].stage";
    let told = history(&environment, path);
    assert_eq!(
        values(&told, "known_from"),
        [json!(["agreed", "2026-01-10T23:59:59.999999Z"])]
    );
    let told = history(&environment, &format!("{path} --clock recorded"));
    assert_eq!(
        values(&told, "position_from"),
        [json!(["ordered", 2]), json!(["agreed", 3])]
    );
    assert_eq!(told["revision"]["stages"], json!(["agreed"]));
}

#[test]
fn what_never_had_a_value_is_not_found() {
    let environment = Environment::with_sample();
    environment
        .type_in("history alibaba chips[amd].stage")
        .refused(3, &["amd-mi308"]);
    environment
        .type_in("history alibaba chips.stage --at 2001-01-01")
        .refused(3, &["nothing"]);
    let page = environment
        .type_in("history alibaba earnings[fy2026-q3].date")
        .text();
    assert!(
        page.lines().all(|line| line.chars().count() <= 80),
        "{page}"
    );
    assert!(
        page.contains("First Feb 2026, latest 19 Mar 2026 (+46 days)"),
        "{page}"
    );
}
