//! Files of a store that are damaged, as the program tells of it: every answer is the
//! right one, or an error that ends with 6.
//!
//! One harm in so many, over all files. `annals-crash damage` does all of them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::environment::{Environment, Run, large, lines, statement};

const QUESTIONS: &[&str] = &[
    "at 2026-03-08 --all --json",
    "log --json --limit 100000",
    "head --tree",
    "export --all --at 2030-01-01 --format jsonl",
];

/// So many bytes are flipped, evenly over the written bytes of each file.
const FLIPS: usize = 4;

/// A store with blocks, frames, and all caches.
fn environment() -> Environment {
    let environment = Environment::with_sample();
    let events = large();
    let (most, last) = events.split_at(2_500);
    let file = environment.write("large.jsonl", lines(most));
    let append = format!("append --quiet --file {file}");
    environment.type_in(&append).done();
    environment.type_in("rebuild").done();
    for event in last.chunks(30) {
        environment.append(event);
    }
    environment
}

/// The store, kept aside, with what it answers.
struct Whole {
    environment: Environment,
    answers: Vec<Vec<u8>>,
    files: BTreeMap<PathBuf, Vec<u8>>,
}

impl Whole {
    fn new() -> Self {
        let environment = environment();
        let answer = |typed: &&str| environment.type_in(typed).done().stdout;
        let answers = QUESTIONS.iter().map(answer).collect();
        let mut files = BTreeMap::new();
        read_files(&environment.store(), &mut files);
        Self {
            environment,
            answers,
            files,
        }
    }

    /// Puts all files back.
    fn put_back(&self) {
        fs::remove_dir_all(self.environment.store()).unwrap();
        for (path, bytes) in &self.files {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
    }

    fn name<'p>(&self, path: &'p Path) -> &'p str {
        let name = path.strip_prefix(self.environment.store()).unwrap();
        name.to_str().unwrap()
    }

    /// Asks everything of a damaged store, and verifies, and appends to it.
    fn hold(&self, what: &str) {
        for (typed, right) in QUESTIONS.iter().zip(&self.answers) {
            let run = self.environment.type_in(typed);
            match run.code {
                Some(0) => assert!(run.stdout == *right, "{what}: {typed} is wrong"),
                _ => is_told(&run, &format!("{what}: {typed}")),
            }
        }
        let verified = self.environment.type_in("verify");
        if verified.code != Some(0) {
            is_told(&verified, &format!("{what}: verify"));
        }
        self.append(what);
        self.put_back();
    }

    /// An append is refused, or all that was there before it is there after.
    fn append(&self, what: &str) {
        let line = lines(&[statement("alibaba", "2025-12-24", "After that.")]);
        let run = self.environment.feed("append --file -", line.as_bytes());
        if run.code != Some(0) {
            return is_told(&run, &format!("{what}: append"));
        }
        let run = self.environment.type_in(QUESTIONS[1]);
        match run.code {
            Some(0) => assert!(run.stdout.starts_with(&self.answers[1]), "{what}: append"),
            _ => is_told(&run, &format!("{what}: append")),
        }
    }
}

fn read_files(folder: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => read_files(&path, files),
            false => drop(files.insert(path.clone(), fs::read(&path).unwrap())),
        }
    }
}

/// The error of a damaged store: what, and what to do. A digit of `FORMAT` can become
/// that of a newer format, which is told as one.
fn is_told(run: &Run, what: &str) {
    let is_newer = run.code == Some(7) && run.stderr.contains("this program knows up to");
    assert!(run.code == Some(6) || is_newer, "{what}: {run:?}");
    assert!(run.stderr.starts_with("error: "), "{what}: {}", run.stderr);
    assert!(run.stderr.contains("\nhint: "), "{what}: {}", run.stderr);
    assert!(run.stderr.lines().count() <= 6, "{what}: {}", run.stderr);
}

#[test]
fn a_flipped_byte_is_told_or_changes_nothing() {
    let whole = Whole::new();
    for (path, bytes) in &whole.files {
        let written: Vec<usize> = (0..bytes.len()).filter(|at| bytes[*at] != 0).collect();
        for turn in 0..FLIPS {
            let at = written[(written.len() - 1) * turn / (FLIPS - 1)];
            let mut flipped = bytes.clone();
            flipped[at] ^= 1 << (turn % 8);
            fs::write(path, flipped).unwrap();
            whole.hold(&format!("{}, byte {at}", whole.name(path)));
        }
    }
}

#[test]
fn a_file_that_is_cut_empty_gone_or_a_folder_is_told_or_changes_nothing() {
    let whole = Whole::new();
    for (path, bytes) in &whole.files {
        let name = whole.name(path);
        for length in [0, bytes.len() / 40, bytes.len() - 1] {
            fs::write(path, &bytes[..length]).unwrap();
            whole.hold(&format!("{name}, cut to {length}"));
        }
        fs::remove_file(path).unwrap();
        whole.hold(&format!("{name}, gone"));
        fs::remove_file(path).unwrap();
        fs::create_dir(path).unwrap();
        whole.hold(&format!("{name}, a folder"));
    }
    for folder in ["log", "journal", "cache", "cache/streams"] {
        let path = whole.environment.store().join(folder);
        fs::remove_dir_all(&path).unwrap();
        whole.hold(&format!("{folder}, gone"));
        fs::remove_dir_all(&path).unwrap();
        fs::write(&path, "x").unwrap();
        whole.hold(&format!("{folder}, a file"));
    }
}

#[test]
fn rebuild_mends_what_is_wrong_in_the_caches() {
    let whole = Whole::new();
    let cache = whole.environment.store().join("cache");
    for (path, bytes) in whole
        .files
        .iter()
        .filter(|(path, _)| path.starts_with(&cache))
    {
        let middle = bytes.len() / 2;
        let mut flipped = bytes.clone();
        flipped[middle] ^= 0x10;
        for damaged in [flipped, Vec::new(), bytes[..middle].to_vec()] {
            fs::write(path, damaged).unwrap();
            whole.environment.type_in("rebuild").done();
            whole.environment.type_in("verify").done();
            for (typed, right) in QUESTIONS.iter().zip(&whole.answers) {
                let run = whole.environment.type_in(typed).done();
                assert!(run.stdout == *right, "{}: {typed}", whole.name(path));
            }
            whole.put_back();
        }
    }
}

#[test]
fn nothing_that_can_be_asked_of_a_damaged_log_makes_it_worse() {
    let whole = Whole::new();
    let environment = &whole.environment;
    let path = environment.store().join("log/blocks");
    let mut bytes = fs::read(&path).unwrap();
    // In the last block, after which nothing can be sealed.
    let at = bytes.len() - 100;
    bytes[at] ^= 1;
    fs::write(&path, &bytes).unwrap();
    environment
        .type_in("verify")
        .refused(6, &["at position 2", "the checksum of the block"]);
    environment
        .type_in("rebuild")
        .failed(6, &["annals salvage"]);
    let told = environment.type_in(QUESTIONS[0]).done();
    assert!(told.stdout == whole.answers[0], "the caches are gone");
    environment
        .type_in("backup backup")
        .failed(6, &["annals salvage"]);
    let file = environment.write("more.jsonl", lines(&more()));
    let typed = format!("append --quiet --file {file}");
    environment
        .type_in(&typed)
        .failed(6, &["the checksum of the block", "annals salvage"]);
    assert!(fs::read(&path).unwrap() == bytes, "it was written to");
    fs::remove_dir_all(environment.store().join("cache")).unwrap();
    // All but what is in that block.
    let saved = environment.type_in("salvage");
    let (_, missing) = saved.stderr.split_once("missing: ").unwrap();
    let (first, _) = missing.split_once("..2538\n").unwrap();
    let lost = 2_539 - first.parse::<usize>().unwrap();
    assert!((1..=255).contains(&lost), "a block has no more than 255");
    let told = format!("salvaged {} events of 2638 positions", 2_638 - lost);
    let saved = saved.failed(6, &[&told]);
    let all = String::from_utf8(whole.answers[3].clone()).unwrap();
    let mut all = all.lines();
    assert!(saved.lines().all(|line| all.any(|other| other == line)));
    assert_eq!(saved.lines().count(), 2_638 - lost);
}

/// So much that it goes past the journal.
fn more() -> Vec<serde_json::Value> {
    let said = |number| {
        statement(
            "amd",
            "2025-12-24",
            &format!("{number}{}", "so ".repeat(200)),
        )
    };
    (0..2_000).map(said).collect()
}
