//! Stores of every format that ever was declared, packed when it was: each opens, and
//! answers to the byte what it answered then. `tests/frozen/make` tells what is in them.

use std::fs::{self, File};
use std::path::PathBuf;

use crate::environment::{Environment, Run, lines, project};
use crate::proofs::CHECKER;

/// The folders that stores were packed with.
fn packed() -> Vec<PathBuf> {
    let folder = project().join("tests/frozen");
    let entries = fs::read_dir(folder).unwrap();
    let mut packed: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    packed.retain(|path| path.extension().is_some_and(|end| end == "zst"));
    packed.sort();
    assert!(!packed.is_empty());
    packed
}

/// Every packed store, unpacked.
fn frozen() -> impl Iterator<Item = Environment> {
    packed().into_iter().map(|path| {
        let environment = Environment::new();
        let bytes = zstd::Decoder::new(File::open(path).unwrap()).unwrap();
        let mut archive = tar::Archive::new(bytes);
        archive.unpack(environment.path("")).unwrap();
        environment
    })
}

/// What was answered then.
fn answer(environment: &Environment, name: &str) -> String {
    fs::read_to_string(environment.path("answers").join(name)).unwrap()
}

/// Holds that the store answers as it did then.
fn answers_as_then(environment: &Environment, store: &str) {
    let told = |typed: &str| {
        environment
            .type_in(&format!("--store {store} {typed}"))
            .text()
    };
    let export = "export --all --at 2030-01-01 --format jsonl";
    assert_eq!(told(export), answer(environment, "export.jsonl"));
    for date in ["2025-12-23", "2026-03-08", "2030-01-01"] {
        let name = format!("at-{date}.json");
        assert_eq!(
            told(&format!("at {date} alibaba --json")),
            answer(environment, &name),
            "{name}"
        );
    }
    assert_eq!(told("head"), answer(environment, "head"));
    assert_eq!(told("head --tree"), answer(environment, "tree"));
    let since = answer(environment, "old-head");
    told(&format!("verify --since {}", since.trim()));
    told(&format!(
        "prove --since {}",
        answer(environment, "old-tree").trim()
    ));
}

#[test]
fn it_answers_as_it_did_then() {
    for environment in frozen() {
        answers_as_then(&environment, "store");
    }
}

#[test]
fn it_answers_as_it_did_then_without_its_caches() {
    for environment in frozen() {
        fs::remove_dir_all(environment.store().join("cache")).unwrap();
        answers_as_then(&environment, "store");
        environment.type_in("rebuild").done();
        answers_as_then(&environment, "store");
    }
}

#[test]
fn it_goes_on() {
    for environment in frozen() {
        let sample = crate::environment::sample();
        let again = environment.run(["append", "--file", &sample]).done();
        assert!(again.stderr.contains("0 new, 38 known"), "{}", again.stderr);
        environment.append(&crate::environment::large());
        let id = "f0000000-0000-4000-8000-000000000104";
        environment
            .type_in(&format!("redact {id} --reason an-order"))
            .done();
        let head = answer(&environment, "head");
        environment
            .type_in(&format!("verify --since {}", head.trim()))
            .done();
        environment.type_in("backup backup").done();
        environment.type_in("--store again restore backup").done();
        let heads = ["head", "--store again head"].map(|typed| environment.type_in(typed).text());
        assert_eq!(heads[0], heads[1]);
    }
}

/// sled takes what is not whole for the end of its log, and would take the rest away.
#[test]
fn nothing_is_taken_away_where_sled_holds_the_blocks_and_its_file_is_damaged() {
    let environment = frozen().next().unwrap();
    let path = environment.store().join("log/db");
    let mut bytes = fs::read(&path).unwrap();
    bytes[20_000] ^= 1;
    fs::write(&path, &bytes).unwrap();
    let many = environment.write("large.jsonl", lines(&crate::environment::large()));
    for typed in [
        "verify",
        "rebuild",
        "backup backup-of-it",
        &format!("append --quiet --file {many}"),
    ] {
        environment
            .type_in(typed)
            .failed(6, &["the block is missing", "annals salvage"]);
        assert!(fs::read(&path).unwrap() == bytes, "{typed}: it is less");
    }
}

#[test]
fn its_backup_is_restored() {
    for environment in frozen() {
        environment
            .type_in("--store restored restore backup")
            .done();
        answers_as_then(&environment, "restored");
    }
}

#[test]
fn its_proof_is_checked() {
    for environment in frozen() {
        let mut command = environment.command_of(&*CHECKER);
        let tree = answer(&environment, "tree");
        command.args(["check", "proof.json", "--head", tree.trim()]);
        Run::of(command, b"").done();
    }
}

#[test]
fn all_of_it_is_salvaged() {
    for environment in frozen() {
        let salvaged = environment.type_in("salvage store").text();
        assert_eq!(
            salvaged,
            environment
                .type_in("log --json")
                .text()
                .lines()
                .map(|line| {
                    // Without what the log gave.
                    let end = line.rfind(",\"hash\":").unwrap();
                    format!("{}}}\n", &line[..end])
                })
                .collect::<String>()
        );
    }
}
