//! `annals append`: by flags, by file and from standard input.

use serde_json::{Value, json};

use crate::environment::{
    Environment, company, lines, sample, sample_events, statement, talks, thread,
};

/// What `append` is typed with, a kind first, and the `data` that comes of it.
fn by_flags() -> Vec<(&'static str, &'static str, Value)> {
    vec![
        (
            "chip-interest",
            "--vendor AMD --product MI308 --stage negotiating --quantity '40000..50000' \
             --occurred 2025-12-22/2025-12-23 --confirmation pending",
            json!({
                "vendor": "AMD", "product": "MI308", "stage": "negotiating",
                "quantity": {"min": 40000, "max": 50000, "unit": "units"},
            }),
        ),
        (
            "strategy-pivot",
            "--from e-commerce --to 'AI-first enterprise' --stage under_way",
            json!({"from": "e-commerce", "to": "AI-first enterprise", "stage": "under_way"}),
        ),
        (
            "earnings-date",
            "--period FY2026-Q3 --date 2026-02 --status tentative --session before_open",
            json!({
                "period": "FY2026-Q3", "date": "2026-02", "status": "tentative",
                "session": "before_open",
            }),
        ),
        (
            "regulatory-change",
            "--authority 'US BIS' --instrument 2026-00789 --direction eased --stage published \
             --effective 2026-01-15",
            json!({
                "authority": "US BIS", "instrument": "2026-00789", "direction": "eased",
                "stage": "published", "effective": "2026-01-15",
            }),
        ),
        (
            "capacity-project",
            "--project 'data centre' --stage building --capacity-mw 120.50",
            json!({"project": "data centre", "stage": "building", "capacity_mw": "120.50"}),
        ),
        (
            "statement",
            "--speaker Alibaba --text 'It pays.' --polarity positive --about amd-mi308",
            json!({
                "speaker": "Alibaba", "text": "It pays.", "polarity": "positive",
                "about": "amd-mi308",
            }),
        ),
        (
            "forecast",
            "--about amd-mi308 --horizon 2026/.. --text 'more capacity' --stage open \
             --level opinion",
            json!({
                "about": "amd-mi308", "horizon": "2026/..", "text": "more capacity",
                "stage": "open",
            }),
        ),
        (
            "price-observation",
            "--measure price --value 128.60 --currency EUR --hedge about",
            json!({"measure": "price", "value": "128.60", "currency": "EUR", "hedge": "about"}),
        ),
        (
            "company",
            "--name 'Alibaba Group' --identifiers ticker:XNYS:BABA --fiscal-year-end 03-31",
            json!({
                "name": "Alibaba Group", "fiscal_year_end": "03-31",
                "identifiers": [{"scheme": "ticker", "value": "XNYS:BABA"}],
            }),
        ),
    ]
}

const CLAIM: &str = "--published 2025-12-23 --certainty reported --source-name 'Some paper'";

#[test]
fn each_kind_is_appended_by_flags() {
    let environment = Environment::new();
    environment.append(&[company("alibaba")]);
    for (version, (kind, flags, data)) in (2..).zip(by_flags()) {
        let typed = format!("annals append {kind} alibaba {flags} {CLAIM} --json");
        let outcome = environment.shell(&typed).json();
        assert_eq!(outcome["state"], "new", "{kind}");
        assert_eq!(outcome["version"], version, "{kind}");
        let event = environment.show(outcome["id"].as_str().unwrap());
        assert_eq!(event["data"], data, "{kind}");
        assert_eq!(event["kind"], kind.replace('-', "_"));
        assert_eq!(event["source"], json!({"name": "Some paper"}));
        assert_eq!(event["published"], "2025-12-23");
    }
}

#[test]
fn the_same_flags_twice_are_two_events() {
    let environment = Environment::new();
    environment.append(&[company("alibaba")]);
    let typed = format!("annals append statement alibaba --text Again. {CLAIM} --json");
    let first = environment.shell(&typed).json();
    let second = environment.shell(&typed).json();
    assert_eq!(second["state"], "new");
    assert_ne!(first["id"], second["id"]);
    assert_eq!(&second["id"].as_str().unwrap()[14..15], "7");
}

#[test]
fn a_retraction_is_appended_by_flags() {
    let environment = Environment::with_sample();
    let typed = "append retraction alibaba --target a1000001-0000-4000-8000-000000000001 \
                 --fault record --certainty official --source-name us --reason typo --json";
    environment.type_in(&typed.replace("  ", "")).done();
    let answer = environment.at("2025-12-23 alibaba");
    let amd = thread(&answer["chips"], "amd-mi308").unwrap();
    assert_eq!(amd["stage"], "considering");
}

/// The example at the end of the help on a kind, as one line.
fn example(environment: &Environment, kind: &str) -> String {
    let help = environment.type_in(&format!("append {kind} --help")).text();
    let (_, rest) = help.split_once("Example:\n").unwrap();
    let (example, _) = rest.split_once("\n\n").unwrap_or((rest, ""));
    example.replace("\\\n", " ").trim().to_owned()
}

fn kinds(environment: &Environment) -> Vec<String> {
    let schemas = environment.type_in("schema --json").json_lines();
    let kinds = schemas.iter().map(|schema| {
        let kind = &schema["properties"]["kind"]["const"];
        kind.as_str().unwrap().replace('_', "-")
    });
    kinds.collect()
}

#[test]
fn the_example_of_each_kind_works_as_it_is_printed() {
    let environment = Environment::new();
    environment.append(&[company("alibaba")]);
    let kinds = kinds(&environment);
    assert_eq!(kinds.len(), 22);
    // One needs a target, the others are appended by commands of their own.
    let apart = ["retraction", "kind-declaration", "redaction", "redacted"];
    for kind in kinds.iter().filter(|kind| !apart.contains(&kind.as_str())) {
        let example = example(&environment, kind);
        assert!(
            example.starts_with(&format!("annals append {kind} alibaba ")),
            "{example}"
        );
        let run = environment.shell(&example).done();
        assert!(run.stderr.contains("1 new"), "{example}: {}", run.stderr);
    }
}

#[test]
fn the_example_of_a_retraction_works_once_its_target_is_there() {
    let environment = Environment::with_sample();
    let example = example(&environment, "retraction");
    let words: Vec<&str> = example.split_whitespace().collect();
    let at = words.iter().position(|word| *word == "--target").unwrap();
    let there = "b1000001-0000-4000-8000-000000000001";
    environment
        .shell(&example.replace(words[at + 1], there))
        .done();
}

#[test]
fn a_file_is_appended_once() {
    let environment = Environment::new();
    let typed = format!("append --file {} --json", sample());
    let first = environment.type_in(&typed).json_lines();
    assert_eq!(first.len(), 38);
    assert!(first.iter().all(|outcome| outcome["state"] == "new"));
    let head = environment.head();
    assert_eq!(head["position"], 38);
    let files = environment.settled_files();
    let again = environment.type_in(&typed).done();
    assert!(again.stderr.contains("0 new, 38 known"), "{}", again.stderr);
    let again = again.json_lines();
    for (first, again) in first.iter().zip(&again) {
        assert_eq!(again["state"], "known");
        for field in ["id", "position", "version"] {
            assert_eq!(first[field], again[field]);
        }
    }
    assert_eq!(environment.head(), head);
    environment.assert_files(&files, "the same file again");
}

#[test]
fn a_file_that_goes_on_appends_the_rest() {
    let environment = Environment::new();
    let events = sample_events();
    environment.append(&events[..20]);
    let run = environment.feed("append --quiet --file -", lines(&events).as_bytes());
    assert!(run.stderr.contains("18 new, 20 known"), "{}", run.stderr);
    let whole = Environment::with_sample();
    let question = "2026-03-08 alibaba";
    let (mut piecewise, mut at_once) = (environment.at(question), whole.at(question));
    for answer in [&mut piecewise, &mut at_once] {
        assert!(answer["basis"]["head"].take().is_string());
    }
    assert_eq!(piecewise, at_once);
}

#[test]
fn lines_without_ids_are_known_by_what_they_say() {
    let environment = Environment::new();
    let said = statement("alibaba", "2025-12-23", "It pays.");
    let batch = [
        company("alibaba"),
        said,
        talks("alibaba", "2025-12-22", "agreed"),
    ];
    let first = environment.feed("append --json --file -", lines(&batch).as_bytes());
    let first = first.json_lines();
    let head = environment.head();
    // The same claims, with their fields in another order and a field that
    // says what is the default.
    let again = "{\"data\":{\"text\":\"It pays.\"},\"source\":{\"name\":\"paper\"},\
                 \"certainty\":\"asserted\",\"confirmation\":\"unstated\",\"level\":\"fact\",\
                 \"published\":\"2025-12-23\",\"kind\":\"statement\",\"company\":\"alibaba\"}\r\n";
    let again = environment.feed("append --json --file -", again.as_bytes());
    let again = again.json();
    assert_eq!(again["state"], "known");
    assert_eq!(again["id"], first[1]["id"]);
    assert_eq!(environment.head(), head);
    // Version 5, made of the content.
    assert_eq!(&again["id"].as_str().unwrap()[14..15], "5");
}

#[test]
fn the_same_line_twice_in_a_file_is_one_event() {
    let environment = Environment::new();
    let said = statement("alibaba", "2025-12-23", "It pays.");
    let batch = lines(&[company("alibaba"), said.clone(), said]);
    let run = environment.feed("append --quiet --file -", batch.as_bytes());
    assert!(run.stderr.contains("2 new, 1 known"), "{}", run.stderr);
    assert_eq!(environment.head()["position"], 2);
}

#[test]
fn what_surrounds_the_lines_does_no_harm() {
    let environment = Environment::new();
    let declared = company("alibaba");
    let said = statement("alibaba", "2025-12-23", "It pays.");
    let text = format!("\u{feff}{declared}\r\n\r\n  {said}  ");
    environment.feed("append --file -", text.as_bytes()).done();
    assert_eq!(environment.head()["position"], 2);
}

#[test]
fn a_dry_run_checks_and_appends_nothing() {
    let environment = Environment::with_sample();
    let files = environment.settled_files();
    let line = lines(&[talks("alibaba", "2026-02-01", "agreed")]);
    let run = environment.feed("append --dry-run --file -", line.as_bytes());
    assert!(run.done().stderr.contains("1 new"));
    let wrong = line.replace("\"stage\"", "\"stge\"");
    environment
        .feed("append --dry-run --file -", wrong.as_bytes())
        .refused(1, &["1 of 1", "data.stge"]);
    let typed = format!("annals append statement alibaba --text Dry. {CLAIM} --dry-run");
    environment.shell(&typed).done();
    environment
        .type_in("retract a1000001 --fault record --reason dry --dry-run")
        .done();
    environment
        .type_in("correct a1000001 --fault record --reason dry --set data.stage=agreed --dry-run")
        .done();
    environment.assert_files(&files, "a dry run");
    assert_eq!(environment.head()["position"], 38);
}

#[test]
fn a_dry_run_makes_no_store() {
    let environment = Environment::new();
    let typed = format!("append --dry-run --file {}", sample());
    environment.type_in(&typed).done();
    assert!(!environment.store().exists());
}

#[test]
fn a_new_company_is_declared_with_the_earliest_of_its_batch() {
    let environment = Environment::new();
    let batch = [
        statement("acme", "2025-12-23", "Later."),
        statement("acme", "2025-12-20", "Earlier."),
    ];
    let batch = lines(&batch);
    environment
        .feed("append --file -", batch.as_bytes())
        .refused(1, &["2 of 2", "no company \"acme\""]);
    environment
        .feed("append --new-company --file -", batch.as_bytes())
        .done();
    let log = environment.type_in("log acme --json").json_lines();
    let told: Vec<_> = log
        .iter()
        .map(|event| json!([event["version"], event["kind"], event["published"]]))
        .collect();
    let expect = [
        json!([1, "company", "2025-12-20"]),
        json!([2, "statement", "2025-12-23"]),
        json!([3, "statement", "2025-12-20"]),
    ];
    assert_eq!(told, expect);
    // A company that is there is not declared again.
    let more = lines(&[statement("acme", "2025-12-24", "Last.")]);
    environment
        .feed("append --new-company --file -", more.as_bytes())
        .done();
    assert_eq!(environment.head()["position"], 4);
}

#[test]
fn a_new_company_may_be_meant_by_an_identifier() {
    let environment = Environment::new();
    let batch = [
        statement("cik:93410", "2025-12-23", "Later."),
        statement("CIK:0000093410", "2025-12-20", "Earlier."),
        statement("ticker:XNYS:ACME", "2025-12-21", "Another."),
    ];
    environment
        .feed("append --new-company --file -", lines(&batch).as_bytes())
        .done();
    let log = environment.type_in("log --json").json_lines();
    let of = |event: &Value| json!([event["company"], event["kind"], event["published"]]);
    let expect = [
        json!(["cik-0000093410", "company", "2025-12-20"]),
        json!(["cik-0000093410", "statement", "2025-12-23"]),
        json!(["cik-0000093410", "statement", "2025-12-20"]),
        json!(["ticker-xnys-acme", "company", "2025-12-20"]),
        json!(["ticker-xnys-acme", "statement", "2025-12-21"]),
    ];
    assert_eq!(log.iter().map(of).collect::<Vec<_>>(), expect);
    let answer = environment.at("2025-12-23 cik:93410");
    let identifiers = &answer["company"]["identifiers"];
    assert_eq!(identifiers[0]["value"], "0000093410");
    assert_eq!(answer["company"]["name"], Value::Null);
    let checked = environment.type_in("check cik:93410 --json").json_lines();
    let zones = checked
        .iter()
        .filter(|it| it["check"] == "published-without-zone");
    assert!(
        zones.count() <= 1,
        "of what was published, and not of the declaration"
    );
    // One that somebody had on other days is not another's.
    let mut declared = company("globex");
    declared["data"]["identifiers"] =
        json!([{"scheme": "ticker", "value": "XNYS:GLX", "from": "2020", "to": "2021"}]);
    environment.append(&[declared]);
    let late = lines(&[statement("ticker:XNYS:GLX", "2025-12-23", "Hm.")]);
    environment
        .feed("append --new-company --file -", late.as_bytes())
        .refused(1, &["globex's from 2020 until 2021"]);
    // Also where the batch itself says so; and a symbol without a market is anybody's.
    let mut declared = company("initech");
    declared["data"]["identifiers"] =
        json!([{"scheme": "ticker", "value": "XNYS:INI", "from": "2020", "to": "2021"}]);
    let batch = [
        declared,
        statement("ticker:XNYS:INI", "2025-12-23", "Hm."),
        statement("ticker:INT", "2025-12-23", "Hm."),
    ];
    let run = environment.feed("append --new-company --file -", lines(&batch).as_bytes());
    run.refused(
        1,
        &[
            "initech's from 2020 until 2021",
            "no company \"ticker:INT\"",
        ],
    );
    assert!(
        !run.stderr.contains("or add --new-company"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_batch_may_use_an_identifier_that_it_declares() {
    let environment = Environment::new();
    let mut declared = company("acme");
    declared["data"]["identifiers"] = json!([
        {"scheme": "ticker", "value": "XNYS:ACME", "from": "2020-01-01"}
    ]);
    let batch = [declared, statement("ticker:XNYS:ACME", "2025-12-23", "Hm.")];
    environment.append(&batch);
    let log = environment.type_in("log --json").json_lines();
    assert_eq!(log[1]["company"], "acme");
    let early = lines(&[statement("ticker:XNYS:ACME", "2019-12-31", "Hm.")]);
    environment
        .feed("append --file -", early.as_bytes())
        .refused(1, &["ticker:XNYS:ACME"]);
}

#[test]
fn an_expected_version_is_held() {
    let environment = Environment::with_sample();
    let line = |text: &str| lines(&[statement("amd", "2025-12-23", text)]);
    let expecting = |version: &str, line: &str| {
        let typed = format!("append --quiet --expect-version {version} --file -");
        environment.feed(&typed, line.as_bytes())
    };
    for (version, code) in [
        ("none", 4),
        ("0", 4),
        ("2", 4),
        ("36", 4),
        ("1", 0),
        ("1", 4),
        ("2", 0),
        ("any", 0),
    ] {
        let head = environment.head();
        let run = expecting(version, &line(&format!("At {head}.")));
        assert_eq!(run.code, Some(code), "{version}: {}", run.stderr);
        if code == 4 {
            run.refused(4, &["amd", "version"]);
            assert_eq!(environment.head(), head, "{version}");
        }
    }
    expecting("none", &lines(&[company("acme")])).done();
    expecting("x", &line("Never.")).refused(2, &["\"x\""]);
    let two = line("One.") + &lines(&[statement("nvidia", "2025-12-23", "Two.")]);
    expecting("4", &two).refused(2, &["2"]);
    // What is known already is known whatever the version is.
    let known = expecting("any", &line("Known.")).done();
    assert!(known.stderr.contains("1 new"), "{}", known.stderr);
    let known = expecting("1", &line("Known.")).done();
    assert!(known.stderr.contains("0 new, 1 known"), "{}", known.stderr);
}

#[test]
fn an_id_that_another_event_has_is_refused_with_what_to_do() {
    let environment = Environment::with_sample();
    let mut other = statement("alibaba", "2025-12-23", "Another.");
    other["id"] = json!("a1000001-0000-4000-8000-000000000001");
    let more = (0..100).map(|number| statement("amd", "2025-12-23", &format!("{number}.")));
    let many: Vec<Value> = [other.clone()].into_iter().chain(more).collect();
    for events in [vec![other], many] {
        let head = environment.head();
        let run = environment.feed("append --file -", lines(&events).as_bytes());
        run.refused(4, &["a1000001", "position 5", "annals correct ID"]);
        assert_eq!(environment.head(), head);
    }
}

#[test]
fn a_correction_holds_its_expected_version_too() {
    let environment = Environment::with_sample();
    let typed = "retract a1000001 --fault record --reason typo --expect-version";
    environment
        .type_in(&format!("{typed} 35"))
        .refused(4, &["alibaba", "36"]);
    environment.type_in(&format!("{typed} 36")).done();
}

#[test]
fn every_bad_line_is_told_and_none_is_appended() {
    let environment = Environment::with_sample();
    let files = environment.settled_files();
    let head = environment.head();
    let mut batch: Vec<String> = (0..10)
        .map(|number| lines(&[statement("alibaba", "2025-12-23", &format!("No. {number}"))]))
        .collect();
    batch[1] = batch[1].replace("\"text\"", "\"txt\"");
    batch[4] = batch[4].replace("2025-12-23", "2025-02-30");
    batch[9] = "{\"company\":\n".to_owned();
    let path = environment.write("batch.jsonl", batch.concat());
    environment.run(["append", "--file", &path]).refused(
        1,
        &[
            "3 of 10",
            &format!("{path}:2"),
            "txt",
            &format!("{path}:5"),
            "2025-02-30",
            &format!("{path}:10"),
            "nothing was appended",
        ],
    );
    environment.assert_files(&files, "a batch with bad lines");
    assert_eq!(environment.head(), head);
}

#[test]
fn what_is_given_to_no_command_is_usage() {
    let environment = Environment::new();
    environment
        .type_in("append")
        .refused(2, &["nothing to append", "--file"]);
    assert!(!environment.store().exists());
}

#[test]
fn a_quantity_keeps_its_hedge_and_with_whom_it_is_shared() {
    let environment = Environment::new();
    environment.append(&[company("acme")]);
    let quantity = |text: &str, thread: &str| {
        let typed = [
            "append",
            "chip-interest",
            "acme",
            "--vendor",
            "AMD",
            "--product",
            thread,
            "--quantity",
            text,
            "--published",
            "2026-01-02",
            "--certainty",
            "reported",
            "--source-name",
            "s",
        ];
        environment.run(typed).done();
        let answer = environment.at("2026-01-03 acme");
        let chips = answer["chips"].as_array().unwrap();
        let found = chips.iter().find(|it| it["product"] == thread).unwrap();
        let quantity = &found["quantity"];
        json!([
            quantity["hedge"],
            quantity["min"],
            quantity["max"],
            quantity["unit"],
            quantity["shared_with"]
        ])
    };
    assert_eq!(
        quantity("over 400,000 shared with ByteDance, Tencent", "a"),
        json!(["over", 400_000, null, "units", ["ByteDance", "Tencent"]])
    );
    assert_eq!(
        quantity("said to be 40000..50000 wafers", "b"),
        json!(["said to be", 40_000, 50_000, "wafers", []])
    );
    assert_eq!(
        quantity("up to 10", "c"),
        json!(["up to", null, 10, "units", []])
    );
    for (hedge, min, max) in [
        ("said to be over", Some(5), None),
        ("Over", Some(5), None),
        ("no more than", None, Some(5)),
        ("No  more than", None, Some(5)),
        ("not fewer than", Some(5), None),
        ("reportedly not up to", Some(5), None),
        ("no longer over", Some(5), Some(5)),
        ("takeover of", Some(5), Some(5)),
    ] {
        let told = quantity(&format!("{hedge} 5"), &hedge.to_lowercase());
        assert_eq!(told, json!([hedge, min, max, "units", []]), "{hedge}");
    }
}

#[test]
fn of_many_unknown_kinds_the_first_are_told() {
    let environment = Environment::with_sample();
    let of_kind = |at: usize| {
        let mut event = statement("alibaba", "2025-12-23", "As it is.");
        event["kind"] = json!(format!("kind_{at:03}"));
        event
    };
    let events: Vec<Value> = (0..150).map(of_kind).collect();
    let run = environment
        .feed("append --file -", lines(&events).as_bytes())
        .done();
    let notes: Vec<&str> = run
        .stderr
        .lines()
        .filter(|line| line.starts_with("note"))
        .collect();
    assert_eq!(notes.len(), 101);
    assert!(
        notes[100].contains("more kinds are not known"),
        "{}",
        notes[100]
    );
}
