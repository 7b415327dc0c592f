//! Backups, made while others append, and stores made of them.

use std::process::Stdio;

use serde_json::Value;

use crate::environment::{Environment, company, large, statement};

fn head(environment: &Environment, store: &str) -> Value {
    let told = environment.type_in(&format!("--store {store} stats --json"));
    told.json()["head"].clone()
}

fn export(environment: &Environment, store: &str) -> String {
    let every = format!("--store {store} log --json");
    environment.type_in(&every).text()
}

#[test]
fn a_backup_grows_with_the_store_and_is_restored_as_it_was() {
    let environment = Environment::with_sample();
    let first = environment.type_in("backup saved --json").json();
    assert_eq!(first["after"], format!("0:sha256:{}", "0".repeat(64)));
    environment.append(&large());
    let second = environment.type_in("backup saved --json").json();
    assert_eq!(second["after"], first["head"]);
    let nothing = environment.type_in("backup saved --json").json();
    assert_eq!(nothing["file"], Value::Null);
    let told = environment
        .type_in("--store again restore saved --json")
        .json();
    assert_eq!(told["head"], second["head"]);
    assert_eq!(head(&environment, "again"), head(&environment, "store"));
    assert_eq!(export(&environment, "again"), export(&environment, "store"));
    let kept = first["head"].as_str().unwrap();
    environment
        .type_in(&format!("--store again verify --since {kept}"))
        .done();
    let question = "at 2026-03-08 alibaba --json";
    let answer = |store: &str| {
        let told = environment.type_in(&format!("--store {store} {question}"));
        told.text()
    };
    assert_eq!(answer("again"), answer("store"));
}

#[test]
fn a_backup_goes_through_a_pipe() {
    let environment = Environment::with_sample();
    environment
        .shell("annals backup - | annals --store again restore -")
        .done();
    assert_eq!(head(&environment, "again"), head(&environment, "store"));
    environment
        .shell("annals backup - | head -c 3000 | annals --store cut restore -")
        .refused(6, &["is damaged at position"]);
    assert!(!environment.path("cut").exists());
}

#[test]
fn what_cannot_be_backed_up_or_restored_is_told() {
    let environment = Environment::with_sample();
    environment.type_in("backup saved").done();
    environment
        .type_in("restore saved")
        .refused(4, &["is not empty", "nothing was written over"]);
    environment
        .type_in("--store again restore nowhere")
        .refused(3, &["nowhere"]);
    environment
        .type_in("--store again restore store")
        .refused(2, &["is not a backup"]);
    environment
        .type_in("backup store")
        .refused(2, &["is not a backup"]);
    let other = Environment::new();
    other.append(&[company("acme"), statement("acme", "2026-01-01", "news")]);
    other
        .run(["backup", environment.path("saved").to_str().unwrap()])
        .refused(4, &["is of another log"]);
    let part = std::fs::read_dir(environment.path("saved")).unwrap();
    let part = part.last().unwrap().unwrap().path();
    let mut bytes = std::fs::read(&part).unwrap();
    bytes[500] ^= 1;
    std::fs::write(&part, bytes).unwrap();
    for command in ["backup saved", "--store again restore saved"] {
        environment
            .type_in(command)
            .refused(6, &["is damaged at position", "cannot be relied on"]);
    }
    assert!(!environment.path("again").exists());
}

/// Many processes append while backups are made; each backup is of a moment, and the
/// last is whole.
#[test]
fn others_append_meanwhile() {
    let environment = Environment::new();
    environment.append(&[company("acme")]);
    // Enough for the journal to be sealed several times.
    let text = "x".repeat(7_900);
    let files: Vec<String> = (0..12)
        .map(|file| {
            let events =
                (0..100).map(|at| statement("acme", "2026-01-01", &format!("{file} {at} {text}")));
            let events: Vec<Value> = events.collect();
            environment.write(&format!("{file}.jsonl"), crate::environment::lines(&events))
        })
        .collect();
    let all = files.join(" ");
    let script =
        format!("for file in {all}; do annals append --quiet --file $file || exit 1; done");
    let mut shell = environment.command_of("/bin/sh");
    let folder = std::path::Path::new(crate::environment::ANNALS)
        .parent()
        .unwrap();
    let mut writing = shell
        .env("PATH", format!("{}:/usr/bin:/bin", folder.display()))
        .args(["-c", &script])
        .stderr(Stdio::inherit())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mut made = 0;
    while writing.try_wait().unwrap().is_none() {
        environment.type_in("backup saved").done();
        made += 1;
    }
    assert!(writing.wait().unwrap().success());
    environment.type_in("backup saved").done();
    assert!(made > 0);
    environment.type_in("--store again restore saved").done();
    assert_eq!(head(&environment, "again"), head(&environment, "store"));
    assert_eq!(head(&environment, "again")["position"], 1_201);
}
