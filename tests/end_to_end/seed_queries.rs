//! The eight questions that the sample timeline has to answer.

use serde_json::{Value, json};

use crate::environment::{Environment, thread};

fn next(answer: &Value) -> &Value {
    &answer["earnings"]["next"]
}

#[test]
fn before_the_news_there_is_only_the_older_interest() {
    let answer = Environment::with_sample().at("2025-12-21 alibaba");
    let chips = &answer["chips"];
    assert_eq!(thread(chips, "amd-mi308"), None);
    let h200 = thread(chips, "nvidia-h200").unwrap();
    assert_eq!(h200["stage"], "interest_expressed");
    assert_eq!(
        h200["events"],
        json!(["b1000001-0000-4000-8000-000000000001"])
    );
}

#[test]
fn on_the_day_of_the_article_talks_are_on() {
    let answer = Environment::with_sample().at("2025-12-23 alibaba");
    let amd = thread(&answer["chips"], "amd-mi308").unwrap();
    for (field, expect) in [
        ("stage", json!("negotiating")),
        ("confirmation", json!("pending")),
        ("certainty", json!("reported")),
        ("open", json!(true)),
    ] {
        assert_eq!(amd[field], expect, "{field}");
    }
    assert_eq!(amd["quantity"]["min"], json!(40000));
    assert_eq!(amd["quantity"]["max"], json!(50000));
    assert_eq!(next(&answer)["date"], "2026-02");
    assert_eq!(next(&answer)["status"], "tentative");
    assert_eq!(next(&answer)["period"], "FY2026-Q3");
    assert_eq!(next(&answer)["overdue"], false);
    assert_eq!(next(&answer)["moves"], json!([]));
    assert_eq!(
        answer["strategy"]["current"]["thread"],
        "ai-first-enterprise"
    );
    assert_eq!(answer["basis"]["known"], "2025-12-23T23:59:59.999999Z");
    assert_eq!(answer["basis"]["on"], "2025-12-23");
}

#[test]
fn a_day_after_the_results_were_due_they_are_overdue() {
    let answer = Environment::with_sample().at("2026-02-20 alibaba");
    assert_eq!(next(&answer)["date"], "2026-02-19");
    assert_eq!(next(&answer)["overdue"], true);
}

#[test]
fn the_date_moved_into_march() {
    let answer = Environment::with_sample().at("2026-03-06 alibaba");
    assert_eq!(next(&answer)["date"], "2026-03-13");
    assert_eq!(next(&answer)["overdue"], false);
}

#[test]
fn all_six_moves_are_told_with_their_days() {
    let answer = Environment::with_sample().at("2026-03-08 alibaba");
    assert_eq!(next(&answer)["date"], "2026-03-19");
    let moves = next(&answer)["moves"].as_array().unwrap();
    let told: Vec<_> = moves
        .iter()
        .map(|one| json!([one["published"], one["from"], one["to"], one["days"]]))
        .collect();
    let expect = [
        json!(["2026-02-10", "2026-02-19", "2026-02-18", -1]),
        json!(["2026-02-11", "2026-02-18", "2026-02-19", 1]),
        json!(["2026-02-16T03:11:00Z", "2026-02-19", "2026-02-18", -1]),
        json!(["2026-02-16T14:17:00Z", "2026-02-18", "2026-02-19", 1]),
        json!(["2026-03-05T14:16:00Z", "2026-02-19", "2026-03-13", 22]),
        json!(["2026-03-07T14:04:00Z", "2026-03-13", "2026-03-19", 6]),
    ];
    assert_eq!(told, expect);
}

#[test]
fn a_rule_is_announced_before_it_is_in_force() {
    let environment = Environment::with_sample();
    for (on, stage, in_force) in [
        ("2025-12-07", None, false),
        ("2025-12-09", Some("announced"), false),
        ("2026-01-14", Some("announced"), false),
        ("2026-01-15", Some("published"), true),
    ] {
        let answer = environment.at(&format!("{on} alibaba --on {on} --known 2026-01-31"));
        let rule = thread(&answer["regulation"], "us-china-chip-exports");
        // The article's vague claim makes it possible on any day before.
        if let Some(stage) = stage {
            let rule = rule.unwrap();
            assert_eq!(rule["stage"], stage, "{on}");
            assert_eq!(rule["occurrence"], "certain", "{on}");
        }
        let force = rule.map(|rule| rule["in_force"] == true);
        assert_eq!(force.unwrap_or(false), in_force, "{on}");
    }
}

#[test]
fn a_month_is_possibly_one_of_its_days_and_certainly_none() {
    let environment = Environment::with_sample();
    for question in [
        "2025-12-23 alibaba",
        "2025-12-23 alibaba --on 2026-02-19",
        "2026-02-19 alibaba --known 2025-12-23",
    ] {
        let answer = environment.at(question);
        let next = next(&answer);
        assert_eq!(next["earliest"], "2026-02-01", "{question}");
        assert_eq!(next["latest"], "2026-02-28", "{question}");
        assert_eq!(next["date"], "2026-02", "{question}");
        assert_eq!(next["overdue"], false, "{question}");
    }
}

#[test]
fn what_was_recorded_late_was_not_here_before() {
    let environment = Environment::with_sample();
    let before = environment.at("2025-12-21 alibaba --recorded 23");
    assert_eq!(before["chips"], json!([]));
    assert_eq!(before["basis"]["recorded"], 23);
    let after = environment.at("2025-12-21 alibaba --recorded 24");
    assert!(thread(&after["chips"], "nvidia-h200").is_some());
}
