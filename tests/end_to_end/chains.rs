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
    wrong.type_in(correct).done();
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
fn what_was_corrected_after_it_was_retracted_is_corrected_where_it_stands() {
    let environment = deal(1);
    let amend = |typed: &str| environment.type_in(typed).done();
    amend("retract aaaaaaaa --fault record --reason never-so");
    amend("correct aaaaaaaa --fault record --reason so-after-all --set data.quantity.min=5");
    amend("correct aaaaaaaa --fault record --reason r --set data.stage=ordered");
    let chip = environment.at("2026-01-10 acme")["chips"][0].clone();
    assert_eq!(chip["quantity"]["min"], 5);
    assert_eq!(chip["stage"], "ordered");
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
