//! `annals log --follow`: every event once, whoever appends it.

use std::io::{BufRead, BufReader, Read};
use std::process::Child;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};

use crate::environment::{Environment, company, large, lines, statement};

/// So long a line may take before a test fails instead of waiting for ever.
const PATIENCE: Duration = Duration::from_secs(60);

/// A process that follows the log. It is ended with the test.
struct Follower {
    child: Child,
    lines: Receiver<String>,
}

impl Follower {
    fn start(environment: &Environment, flags: &str) -> Self {
        let typed = format!("log --follow {flags}");
        let mut child = environment
            .command(typed.trim().split(' '))
            .spawn()
            .unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                // The test has ended.
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        Self { child, lines }
    }

    #[track_caller]
    fn line(&self) -> String {
        self.lines.recv_timeout(PATIENCE).unwrap()
    }

    #[track_caller]
    fn event(&self) -> Value {
        serde_json::from_str(&self.line()).unwrap()
    }

    /// Holds that these positions come next, in this order.
    #[track_caller]
    fn tells(&self, positions: impl IntoIterator<Item = u64>) {
        for position in positions {
            assert_eq!(self.event()["position"], position);
        }
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn said(slug: &str, text: &str) -> Value {
    statement(slug, "2025-12-23", text)
}

#[test]
fn what_is_there_is_told_and_then_what_comes() {
    let environment = Environment::with_sample();
    let follower = Follower::start(&environment, "--json");
    follower.tells(1..=38);
    environment.append(&[said("amd", "one"), said("nvidia", "two")]);
    follower.tells(39..=40);
    environment.append(&[said("amd", "three")]);
    let event = follower.event();
    assert_eq!(event["data"]["text"], "three");
    let line = environment.type_in("log --limit 1 --json").json();
    assert_eq!(event, line);
}

#[test]
fn the_last_are_told_and_then_what_the_filters_let_through() {
    let environment = Environment::with_sample();
    let flags = "amd --kind statement --text wanted --json --limit 3";
    let of_amd = Follower::start(&environment, flags);
    let last = Follower::start(&environment, "--limit 2 --json");
    last.tells(37..=38);
    // The log may be read for the first time only after this.
    environment.append(&[
        said("amd", "not for us"),
        said("nvidia", "wanted, but of another"),
        said("amd", "Wanted"),
    ]);
    last.tells(39..=41);
    of_amd.tells([41]);
    environment.append(&[said("amd", "wanted again")]);
    of_amd.tells([42]);
    last.tells([42]);
}

#[test]
fn only_what_comes_is_told_if_none_is_wanted_of_what_is_there() {
    let environment = Environment::with_sample();
    let follower = Follower::start(&environment, "--limit 0 --json");
    // When it first looked is told by what it tells first.
    let mut head = 38;
    let first = loop {
        environment.append(&[said("amd", &head.to_string())]);
        head += 1;
        if let Ok(line) = follower.lines.try_recv() {
            let event: Value = serde_json::from_str(&line).unwrap();
            break event["position"].as_u64().unwrap();
        }
        assert!(head < 5_000, "it tells nothing");
    };
    assert!(first > 38);
    follower.tells(first + 1..=head);
}

#[test]
fn the_table_goes_on_under_its_heading() {
    let environment = Environment::with_sample();
    let follower = Follower::start(&environment, "amd");
    assert!(follower.line().starts_with("position"));
    assert!(follower.line().contains("Advanced Micro Devices"));
    environment.append(&[said("amd", "one more")]);
    let line = follower.line();
    assert!(line.contains("one more"), "{line}");
    assert!(line.trim_start().starts_with("39 "), "{line}");
}

#[test]
fn nothing_is_missed_or_told_twice_when_the_journal_is_sealed() {
    let environment = Environment::new();
    environment.append(&[company("acme")]);
    let follower = Follower::start(&environment, "--json");
    // The journal is sealed after 4 MiB.
    let filler = "and so on, ".repeat(300);
    let mut head = 1;
    for round in 0..4 {
        let said = |number: usize| said("acme", &format!("{round}, {number}: {filler}"));
        let batch: Vec<_> = (0..700).map(said).collect();
        let file = environment.write("batch.jsonl", lines(&batch));
        environment.append_file(&file);
        head += 700;
    }
    follower.tells(1..=head);
    environment.append(&[said("acme", "after it")]);
    follower.tells([head + 1]);
}

#[test]
fn thousands_at_once_are_told_while_they_are_appended() {
    let environment = Environment::new();
    environment.append(&[company("alibaba"), company("amd"), company("nvidia")]);
    let file = environment.write("large.jsonl", lines(&large()));
    let many = ["append", "--quiet", "--file", &file];
    // Nobody waits for the other.
    let mut appending = environment.command(many).spawn().unwrap();
    let follower = Follower::start(&environment, "--json");
    let of_amd = Follower::start(&environment, "amd --kind statement --json");
    follower.tells(1..=2_603);
    assert!(appending.wait().unwrap().success());
    for _ in 0..866 {
        assert_eq!(of_amd.event()["company"], "amd");
    }
    environment.append(&[said("amd", "last")]);
    follower.tells([2_604]);
    let last = std::iter::repeat_with(|| of_amd.event()).find(|it| it["position"] == 2_604);
    assert_eq!(last.unwrap()["data"]["text"], "last");
}

#[test]
fn events_of_which_some_come_one_by_one_are_told_once() {
    let environment = Environment::new();
    environment.append(&[company("acme")]);
    let follower = Follower::start(&environment, "--json");
    for number in 0..20 {
        environment.append(&[said("acme", &number.to_string())]);
    }
    follower.tells(1..=21);
}

/// Reads one line, and goes; tells how the process ended, and what it said.
fn read_and_go(mut child: Child) -> (Option<i32>, String) {
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut stderr = child.stderr.take().unwrap();
    let mut first = String::new();
    stdout.read_line(&mut first).unwrap();
    assert!(!first.is_empty());
    drop(stdout);
    let (sender, ended) = channel();
    std::thread::spawn(move || {
        let mut said = String::new();
        // It is closed when the process ends.
        stderr.read_to_string(&mut said).unwrap();
        sender.send(said).ok();
    });
    let said = ended.recv_timeout(PATIENCE);
    if said.is_err() {
        child.kill().unwrap();
    }
    (child.wait().unwrap().code(), said.unwrap())
}

#[test]
fn it_ends_when_its_reader_goes() {
    let environment = Environment::with_sample();
    for typed in [
        "log --follow --json",
        "log --follow amd",
        "log --follow --limit 1",
    ] {
        let child = environment.command(typed.split(' ')).spawn().unwrap();
        // Nothing is appended any more that could be written to nobody.
        assert_eq!(read_and_go(child), (Some(0), String::new()), "{typed}");
    }
}

#[test]
fn a_kind_that_is_not_known_yet_is_waited_for() {
    let environment = Environment::with_sample();
    let flags = "log --follow --kind patent_grant --json";
    let mut child = environment.command(flags.split(' ')).spawn().unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut note = String::new();
    stderr.read_line(&mut note).unwrap();
    assert!(note.contains("no kind \"patent_grant\" yet"), "{note}");
    let mut grant = said("amd", "");
    grant["kind"] = json!("patent_grant");
    grant["thread"] = json!("us-1");
    grant["data"] = json!({"number": "US-1"});
    environment.append(&[grant]);
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    assert!(line.contains("US-1"), "{line}");
    assert!(child.wait().unwrap().success());
}
