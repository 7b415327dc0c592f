//! Folders that are no store, and stores that somebody else has open.

use std::fs::{self, File};
use std::io::Write;
use std::process::Stdio;

use serde_json::Value;

use crate::environment::{Environment, company, large, lines, project, statement};

/// Commands that need a store that is there.
const NEEDING: &[&str] = &[
    "at 2025-12-23 alibaba",
    "at 2025-12-23 --all --json",
    "diff 2025-12-23 2026-03-08 alibaba",
    "log",
    "show a1000001",
    "companies",
    "export --all --at 2025-12-23",
    "stats",
    "head --tree",
    "prove a1000001",
    "verify",
    "rebuild",
    "retract a1000001 --fault record --reason x",
    "correct a1000001 --fault record --reason x --set data.stage=agreed",
    "redact a1000001 --reason x",
];

/// The first words of those that need it for themselves.
const WRITING: &[&str] = &["rebuild", "retract", "correct", "redact"];

#[test]
fn without_a_store_there_is_nothing_to_read() {
    let environment = Environment::new();
    let store = environment.store();
    let store = store.to_str().unwrap();
    for typed in NEEDING {
        environment.type_in(typed).refused(3, &["no store", store]);
        assert!(!environment.store().exists(), "{typed}");
    }
    fs::create_dir(environment.store()).unwrap();
    for typed in NEEDING {
        environment.type_in(typed).refused(3, &["no store", store]);
        assert_eq!(fs::read_dir(store).unwrap().count(), 0, "{typed}");
    }
}

#[test]
fn a_variable_that_is_set_to_nothing_names_no_store() {
    let environment = Environment::new();
    environment.append(&[company("acme")]);
    let store = environment.store();
    let store = store.to_str().unwrap();
    let named = format!("ANNALS_STORE= annals --store {store} companies");
    assert!(environment.shell(&named).done().text().contains("acme"));
    // The platform's folder, as where the variable is not set.
    let unnamed = environment.shell("ANNALS_STORE= annals companies");
    unnamed.refused(3, &["no store", "share/annals"]);
}

#[test]
fn what_is_no_store_is_left_alone() {
    let environment = Environment::new();
    let folder = environment.path("photos");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("a.jpg"), "x").unwrap();
    let file = environment.write("file", "x");
    let line = lines(&[company("acme")]);
    for place in [folder.to_str().unwrap(), &file] {
        for typed in NEEDING {
            let typed = format!("--store {place} {typed}");
            environment.type_in(&typed).refused(2, &[place]);
        }
        let typed = format!("--store {place} append --file -");
        environment
            .feed(&typed, line.as_bytes())
            .refused(2, &[place]);
    }
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
    assert_eq!(fs::read(&file).unwrap(), b"x");
}

/// Appending from a pipe that stays open, which holds the store.
struct Holder {
    child: std::process::Child,
}

impl Holder {
    /// Starts it, and returns once it has the store.
    fn of(environment: &Environment) -> Self {
        let mut command = environment.command(["append", "--file", "-"]);
        let child = command.stdin(Stdio::piped()).spawn().unwrap();
        let mut holder = Self { child };
        let id = format!("{} ", holder.child.id());
        let lock = environment.store().join("LOCK");
        while !fs::read_to_string(&lock).is_ok_and(|text| text.starts_with(&id)) {
            assert_eq!(holder.child.try_wait().unwrap(), None, "it ended by itself");
            std::thread::yield_now();
        }
        holder
    }

    /// Feeds it and lets it end.
    fn finish(mut self, input: &str) -> i32 {
        let mut stdin = self.child.stdin.take().unwrap();
        stdin.write_all(input.as_bytes()).unwrap();
        drop(stdin);
        self.child.wait().unwrap().code().unwrap()
    }

    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

#[test]
fn a_store_that_another_process_holds_names_it() {
    let environment = Environment::with_sample();
    let files = environment.settled_files();
    let holder = Holder::of(&environment);
    let id = holder.child.id().to_string();
    let words = [&*id, "since 2026-11-23T12:00:00Z", "wait for that one"];
    let line = lines(&[statement("alibaba", "2025-12-23", "Meanwhile.")]);
    for typed in NEEDING {
        match WRITING.contains(&typed.split(' ').next().unwrap()) {
            true => environment.type_in(typed).refused(7, &words),
            // Who only reads does not mind.
            false => drop(environment.type_in(typed).done()),
        }
    }
    environment
        .feed("append --file -", line.as_bytes())
        .refused(7, &words);
    // Who only tries does not mind either.
    let (many, few) = (lines(&large()), "--fault record --reason r --dry-run");
    environment
        .feed("append --dry-run --file -", many.as_bytes())
        .done();
    environment
        .type_in(&format!("retract a1000001 {few}"))
        .done();
    environment
        .type_in(&format!("correct a1000001 {few} --set data.stage=agreed"))
        .done();
    environment.assert_files(&files, "being refused a store that is held");
    assert_eq!(holder.finish(&line), 0);
    assert_eq!(environment.head()["position"], 39);
}

#[test]
fn a_store_that_is_held_is_verified_and_proven() {
    let environment = Environment::with_sample();
    environment.append(&large());
    let in_journal = statement("alibaba", "2025-12-24", "At the end.");
    environment.append(&[in_journal]);
    let log = environment.type_in("log alibaba --json").json_lines();
    let id = |event: &Value| event["id"].as_str().unwrap().to_owned();
    // One of them in the blocks, the other in the journal.
    let ids = [id(&log[0]), id(log.last().unwrap())];
    let told = || {
        let proofs = ids.each_ref().map(|id| format!("prove {id}"));
        let typed = proofs.iter().map(String::as_str).chain(["verify"]);
        let told = typed.map(|typed| environment.type_in(typed).text());
        told.collect::<Vec<_>>()
    };
    let before = told();
    let holder = Holder::of(&environment);
    let pid = holder.child.id().to_string();
    assert_eq!(told(), before);
    environment
        .type_in(&format!("redact {} --reason x", ids[0]))
        .refused(7, &[&pid]);
    // What is being written would look like damage.
    environment
        .type_in("salvage")
        .refused(7, &[&pid, "salvage a copy"]);
    holder.kill();
    environment.type_in("salvage").done();
}

#[test]
fn a_killed_holder_holds_nothing() {
    let environment = Environment::with_sample();
    let head = environment.head();
    Holder::of(&environment).kill();
    assert_eq!(environment.head(), head);
    environment.append(&[statement("alibaba", "2025-12-23", "After that.")]);
}

#[test]
fn a_store_that_is_held_is_told_with_its_place() {
    let environment = Environment::with_sample();
    let lock = File::options()
        .write(true)
        .open(environment.store().join("LOCK"));
    let lock = lock.unwrap();
    lock.lock().unwrap();
    lock.set_len(0).unwrap();
    environment
        .type_in("rebuild")
        .refused(7, &[environment.store().to_str().unwrap()]);
}

/// What it holds may have been redacted since, and whoever has no lock may not write.
#[test]
fn who_only_reads_writes_nothing() {
    let environment = Environment::with_sample();
    environment.append(&large());
    let named: Vec<Value> = (0..1_200).map(|at| company(&format!("c{at}"))).collect();
    environment.append(&named);
    let directory = environment.store().join("cache").join("directory");
    fs::remove_file(&directory).unwrap();
    let files = environment.settled_files();
    environment.type_in("companies").done();
    environment.type_in("at 2025-12-23 c7").done();
    let rows = b"company,date\nticker:XNYS:C7,2025-12-23\nc7,2025-12-23\n";
    environment.feed("join - --field company.name", rows).done();
    environment.assert_files(&files, "reading");
    assert!(!directory.exists());
    environment.type_in("rebuild").done();
    assert!(directory.exists(), "who writes makes it again");
}

#[test]
fn who_reads_all_of_a_log_keeps_nobody_from_appending() {
    let environment = Environment::with_sample();
    environment.append(&large());
    let mut command = environment.command(["export", "--all", "--format", "jsonl"]);
    let mut reading = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut first = [0];
    let mut told = reading.stdout.take().unwrap();
    std::io::Read::read_exact(&mut told, &mut first).unwrap();
    environment.append(&[company("acme")]);
    drop(told);
    reading.wait().unwrap();
}

#[test]
fn a_kind_is_tried_to_be_removed_while_another_has_the_store() {
    let environment = Environment::with_sample();
    let declaration = project().join("data").join("patent_grant.kind.json");
    environment
        .run(["kind".as_ref(), "add".as_ref(), declaration.as_os_str()])
        .done();
    let holder = Holder::of(&environment);
    let remove = "kind remove patent_grant --reason x";
    environment.type_in(&format!("{remove} --dry-run")).done();
    environment.type_in(remove).refused(7, &["in use"]);
    holder.kill();
}
