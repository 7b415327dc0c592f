//! Amendments that are undone and made again, and those that leave a claim what it is.

use serde_json::{Value, json};

use crate::environment::{Environment, Run, company, talks};

const CLAIM: &str = "aaaaaaaa-0000-4000-8000-000000000001";
const REPEAT: &str = "bbbbbbbb-0000-4000-8000-000000000001";

fn deal() -> Environment {
    let environment = Environment::new();
    let mut deal = talks("acme", "2025-12-02", "rumoured");
    deal["id"] = json!(CLAIM);
    environment.append(&[company("acme"), deal]);
    environment
}

/// Amends, and gives the ids of what was appended.
fn amend(environment: &Environment, typed: &str) -> Vec<String> {
    let told = environment.type_in(typed).text();
    let ids = told.lines().filter(|line| line.ends_with("new"));
    ids.map(|line| line.split(' ').next().unwrap().to_owned())
        .collect()
}

fn stage(environment: &Environment, day: &str) -> Value {
    environment.at(&format!("{day} acme"))["chips"][0]["stage"].clone()
}

#[test]
fn a_correction_that_was_undone_is_made_again() {
    let environment = deal();
    let correct = format!("correct {CLAIM} --fault record --reason r --set data.stage=ordered");
    for round in 0..3 {
        let made = amend(&environment, &correct);
        assert_eq!(stage(&environment, "2025-12-02"), "ordered", "{round}");
        let again: Run = environment.type_in(&correct).done();
        assert!(again.stderr.contains("0 new, 1 known"), "{}", again.stderr);
        let undo = format!("retract {} --fault record --reason undone", made[0]);
        amend(&environment, &undo);
        assert_eq!(stage(&environment, "2025-12-02"), "rumoured", "{round}");
    }
}

#[test]
fn a_retraction_that_was_undone_is_made_again_and_undone_whole() {
    let environment = deal();
    amend(
        &environment,
        &format!("correct {CLAIM} --fault record --reason r --set data.stage=ordered"),
    );
    let retract = format!("retract {CLAIM} --fault record --reason never");
    for round in 0..3 {
        let made = amend(&environment, &retract);
        assert_eq!(made.len(), 2, "of the claim, and of its correction");
        assert_eq!(stage(&environment, "2025-12-02"), json!(null), "{round}");
        assert_eq!(amend(&environment, &retract), Vec::<String>::new());
        // By the first of them or by the last: what stood, stands again.
        let undo = format!("retract {} --fault record --reason so", made[round % 2]);
        amend(&environment, &undo);
        assert_eq!(stage(&environment, "2025-12-02"), "ordered", "{round}");
    }
}

#[test]
fn the_day_of_the_version_that_was_named_is_mended() {
    let source = format!(
        "correct {CLAIM} --fault source --published 2025-12-20 --reason misheard \
         --set data.stage=considering"
    );
    let dated = |id: &str, day: &str| {
        format!("correct {id} --fault record --reason wrong-day --set published={day}")
    };
    let stages = |environment: &Environment| {
        [
            "2025-11-30",
            "2025-12-01",
            "2025-12-19",
            "2025-12-20",
            "2025-12-22",
        ]
        .map(|day| stage(environment, day))
    };
    let first = deal();
    amend(&first, &source);
    amend(&first, &dated(CLAIM, "2025-12-01"));
    let (none, said, corrected) = (json!(null), json!("rumoured"), json!("considering"));
    let expected = [&none, &said, &said, &corrected, &corrected];
    assert_eq!(stages(&first).each_ref(), expected);
    let again = first.type_in(&dated(CLAIM, "2025-12-01")).done();
    assert!(again.stderr.contains("0 new"), "{}", again.stderr);

    let last = deal();
    let correction = amend(&last, &source).remove(0);
    amend(&last, &dated(&correction, "2025-12-22"));
    let expected = [&none, &none, &said, &said, &corrected];
    assert_eq!(stages(&last).each_ref(), expected);
}

#[test]
fn what_tells_again_still_does_when_its_source_is_corrected() {
    let environment = deal();
    let mut repeat = talks("acme", "2025-12-03", "rumoured");
    repeat["id"] = json!(REPEAT);
    repeat["repeats"] = json!(CLAIM);
    environment.append(&[repeat]);
    let told = |environment: &Environment| {
        let why = environment
            .type_in("why acme chips[amd-mi308].stage --at 2025-12-20 --json")
            .json();
        why.to_string()
    };
    let url = "https://example.org/a";
    let correct = format!("correct {REPEAT} --fault record --reason url --set source.url={url}");
    let made = amend(&environment, &correct);
    let again = environment.show(&made[0]);
    assert_eq!(again["repeats"], CLAIM);
    assert_eq!(again["status"], "repeats");
    assert_eq!(environment.show(REPEAT)["status"], "struck");
    assert!(told(&environment).contains(&made[0]));
    assert_eq!(amend(&environment, &correct), Vec::<String>::new());
    // What says something else is a claim of its own.
    let correct = format!(
        "correct {} --fault record --reason r --set data.stage=ordered",
        made[0]
    );
    let made = amend(&environment, &correct);
    assert_eq!(environment.show(&made[0])["status"], "counts");
    assert_eq!(stage(&environment, "2025-12-03"), "ordered");
}
