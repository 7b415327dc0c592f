//! Names, tickers and companies that change: who is meant on which day.

use serde_json::{Value, json};

use crate::environment::{Environment, company, statement};

/// `acme` is renamed and gets another ticker, `globex` gets its old one later, and
/// `initech` is merged into it.
fn changed() -> Environment {
    let environment = Environment::new();
    let says = |slug: &str, published: &str, data: Value| {
        let mut event = company(slug);
        event["published"] = json!(published);
        event["data"] = data;
        event
    };
    let ticker = |symbol: &str, from: &str, to: Option<&str>| {
        let mut ticker =
            json!({"scheme": "ticker", "value": format!("XNYS:{symbol}"), "from": from});
        if let Some(to) = to {
            ticker["to"] = json!(to);
        }
        ticker
    };
    let first = "2012-05-18";
    let merged = json!({
        "successor": "acme",
        "identifiers": [ticker("INI", first, Some("2023-10-13"))],
    });
    environment.append(&[
        says(
            "acme",
            first,
            json!({"name": "Acme Books", "identifiers": [ticker("AB", first, None)]}),
        ),
        says(
            "initech",
            first,
            json!({"name": "Initech", "identifiers": [ticker("INI", first, None)]}),
        ),
        says("acme", "2021-10-28", json!({"name": "Summit Platforms"})),
        says(
            "acme",
            "2022-06-09",
            json!({"identifiers": [
                ticker("AB", first, Some("2022-06-08")), ticker("SUMM", "2022-06-09", None),
            ]}),
        ),
        says("initech", "2023-10-13", merged),
        says(
            "globex",
            "2024-01-02",
            json!({"name": "Globex", "identifiers": [ticker("AB", "2024-01-02", None)]}),
        ),
    ]);
    environment
}

/// What a key is refused with where it is another's on other days.
const AB_ON_OTHER_DAYS: [&str; 4] = [
    "ticker:XNYS:AB was acme's from 2012-05-18 until 2022-06-08",
    "ticker:XNYS:AB is globex's from 2024-01-02 on",
    "--on",
    "slug: acme, globex",
];

#[test]
fn a_key_means_who_had_it_on_the_day() {
    let environment = changed();
    for (key, day, slug) in [
        ("ticker:XNYS:AB", "2020-01-01", "acme"),
        ("ticker:XNYS:AB", "2022-06-08", "acme"),
        ("ticker:XNYS:AB", "2024-01-02", "globex"),
        ("AB", "2020-01-01", "acme"),
        ("AB", "2025-01-01", "globex"),
        ("XNYS:SUMM", "2022-06-09", "acme"),
        ("Acme B", "2020-01-01", "acme"),
        ("acme b", "2021-10-27", "acme"),
        ("Summit", "2021-10-28", "acme"),
        ("ticker:INI", "2023-10-13", "initech"),
        // A slug is one's own on every day.
        ("acme", "2030-01-01", "acme"),
        ("initech", "2025-01-01", "initech"),
    ] {
        let run = |args: &[&str]| environment.run(args.iter().chain(&["--on", day]));
        let told = run(&["at", "2026-01-01", key, "--json", "--no-events"]).json();
        assert_eq!(told["company"]["slug"], slug, "{key} on {day}");
        let exported = run(&["export", key]).json();
        assert_eq!(exported["company"]["slug"], slug, "export {key} on {day}");
        for line in run(&["log", key, "--json"]).json_lines() {
            assert_eq!(line["company"], slug, "log {key} on {day}");
        }
    }
}

/// Spans that share no day stand beside each other, whoever says them; of those that do,
/// that of the claim that prevails stands.
#[test]
fn a_ticker_that_comes_back_was_there_before() {
    let environment = Environment::new();
    let ticker = |from: &str, to: &str| json!({"scheme": "ticker", "value": "XNYS:AB", "from": from, "to": to});
    let says = |published: &str, identifiers: Value| {
        let mut event = company("acme");
        event["published"] = json!(published);
        event["data"] = json!({"identifiers": identifiers});
        event
    };
    let is_acme = |day: &str| {
        let answered = environment.run(["at", day, "ticker:XNYS:AB", "--json"]);
        answered.code == Some(0)
    };
    environment.append(&[
        says("2010-01-01", json!([ticker("2010-01-01", "2012-12-31")])),
        says(
            "2014-01-01",
            json!([ticker("2014-01-01", "2015"), ticker("2018", "2019")]),
        ),
    ]);
    for (day, is) in [
        ("2009-12-31", false),
        ("2010-01-01", true),
        ("2012-12-31", true),
        ("2013-06-01", false),
        ("2015-12-31", true),
        ("2017-06-01", false),
        ("2018-06-01", true),
    ] {
        assert_eq!(is_acme(day), is, "{day}");
    }
    // A span that shares a day with another takes its place.
    environment.append(&[says(
        "2020-01-01",
        json!([ticker("2011-01-01", "2012-06-30")]),
    )]);
    for (day, is) in [
        ("2010-12-31", false),
        ("2012-06-30", true),
        ("2012-07-01", false),
        ("2014-01-01", true),
        ("2018-06-01", true),
    ] {
        assert_eq!(is_acme(day), is, "{day}");
    }
}

/// What only may share a day does not clash; the day is of the surer one.
#[test]
fn coarse_spans_stand_beside_each_other() {
    let environment = Environment::new();
    let mut first = company("acme");
    first["data"]["identifiers"] = json!([
        {"scheme": "ticker", "value": "XNYS:AB", "to": "2015"},
        {"scheme": "ticker", "value": "XNYS:AB", "from": "2015"},
        {"scheme": "ticker", "value": "XNYS:AC", "from": "2010", "to": "2015"},
    ]);
    let mut second = company("acme");
    second["published"] = json!("2015-09-01");
    second["data"] = json!({"identifiers": [
        {"scheme": "ticker", "value": "XNYS:AC", "from": "2015-09-01"},
    ]});
    environment.append(&[first, second]);
    for (key, day, from) in [
        ("XNYS:AB", "2014-06-01", Value::Null),
        ("XNYS:AB", "2020-06-01", json!("2015")),
        ("XNYS:AC", "2012-01-01", json!("2010")),
        ("XNYS:AC", "2015-10-01", json!("2015-09-01")),
        ("XNYS:AC", "2020-01-01", json!("2015-09-01")),
    ] {
        let question = format!("2021-01-01 --on {day} ticker:{key}");
        let identifiers = environment.at(&question)["company"]["identifiers"].clone();
        let all = identifiers.as_array().unwrap();
        let found: Vec<&Value> = all.iter().filter(|it| it["value"] == key).collect();
        assert_eq!(found.len(), 1, "{key} {day}");
        assert_eq!(found[0]["from"], from, "{key} {day}");
    }
}

/// A claim that ends a span does not bring back what that span overruled.
#[test]
fn a_span_that_was_overruled_stays_so() {
    let environment = Environment::new();
    let says = |published: &str, from: &str, to: &str| {
        let mut event = company("acme");
        event["published"] = json!(published);
        let ticker = json!({"scheme": "ticker", "value": "XNYS:AB", "from": from, "to": to});
        event["data"] = json!({"identifiers": [ticker]});
        event
    };
    environment.append(&[
        says("2010-01-01", "2004-01-01", "2005-12-31"),
        says("2011-01-01", "1999-01-01", "2009-12-31"),
        says("2012-01-01", "1999-01-01", "2003-12-31"),
    ]);
    environment.type_in("at 2003-06-01 ticker:XNYS:AB").done();
    let later = environment.type_in("at 2005-01-01 ticker:XNYS:AB");
    later.failed(3, &["acme's from 1999-01-01 until 2003-12-31"]);
}

#[test]
fn a_key_of_other_days_says_whose_it_was() {
    let environment = changed();
    for typed in [
        "at 2023-01-01 ticker:XNYS:AB",
        "at 2026-01-01 AB --on 2022-06-09",
        "log XNYS:AB --at 2023-12-31",
        "export ticker:AB --at 2023-01-01",
        "why AB company.name --at 2023-01-01",
        "diff 2020-01-01 2023-01-01 AB",
    ] {
        environment.type_in(typed).refused(3, &AB_ON_OTHER_DAYS);
    }
    for (day, name, words) in [
        (
            "2025-01-01",
            "Acme Bo",
            "\"Acme Books\" was acme's from 2012-05-18 until 2021-10-27",
        ),
        (
            "2020-01-01",
            "summit",
            "\"Summit Platforms\" is acme's from 2021-10-28 on",
        ),
    ] {
        let run = environment.run(["at", day, name]);
        run.refused(3, &[words, "slug: acme\n"]);
        assert_eq!(run.stderr.matches("acme's").count(), 1, "{}", run.stderr);
    }
    // What nobody ever had, is nobody's on other days.
    let run = environment.type_in("at 2020-01-01 ticker:XNYS:ZZZ");
    run.refused(3, &["ticker:XNYS:ZZZ"]);
    assert!(!run.stderr.contains("--on"), "{}", run.stderr);
}

#[test]
fn an_event_is_appended_to_who_had_the_key_when_it_was_published() {
    let environment = changed();
    let said = |published: &str| statement("ticker:XNYS:AB", published, published);
    environment.append(&[said("2020-01-01"), said("2025-01-01")]);
    let log = environment
        .type_in("log --kind statement --json")
        .json_lines();
    let of = |it: &Value| json!([it["published"], it["company"]]);
    assert_eq!(of(&log[0]), json!(["2020-01-01", "acme"]));
    assert_eq!(of(&log[1]), json!(["2025-01-01", "globex"]));
    let line = said("2023-01-01").to_string();
    let run = environment.feed("append --file -", line.as_bytes());
    run.refused(1, &AB_ON_OTHER_DAYS[..2]);
    run.refused(1, &["day of publication", "by its slug"]);
    assert_eq!(environment.head()["position"], 8);
}

#[test]
fn a_page_tells_other_names_and_who_follows() {
    let environment = changed();
    let head = |question: &str| {
        let page = environment.type_in(&format!("at {question}")).text();
        page.split("\n\n").next().unwrap().to_owned()
    };
    let then = head("2020-01-01 acme");
    assert!(then.starts_with("Acme Books · AB "), "{then}");
    assert_eq!(then.lines().count(), 1, "nothing of it was known: {then}");
    let now = head("2025-01-01 acme");
    assert!(now.starts_with("Summit Platforms · SUMM "), "{now}");
    assert!(
        now.ends_with("\nformerly Acme Books, until 27 Oct 2021"),
        "{now}"
    );
    // Of an earlier day, with what is known now: no name was the former one.
    let of_then = head("2025-01-01 acme --on 2020-01-01");
    assert!(of_then.starts_with("Acme Books · AB "), "{of_then}");
    assert!(
        of_then.ends_with("\nnow Summit Platforms, since 28 Oct 2021"),
        "{of_then}"
    );
    assert!(!of_then.contains("formerly"), "{of_then}");
    let merged = head("2025-01-01 initech");
    assert!(
        merged.ends_with("\nsucceeded by acme since 13 Oct 2023"),
        "{merged}"
    );
    let before = head("2025-01-01 initech --on 2023-10-12");
    assert!(
        before.ends_with("\nsucceeded by acme from 13 Oct 2023 on"),
        "{before}"
    );
    assert!(!head("2023-10-12 initech").contains("succeeded"));
    assert_eq!(
        environment.at("2025-01-01 initech")["company"]["successor"],
        "acme"
    );
    assert_eq!(
        environment.at("2023-10-12 initech")["company"]["successor"],
        Value::Null
    );
}

#[test]
fn companies_are_listed_as_they_were_called() {
    let environment = changed();
    let listed = |flags: &str| {
        let lines = environment
            .type_in(&format!("companies --json{flags}"))
            .json_lines();
        let line = |it: &Value| json!([it["slug"], it["name"], it["events"], it["successor"]]);
        Value::Array(lines.iter().map(line).collect())
    };
    let acme = json!(["acme", "Summit Platforms", 3, null]);
    let globex = json!(["globex", "Globex", 1, null]);
    let initech = json!(["initech", "Initech", 2, "acme"]);
    assert_eq!(listed(""), json!([acme, globex, initech]));
    let acme_then = json!(["acme", "Acme Books", 1, null]);
    let initech_then = json!(["initech", "Initech", 1, null]);
    assert_eq!(listed(" --at 2020-01-01"), json!([acme_then, initech_then]));
    // By the start of a slug, a name or a symbol.
    assert_eq!(listed(" INI"), json!([initech]));
    assert_eq!(listed(" summit"), json!([acme]));
    assert_eq!(listed(" Acm"), json!([acme]));
    assert_eq!(listed(" ab"), json!([globex]));
    assert_eq!(listed(" ab --at 2020-01-01"), json!([acme_then]));
    let table = environment.type_in("companies").text();
    assert!(table.contains("Initech (succeeded by acme)"), "{table}");
    let run = environment
        .type_in("companies summit --at 2020-01-01")
        .done();
    assert_eq!(run.stdout, b"");
    assert!(
        run.stderr.contains("starts with \"summit\""),
        "{}",
        run.stderr
    );
}

#[test]
fn an_export_of_the_day_says_what_it_was_called_then() {
    let environment = changed();
    let typed = "export AB --at 2020-01-01 --format jsonl";
    let events = environment.type_in(typed).json_lines();
    assert_eq!(events.len(), 1);
    assert_eq!(events[0]["data"]["name"], "Acme Books");
    let whole = environment.type_in("export AB --at 2020-01-01").json();
    assert_eq!(whole["company"]["name"], "Acme Books");
    assert_eq!(whole["company"]["identifiers"][0]["value"], "XNYS:AB");
}
