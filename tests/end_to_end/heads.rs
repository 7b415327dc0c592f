//! A head that is kept elsewhere: whoever can write the files of a store cannot change
//! its past without being found.

use serde_json::Value;

use crate::environment::{Environment, company, statement};

/// What the honest store holds.
fn events() -> Vec<Value> {
    let mut events = vec![company("acme"), company("bolt")];
    for day in 10..16 {
        let slug = ["acme", "bolt"][day % 2];
        events.push(statement(
            slug,
            &format!("2026-01-{day}"),
            &format!("news of {day}"),
        ));
    }
    events
}

fn head(environment: &Environment) -> String {
    environment.type_in("head").text().trim().to_owned()
}

fn store_of(events: &[Value]) -> Environment {
    let environment = Environment::new();
    environment.append(events);
    environment
}

/// Holds that a store whose chain is whole is found not to be the one of a head.
fn is_found(attacked: &[Value], kept: &str, words: &[&str]) {
    let environment = store_of(attacked);
    environment.type_in("verify").done();
    environment
        .type_in(&format!("verify --since {kept}"))
        .refused(6, words);
}

#[test]
fn a_log_that_only_grew_comes_by_every_head() {
    let environment = Environment::new();
    let mut kept = Vec::new();
    for event in events() {
        environment.append(&[event]);
        kept.push(head(&environment));
    }
    let since: Vec<String> = kept.iter().map(|head| format!("--since {head}")).collect();
    let told = environment
        .type_in(&format!("verify --json {}", since.join(" ")))
        .json();
    assert_eq!(told["events"], 8);
    assert_eq!(told["since"].as_array().unwrap().len(), 8);
    let told = environment.type_in("head --json").json();
    assert_eq!(told["head"], kept[7].as_str());
    assert_eq!(told["position"], 8);
}

#[test]
fn a_past_that_was_made_anew_is_found() {
    let honest = store_of(&events());
    let kept = head(&honest);
    let changed = ["position 8", "something up to it was changed"];

    let mut other = events();
    other[3]["data"]["text"] = "another text".into();
    is_found(&other, &kept, &changed);

    let mut swapped = events();
    swapped.swap(3, 4);
    is_found(&swapped, &kept, &changed);

    let mut removed = events();
    removed.remove(4);
    removed.push(statement("acme", "2026-02-01", "one more"));
    is_found(&removed, &kept, &changed);

    let mut inserted = events();
    inserted.insert(2, statement("acme", "2026-01-01", "never said"));
    is_found(&inserted, &kept, &changed);

    is_found(
        &events()[..6],
        &kept,
        &["ends at position 6", "as far as 8"],
    );
    // The same events, taken in by somebody else, are another log.
    is_found(&events(), &kept, &changed);
}

#[test]
fn the_files_of_another_store_are_found() {
    let honest = store_of(&events());
    let kept = head(&honest);
    let mut longer = events();
    longer.extend((1..9).map(|day| statement("acme", &format!("2026-03-0{day}"), "more")));
    let attacker = store_of(&longer);
    // The attacker puts files of their own in place of ours.
    for folder in ["log", "journal", "cache", "FORMAT"] {
        let (from, to) = (attacker.store().join(folder), honest.store().join(folder));
        let copied = honest.shell(&format!(
            "rm -r {0} && cp -r {1} {0}",
            to.display(),
            from.display()
        ));
        copied.done();
    }
    honest.type_in("verify").done();
    honest
        .type_in(&format!("verify --since {kept}"))
        .refused(6, &["something up to it was changed"]);
}

#[test]
fn what_is_no_head_is_refused() {
    let environment = store_of(&events());
    for text in ["x", "8", "8:sha256:00", "-1:sha256:00"] {
        environment
            .run(["verify", &format!("--since={text}")])
            .refused(2, &["is not a head", "annals head"]);
    }
}
