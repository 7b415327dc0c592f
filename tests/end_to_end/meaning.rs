//! Small histories whose answers follow from a sentence of the rules.

use serde_json::{Value, json};

use crate::environment::{Environment, company};

/// A claim about `acme`, published on a day.
fn claim(kind: &str, published: &str, data: &Value) -> Value {
    json!({
        "company": "acme", "kind": kind, "published": published, "certainty": "asserted",
        "source": {"name": "paper"}, "data": data,
    })
}

fn with(claims: &[Value]) -> Environment {
    let environment = Environment::new();
    environment.append(&[claim("company", "2020-01-01", &json!({"name": "Acme"}))]);
    environment.append(claims);
    environment
}

fn rule(published: &str, stage: &str, more: &Value) -> Value {
    let mut data = json!({"authority": "US", "instrument": "R1", "stage": stage});
    for (name, value) in more.as_object().unwrap() {
        data[name] = value.clone();
    }
    claim("regulatory_change", published, &data)
}

#[test]
fn a_rule_may_be_in_force_before_it_was_made() {
    let mut made = rule(
        "2026-03-02",
        "published",
        &json!({"effective": "2026-01-15"}),
    );
    made["occurred"] = json!("2026-03-01");
    let environment = with(&[made]);
    let rules = |question: &str| environment.at(question)["regulation"].clone();
    assert_eq!(
        rules("2026-03-10 acme --on 2026-02-01")[0]["in_force"],
        true
    );
    assert_eq!(rules("2026-03-10 acme --on 2026-01-14"), json!([]));
    // Nobody could have known of it then.
    assert_eq!(rules("2026-02-01 acme"), json!([]));
}

#[test]
fn a_rule_ends_on_the_day_on_which_its_repeal_takes_effect() {
    let environment = with(&[
        rule(
            "2026-01-02",
            "published",
            &json!({"effective": "2026-01-15"}),
        ),
        rule("2026-02-02", "repealed", &json!({"effective": "2026-03"})),
    ]);
    let force = |day: &str| {
        let answer = environment.at(&format!("2026-06-01 acme --on {day}"));
        answer["regulation"][0]["force"].clone()
    };
    assert_eq!(force("2026-01-14"), "no");
    assert_eq!(force("2026-01-15"), "certain");
    assert_eq!(force("2026-03-15"), "possible");
    assert_eq!(force("2026-03-31"), "no");
}

#[test]
fn a_rule_that_never_was_is_not_in_force() {
    let environment = with(&[
        rule(
            "2026-01-02",
            "published",
            &json!({"effective": "2026-01-15"}),
        ),
        rule("2026-04-01", "denied", &json!({})),
    ]);
    let in_force =
        |day: &str| environment.at(&format!("{day} acme"))["regulation"][0]["in_force"].clone();
    assert_eq!(in_force("2026-03-31"), true);
    assert_eq!(in_force("2026-04-01"), false);
}

#[test]
fn a_result_closes_its_period_however_that_is_spelled() {
    let date = json!({"period": "FY2026-Q1", "date": "2026-02-10", "status": "confirmed"});
    let result = |stage: &str| json!({"period": "FY2026 Q1", "stage": stage});
    let environment = with(&[
        claim("earnings_date", "2026-01-10", &date),
        claim("earnings_result", "2026-02-08", &result("preliminary")),
        claim("earnings_result", "2026-02-10", &result("reported")),
    ]);
    let next = |day: &str| environment.at(&format!("{day} acme"))["earnings"]["next"].clone();
    assert_eq!(next("2026-02-09")["period"], "FY2026-Q1");
    assert_eq!(next("2026-02-10"), Value::Null);
}

#[test]
fn what_the_company_says_of_its_date_is_not_replaced_by_others() {
    let date = |day: &str| json!({"period": "FY2026-Q1", "date": day, "status": "confirmed"});
    let mut official = claim("earnings_date", "2026-01-10", &date("2026-02-10"));
    official["certainty"] = json!("official");
    let environment = with(&[
        official,
        claim("earnings_date", "2026-01-20", &date("2026-02-12")),
    ]);
    let next = environment.at("2026-01-21 acme")["earnings"]["next"].clone();
    assert_eq!(next["date"], "2026-02-10");
    assert_eq!(next["contested"], true);
    assert_eq!(next["moves"], json!([]));
}

#[test]
fn a_quantity_of_many_never_replaces_one_s_own() {
    let chips = |quantity: Value| json!({"vendor": "AMD", "product": "M", "stage": "agreed", "quantity": quantity});
    let environment = with(&[
        claim(
            "chip_interest",
            "2026-01-10",
            &chips(json!({"min": 10, "unit": "units"})),
        ),
        claim(
            "chip_interest",
            "2026-01-20",
            &chips(json!({"min": 900, "shared_with": ["other"]})),
        ),
    ]);
    let chips = environment.at("2026-01-21 acme")["chips"][0].clone();
    assert_eq!(chips["quantity"]["min"], 10);
    assert_eq!(chips["contested"], false);
}

#[test]
fn a_company_that_is_declared_for_a_batch_is_known_with_its_first_event() {
    let environment = Environment::new();
    let mut first = claim("statement", "2026-01-10", &json!({"text": "hello"}));
    first["source"]["zone"] = json!("Asia/Shanghai");
    let line = format!("{first}\n");
    environment
        .feed("append --new-company --file -", line.as_bytes())
        .done();
    let answer = environment.at("2026-01-10T16:00:00Z acme");
    assert_eq!(answer["other"].as_array().unwrap().len(), 1);
    assert_eq!(answer["company"]["name"], "acme");
}

#[test]
fn a_first_append_that_is_refused_leaves_no_store() {
    let environment = Environment::new();
    let run = environment.feed("append --file -", b"{\"company\":\"acme\"}\n");
    assert_eq!(run.code, Some(1));
    assert!(!environment.store().exists());
}

#[test]
fn a_correction_is_published_when_its_target_was_whatever_the_zones() {
    let mut rumour = claim(
        "chip_interest",
        "2025-12-23",
        &json!({"vendor": "AMD", "product": "M", "stage": "considering"}),
    );
    rumour["id"] = json!("00000000-0000-4000-8000-000000000001");
    rumour["source"]["zone"] = json!("America/New_York");
    let environment = with(&[rumour]);
    let chips = |question: &str| environment.at(question)["chips"].clone();
    assert_eq!(chips("2025-12-24T00:30:00Z acme"), json!([]));
    environment
        .type_in(
            "correct 00000000 --fault record --set data.stage=negotiating --reason typo \
             --source-name other",
        )
        .done();
    // The day ends later in New York, whoever says so now.
    assert_eq!(chips("2025-12-24T00:30:00Z acme"), json!([]));
    assert_eq!(
        chips("2025-12-24T05:00:00Z acme")[0]["stage"],
        "negotiating"
    );
}

#[test]
fn a_correction_may_name_its_thread() {
    let mut rumour = claim(
        "chip_interest",
        "2025-12-23",
        &json!({"vendor": "AMD", "product": "M", "stage": "considering"}),
    );
    rumour["id"] = json!("00000000-0000-4000-8000-000000000001");
    let environment = with(&[rumour]);
    environment
        .type_in("correct 00000000 --fault record --set thread=another --reason typo")
        .done();
    let chips = environment.at("2025-12-24 acme")["chips"].clone();
    assert_eq!(chips[0]["thread"], "another");
    assert_eq!(chips.as_array().unwrap().len(), 1);
}

#[test]
fn what_is_believed_differently_of_dates_and_rules_is_told() {
    let date = |day: &str| json!({"period": "FY2026-Q1", "date": day, "status": "projected"});
    let environment = with(&[
        rule(
            "2026-01-02",
            "published",
            &json!({"effective": "2026-01-15"}),
        ),
        claim("earnings_date", "2026-01-02", &date("2026-02-10")),
        claim("earnings_date", "2026-01-20", &date("2026-02")),
        claim(
            "earnings_result",
            "2026-02-25",
            &json!({"period": "FY2026-Q1", "stage": "reported"}),
        ),
    ]);
    let changes = |from: &str, to: &str| -> Vec<String> {
        let diff = environment
            .type_in(&format!("diff {from} {to} acme --json"))
            .json();
        let changes = diff["changes"].as_array().unwrap().clone();
        changes
            .iter()
            .map(|change| change["change"].as_str().unwrap().to_owned())
            .filter(|change| change != "evidence")
            .collect()
    };
    assert_eq!(changes("2026-01-14", "2026-01-15"), ["in_force"]);
    assert_eq!(changes("2026-01-19", "2026-01-20"), ["widened"]);
    assert_eq!(changes("2026-01-15", "2026-01-19"), Vec::<String>::new());
    // The result is new; the date that it closes is not gone.
    assert_eq!(changes("2026-02-24", "2026-02-25"), ["place", "added"]);
}

fn dated(id: u32, published: &str, certainty: &str, date: &str) -> Value {
    json!({
        "id": format!("a{id:07}-0000-4000-8000-000000000000"),
        "company": "acme", "kind": "earnings_date", "published": published,
        "certainty": certainty, "source": {"name": "n", "zone": "UTC"},
        "data": {"period": "Q1", "date": date, "status": "confirmed"},
    })
}

/// Of what came at one instant only what prevails was ever the date.
#[test]
fn a_date_that_never_was_current_is_no_move() {
    let environment = Environment::new();
    environment.append(&[
        company("acme"),
        dated(1, "2025-12-20", "asserted", "2026-02-19"),
        dated(2, "2025-12-22", "asserted", "2026-03-01"),
        dated(3, "2025-12-22", "attributed", "2026-02-19"),
    ]);
    let next = environment.at("2025-12-23 acme")["earnings"]["next"].clone();
    assert_eq!(
        json!([next["date"], next["moves"]]),
        json!(["2026-02-19", []])
    );
}

/// A correction of the source's keeps the place of its target whenever it came, and so
/// does what mends it.
#[test]
fn what_mends_a_correction_of_the_source_stands_in_its_place() {
    for corrected in ["2025-12-01", "2025-12-02"] {
        let environment = Environment::new();
        let stage = |id: u32, published: &str, stage: &str, more: Value| {
            let mut event = dated(id, published, "asserted", "2026-02-19");
            event["kind"] = json!("chip_interest");
            event["data"] = json!({"vendor": "AMD", "product": "X", "stage": stage});
            let more = more.as_object().cloned().unwrap_or_default();
            event.as_object_mut().unwrap().extend(more);
            event
        };
        let id = |id: u32| format!("a{id:07}-0000-4000-8000-000000000000");
        environment.append(&[
            company("acme"),
            stage(1, "2025-12-01", "rumoured", json!({})),
            stage(
                2,
                corrected,
                "considering",
                json!({"supersedes": id(1), "fault": "source"}),
            ),
            stage(
                3,
                "2025-12-20",
                "agreed",
                json!({"supersedes": id(2), "fault": "record"}),
            ),
            stage(4, "2025-12-05", "ordered", json!({})),
        ]);
        let answer = environment.at("2025-12-31 acme");
        assert_eq!(answer["chips"][0]["stage"], "ordered", "{corrected}");
    }
}

#[test]
fn a_period_that_was_called_otherwise_is_closed_once_it_is_linked() {
    let environment = Environment::new();
    let mut date = dated(1, "2025-12-01", "asserted", "2026-02-19");
    date["data"]["period"] = json!("Q3");
    let mut result = dated(2, "2026-02-19", "official", "");
    result["kind"] = json!("earnings_result");
    result["data"] = json!({"period": "FY26-Q3", "stage": "reported"});
    let mut link = dated(3, "2026-02-20", "asserted", "");
    link["kind"] = json!("thread_link");
    link["data"] = json!({"of": "earnings_date", "from": "q3", "into": "fy26-q3"});
    environment.append(&[company("acme"), date, result, link]);
    let earnings = |date: &str| environment.at(&format!("{date} acme"))["earnings"].clone();
    assert_eq!(earnings("2026-02-19")["next"]["period"], "Q3");
    let linked = earnings("2026-02-22");
    assert_eq!(linked["next"], Value::Null);
    assert_eq!(linked["closed"][0]["thread"], "fy26-q3");
}

/// Rules 4 and 7: what is denied never was, whichever day is asked about; an opinion denies
/// nothing. The denial is what is told to have done it.
#[test]
fn a_denied_rule_was_in_force_on_no_day() {
    let denial = |level: &str| {
        let mut denial = rule("2026-01-25", "denied", &json!({}));
        denial["occurred"] = json!("2026-01-22");
        denial["level"] = json!(level);
        denial["source"]["name"] = json!("denier");
        denial
    };
    let mut made = rule(
        "2026-01-20",
        "published",
        &json!({"effective": "2026-01-01"}),
    );
    made["occurred"] = json!("2026-01-20");
    for (level, force) in [("fact", "no"), ("opinion", "certain")] {
        let environment = with(&[made.clone(), denial(level)]);
        for on in ["2026-01-10", "2026-01-22", "2026-02-01"] {
            let answer = environment.at(&format!("2026-02-01 acme --on {on}"));
            assert_eq!(answer["regulation"][0]["force"], force, "{level} on {on}");
        }
        let why = environment.type_in("why acme regulation.force --at 2026-02-01 --json");
        let source = &why.json()["threads"][0]["made_by"][0]["source"]["name"];
        assert_eq!(source == "denier", force == "no", "{source}");
    }
}

/// Rule 6: a period without a date has no earliest one, and so comes after one that is
/// overdue.
#[test]
fn a_period_without_a_date_is_next_where_none_has_one() {
    let date = |data: Value| claim("earnings_date", "2026-01-10", &data);
    let undated = date(json!({"period": "FY2027-Q1", "status": "projected"}));
    let dated = date(json!({
        "period": "FY2026-Q3", "status": "tentative", "date": "2026-02-19",
    }));
    let next = |claims: &[Value]| {
        let answer = with(claims).at("2026-02-25 acme");
        let next = &answer["earnings"]["next"];
        json!([next["period"], next["overdue"]])
    };
    assert_eq!(
        next(std::slice::from_ref(&undated)),
        json!(["FY2027-Q1", false])
    );
    assert_eq!(next(&[undated, dated]), json!(["FY2026-Q3", true]));
}

/// The results close a period, and are what is told to have done it; whatever is overdue is
/// found, whether it stands in `next` or not.
#[test]
fn a_period_that_is_reported_is_open_no_more() {
    let date = |period: &str, date: &str| {
        let data = json!({"period": period, "status": "tentative", "date": date});
        claim("earnings_date", "2026-01-10", &data)
    };
    let mut results = claim(
        "earnings_result",
        "2026-02-18",
        &json!({"period": "FY2026-Q3"}),
    );
    results["source"]["name"] = json!("the company");
    let later = date("FY2027-Q1", "2026-08-20");
    let environment = with(&[date("FY2026-Q3", "2026-02-19"), later, results]);
    let closed = &environment.at("2026-03-01 acme")["earnings"]["closed"][0];
    assert_eq!(
        json!([closed["period"], closed["open"]]),
        json!(["FY2026-Q3", false])
    );
    let diff = environment.type_in("diff 2026-02-17 2026-02-20 acme --json");
    let diff = diff.json();
    let mut changes = diff["changes"].as_array().unwrap().iter();
    let place = changes.find(|change| change["change"] == "place");
    assert_eq!(place.unwrap()["source"], "the company");
    let overdue = |day: &str| {
        let typed = format!("at {day} --all --where earnings.overdue=true --json");
        environment.type_in(&typed).json_lines().len()
    };
    assert_eq!([overdue("2026-03-01"), overdue("2026-09-01")], [0, 1]);
}

/// Whether a claim is a fact is asked for, and shown.
#[test]
fn the_level_of_a_claim_is_told() {
    let mut said = claim("statement", "2026-01-10", &json!({"text": "It will rain."}));
    said["level"] = json!("opinion");
    let environment = with(&[said]);
    let page = environment.type_in("at 2026-02-01 acme").text();
    assert!(page.contains("opinion"), "{page}");
    let found = |level: &str| {
        let typed = format!("at 2026-02-01 --all --where other.level={level} --json");
        environment.type_in(&typed).json_lines().len()
    };
    assert_eq!([found("opinion"), found("fact")], [1, 0]);
}
