//! Amending what was amended: corrections of corrections, and the same once more.

use serde_json::{Value, json};

use crate::environment::{Environment, company, talks};

/// A claim of a chip deal as it is told on some days: stage and quantity.
fn told(environment: &Environment) -> Vec<Value> {
    let days = [
        "2025-12-01",
        "2025-12-19",
        "2025-12-20",
        "2026-01-09",
        "2026-01-10",
    ];
    let told = days.map(|day| {
        let chips = environment.at(&format!("{day} acme --section chips"))["chips"].clone();
        json!([chips[0]["stage"], chips[0]["quantity"]])
    });
    told.to_vec()
}

fn deal(min: u64) -> Environment {
    let environment = Environment::new();
    let mut deal = talks("acme", "2025-12-01", "rumoured");
    deal["id"] = json!("aaaaaaaa-0000-4000-8000-000000000001");
    deal["data"]["quantity"] = json!({"min": min, "max": 50_000});
    environment.append(&[company("acme"), deal]);
    environment
        .type_in(
            "correct aaaaaaaa --fault source --published 2025-12-20 --reason misheard \
             --set data.stage=considering",
        )
        .done();
    environment
        .type_in(
            "correct aaaaaaaa --fault source --published 2026-01-10 --reason misheard-again \
             --set data.stage=negotiating",
        )
        .done();
    environment
}

#[test]
fn our_error_is_mended_in_what_stood_before_the_source_corrected_itself() {
    let (wrong, clean) = (deal(4_000), deal(40_000));
    let before = told(&wrong);
    let head = wrong.head()["position"].clone();
    let correct = "correct aaaaaaaa --fault record --reason dropped-a-zero \
                   --set data.quantity.min=40000";
    let run = wrong.type_in(correct).done();
    assert!(run.stderr.contains("is told anew"), "{}", run.stderr);
    assert_eq!(told(&wrong), told(&clean));
    assert_ne!(told(&wrong), before);
    let then = wrong.at(&format!("2025-12-01 acme --recorded {head}"));
    assert_eq!(then["chips"][0]["quantity"]["min"], 4_000);
    // It is one claim still, to be corrected where it stands.
    let again = wrong.type_in(correct).done();
    assert!(again.stderr.contains("0 new, 1 known"), "{}", again.stderr);
    let stage = "correct aaaaaaaa --fault source --published 2026-02-01 --reason denied \
                 --set data.stage=denied";
    wrong.type_in(stage).done();
    assert_eq!(wrong.at("2026-02-01 acme")["chips"][0]["stage"], "denied");
    wrong
        .type_in("check --only corrected-twice --strict")
        .done();
    // What only the last version says is mended there alone.
    let last = "correct aaaaaaaa --fault record --reason r --set data.stage=agreed";
    wrong.type_in(last).done();
    assert_eq!(told(&wrong), told(&clean));
    assert_eq!(wrong.at("2026-02-01 acme")["chips"][0]["stage"], "agreed");
}

#[test]
fn what_was_retracted_as_our_own_error_is_not_corrected() {
    let environment = deal(1);
    let amend = |typed: &str| environment.type_in(typed).done();
    let retract = "retract aaaaaaaa --fault record --reason never-so";
    let retraction = amend(retract).stdout;
    let correct = "correct aaaaaaaa --fault record --reason r --set data.quantity.min=5";
    environment.type_in(correct).refused(
        1,
        &["was retracted as our own error", "retract that retraction"],
    );
    let retraction = String::from_utf8(retraction).unwrap();
    let first = retraction.split(' ').next().unwrap();
    amend(&format!(
        "retract {first} --fault record --reason so-after-all"
    ));
    amend(correct);
    let chip = environment.at("2026-01-10 acme")["chips"][0].clone();
    assert_eq!(chip["quantity"]["min"], 5);
    assert_eq!(chip["stage"], "negotiating");
    amend("check --only corrected-twice --strict");
}

#[test]
fn the_same_amendment_once_more_is_known() {
    let environment = deal(1);
    let new = |typed: &str| environment.type_in(typed).done().stderr.contains("1 new");
    let set = |max: u32| {
        format!("correct aaaaaaaa --fault source --reason r --set data.quantity.max={max}")
    };
    assert!(new(&set(55_000)) && new(&set(56_000)));
    assert!(!new(&set(56_000)));
    // Back to what it was said to be before is another correction.
    assert!(new(&set(55_000)));
    let chip = environment.at("2026-12-01 acme")["chips"][0].clone();
    assert_eq!(chip["quantity"]["max"], 55_000);
    let retract = "retract aaaaaaaa --fault source --reason withdrawn";
    environment.type_in(retract).done();
    let head = environment.head();
    environment.type_in(retract).done();
    environment
        .feed(
            "retract --file - --fault source --reason withdrawn",
            b"aaaaaaaa\n",
        )
        .done();
    assert_eq!(environment.head(), head);
}

/// The claims about chips of a company that count at the end, in order: stage, fault
/// and reason.
fn counting(environment: &Environment, company: &str) -> Vec<Value> {
    let answer = environment
        .type_in(&format!("at 2026-12-01 {company} --json"))
        .json();
    let events = answer["events"].as_array().unwrap().iter();
    let counts = events.filter(|it| it["kind"] == "chip_interest" && it["status"] == "counts");
    let said = counts.map(|it| json!([it["data"]["stage"], it["fault"], it["reason"]]));
    said.collect()
}

#[test]
fn what_a_source_said_of_its_own_error_stays_its_own() {
    let environment = deal(4_000);
    let amend = |typed: &str| environment.type_in(typed).done();
    amend("correct aaaaaaaa --fault record --reason ours --set data.stage=agreed");
    amend("correct aaaaaaaa --fault record --reason zero --set data.quantity.min=40000");
    let said = [json!(["agreed", "source", "misheard-again"])];
    assert_eq!(counting(&environment, "acme"), said);
    let told = told(&environment);
    assert_eq!(told[0][1]["min"], 40_000);
    assert_eq!(told[3][0], "considering");
}

#[test]
fn each_field_is_mended_where_it_was_wrong() {
    let environment = deal(4_000);
    let typed = "correct aaaaaaaa --fault record --reason both --set data.quantity.min=40000 \
                 --set data.stage=agreed";
    environment.type_in(typed).done();
    let told = told(&environment);
    assert_eq!(
        (&told[0][0], &told[0][1]["min"]),
        (&json!("rumoured"), &json!(40_000))
    );
    assert_eq!(
        (&told[4][0], &told[4][1]["min"]),
        (&json!("agreed"), &json!(40_000))
    );
}

#[test]
fn a_chain_moves_to_another_thread_or_company_whole() {
    let threads = |environment: &Environment, question: &str| -> Vec<Value> {
        let answer = environment.at(question);
        let chips = answer["chips"].as_array().unwrap().iter();
        chips
            .map(|chip| json!([chip["thread"], chip["stage"]]))
            .collect()
    };
    let environment = deal(4_000);
    let thread = "correct aaaaaaaa --fault record --reason w --set thread=other-deal";
    environment.type_in(thread).done();
    let first = [json!(["other-deal", "rumoured"])];
    let last = [json!(["other-deal", "negotiating"])];
    assert_eq!(threads(&environment, "2025-12-05 acme"), first);
    assert_eq!(threads(&environment, "2026-01-20 acme"), last);

    let environment = deal(4_000);
    environment.append(&[company("other")]);
    let moved = "correct aaaaaaaa --fault record --reason w --set company=other";
    environment.type_in(moved).done();
    for day in ["2025-12-05", "2026-01-20"] {
        assert_eq!(
            threads(&environment, &format!("{day} acme")),
            [json!(null); 0]
        );
    }
    let first = [json!(["amd-mi308", "rumoured"])];
    let last = [json!(["amd-mi308", "negotiating"])];
    assert_eq!(threads(&environment, "2025-12-05 other"), first);
    assert_eq!(threads(&environment, "2026-01-20 other"), last);
    let head = environment.head();
    environment.type_in(moved).done();
    assert_eq!(environment.head(), head);
}

#[test]
fn a_retraction_that_says_something_else_is_another() {
    let environment = deal(4_000);
    let retract = "retract aaaaaaaa --fault source --reason w --published";
    environment.type_in(&format!("{retract} 2026-03-01")).done();
    environment
        .type_in(&format!("{retract} 2026-02-15 --source-name Other"))
        .done();
    let chips = |day: &str| environment.at(&format!("{day} acme"))["chips"].clone();
    assert_ne!(chips("2026-02-14"), json!([]));
    assert_eq!(chips("2026-02-20"), json!([]));
    // An event and its corrections may be listed together.
    let environment = deal(4_000);
    let log = environment
        .type_in("log acme --kind chip_interest --json")
        .json_lines();
    let ids: Vec<&str> = log
        .iter()
        .map(|event| event["id"].as_str().unwrap())
        .collect();
    let retract = "retract --fault record --reason r --file -";
    environment.feed(retract, ids.join("\n").as_bytes()).done();
    assert_eq!(environment.at("2026-12-01 acme")["chips"], json!([]));
}

#[test]
fn what_the_source_took_back_our_mended_error_does_not_revive() {
    let environment = deal(4_000);
    let amend = |typed: &str| environment.type_in(typed).done();
    amend("retract aaaaaaaa --fault source --published 2026-02-01 --reason back");
    amend("correct aaaaaaaa --fault record --reason zero --set data.quantity.min=40000");
    let chips = |day: &str| environment.at(&format!("{day} acme"))["chips"].clone();
    assert_eq!(chips("2025-12-05")[0]["quantity"]["min"], 40_000);
    assert_eq!(chips("2026-01-31")[0]["quantity"]["min"], 40_000);
    assert_eq!(chips("2026-02-01"), json!([]));
    // The source may say otherwise later.
    amend(
        "correct aaaaaaaa --fault source --published 2026-02-10 --reason after-all \
         --set data.stage=agreed",
    );
    assert_eq!(chips("2026-02-09"), json!([]));
    assert_eq!(chips("2026-02-10")[0]["stage"], "agreed");
    assert_eq!(chips("2026-02-10")[0]["quantity"]["min"], 40_000);
}

#[test]
fn a_claim_is_corrected_whole_by_the_id_of_any_version() {
    let environment = deal(4_000);
    let log = environment
        .type_in("log acme --kind chip_interest --json")
        .json_lines();
    let ids = log.iter().map(|event| event["id"].as_str().unwrap());
    let correct = |id: &str, min: u32| {
        let set = format!("correct {id} --fault record --reason r{min} --set");
        let typed = format!("{set} data.quantity.min={min}");
        environment.type_in(&typed).done();
        let told = told(&environment);
        let is_mended = |told: &Value| told[1]["min"] == min;
        assert!(told.iter().all(is_mended), "by {id}: {told:?}");
        let chips = environment.at("2026-12-01 acme")["chips"].clone();
        assert_eq!(chips[0]["events"].as_array().unwrap().len(), 1, "by {id}");
    };
    // Those that were told anew since name the claim still.
    for (id, min) in ids.chain(["aaaaaaaa"]).zip(1..) {
        correct(id, min);
    }
    environment
        .type_in("check --only corrected-twice --strict")
        .done();
    environment
        .type_in("retract aaaaaaaa --fault record --reason never")
        .done();
    assert!(told(&environment).iter().all(|told| told[0].is_null()));
}
