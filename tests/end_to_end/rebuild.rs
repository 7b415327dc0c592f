//! The caches: gone or damaged, they change no answer.

use std::fs;
use std::path::{Path, PathBuf};

use crate::environment::{Environment, large, lines};

/// Questions whose answers go through the caches: by name, by identifier, by
/// company and by id.
const QUESTIONS: &[&str] = &[
    "at 2026-03-08 ticker:XNYS:BABA --json",
    "companies --json",
    "log nvidia --json",
    "show a1000001 --json",
    "kind list --json",
    "schema statement --json",
];

fn answers(environment: &Environment) -> Vec<Vec<u8>> {
    let answer = |typed: &&str| environment.type_in(typed).done().stdout;
    QUESTIONS.iter().map(answer).collect()
}

/// The files under a folder.
fn files_in(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => files.extend(files_in(&path)),
            false => files.push(path),
        }
    }
    files.sort();
    files
}

/// A store whose caches are written, and the files in them.
fn cached() -> (Environment, Vec<PathBuf>) {
    let environment = Environment::with_sample();
    let file = environment.write("large.jsonl", lines(&large()));
    let typed = format!("append --quiet --file {file}");
    environment.type_in(&typed).done();
    environment.type_in("rebuild").done();
    let cache = environment.store().join("cache");
    let files = files_in(&cache);
    let names: Vec<_> = files
        .iter()
        .map(|file| file.strip_prefix(&cache).unwrap().to_str().unwrap())
        .collect();
    let [directory, head, run, manifest, positions] = names[..] else {
        panic!("{names:?}");
    };
    assert_eq!((directory, head), ("directory", "head"));
    assert_eq!(manifest, "streams/MANIFEST");
    assert_eq!(positions, "streams/positions");
    assert!(run.starts_with("streams/") && run.ends_with(".run"));
    (environment, files)
}

/// Ways to damage a file without touching its bytes one by one.
fn damages(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let length = bytes.len();
    let mut damages: Vec<(String, Vec<u8>)> = [0, 1, 7, length / 2, length - 5, length - 1]
        .into_iter()
        .map(|at| (format!("cut at {at}"), bytes[..at].to_vec()))
        .collect();
    let garbage: Vec<u8> = (0..length).map(|at| (at * 167 % 251) as u8).collect();
    damages.push(("garbage".to_owned(), garbage));
    damages.push(("zeros".to_owned(), vec![0; length]));
    let mut longer = bytes.to_vec();
    longer.extend(b"more\n");
    damages.push(("longer".to_owned(), longer));
    damages
}

/// The file with one byte changed, at so many places all over it.
fn flips(bytes: &[u8], places: usize) -> impl Iterator<Item = (String, Vec<u8>)> {
    let step = (bytes.len() / places).max(1);
    (0..bytes.len()).step_by(step).map(move |at| {
        let mut flipped = bytes.to_vec();
        flipped[at] ^= 1;
        (format!("byte {at} flipped"), flipped)
    })
}

fn check(name: &str, damages: impl Fn(&[u8]) -> Vec<(String, Vec<u8>)>) {
    let (environment, files) = cached();
    let expect = answers(&environment);
    let is_meant = |file: &&PathBuf| file.to_str().unwrap().ends_with(name);
    let file = files.iter().find(is_meant).unwrap();
    let bytes = fs::read(file).unwrap();
    for (what, damaged) in damages(&bytes) {
        fs::write(file, &damaged).unwrap();
        assert!(answers(&environment) == expect, "{name}, {what}");
    }
    environment.type_in("rebuild").done();
    assert!(answers(&environment) == expect, "{name}, rebuilt");
}

#[test]
fn without_its_caches_a_store_answers_the_same() {
    let (environment, files) = cached();
    let cache = environment.store().join("cache");
    let expect = answers(&environment);
    let bytes: Vec<_> = files.iter().map(|file| fs::read(file).unwrap()).collect();
    fs::remove_dir_all(&cache).unwrap();
    assert!(answers(&environment) == expect);
    environment.type_in("verify").done();
    fs::remove_dir_all(&cache).unwrap();
    environment.type_in("rebuild").done();
    assert!(answers(&environment) == expect);
    for (file, bytes) in files.iter().zip(bytes) {
        // The others say by which number runs were made.
        if file.ends_with("directory") || file.ends_with("positions") {
            assert!(fs::read(file).unwrap() == bytes, "{}", file.display());
        }
    }
}

#[test]
fn a_damaged_head_changes_no_answer() {
    check("head", damages);
}

#[test]
fn damaged_streams_change_no_answer() {
    check(".run", damages);
    check("MANIFEST", damages);
    check("positions", damages);
}

#[test]
fn streams_with_a_changed_byte_change_no_answer() {
    check(".run", |bytes| flips(bytes, 40).collect());
    check("MANIFEST", |bytes| flips(bytes, 20).collect());
}

#[test]
fn a_damaged_directory_changes_no_answer() {
    check("directory", damages);
}

#[test]
fn a_directory_with_a_changed_byte_changes_no_answer() {
    check("directory", |bytes| flips(bytes, 40).collect());
    check("directory", |bytes| {
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let changed = text.replace("XNYS:BABA", "XNYS:BABB");
        vec![("another ticker".to_owned(), changed.into_bytes())]
    });
}

#[test]
fn caches_of_another_store_are_not_believed() {
    let (environment, files) = cached();
    let expect = answers(&environment);
    let (other, _) = cached();
    other.append(&[crate::environment::company("acme")]);
    other.type_in("rebuild").done();
    let others = files_in(&other.store().join("cache"));
    for (file, other) in files.iter().zip(others) {
        fs::copy(other, file).unwrap();
    }
    assert!(answers(&environment) == expect);
}

#[test]
fn old_caches_catch_up() {
    let (environment, files) = cached();
    let bytes: Vec<_> = files.iter().map(|file| fs::read(file).unwrap()).collect();
    let mut acme = crate::environment::company("acme");
    acme["data"]["identifiers"] = serde_json::json!([{"scheme": "ticker", "value": "XNYS:ACME"}]);
    environment.append(&[acme]);
    environment.type_in("rebuild").done();
    for (file, bytes) in files.iter().zip(bytes) {
        fs::write(file, bytes).unwrap();
    }
    let answer = environment.at("2026-03-08 ticker:XNYS:ACME");
    assert_eq!(answer["company"]["slug"], "acme");
    assert_eq!(
        environment.type_in("companies --json").json_lines().len(),
        4
    );
}
