//! Writes small files that a store makes, for `log` and `streams` to begin with:
//! `cargo run -p annals-fuzz --example seeds FOLDER`.

#![expect(clippy::unwrap_used, reason = "who runs it reads what it says")]

use std::fs;
use std::path::Path;

use annals::append::AppendOptions;
use annals::model::id::Position;
use annals::redact::Redaction;
use annals::{Store, SystemClock};
use event_log::fuzzing;

const SAMPLE: &str = include_str!("../../../data/alibaba.jsonl");

fn main() {
    let out = std::env::args().nth(1).unwrap_or_else(|| ".".to_owned());
    let out = Path::new(&out);
    for target in ["log", "streams"] {
        fs::create_dir_all(out.join(target)).unwrap();
    }
    // All of it, and its first lines, since what is short is changed sooner.
    for (name, lines) in [("few", 2), ("some", 9), ("all", usize::MAX)] {
        let lines: Vec<&str> = SAMPLE.lines().take(lines).collect();
        make(out, name, &lines.join("\n"));
    }
    redacted(out);
    // So many that positions fill a page.
    let lines: Vec<String> = (0..130).map(short_line).collect();
    make(out, "many", &lines.join("\n"));
}

fn short_line(number: u32) -> String {
    let company = number % 7;
    let (kind, data) = match number {
        0..7 => ("company", format!(r#"{{"name":"C {company}"}}"#)),
        _ => ("statement", format!(r#"{{"text":"{number}"}}"#)),
    };
    format!(
        r#"{{"company":"c{company}","kind":"{kind}","published":"2025-01-01","certainty":"asserted","source":{{"name":"s"}},"data":{data}}}"#
    )
}

fn make(out: &Path, name: &str, lines: &str) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::create_or_open(&dir.path().join("store"), SystemClock::shared()).unwrap();
    let options = AppendOptions::default();
    store
        .append_lines(name, &mut lines.as_bytes(), options)
        .unwrap();
    let put = |target: &str, choice: u8, what: &str, bytes: &[u8]| {
        let bytes = [&[choice], bytes].concat();
        fs::write(out.join(target).join(format!("{name}-{what}")), bytes).unwrap();
    };
    // Before the backup, which seals it.
    let journal = dir.path().join("store/journal/00000000000000000000");
    let journal = fs::read(journal).unwrap();
    let length = journal.iter().rposition(|byte| *byte != 0).unwrap() + 40;
    let journal = journal.get(..length).unwrap();
    put("log", 2, "journal", journal);
    put("log", 0, "records", journal.get(128 + 56..).unwrap());
    let (part, block) = backup(&store);
    put("log", 3, "part", &part);
    put("log", 1, "block", &block);
    let events: Vec<_> = store
        .read(Position(0), store.head().position)
        .map(Result::unwrap)
        .collect();
    let streams = dir.path().join("streams");
    fuzzing::write_streams(&streams, &events).unwrap();
    let files = ["MANIFEST", "00000001.run", "positions"];
    let files = files.map(|file| fs::read(streams.join(file)).unwrap_or_default());
    let mut bytes = Vec::new();
    for file in files.iter().take(2) {
        bytes.extend_from_slice(&u16::try_from(file.len()).unwrap().to_le_bytes());
    }
    bytes.extend(files.concat());
    put("streams", 0, "files", &bytes);
}

/// A backup of a store, and its first block.
fn backup(store: &Store) -> (Vec<u8>, Vec<u8>) {
    let mut part = Vec::new();
    let aside = tempfile::tempdir().unwrap();
    store.back_up_to(&mut part, aside.path()).unwrap();
    let bytes = u32::from_le_bytes(*part.get(52..).unwrap().first_chunk().unwrap());
    let block = part.get(56..56 + bytes as usize).unwrap().to_vec();
    (part, block)
}

/// A log in which an event was redacted.
fn redacted(out: &Path) {
    let dir = tempfile::tempdir().unwrap();
    let open = || Store::create_or_open(&dir.path().join("store"), SystemClock::shared());
    let store = open().unwrap();
    let lines = [0, 7, 14].map(short_line).join("\n");
    let options = AppendOptions::default();
    drop(store.append_lines("lines", &mut lines.as_bytes(), options));
    let second = store
        .read(Position(1), Position(2))
        .next()
        .unwrap()
        .unwrap();
    let redaction = Redaction {
        reason: "r".to_owned(),
        source_name: None,
        dry_run: false,
    };
    store
        .redact(&[second.event.id.to_string()], &redaction)
        .unwrap();
    let (part, block) = backup(&open().unwrap());
    for (choice, what, bytes) in [(3, "part", part), (1, "block", block)] {
        let name = format!("redacted-{what}");
        fs::write(out.join("log").join(name), [&[choice], &*bytes].concat()).unwrap();
    }
}
