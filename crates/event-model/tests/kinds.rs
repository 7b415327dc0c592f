//! The descriptions of the kinds hold together: examples, checks and schemas.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::too_many_lines,
    reason = "a test that cannot go on fails, and a table of cases is as long as it is"
)]

use event_model::draft::{Draft, Referent};
use event_model::event::Event;
use event_model::kinds::{KIND_DECLARATION, KINDS};
use event_model::own_kinds::{self, Kinds};
use event_model::problem::Defect;
use event_model::schema;
use event_model::time::{Instant, Published, Zone};
use serde_json::{Value, json};

fn now() -> Instant {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

/// The event that one of a kind refers to.
fn target_of(kind: &str) -> Option<Referent> {
    let target = match kind {
        "redaction" => "redacted",
        _ => "statement",
    };
    Some(Referent {
        company: "alibaba".parse().unwrap(),
        kind: target.into(),
        thread: "some-thread".into(),
        published: Published::parse("2025-12-01", Zone::UTC).unwrap(),
    })
}

fn finish(value: &Value) -> Result<Event, Vec<String>> {
    finish_of(&Kinds::default(), value)
}

fn finish_of(kinds: &Kinds, value: &Value) -> Result<Event, Vec<String>> {
    let told = |problem: &event_model::problem::Problem| problem.to_string();
    let of_alibaba = || "alibaba".parse().unwrap();
    let company = value["company"].as_str().and_then(|slug| slug.parse().ok());
    let company = company.unwrap_or_else(of_alibaba);
    let kind = value["kind"].as_str().unwrap_or_default();
    Draft::read(value)
        .of_kinds(kinds)
        .finish(Ok(company), |_| target_of(kind), now())
        .map_err(|problems| problems.iter().map(told).collect())
}

fn example(kind: &event_model::kind::Kind) -> Value {
    let data: Value = serde_json::from_str(kind.example).unwrap();
    let mut event = json!({
        "company": "alibaba", "kind": kind.name, "published": "2025-12-23",
        "certainty": "asserted", "source": {"name": "paper"}, "data": data,
    });
    match kind.name {
        "retraction" => event["fault"] = json!("record"),
        "kind_declaration" => event["company"] = json!("annals"),
        _ => {}
    }
    event
}

fn base(changes: &Value) -> Value {
    let mut event = json!({
        "company": "alibaba", "kind": "chip_interest", "published": "2025-12-23",
        "certainty": "reported", "source": {"name": "paper"},
        "data": {"vendor": "AMD", "product": "MI308", "stage": "negotiating"},
    });
    for (name, value) in changes.as_object().unwrap() {
        event[name] = value.clone();
    }
    event
}

#[test]
fn every_example_is_valid_by_check_and_by_schema() {
    for kind in KINDS {
        let event = example(kind);
        finish(&event).unwrap_or_else(|problems| panic!("{}: {problems:?}", kind.name));
        let validator = jsonschema::validator_for(&schema::of_event(kind)).unwrap();
        let errors: Vec<String> = validator
            .iter_errors(&event)
            .map(|error| error.to_string())
            .collect();
        assert!(errors.is_empty(), "{}: {errors:?}", kind.name);
    }
}

#[test]
fn a_field_that_a_kind_does_not_have_is_refused_by_check_and_by_schema() {
    for kind in KINDS {
        let mut event = example(kind);
        event["data"]["colour"] = json!("blue");
        let problems = finish(&event).unwrap_err();
        assert!(
            problems[0].starts_with("data.colour: no such field"),
            "{problems:?}"
        );
        let validator = jsonschema::validator_for(&schema::of_event(kind)).unwrap();
        assert!(!validator.is_valid(&event), "{}", kind.name);
    }
}

#[test]
fn what_several_fields_decide_together_is_held_by_check_and_by_schema() {
    let kind = |name: &str| KINDS.iter().find(|kind| kind.name == name).unwrap();
    let chips = |data: Value| base(&json!({"data": data}));
    let thread = json!("amd");
    let mut named = chips(json!({"vendor": "AMD", "stage": "ordered"}));
    named["thread"] = thread;
    let mut retraction = example(kind("retraction"));
    retraction.as_object_mut().unwrap().remove("fault");
    let target = "00000000-0000-4000-8000-000000000001";
    let quantity = |quantity: Value| {
        let data =
            json!({"vendor": "AMD", "product": "X", "stage": "ordered", "quantity": quantity});
        chips(data)
    };
    for (event, holds) in [
        (chips(json!({"vendor": "AMD", "stage": "ordered"})), false),
        (named, true),
        (retraction, false),
        (base(&json!({"supersedes": target})), false),
        (
            base(&json!({"supersedes": target, "fault": "source"})),
            true,
        ),
        (quantity(json!({"unit": "wafers"})), false),
        (quantity(json!({"hedge": "some", "unit": "wafers"})), true),
        (quantity(json!({"max": 5})), true),
    ] {
        let schema = schema::of_event(kind(event["kind"].as_str().unwrap()));
        let validator = jsonschema::validator_for(&schema).unwrap();
        assert_eq!(finish(&event).is_ok(), holds, "{event}");
        assert_eq!(validator.is_valid(&event), holds, "{event}");
    }
}

/// By check and by schema, only a correction of our own error may leave it out.
#[test]
fn published_must_be_there_but_in_a_correction_of_our_own_error() {
    let target = "00000000-0000-4000-8000-000000000001";
    let statement = |changes: Value| {
        let mut event = base(&json!({"kind": "statement", "data": {"text": "otherwise"}}));
        for (name, value) in changes.as_object().unwrap() {
            event[name] = value.clone();
        }
        event
    };
    let retraction = |fault: &str| {
        json!({
            "company": "alibaba", "kind": "retraction", "fault": fault,
            "published": "2025-12-23", "certainty": "asserted",
            "source": {"name": "paper"}, "data": {"target": target},
        })
    };
    for (mut event, may_be_missing) in [
        (statement(json!({})), false),
        (
            statement(json!({"supersedes": target, "fault": "source"})),
            false,
        ),
        (
            statement(json!({"supersedes": target, "fault": "record"})),
            true,
        ),
        (retraction("source"), false),
        (retraction("record"), true),
    ] {
        let kind = event["kind"].as_str().unwrap();
        let kind = KINDS.iter().find(|known| known.name == kind).unwrap();
        let validator = jsonschema::validator_for(&schema::of_event(kind)).unwrap();
        let is_fine = |event: &Value| [finish(event).is_ok(), validator.is_valid(event)];
        assert_eq!(is_fine(&event), [true, true], "{event}");
        event.as_object_mut().unwrap().remove("published");
        assert_eq!(is_fine(&event), [may_be_missing; 2], "{event}");
    }
}

#[test]
fn an_event_reads_back_as_it_was_written() {
    for kind in KINDS {
        let event = finish(&example(kind)).unwrap();
        let again = Event::from_stored(1, event.to_json().as_bytes()).unwrap();
        assert_eq!(event, again, "{}", kind.name);
        assert_eq!(event.to_json(), again.to_json());
        assert!(Event::from_stored(2, event.to_json().as_bytes()).is_err());
    }
}

#[test]
fn the_id_is_made_of_the_content() {
    let id = |value: &Value| finish(value).unwrap().id;
    let plain = id(&base(&json!({})));
    assert_eq!(
        plain,
        id(&base(&json!({"level": "fact", "confirmation": "unstated"})))
    );
    assert_eq!(plain, id(&base(&json!({"thread": "amd-mi308"}))));
    assert_ne!(plain, id(&base(&json!({"certainty": "official"}))));
}

#[test]
fn threads_are_named_by_the_natural_key() {
    let thread = |value: &Value| finish(value).unwrap().thread.to_string();
    assert_eq!(thread(&base(&json!({}))), "amd-mi308");
    let date = json!({"kind": "earnings_date", "data": {"period": "FY2026-Q3", "date": "2026-02"}});
    assert_eq!(thread(&base(&date)), "fy2026-q3");
    let chinese = json!({"kind": "product", "data": {"product": "通义 千问"}});
    assert_eq!(thread(&base(&chinese)), "通义-千问");
    let correction = json!({
        "kind": "statement", "data": {"text": "otherwise"}, "fault": "record",
        "supersedes": "00000000-0000-4000-8000-000000000001",
    });
    assert_eq!(thread(&base(&correction)), "some-thread");
}

/// The name of a thread stays when the content goes.
#[test]
fn the_thread_of_an_event_with_an_id_tells_nothing_of_what_it_says() {
    let event = |id: Option<&str>, text: &str| {
        let mut event = base(&json!({"kind": "statement", "data": {"text": text}}));
        event["id"] = json!(id);
        finish(&event).unwrap()
    };
    let [one, two] = [1, 2].map(|it| format!("00000000-0000-4000-8000-00000000000{it}"));
    let well = event(Some(&one), "well");
    assert_eq!(well.thread, event(Some(&one), "ill").thread);
    assert_ne!(well.thread, event(Some(&two), "well").thread);
    assert!(!well.has_content_thread() && !well.has_content_id());
    let without = event(None, "well");
    assert_ne!(without.thread, event(None, "ill").thread);
    assert!(without.has_content_thread() && without.has_content_id());
}

/// What is wrong with these, each in the words that a person reads.
#[test]
fn what_does_not_hold_is_named_with_its_place() {
    let cases = [
        (json!({"occurred": "2025-02-30"}), "occurred: "),
        (
            json!({"occurred": "2025-12-24"}),
            "occurred: begins on 2025-12-24, after its publication",
        ),
        (
            json!({"occurred": "2026-02"}),
            "occurred: begins on 2026-02-01, after its publication",
        ),
        (
            json!({"published": "2026-11-25"}),
            "published: 2026-11-25 lies more than a day ahead",
        ),
        (json!({"published": "yesterday"}), "published: "),
        (json!({"published": null}), "published: is missing"),
        (
            json!({"certainty": "certain"}),
            "certainty: \"certain\" is not one of rumour, reported",
        ),
        (json!({"source": {}}), "source: is empty"),
        (json!({"source": {"name": null}}), "source.name: is missing"),
        (
            json!({"kind": "company", "data": {"identifiers": [{"scheme": "cik", "value": null}]}}),
            "data.identifiers[0].value: is missing",
        ),
        (
            json!({"kind": "company", "data": {"identifiers": [{"scheme": null, "value": "7"}]}}),
            "data.identifiers[0].scheme: is missing",
        ),
        (
            json!({"kind": "filing", "data": {"form": "8-K", "accession": "a", "items": [{"code": null, "type": "t"}]}}),
            "data.items[0].code: is missing",
        ),
        (
            json!({"data": {"vendor": "A", "product": "B", "quantity": {"min": "40k"}}}),
            "data.quantity.min: must be a number, and is a text (\"40k\")",
        ),
        (
            json!({"source": {"nme": "x"}}),
            "source.nme: no such field; did you mean name?",
        ),
        (
            json!({"soruce": 1}),
            "soruce: no such field; did you mean source?",
        ),
        (
            json!({"position": 4}),
            "position: is given by the log alone",
        ),
        (json!({"fault": "record"}), "fault: stands only with"),
        (
            json!({"supersedes": "00000000-0000-4000-8000-000000000001"}),
            "fault: is missing; say",
        ),
        (
            json!({"kind": "Chips"}),
            "kind: \"Chips\" is not the name of a kind",
        ),
        (
            json!({"data": {"stage": "agreed"}}),
            "thread: is needed here, since data has no vendor and no product",
        ),
        (json!({"data": {}, "thread": "t"}), "data: states nothing"),
        (
            json!({"data": {"vendor": "A", "product": "B", "stage": "negotiated"}}),
            "data.stage: \"negotiated\" is not one of",
        ),
        (
            json!({"data": {"vendor": "A", "product": "B", "quantity": {"min": 5, "max": 4}}}),
            "data.quantity: min 5 is above max 4",
        ),
        (
            json!({"data": {"vendor": "A", "product": "B", "quantity": {"min": -5}}}),
            "data.quantity.min: -5 is negative",
        ),
        (
            json!({"data": {"vendor": "A", "product": "B", "quantity": {"min": "5"}}}),
            "data.quantity.min: must be a number",
        ),
        (
            json!({"data": {"vendor": "A", "product": "B", "value": {"min": "5"}}}),
            "data.value: has an amount and no currency",
        ),
        (
            json!({"data": {"vendor": "A", "product": "B", "value": {"min": "5", "currency": "EURO"}}}),
            "data.value.currency: \"EURO\" is not a currency code",
        ),
        (
            json!({"kind": "company", "data": {"identifiers": [{"scheme": "lei", "value": "5493001NTNQJDH60PM03"}]}}),
            "data.identifiers[0].value: ",
        ),
        (
            json!({"kind": "company", "data": {"fiscal_year_end": "02-30"}}),
            "data.fiscal_year_end: ",
        ),
    ];
    for (changes, expected) in cases {
        let problems = finish(&base(&changes)).unwrap_err();
        assert!(
            problems.iter().any(|problem| problem.starts_with(expected)),
            "{changes} gave {problems:?}"
        );
    }
}

#[test]
fn a_part_that_is_null_is_not_there() {
    let with = |quantity: Value, value: Value| {
        let data = json!({"vendor": "A", "product": "B", "quantity": quantity, "value": value});
        finish(&base(&json!({"data": data}))).unwrap()
    };
    let bare = with(json!({"min": 5}), json!({"value": "7", "currency": "EUR"}));
    let null = with(
        json!({"min": 5, "max": null, "hedge": null}),
        json!({"value": "7", "currency": "EUR", "hedge": null}),
    );
    assert_eq!(null, bare);
}

#[test]
fn all_problems_are_told_at_once() {
    let value = json!({
        "company": "Ali Baba", "kind": "chip_interest", "occurred": "2025-13", "published": "x",
        "certainty": "sure", "colour": 1, "data": {"vendor": 3, "stage": "sold"},
    });
    let problems = finish(&value).unwrap_err();
    for path in [
        "company",
        "occurred",
        "published",
        "certainty",
        "colour",
        "source.name",
        "data.vendor",
        "data.stage",
    ] {
        let named = problems
            .iter()
            .any(|problem| problem.starts_with(&format!("{path}: ")));
        assert!(named, "{path} in {problems:?}");
    }
}

#[test]
fn an_event_is_as_large_as_it_may_be_and_no_larger() {
    let of = |length: usize| {
        base(&json!({"kind": "weather", "data": {"text": "x".repeat(length)}, "thread": "t"}))
    };
    assert!(finish(&of(24_000)).is_ok());
    let problems = finish(&of(25_000)).unwrap_err();
    assert!(
        problems[0].contains("bytes; the most is 24576"),
        "{problems:?}"
    );
}

#[test]
fn an_unknown_company_is_told_with_the_rest() {
    let defect = Defect::UnknownCompany {
        key: "alibab".to_owned(),
        near: vec!["alibaba".to_owned()],
        held: Vec::new(),
    };
    let draft = Draft::read(&base(
        &json!({"company": "alibab", "occurred": "2025-02-30"}),
    ));
    let problems = draft
        .finish(Err(defect), |_| target_of("statement"), now())
        .unwrap_err();
    assert_eq!(problems.len(), 2);
    assert!(problems[1].to_string().contains("did you mean alibaba?"));
}

#[test]
fn an_event_of_a_declared_kind_is_checked_and_finds_its_thread() {
    let declaration = KINDS.iter().find(|kind| kind.name == KIND_DECLARATION);
    let declaration = finish(&example(declaration.unwrap())).unwrap();
    let kind = own_kinds::declared(&declaration.data).unwrap();
    let mut kinds = Kinds::default();
    kinds.add(kind);
    let grant = |data| base(&json!({"kind": "patent_grant", "data": data}));
    let right = finish_of(&kinds, &grant(json!({"number": "US 12345", "claims": 12}))).unwrap();
    assert_eq!(right.thread, "us-12345");
    let wrong = grant(json!({"number": 12345}));
    let problems = finish_of(&kinds, &wrong).unwrap_err();
    assert!(
        problems[0].starts_with("data.number: does not fit the schema of its kind"),
        "{problems:?}"
    );
    // Where nobody has declared it, it is kept as it is.
    assert!(finish(&wrong).is_ok());
    let validator = jsonschema::validator_for(&schema::of_event(kind)).unwrap();
    assert!(validator.is_valid(&grant(json!({"number": "US 12345"}))));
    assert!(!validator.is_valid(&wrong));
}

#[test]
fn declarations_of_kinds_have_a_stream_of_their_own() {
    let claim = base(&json!({"company": "annals"}));
    assert!(finish(&claim).unwrap_err()[0].starts_with("company: is reserved"));
    let link = json!({"kind": "thread_link", "data": {"of": "merger", "from": "a", "into": "a"}});
    assert_eq!(
        finish(&base(&link)).unwrap_err(),
        ["data.into: is the same thread"]
    );
}
