//! Kinds of one's own: declared, checked, told, exported, taken back.

use serde_json::{Value, json};

use crate::environment::{Environment, company, thread};

const ABOUT: &str = "--certainty official --source-name PTO";

/// The declaration that we ship as an example.
fn declaration() -> Value {
    serde_json::from_str(include_str!("../../data/patent_grant.kind.json")).unwrap()
}

/// With the kind declared at position 1, and Acme at 2.
fn declared() -> Environment {
    let environment = Environment::new();
    let file = environment.write("patent.json", declaration().to_string());
    environment.run(["kind", "add", &file]).done();
    environment.append(&[company("acme")]);
    environment
}

fn grant(published: &str, data: Value) -> Value {
    json!({
        "company": "acme", "kind": "patent_grant", "published": published,
        "certainty": "official", "source": {"name": "PTO"}, "data": data,
    })
}

#[test]
fn events_of_a_declared_kind_are_told_by_their_threads() {
    let environment = declared();
    let typed = format!(
        "append patent-grant acme --number US-1 --claims 12 --classes A --classes B --state filed --published 2026-01-05 {ABOUT}"
    );
    environment.type_in(&typed).done();
    environment.append(&[grant(
        "2026-02-05",
        json!({"number": "US-1", "state": "granted"}),
    )]);
    let told = |question: &str| {
        let answer = environment.at(question);
        let grant = thread(&answer["other"], "us-1").unwrap();
        json!([
            grant["kind"],
            grant["stage"],
            grant["open"],
            grant["data"]["claims"],
            grant["data"]["classes"]
        ])
    };
    let filed = json!(["patent_grant", "filed", true, 12, ["A", "B"]]);
    assert_eq!(told("2026-01-10 acme"), filed);
    let granted = json!(["patent_grant", "granted", true, 12, ["A", "B"]]);
    assert_eq!(told("2026-02-05 acme"), granted);
    environment.append(&[grant(
        "2026-03-05",
        json!({"number": "US 1", "state": "lapsed"}),
    )]);
    assert_eq!(told("2026-03-05 acme")[2], json!(false));
}

#[test]
fn the_schema_is_held_whichever_way_an_event_comes() {
    let environment = declared();
    let files = environment.settled_files();
    let typed =
        format!("append patent-grant acme --number US-1 --claims 0 --published 2026-01-05 {ABOUT}");
    environment
        .type_in(&typed)
        .refused(1, &["data.claims", "schema"]);
    let line = grant("2026-01-05", json!({"number": 1, "colour": "red"})).to_string();
    environment
        .feed("append --file -", line.as_bytes())
        .refused(1, &["standard input:1", "data.number", "colour"]);
    environment.assert_files(&files, "events at fault");
    environment.append(&[grant("2026-01-05", json!({"number": "US-1"}))]);
    let event = environment
        .type_in("log acme --kind patent_grant --json")
        .json();
    let set = [
        "correct",
        event["id"].as_str().unwrap(),
        "--fault",
        "record",
        "--reason",
        "r",
        "--set",
    ];
    environment
        .run(set.into_iter().chain(["data.claims=none"]))
        .refused(1, &["data.claims"]);
    environment
        .run(set.into_iter().chain(["data.claims=3"]))
        .done();
}

#[test]
fn a_declaration_acts_by_the_recorded_cut_alone() {
    let environment = Environment::new();
    environment.append(&[company("acme")]);
    let mut early = grant("2020-02-02", json!({"number": "US-1", "state": "filed"}));
    early["thread"] = json!("us-1");
    environment.append(&[early]);
    let file = environment.write("patent.json", declaration().to_string());
    environment.run(["kind", "add", &file]).done();
    let stage = |question: &str| {
        let answer = environment.at(question);
        thread(&answer["other"], "us-1").unwrap()["stage"].clone()
    };
    // It was published in 2026, and yet tells what an event of 2020 means.
    assert_eq!(stage("2020-02-02 acme"), "filed");
    assert_eq!(stage("2020-02-02 acme --recorded 2"), Value::Null);
}

#[test]
fn an_export_takes_its_kinds_with_it() {
    let environment = declared();
    environment.append(&[grant("2020-01-05", json!({"number": "US-1"}))]);
    let exported = environment
        .type_in("export --all --at 2020-06-01 --format jsonl")
        .text();
    assert_eq!(
        exported.lines().count(),
        3,
        "the declaration, Acme, and the grant"
    );
    let other = Environment::new();
    other.feed("append --file -", exported.as_bytes()).done();
    let line = grant("2020-01-06", json!({"number": 2})).to_string();
    other
        .feed("append --file -", line.as_bytes())
        .refused(1, &["data.number"]);
    let again = other.type_in("export --all --format jsonl").text();
    assert_eq!(exported, again);
}

#[test]
fn a_kind_is_listed_shown_changed_and_taken_back() {
    let environment = declared();
    let listed = environment.type_in("kind list --json").json();
    assert_eq!(listed["name"], "patent_grant");
    assert_eq!(
        environment.type_in("kind show patent-grant").json(),
        declaration()
    );
    let schema = environment.type_in("schema patent_grant").json();
    assert_eq!(schema["properties"]["data"], declaration()["schema"]);
    assert!(
        environment
            .type_in("schema")
            .text()
            .contains("patent_grant")
    );
    let companies = environment.type_in("companies --json").json_lines();
    assert_eq!(companies.len(), 1, "declarations are of no company");
    assert_eq!(environment.type_in("stats --json").json()["companies"], 1);

    // The same again is known; another takes its place.
    let head = environment.head();
    environment.run(["kind", "add", "patent.json"]).done();
    assert_eq!(environment.head(), head);
    let schema = json!({"title": "patent_grant", "properties": {"number": {"type": "integer"}}});
    environment.write("other.json", schema.to_string());
    environment
        .type_in("kind add other.json --thread number")
        .done();
    environment.append(&[grant("2026-01-05", json!({"number": 7}))]);
    assert!(thread(&environment.at("2026-01-05 acme")["other"], "7").is_some());

    environment
        .type_in("kind remove patent_grant --reason wrong")
        .done();
    let before = environment.type_in("kind list --json --recorded 2").json();
    assert_eq!(before["name"], "patent_grant");
    // A declaration has no other cut, and no filter.
    for flag in ["--known", "--on", "--at", "--source"] {
        let typed = format!("kind list {flag} 2026-01-01");
        environment.type_in(&typed).refused(2, &[flag]);
    }
    // Neither declaration holds any more.
    environment
        .type_in("kind show patent_grant")
        .refused(3, &["patent_grant"]);
    environment
        .type_in("kind remove patent_grant --reason r")
        .refused(3, &["patent_grant"]);
}

#[test]
fn what_declares_no_kind_is_refused() {
    let environment = declared();
    let files = environment.settled_files();
    for (text, words) in [
        ("", "declares no kind"),
        ("[]", "not a JSON object"),
        ("{\"type\":\"object\"}", "data.name"),
        ("{\"title\":\"merger\"}", "built-in"),
        ("{\"title\":\"a_b\",\"type\":\"nothing\"}", "data.schema"),
        (
            "{\"name\":\"a_b\",\"schema\":{\"properties\":{\"x\":{}}},\"thread\":[\"y\"]}",
            "\"y\"",
        ),
        (
            "{\"name\":\"a_b\",\"schema\":{},\"colour\":1}",
            "data.colour",
        ),
    ] {
        environment.write("kind.json", text);
        environment
            .type_in("kind add kind.json")
            .refused(1, &[words]);
        environment.assert_files(&files, text);
    }
    environment
        .type_in("append patent-grnt acme")
        .refused(2, &["patent_grant"]);
    let claim = json!({
        "company": "annals", "kind": "statement", "published": "2026-01-01",
        "certainty": "official", "source": {"name": "us"}, "data": {"text": "a"},
    });
    let claim = claim.to_string();
    environment
        .feed("append --file -", claim.as_bytes())
        .refused(1, &["reserved"]);
}

#[test]
fn a_part_of_data_is_from_the_event_that_says_it() {
    let environment = declared();
    let source = |name: &str, mut event: Value| {
        event["source"]["name"] = json!(name);
        event
    };
    environment.append(&[
        source(
            "one",
            grant(
                "2026-01-02",
                json!({"number": "US-1", "claims": 5, "state": "filed"}),
            ),
        ),
        source(
            "two",
            grant("2026-01-05", json!({"number": "US-1", "claims": 9})),
        ),
        source(
            "three",
            grant("2026-01-09", json!({"number": "US-1", "state": "granted"})),
        ),
    ]);
    for path in ["other[us-1].data.claims", "other[us-1].claims"] {
        let why = environment
            .type_in(&format!("why acme {path} --at 2026-01-10 --json"))
            .json();
        assert_eq!(why["made_by"][0]["source"]["name"], "two", "{path}");
        assert_eq!(why["decided_by"], "claims", "{path}");
        let history = environment
            .type_in(&format!("history acme {path} --at 2026-01-10 --json"))
            .json();
        assert_eq!(history["values"][1]["source"], "two", "{path}");
    }
}

#[test]
fn the_help_of_a_declared_kind_shows_what_can_be_typed() {
    let environment = declared();
    let help = environment.type_in("append patent-grant --help").text();
    assert!(help.contains("must be given"), "{help}");
    let example = help.split("Example:").nth(1).unwrap();
    let example = example
        .split("\n\n")
        .next()
        .unwrap()
        .replace("alibaba", "acme");
    environment.shell(&example).done();
}

#[test]
fn a_declaration_is_not_appended_by_flags() {
    let environment = Environment::new();
    environment
        .type_in("append kind-declaration alibaba")
        .refused(2, &["annals kind add FILE"]);
}

/// Two corrections of one declaration both count, and neither is left.
#[test]
fn a_kind_goes_whole_however_often_it_was_corrected() {
    let environment = declared();
    let listed = environment.type_in("kind list --json").json();
    let correction = |about: &str| {
        let mut data = declaration();
        data["about"] = json!(about);
        json!({
            "company": "annals", "kind": "kind_declaration", "published": "2020-01-07",
            "certainty": "official", "source": {"name": "us"},
            "supersedes": listed["event"], "fault": "source", "data": data,
        })
    };
    environment.append(&[correction("one"), correction("other")]);
    environment
        .type_in("kind remove patent_grant --reason wrong")
        .done();
    environment
        .type_in("kind show patent_grant")
        .refused(3, &["patent_grant"]);
}
