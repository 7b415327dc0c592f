//! A reader that has read enough.

use std::io::{BufRead, BufReader};

use crate::environment::{Environment, company, statement};

/// More than a pipe holds, so that the command is still writing when the
/// reader goes.
fn much() -> Environment {
    let environment = Environment::new();
    let mut events = vec![company("acme")];
    let text = "x".repeat(500);
    events.extend(
        (0..1_500).map(|number| statement("acme", "2025-12-23", &format!("{number} {text}"))),
    );
    let lines = crate::environment::lines(&events);
    environment
        .feed("append --quiet --file -", lines.as_bytes())
        .done();
    environment
}

#[test]
fn a_reader_that_goes_is_no_error() {
    let environment = much();
    for typed in [
        "log --json",
        "log",
        "at 2025-12-23 acme --json",
        "at 2025-12-23 --all --json",
        "export acme --format json",
        "export --all --format json",
        "export --all --format jsonl",
    ] {
        let mut child = environment.command(typed.split(' ')).spawn().unwrap();
        let mut stdout = BufReader::with_capacity(64, child.stdout.take().unwrap());
        let mut first = String::new();
        stdout.read_line(&mut first).unwrap();
        assert!(!first.is_empty(), "{typed}");
        drop(stdout);
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{typed}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{typed}");
    }
}

#[test]
fn an_append_whose_reader_goes_is_in_the_store() {
    let environment = Environment::new();
    let mut events = vec![company("acme")];
    events.extend((0..2_000).map(|number| statement("acme", "2025-12-23", &format!("{number}"))));
    let file = environment.write("many.jsonl", crate::environment::lines(&events));
    let mut child = environment
        .command(["append", "--file", &file])
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert_eq!(environment.head()["position"], 2_001);
}
