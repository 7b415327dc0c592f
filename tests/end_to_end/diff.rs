//! `annals diff`: what is believed differently.

use serde_json::{Value, json};

use crate::environment::{Environment, company, talks};

/// The changes of a question, each as change, thread, field, from and to.
fn changes(environment: &Environment, typed: &str) -> Vec<Value> {
    let diff = environment.type_in(&format!("diff {typed} --json")).json();
    diff["changes"].as_array().unwrap().clone()
}

/// The one change of a kind of a thread, in a field.
fn change(changes: &[Value], kind: &str, thread: &str, field: &str) -> Value {
    let is_it = |change: &&Value| {
        change["change"] == kind && change["thread"] == thread && change["field"] == field
    };
    let mut found = changes.iter().filter(is_it);
    let one = found
        .next()
        .unwrap_or_else(|| panic!("no {kind} of {thread}.{field}"))
        .clone();
    assert_eq!(found.next(), None);
    one
}

#[test]
fn two_dates_tell_what_came_to_be_known() {
    let environment = Environment::with_sample();
    let told = changes(&environment, "2025-12-23 2026-03-08 alibaba");
    let moved = change(&told, "moved", "fy2026-q3", "date");
    assert_eq!(
        json!([moved["from"], moved["to"], moved["days"]]),
        json!(["2026-02", "2026-03-19", 46])
    );
    assert_eq!(moved["event"], "b1000015-0000-4000-8000-000000000015");
    assert_eq!(moved["published"], "2026-03-07T14:04:00Z");
    assert_eq!(moved["source"], "Earnings calendar");
    let stage = change(&told, "stage", "nvidia-h200", "stage");
    assert_eq!(
        json!([stage["from"], stage["to"], stage["direction"]]),
        json!(["interest_expressed", "considering", "up"])
    );
    let certainty = change(&told, "certainty", "us-china-chip-exports", "certainty");
    assert_eq!(
        json!([certainty["from"], certainty["to"], certainty["direction"]]),
        json!(["asserted", "official", "up"])
    );
    let confirmation = change(
        &told,
        "confirmation",
        "us-china-chip-exports",
        "confirmation",
    );
    assert_eq!(confirmation["direction"], "up");
    let force = change(&told, "in_force", "us-china-chip-exports", "force");
    assert_eq!(
        json!([force["from"], force["to"]]),
        json!(["no", "certain"])
    );
    assert!(
        !told.iter().any(|change| change["thread"] == "amd-mi308"),
        "nothing new of it"
    );

    let told = changes(&environment, "2026-02-10 2026-02-11 alibaba");
    assert_eq!(change(&told, "moved", "fy2026-q3", "date")["days"], 1);
    let told = changes(&environment, "2025-12-23 2026-02-04 alibaba");
    assert_eq!(change(&told, "narrowed", "fy2026-q3", "date")["days"], 18);
    let told = changes(&environment, "2026-02-19 2026-02-20 alibaba");
    assert_eq!(change(&told, "overdue", "fy2026-q3", "overdue")["to"], true);
    assert_eq!(
        changes(&environment, "2026-03-08 2026-03-09 alibaba"),
        [Value::Null; 0]
    );
}

#[test]
fn the_world_goes_on_while_knowledge_stands_still() {
    let environment = Environment::with_sample();
    let typed = "--on 2025-12-09..2026-01-15 --known 2026-01-31 alibaba";
    let told = changes(&environment, typed);
    let force = change(&told, "in_force", "us-china-chip-exports", "force");
    assert_eq!(
        json!([force["from"], force["to"]]),
        json!(["no", "certain"])
    );
    for change in &told {
        assert!(
            change["published"].as_str().unwrap() < "2026-02",
            "{change}"
        );
    }
    // A date before the company is held, and so is the second of two.
    let held = changes(
        &environment,
        "--on 2025-12-09..2026-01-15 2026-01-31 alibaba",
    );
    assert_eq!(held, told);
    let typed = "diff 2025-12-20 2026-01-31 alibaba --on 2025-12-09..2026-01-15 --json";
    let run = environment.type_in(typed);
    assert!(run.stderr.contains("plays no part"), "{}", run.stderr);
    assert_eq!(run.json()["changes"].as_array().unwrap(), &told);
}

#[test]
fn each_clock_can_be_walked_along() {
    let environment = Environment::with_sample();
    let told = changes(
        &environment,
        "--known 2026-02-04..2026-02-10 --on 2026-02-12 alibaba",
    );
    assert_eq!(change(&told, "moved", "fy2026-q3", "date")["days"], -1);
    let typed = "--recorded 23..38 alibaba --at 2026-03-08";
    let moved = change(&changes(&environment, typed), "moved", "fy2026-q3", "date");
    assert_eq!(
        json!([moved["from"], moved["to"]]),
        json!(["2026-02", "2026-03-19"])
    );
    assert_eq!(
        changes(&environment, "--recorded 38..38 alibaba"),
        [Value::Null; 0]
    );
}

#[test]
fn threads_come_go_and_become_one() {
    let environment = Environment::new();
    let mut other = talks("alibaba", "2026-01-12", "ordered");
    other["thread"] = json!("amd-instinct");
    let mut first = talks("alibaba", "2026-01-10", "negotiating");
    first["id"] = json!("a0000001-0000-4000-8000-000000000000");
    environment.append(&[company("alibaba"), first, other]);
    let told = changes(&environment, "2026-01-10 2026-01-12 alibaba");
    assert_eq!(told.len(), 1);
    assert_eq!(told[0]["change"], "added");
    assert_eq!(
        told[0]["to"],
        environment.at("2026-01-12 alibaba")["chips"][1]
            .as_object()
            .map(|thread| {
                let mut thread = thread.clone();
                thread.retain(|name, _| name != "place");
                Value::Object(thread)
            })
            .unwrap()
    );
    environment
        .type_in("retract a0000001 --fault source --reason r --published 2026-02-01")
        .done();
    let told = changes(&environment, "2026-01-31 2026-02-01 alibaba");
    assert_eq!(
        json!([told[0]["change"], told[0]["thread"], told[0]["to"]]),
        json!(["withdrawn", "amd-mi308", null])
    );
    let link = "append thread-link alibaba --of chip-interest --from amd-mi308 --into amd-instinct \
                --certainty official --source-name us --published 2026-01-20";
    environment
        .type_in(&link.replace("                ", ""))
        .done();
    let told = changes(&environment, "2026-01-19 2026-01-20 alibaba");
    let linked = told
        .iter()
        .find(|change| change["change"] == "linked")
        .unwrap();
    assert_eq!(
        json!([
            linked["thread"],
            linked["to"],
            linked["source"],
            linked["published"]
        ]),
        json!(["amd-mi308", "amd-instinct", "us", "2026-01-20"])
    );
}

#[test]
fn amounts_are_narrowed_widened_and_go_up() {
    let environment = Environment::new();
    let claim = |published: &str, quantity: Value| {
        let mut claim = talks("alibaba", published, "negotiating");
        claim["data"]["quantity"] = quantity;
        claim
    };
    environment.append(&[
        company("alibaba"),
        claim(
            "2026-01-01",
            json!({"min": 40000, "max": 50000, "unit": "units"}),
        ),
        claim(
            "2026-01-02",
            json!({"min": 45000, "max": 45000, "unit": "units"}),
        ),
        claim(
            "2026-01-03",
            json!({"min": 40000, "unit": "units", "hedge": "over"}),
        ),
        claim(
            "2026-01-04",
            json!({"min": 60000, "unit": "units", "hedge": "over"}),
        ),
    ]);
    let kind = |from: &str, to: &str| {
        let told = changes(&environment, &format!("{from} {to} alibaba"));
        let of_quantity = told
            .into_iter()
            .find(|change| change["field"] == "quantity")
            .unwrap();
        json!([of_quantity["change"], of_quantity["direction"]])
    };
    assert_eq!(kind("2026-01-01", "2026-01-02"), json!(["narrowed", null]));
    assert_eq!(kind("2026-01-02", "2026-01-03"), json!(["widened", null]));
    assert_eq!(kind("2026-01-03", "2026-01-04"), json!(["narrowed", null]));
    assert_eq!(kind("2026-01-02", "2026-01-04"), json!(["changed", null]));
}

#[test]
fn all_companies_are_told_that_changed() {
    let environment = Environment::with_sample();
    environment.append(&[company("acme"), talks("acme", "2026-02-10", "ordered")]);
    let all = environment
        .type_in("diff 2026-02-09 2026-02-10 --all --json")
        .json_lines();
    let told: Vec<&Value> = all.iter().map(|one| &one["company"]).collect();
    assert_eq!(told, ["acme", "alibaba"]);
    assert_eq!(
        all[1]["changes"],
        json!(changes(&environment, "2026-02-09 2026-02-10 alibaba"))
    );
    let moved = environment.type_in("diff 2026-02-09 2026-02-10 --all --change moved --json");
    assert_eq!(moved.json()["company"], "alibaba");
    let page = environment
        .type_in("diff 2026-02-09 2026-02-10 --all")
        .text();
    assert!(page.contains("acme") && page.contains("moved"), "{page}");
    assert!(
        page.lines().all(|line| line.chars().count() <= 80),
        "{page}"
    );
    let page = environment
        .type_in("diff 2026-03-08 2026-03-09 --all")
        .text();
    assert!(page.contains("Nothing is believed differently"), "{page}");
    let page = environment
        .type_in("diff 2026-02-09 2026-02-10 --all --change stage")
        .text();
    let told = "Nothing of that is believed differently";
    assert!(page.contains(told), "{page}");
}

#[test]
fn a_comparison_that_means_nothing_is_refused() {
    let environment = Environment::with_sample();
    for (typed, words) in [
        ("alibaba", "two dates"),
        ("2025-12-23 alibaba", "two dates"),
        ("2025-12-23 --all", "two dates"),
        ("--all", "two dates"),
        ("", "which company"),
        (
            "--on 2025-12-09..2026-01-15 --known 2025-12-09..2026-01-15 alibaba",
            "only one",
        ),
        (
            "--on 2025-12-09..2026-01-15 2026-01-01 alibaba --at 2026-01-01",
            "twice",
        ),
        ("2025-12-23 2026-03-08 alibaba --at 2026-01-01", "--at"),
        ("2025-12-23 2026-03-08 alibaba --section chip", "chips"),
        ("2025-12-23 2026-03-08 alibaba --change moves", "moved"),
        ("--recorded 23..99 alibaba", "past the head"),
        ("--on 2025-12-09..someday alibaba", "someday"),
    ] {
        let typed = format!("diff {typed}");
        environment.type_in(typed.trim_end()).refused(2, &[words]);
    }
}
