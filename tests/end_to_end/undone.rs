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

/// A deal that the source corrected, and of which we then mended the vendor: the ids of
/// the source's correction and of what came of ours.
fn told_anew() -> (Environment, String, Vec<String>) {
    let environment = deal();
    let source = format!(
        "correct {CLAIM} --fault source --published 2025-12-20 --reason misheard \
         --set data.stage=considering"
    );
    let said = amend(&environment, &source).remove(0);
    let ours = amend(&environment, &mended());
    assert_eq!(
        ours.len(),
        3,
        "both claims, and the retraction of the second"
    );
    (environment, said, ours)
}

fn mended() -> String {
    format!("correct {CLAIM} --fault record --reason ours --set data.purpose=mended")
}

/// Stage and purpose before the source corrected itself and after, each of one claim.
fn told(environment: &Environment) -> [Value; 2] {
    ["2025-12-19", "2025-12-20"].map(|day| {
        let chips = environment.at(&format!("{day} acme"))["chips"].clone();
        let counting = environment.type_in(&format!("at {day} acme --json")).json();
        let events = counting["events"].as_array().unwrap().iter();
        let counts = events.filter(|it| it["kind"] == "chip_interest" && it["status"] == "counts");
        assert!(counts.count() <= 1, "{day}: {chips}");
        json!([chips[0]["stage"], chips[0]["purpose"]])
    })
}

#[test]
fn what_was_told_anew_is_undone_whole() {
    let before = [json!(["rumoured", null]), json!(["considering", null])];
    let after = [
        json!(["rumoured", "mended"]),
        json!(["considering", "mended"]),
    ];
    // By what leads it, and by the retraction that came with it.
    for part in [0, 2] {
        let (environment, _, ours) = told_anew();
        assert_eq!(told(&environment), after);
        amend(
            &environment,
            &format!("retract {} --fault record --reason u", ours[part]),
        );
        assert_eq!(told(&environment), before, "{part}");
        amend(&environment, &mended());
        assert_eq!(told(&environment), after, "{part}");
        assert_eq!(amend(&environment, &mended()), Vec::<String>::new());
    }
}

#[test]
fn a_version_that_was_told_anew_is_taken_back_where_it_stands() {
    let (environment, said, _) = told_anew();
    amend(
        &environment,
        &format!("retract {said} --fault record --reason never-corrected"),
    );
    let rumoured = json!(["rumoured", "mended"]);
    assert_eq!(told(&environment), [rumoured.clone(), rumoured]);
}

#[test]
fn amending_twice_is_amending_once() {
    let (environment, said, _) = told_anew();
    for typed in [
        format!(
            "correct {said} --fault record --reason d --set published=2025-12-21 --set data.purpose=q"
        ),
        format!("retract {said} --fault record --reason never-corrected"),
    ] {
        amend(&environment, &typed);
        let before = told(&environment);
        assert_eq!(amend(&environment, &typed), Vec::<String>::new(), "{typed}");
        assert_eq!(told(&environment), before);
    }
}

#[test]
fn undoing_what_was_told_anew_is_undone_whole() {
    let (environment, _, ours) = told_anew();
    let retract = |id: &str, reason: &str| {
        amend(
            &environment,
            &format!("retract {id} --fault record --reason {reason}"),
        )
    };
    let mended = told(&environment);
    let undone = retract(&ours[0], "u");
    assert_eq!(undone.len(), 3);
    let before = told(&environment);
    for (round, part) in [2, 0, 1].into_iter().enumerate() {
        let again = retract(&undone[part], &format!("again-{round}"));
        assert_eq!(
            (again.len(), told(&environment)),
            (3, mended.clone()),
            "{part}"
        );
        retract(&again[1], &format!("back-{round}"));
        assert_eq!(told(&environment), before, "{part}");
    }
}

#[test]
fn an_undo_revives_nothing_that_was_retracted_by_itself() {
    let environment = deal();
    let correct = format!("correct {CLAIM} --fault record --reason r --set data.stage=ordered");
    let correction = amend(&environment, &correct).remove(0);
    let retract = |id: &str| {
        amend(
            &environment,
            &format!("retract {id} --fault record --reason wrong"),
        )
    };
    retract(&correction);
    let whole = retract(CLAIM);
    assert_eq!(stage(&environment, "2025-12-02"), json!(null));
    amend(
        &environment,
        &format!("retract {} --fault record --reason u", whole[0]),
    );
    assert_eq!(stage(&environment, "2025-12-02"), "rumoured");
}

#[test]
fn a_correction_for_the_reason_of_a_retraction_is_refused_all_the_same() {
    let environment = deal();
    amend(
        &environment,
        &format!("retract {CLAIM} --fault record --reason audit"),
    );
    environment
        .type_in(&format!(
            "correct {CLAIM} --fault record --reason audit --set data.stage=ordered"
        ))
        .refused(1, &["was retracted as our own error"]);
}

#[test]
fn a_claim_goes_from_company_to_company_and_is_always_in_one() {
    let environment = deal();
    environment.append(&[company("globex")]);
    let r#where = || {
        ["acme", "globex"].map(|slug| {
            let chips = environment.at(&format!("2025-12-02 {slug}"))["chips"].clone();
            chips.as_array().unwrap().len()
        })
    };
    let mut id = CLAIM.to_owned();
    amend(
        &environment,
        &format!("correct {id} --fault record --reason p --set data.purpose=p"),
    );
    for (round, to) in ["globex", "acme", "globex", "acme"].into_iter().enumerate() {
        let typed = format!("correct {id} --fault record --reason m --set company={to}");
        let made = amend(&environment, &typed);
        assert!(made.len() > 1, "{round}: {made:?}");
        assert_eq!(
            r#where(),
            [usize::from(to == "acme"), usize::from(to == "globex")]
        );
        assert_eq!(amend(&environment, &typed), Vec::<String>::new(), "{round}");
        id.clone_from(&made[0]);
        let told = environment.at(&format!("2025-12-02 {to}"))["chips"][0]["purpose"].clone();
        assert_eq!(told, "p");
    }
}

#[test]
fn a_retraction_is_undone_whole_whatever_was_corrected_and_however_often() {
    let environment = deal();
    amend(
        &environment,
        &format!(
            "correct {CLAIM} --fault record --reason r --set data.stage=ordered \
             --set source.name=Other"
        ),
    );
    let retract = |id: &str, reason: &str| {
        amend(
            &environment,
            &format!("retract {id} --fault record --reason {reason}"),
        )
    };
    let mut last = retract(CLAIM, "never");
    for round in 0..4 {
        let is_told = round % 2 == 1;
        assert_eq!(last.len(), 2, "{round}");
        let stage = stage(&environment, "2025-12-02");
        assert_eq!(
            stage,
            if is_told {
                json!("ordered")
            } else {
                json!(null)
            },
            "{round}"
        );
        last = retract(&last[round % 2], &format!("round-{round}"));
    }
}

#[test]
fn a_source_corrects_what_it_said_before_and_not_after() {
    let environment = deal();
    let source = |day: &str, stage: &str| {
        environment.type_in(&format!(
            "correct {CLAIM} --fault source --published {day} --reason r \
             --set data.stage={stage}"
        ))
    };
    source("2026-02-20", "considering").done();
    source("2026-02-01", "ordered").refused(1, &["2026-02-01 is before 2026-02-20"]);
    source("2026-02-20", "ordered").done();
    let retract = format!("retract {CLAIM} --fault source --published 2026-03-01 --reason w");
    environment.type_in(&retract).done();
    source("2026-02-25", "agreed").refused(1, &["2026-02-25 is before 2026-03-01"]);
    source("2026-03-02", "agreed").done();
    assert_eq!(stage(&environment, "2026-03-01"), json!(null));
    assert_eq!(stage(&environment, "2026-03-02"), "agreed");
}

#[test]
fn what_changes_nothing_stores_nothing() {
    let environment = deal();
    for set in [
        "level=null",
        "published=null",
        "data.quantity=null",
        "confirmation=unstated",
    ] {
        environment
            .type_in(&format!(
                "correct {CLAIM} --fault record --reason r --set {set}"
            ))
            .refused(1, &["changes nothing"]);
    }
    environment
        .type_in(&format!(
            "correct {CLAIM} --fault record --reason r --set source.name=null"
        ))
        .refused(1, &["source.name: is missing"]);
    let twice = "--set data.stage=ordered --set data.stage=agreed";
    environment
        .type_in(&format!(
            "correct {CLAIM} --fault record --reason r {twice}"
        ))
        .refused(2, &["data.stage is given twice"]);
    // Hindsight: nobody knew of a correction before it was published.
    for flags in ["--fault source", "--fault record --published 2026-01-10"] {
        environment
            .type_in(&format!(
                "correct {CLAIM} {flags} --reason r --set published=2025-12-01"
            ))
            .refused(1, &["cannot be set", "--published dates the correction"]);
    }
    // The day of a correction of the source, mended twice.
    let (environment, _, ours) = told_anew();
    let dated = format!(
        "correct {} --fault record --reason d --set published=2025-12-22",
        ours[1]
    );
    amend(&environment, &dated);
    assert_eq!(amend(&environment, &dated), Vec::<String>::new());
}

#[test]
fn a_repeat_that_was_repeated_anew_is_amended_by_its_first_id() {
    let environment = deal();
    let mut repeat = talks("acme", "2025-12-03", "rumoured");
    repeat["id"] = json!(REPEAT);
    repeat["repeats"] = json!(CLAIM);
    environment.append(&[repeat]);
    let repeats = || {
        let answer = environment.type_in("at 2025-12-20 acme --json").json();
        let events = answer["events"].as_array().unwrap().clone();
        let repeats = events.into_iter().filter(|it| it["status"] == "repeats");
        repeats.collect::<Vec<_>>()
    };
    let correct = |set: &str| {
        amend(
            &environment,
            &format!("correct {REPEAT} --fault record --reason r-{set} --set {set}"),
        )
    };
    correct("source.name=Other");
    correct("certainty=official");
    let [one] = repeats().try_into().unwrap();
    assert_eq!(
        (&one["source"]["name"], &one["certainty"]),
        (&json!("Other"), &json!("official"))
    );
    amend(
        &environment,
        &format!("retract {REPEAT} --fault record --reason never"),
    );
    assert_eq!(repeats(), Vec::<Value>::new());
}

#[test]
fn a_redaction_is_not_undone() {
    let environment = deal();
    let redacted = environment
        .type_in(&format!("redact {CLAIM} --reason personal --json"))
        .json_lines();
    let by = redacted[0]["by"].as_str().unwrap().to_owned();
    environment
        .type_in(&format!("retract {by} --fault record --reason r"))
        .refused(1, &["tells of a redaction, which cannot be undone"]);
}
