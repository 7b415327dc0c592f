//! What is refused: with which exit code, in which words, and without a trace.

use std::io::{BufRead, BufReader};

use serde_json::{Value, json};

use crate::environment::{Environment, Run, company, lines, statement, talks};

/// A line that is at fault, and what is said of it.
struct Line {
    name: &'static str,
    line: Vec<u8>,
    code: i32,
    words: &'static [&'static str],
}

fn line(name: &'static str, event: &Value, words: &'static [&'static str]) -> Line {
    Line {
        name,
        line: lines(std::slice::from_ref(event)).into_bytes(),
        code: 1,
        words,
    }
}

/// Talks that would be taken, but for one field that is set anew.
fn but(path: &str, value: Value) -> Value {
    let mut event = talks("alibaba", "2025-12-23", "agreed");
    *event.pointer_mut(path.rsplit_once('/').unwrap().0).unwrap() = {
        let (parent, name) = path.rsplit_once('/').unwrap();
        let mut parent = event.pointer(parent).unwrap().clone();
        parent[name] = value;
        parent
    };
    event
}

fn identified(scheme: &str, value: &str) -> Value {
    let mut event = company("acme");
    event["data"]["identifiers"] = json!([{"scheme": scheme, "value": value}]);
    event
}

/// A claim that strikes another one.
fn striking(id: &str, fault: Option<&str>) -> Value {
    let mut event = talks("alibaba", "2025-12-28", "agreed");
    event["supersedes"] = json!(id);
    if let Some(fault) = fault {
        event["fault"] = json!(fault);
    }
    event
}

fn retracting(target: &str, fault: Option<&str>) -> Value {
    let mut event = striking(target, fault);
    event.as_object_mut().unwrap().remove("supersedes");
    event["kind"] = json!("retraction");
    event["data"] = json!({"target": target});
    event
}

const AMD: &str = "c1000003-0000-4000-8000-000000000003";
const TALKS: &str = "a1000001-0000-4000-8000-000000000001";
const RETRACTION: &str = "b1000005-0000-4000-8000-000000000005";
const NOBODY: &str = "b1000005-0000-4000-8000-0000000000ff";

fn fields_at_fault() -> Vec<Line> {
    vec![
        line(
            "an unknown field",
            &but("/data/stge", json!("agreed")),
            &["data.stge", "stage"],
        ),
        line(
            "an unknown field of the envelope",
            &but("/publisht", json!("x")),
            &["publisht"],
        ),
        line(
            "no such day",
            &but("/published", json!("2025-02-30")),
            &["published", "2025-02-30"],
        ),
        line(
            "no such day in EDTF",
            &but("/occurred", json!("2025-02-30")),
            &["occurred"],
        ),
        line(
            "not EDTF",
            &but("/occurred", json!("last week")),
            &["occurred", "last week"],
        ),
        line(
            "occurred after published",
            &but("/occurred", json!("2026-01-05")),
            &["occurred", "2026-01-05", "2025-12-23"],
        ),
        line(
            "more at least than at most",
            &but("/data/quantity", json!({"min": 5, "max": 3})),
            &["data.quantity", "min 5", "max 3"],
        ),
        line(
            "an unknown stage",
            &but("/data/stage", json!("agred")),
            &["data.stage", "agreed"],
        ),
        line(
            "an unknown certainty",
            &but("/certainty", json!("sure")),
            &["certainty", "rumour"],
        ),
    ]
}

fn values_at_fault() -> Vec<Line> {
    vec![
        line(
            "no source",
            &but("/source", json!(null)),
            &["source", "missing"],
        ),
        line(
            "a number for a text",
            &but("/data/vendor", json!(5)),
            &["data.vendor"],
        ),
        line(
            "an empty text",
            &but("/data/vendor", json!("")),
            &["data.vendor", "empty"],
        ),
        line(
            "an id that is none",
            &but("/id", json!("17")),
            &["id", "17", "UUID"],
        ),
        line(
            "a position",
            &but("/position", json!(3)),
            &["position", "log alone"],
        ),
        line(
            "a version",
            &but("/version", json!(3)),
            &["version", "log alone"],
        ),
        line(
            "a recording",
            &but("/recorded", json!("2025-12-24")),
            &["recorded", "log alone"],
        ),
        line(
            "published in days to come",
            &but("/published", json!("2026-11-25")),
            &["published", "2026-11-25", "2026-11-23T12:00:00Z"],
        ),
        line(
            "published just too late",
            &but("/published", json!("2026-11-24T12:00:00.000001Z")),
            &["published", "ahead"],
        ),
        line("an array", &json!([1]), &[":1"]),
    ]
}

fn companies_at_fault() -> Vec<Line> {
    let mut large = talks("alibaba", "2025-12-23", "agreed");
    for field in ["purpose", "destination", "licence"] {
        large["data"][field] = json!("x".repeat(7_900));
    }
    large["data"]["quantity"] = json!({"min": 1, "unit": "u".repeat(2_000)});
    vec![
        line(
            "the check digits of an LEI",
            &identified("lei", "5493001NTNQJDH60PM03"),
            &["data.identifiers[0].value", "5493001NTNQJDH60PM03", "lei"],
        ),
        line(
            "the check digit of an ISIN",
            &identified("isin", "US01609W1028"),
            &["data.identifiers[0].value", "US01609W1028", "isin"],
        ),
        line(
            "a CIK of letters",
            &identified("cik", "12A4"),
            &["12A4", "cik"],
        ),
        line(
            "an unknown company",
            &talks("alibabba", "2025-12-23", "agreed"),
            &["company", "alibabba", "did you mean alibaba"],
        ),
        line(
            "a ticker before its span",
            &talks("ticker:XNYS:BABA", "2014-09-18", "agreed"),
            &["ticker:XNYS:BABA"],
        ),
        line("an event over 24 KiB", &large, &["24576"]),
    ]
}

fn corrections_at_fault() -> Vec<Line> {
    vec![
        line(
            "a correction without fault",
            &striking(TALKS, None),
            &["fault", "record", "source"],
        ),
        line(
            "a retraction without fault",
            &retracting(TALKS, None),
            &["fault", "record"],
        ),
        line(
            "a fault without correction",
            &but("/fault", json!("record")),
            &["fault"],
        ),
        line(
            "superseding a retraction",
            &striking(RETRACTION, Some("record")),
            &["supersedes", RETRACTION, "retract"],
        ),
        line(
            "a target that is not there",
            &striking(NOBODY, Some("source")),
            &[NOBODY],
        ),
        line(
            "retracting what is not there",
            &retracting(NOBODY, Some("source")),
            &[NOBODY],
        ),
        line(
            "a target of another company",
            &striking(AMD, Some("source")),
            &["supersedes", AMD, "amd"],
        ),
        line(
            "repeating what is not there",
            &but("/repeats", json!(NOBODY)),
            &["repeats", NOBODY],
        ),
        Line {
            code: 4,
            ..line(
                "an id that is another's",
                &but("/id", json!(TALKS)),
                &[TALKS, "position 5"],
            )
        },
    ]
}

fn bytes_at_fault() -> Vec<Line> {
    let whole = lines(&[talks("alibaba", "2025-12-23", "agreed")]);
    let raw = |name, line: Vec<u8>, words| Line {
        name,
        line,
        code: 1,
        words,
    };
    let long = whole.replace("MI308", &"x".repeat(2_000_000));
    let twice = whole.replace(
        "\"certainty\"",
        "\"published\":\"2025-12-22\",\"certainty\"",
    );
    vec![
        raw(
            "truncated JSON",
            whole.as_bytes()[..60].to_vec(),
            &["in.jsonl:1:60: "],
        ),
        raw("no JSON", b"hello\n".to_vec(), &[":1:1: "]),
        raw("a line of 2 MB", long.into_bytes(), &[":1", "262144"]),
        raw(
            "no UTF-8",
            b"{\"company\":\"\xff\"}\n".to_vec(),
            &[":1", "UTF-8"],
        ),
        raw("a field twice", twice.into_bytes(), &[":1", "published"]),
        raw("nothing", Vec::new(), &["no events"]),
        raw("blank lines", b"\n  \n\r\n".to_vec(), &["no events"]),
    ]
}

#[test]
fn a_line_at_fault_is_told_and_leaves_no_trace() {
    let environment = Environment::with_sample();
    let files = environment.settled_files();
    let head = environment.head();
    let at_fault = [
        fields_at_fault(),
        values_at_fault(),
        companies_at_fault(),
        corrections_at_fault(),
        bytes_at_fault(),
    ];
    for case in at_fault.into_iter().flatten() {
        let path = environment.write("in.jsonl", &case.line);
        let run = environment.run(["append", "--file", &path]);
        assert_eq!(run.code, Some(case.code), "{}: {}", case.name, run.stderr);
        run.refused(case.code, case.words);
        run.refused(case.code, &[&path]);
        environment.assert_files(&files, case.name);
    }
    assert_eq!(environment.head(), head);
    // The claim that all of these were made from is at no fault.
    environment.append(&[talks("alibaba", "2025-12-23", "agreed")]);
}

#[test]
fn lines_at_fault_are_told_in_their_order() {
    let environment = Environment::with_sample();
    let good = lines(&[talks("alibaba", "2025-12-23", "agreed")]);
    let unsure = lines(&[but("/certainty", json!("sure"))]);
    let file = [&*good, &unsure, "no JSON\n", &good, &unsure, "{oops\n"].concat();
    let path = environment.write("in.jsonl", file);
    let run = environment.run(["append", "--file", &path]);
    assert_eq!(run.code, Some(1));
    let told = run.stderr.lines().filter_map(|line| {
        let line = line.trim().strip_prefix(&path)?.strip_prefix(':')?;
        line.split(':').next()?.parse().ok()
    });
    assert_eq!(told.collect::<Vec<u64>>(), [2, 3, 5, 6], "{}", run.stderr);
}

#[test]
fn an_event_over_several_lines_is_told_to_be_one() {
    let environment = Environment::with_sample();
    let event = serde_json::to_string_pretty(&statement("alibaba", "2025-12-23", "x")).unwrap();
    let run = environment.feed("append --file -", event.as_bytes());
    run.refused(1, &["1:1: the text ends within an object", "jq -c"]);
}

#[test]
fn a_publication_within_a_day_of_the_clock_is_taken() {
    let environment = Environment::with_sample();
    environment.append(&[statement("alibaba", "2026-11-24T12:00:00Z", "Just so.")]);
}

/// A command line, its exit code, and words of its message.
type Typed = (&'static str, i32, &'static [&'static str]);

const QUESTIONS: &[Typed] = &[
    ("at 2025-02-30 alibaba", 2, &["2025-02-30"]),
    ("at someday alibaba", 2, &["someday", "last friday"]),
    ("at 2025-12-23T09:30 alibaba", 2, &["2025-12-23T09:30"]),
    ("at 2025-12-23 alibaba --on 2025-02-30", 2, &["2025-02-30"]),
    (
        "at 2025-12-23 alibaba --known 2025-02-30",
        2,
        &["2025-02-30"],
    ),
    ("at 2025-12-23 alibaba --zone Mars", 2, &["Mars"]),
    ("at 2025-12-23 alibaba --recorded 39", 2, &["39", "38"]),
    (
        "at 2025-12-23 alibaba --recorded 99999999999999999999",
        2,
        &["head", "38"],
    ),
    (
        "at 2025-12-23 alibaba --recorded 2026-11-24",
        2,
        &["2026-11-24", "future"],
    ),
    ("at 2025-12-23", 2, &["COMPANY"]),
    ("at 2025-12-23 alibaba --all", 2, &["--all"]),
    (
        "export alibaba --at 2025-12-23 --recorded 39",
        2,
        &["39", "38"],
    ),
    (
        "export alibaba --at 2025-12-23 --format xml",
        2,
        &["xml", "jsonl"],
    ),
    (
        "export alibabba --at 2025-12-23",
        3,
        &["alibabba", "alibaba"],
    ),
    (
        "export alibaba --at 2025-12-23 -o no/such/folder/a.json",
        7,
        &["no/such/folder/a.json"],
    ),
    ("log alibabba", 3, &["alibabba", "alibaba"]),
    ("log alibaba --recorded 39", 2, &["39", "38"]),
    ("diff 2025-12-23 2025-02-30 alibaba", 2, &["2025-02-30"]),
    ("show a1ffffff", 3, &["a1ffffff"]),
    (
        "show a1000001-0000-4000-8000-0000000000ff",
        3,
        &["0000000000ff"],
    ),
    ("show zebra", 3, &["zebra"]),
    ("show a100", 2, &["a100", "a1000001"]),
    ("schema chip_intrest", 3, &["chip_intrest", "chip_interest"]),
    (
        "retract a1ffffff --fault record --reason x",
        3,
        &["a1ffffff"],
    ),
    ("retract a1000001 --reason x", 2, &["--fault"]),
    (
        "retract a1000001 --fault mine --reason x",
        2,
        &["mine", "record", "source"],
    ),
    ("retract a1000001 --fault record", 2, &["--reason"]),
    (
        "correct a1ffffff --fault record --reason x --set data.stage=agreed",
        3,
        &["a1ffffff"],
    ),
    ("append chip-intrest alibaba", 2, &["chip-intrest"]),
    (
        "append --file no-such-file.jsonl",
        2,
        &["no-such-file.jsonl"],
    ),
    ("append --file home", 2, &["home", "directory"]),
    ("import edgar no-such-file.json", 2, &["no-such-file.json"]),
    ("import edgar empty.json", 1, &["empty.json"]),
    ("frobnicate", 2, &["frobnicate"]),
];

#[test]
fn a_command_that_cannot_be_answered_says_so() {
    let environment = Environment::with_sample();
    environment.write("empty.json", "");
    let files = environment.settled_files();
    for (typed, code, words) in QUESTIONS {
        environment.type_in(typed).refused(*code, words);
        environment.assert_files(&files, typed);
    }
}

#[test]
fn a_clock_that_cannot_be_read_is_usage() {
    let environment = Environment::with_sample();
    let mut command = environment.command(["stats"]);
    command.env("ANNALS_NOW", "noon");
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("ANNALS_NOW"));
}

#[test]
fn a_closed_standard_error_is_no_panic() {
    let environment = Environment::with_sample();
    let mut command = environment.command(["at", "2025-02-30", "alibaba"]);
    let mut child = command.spawn().unwrap();
    drop(child.stderr.take());
    let mut answer = String::new();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    stdout.read_line(&mut answer).unwrap();
    assert_eq!(answer, "");
    assert_eq!(child.wait().unwrap().code(), Some(2));
}

#[test]
fn an_answer_that_cannot_be_written_is_told() {
    let full = std::path::Path::new("/dev/full");
    if !full.exists() {
        return;
    }
    let environment = Environment::with_sample();
    let run: Run = environment.shell("annals log --json > /dev/full");
    run.refused(7, &["cannot write the output"]);
}

/// Who reads that it failed would do it again, and make another event.
#[test]
fn a_change_that_cannot_be_told_is_done_all_the_same() {
    let full = std::path::Path::new("/dev/full");
    if !full.exists() {
        return;
    }
    let environment = Environment::with_sample();
    let before = environment.head();
    let said = "append statement alibaba --text Hm. --published 2025-12-23 --certainty asserted \
                --source-name paper";
    let run: Run = environment.shell(&format!("annals {said} > /dev/full"));
    run.refused(7, &["it is done and stays so", "do not do it again"]);
    assert_ne!(environment.head(), before);
}

#[test]
fn no_output_goes_into_a_store() {
    let environment = Environment::with_sample();
    let before = environment.head();
    for file in ["FORMAT", "log/blocks", "journal/new"] {
        let path = environment.store().join(file);
        let export = format!("export alibaba -o {}", path.display());
        environment
            .type_in(&export)
            .refused(2, &["it is in a store"]);
    }
    assert_eq!(environment.head(), before);
    environment.type_in("verify").done();
}

#[test]
fn a_number_is_written_in_full() {
    let environment = Environment::with_sample();
    let rest = [
        "--published",
        "2025-12-23",
        "--certainty",
        "asserted",
        "--source-name",
        "paper",
    ];
    let chips = [
        "append",
        "chip-interest",
        "alibaba",
        "--vendor",
        "AMD",
        "--product",
        "X",
    ];
    let chips = [
        &chips[..],
        &["--stage", "ordered", "--quantity", "50 thousand units"],
    ]
    .concat();
    let guidance = [
        "append", "guidance", "alibaba", "--metric", "revenue", "--period", "FY2026",
    ];
    let guidance = [&guidance[..], &["--range", "1.2 million"]].concat();
    for typed in [chips, guidance] {
        let typed = [&typed[..], &rest[..]].concat();
        environment
            .run(typed)
            .refused(1, &["write the number in full"]);
    }
}
