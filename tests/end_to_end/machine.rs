//! The machine in the way: disks that are full, that take no writes, or end too soon;
//! limits of files; clocks that are set back; a rebuild that is killed.
//!
//! Each time: a clear error, nothing lost, and it works again once the cause is gone.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::environment::{
    ANNALS, Environment, Run, large, lines, sample, sample_events, skip, statement,
};
use crate::small_disk::{SmallDisk, with_small_disks};

/// What is asked before and after.
const QUESTIONS: &[&str] = &[
    "at 2026-03-08 --all --json",
    "log --json --limit 100000",
    "export --all --at 2030-01-01 --format jsonl",
    "head",
    "companies --json",
    "show a1000001 --json",
];

const SAY: &str = "append statement alibaba --id 01900000-0000-7000-8000-000000000001 \
                   --text Hm. --published 2025-12-23 --certainty asserted --source-name paper";

fn answers(environment: &Environment) -> Vec<String> {
    let questions = QUESTIONS.iter();
    questions
        .map(|typed| environment.type_in(typed).text())
        .collect()
}

/// A sample, and a store of it in the middle of the journal.
fn environment() -> Environment {
    let environment = Environment::with_sample();
    environment.append(&[statement("alibaba", "2025-12-23", "One more.")]);
    environment
}

/// Events that go past the journal, and hardly compress.
fn bulky() -> Vec<Value> {
    bulky_from(1)
}

fn bulky_from(mut number: u64) -> Vec<Value> {
    let mut text = || {
        let mut text = String::new();
        for _ in 0..24 {
            number = number
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            text.push_str(&format!("{number:016x}"));
        }
        text
    };
    (0..4_000)
        .map(|_| statement("alibaba", "2025-12-23", &text()))
        .collect()
}

/// Holds that a command is stopped by the machine, with these words, and a hint.
#[track_caller]
fn stopped(run: &Run, words: &[&str]) {
    run.failed(7, words);
    run.failed(7, &["hint: "]);
    let too_long = run.stderr.lines().find(|line| line.contains("/.tmp"));
    assert_eq!(too_long, None);
}

#[test]
fn a_disk_with_little_room_takes_nothing_and_answers() {
    with_small_disks(
        "machine::a_disk_with_little_room_takes_nothing_and_answers",
        || {
            let environment = Environment::new();
            let disk = SmallDisk::over(&environment.store(), "200m");
            environment.append_file(&sample());
            let before = answers(&environment);
            let line = lines(&[statement("alibaba", "2025-12-23", "In a file.")]);
            let small = environment.write("small.jsonl", line);
            let large = environment.write("large.jsonl", lines(&large()));
            let writes = [
                SAY.to_owned(),
                format!("append --file {small}"),
                format!("append --quiet --file {large}"),
                "retract a1000001 --fault record --reason r".to_owned(),
                "correct a1000003 --fault source --reason r --set data.value=128.70".to_owned(),
            ];
            disk.change("size=60m");
            for typed in &writes {
                let store = environment.store();
                let room = ["MiB left; ", "64 MiB ", "stay free", "make room"];
                let run = environment.type_in(typed);
                stopped(&run, &room);
                stopped(&run, &[store.to_str().unwrap()]);
            }
            assert_eq!(answers(&environment), before);
            environment.type_in("verify").done();
            disk.change("size=200m");
            for typed in &writes {
                environment.type_in(typed).done();
            }
            environment.type_in("verify").done();
            assert_eq!(environment.head()["position"], 38 + 4 + 2_600);
        },
    );
}

#[test]
fn a_journal_that_fills_the_disk_loses_nothing_that_was_acknowledged() {
    with_small_disks(
        "machine::a_journal_that_fills_the_disk_loses_nothing_that_was_acknowledged",
        || {
            let environment = environment();
            let disk = SmallDisk::over(&environment.store().join("journal"), "384k");
            let mut acknowledged = 39;
            let event = |number: usize| {
                let mut event = statement("alibaba", "2025-12-23", &"so ".repeat(2_000));
                event["id"] = format!("01900000-0000-7000-8000-{number:012}").into();
                lines(&[event])
            };
            let failed = loop {
                let line = event(acknowledged);
                let run = environment.feed("append --file -", line.as_bytes());
                match run.code {
                    Some(0) => acknowledged += 1,
                    _ => break run,
                }
                assert!(acknowledged < 100, "it never fills");
            };
            stopped(&failed, &["No space left", "append the same again"]);
            // What was answered is there, and perhaps the one of which nobody knows.
            let position = environment.head()["position"].as_u64().unwrap();
            let whole = acknowledged as u64;
            assert!((whole..=whole + 1).contains(&position), "{position}");
            environment.type_in("verify").done();
            disk.change("size=2m");
            let again = event(acknowledged);
            environment.feed("append --file -", again.as_bytes()).done();
            assert_eq!(environment.head()["position"], whole + 1);
            environment.type_in("verify").done();
        },
    );
}

/// Holds that a command does nothing where its blocks find no room, on a disk of a size
/// with so many bytes left, and that it is done where they do.
fn needs_room_for_blocks(environment: &Environment, (size, left): (&str, u64), typed: &str) {
    let before = answers(environment);
    let disk = SmallDisk::over(&environment.store().join("log"), size);
    disk.fill(left);
    stopped(&environment.type_in(typed), &["No space left", "make room"]);
    assert_eq!(answers(environment), before);
    disk.empty();
    disk.change("size=40m");
    environment.type_in("verify").done();
    environment.type_in(typed).done();
    environment.type_in("verify").done();
}

#[test]
fn blocks_that_fill_the_disk_are_as_if_they_never_were() {
    with_small_disks(
        "machine::blocks_that_fill_the_disk_are_as_if_they_never_were",
        || {
            let environment = environment();
            let file = environment.write("bulky.jsonl", lines(&bulky()));
            let typed = format!("append --quiet --file {file}");
            needs_room_for_blocks(&environment, ("5m", 256 << 10), &typed);
            assert_eq!(environment.head()["position"], 39 + 4_000);
        },
    );
}

/// A crawl of a company with many filings.
fn crawl() -> Value {
    let numbers = 0..4_000;
    let column = |cell: &dyn Fn(usize) -> String| -> Value { numbers.clone().map(cell).collect() };
    let same = |cell: &str| column(&|_| cell.to_owned());
    json!({
        "cik": "7", "name": "Seven, Inc.", "tickers": [], "exchanges": [], "formerNames": [],
        "fiscalYearEnd": "0331",
        "filings": {"files": [], "recent": {
            "accessionNumber": column(&|number| format!("0000000007-25-{number:06}")),
            "filingDate": same("2025-03-04"),
            "acceptanceDateTime": same("2025-03-04T12:00:00.000Z"),
            "form": same("8-K"),
            "items": same("2.02"),
            "reportDate": same(""),
            "size": vec![10; numbers.len()],
            "primaryDocDescription": column(&|number| format!("{}", number * 7_919)),
        }},
    })
}

#[test]
fn an_import_that_fills_the_disk_is_as_if_it_never_was() {
    with_small_disks(
        "machine::an_import_that_fills_the_disk_is_as_if_it_never_was",
        || {
            let environment = environment();
            let crawl = environment.write("CIK0000000007.json", crawl().to_string());
            let typed = format!("import edgar {crawl}");
            needs_room_for_blocks(&environment, ("1m", 64 << 10), &typed);
            assert!(environment.head()["position"].as_u64().unwrap() > 39 + 4_000);
        },
    );
}

#[test]
fn a_rebuild_that_fills_the_disk_leaves_the_caches_that_were_there() {
    with_small_disks(
        "machine::a_rebuild_that_fills_the_disk_leaves_the_caches_that_were_there",
        || {
            let environment = environment();
            environment.append(&bulky());
            let before = answers(&environment);
            let cache = environment.store().join("cache");
            let disk = SmallDisk::over(&cache, "8m");
            disk.fill(64 << 10);
            stopped(
                &environment.type_in("rebuild"),
                &["No space left", "make room"],
            );
            assert_eq!(answers(&environment), before);
            assert!(!cache.join("streams.new").exists());
            disk.empty();
            environment.type_in("rebuild").done();
            assert_eq!(answers(&environment), before);
            environment.type_in("verify").done();
        },
    );
}

#[test]
fn what_is_written_to_a_full_disk_elsewhere_is_there_whole_or_not_at_all() {
    with_small_disks(
        "machine::what_is_written_to_a_full_disk_elsewhere_is_there_whole_or_not_at_all",
        || {
            let environment = environment();
            environment.append(&bulky());
            let before = answers(&environment);
            let folder = environment.path("elsewhere");
            let disk = SmallDisk::over(&folder, "40m");
            fs::write(folder.join("old.jsonl"), "old").unwrap();
            disk.fill(64 << 10);
            let export = "export --all --at 2030-01-01 --format jsonl -o elsewhere/old.jsonl";
            let words = ["old.jsonl", "No space left", "make room"];
            stopped(&environment.type_in(export), &words);
            assert_eq!(fs::read(folder.join("old.jsonl")).unwrap(), b"old");
            let backup = "backup elsewhere/backup";
            stopped(
                &environment.type_in(backup),
                &["No space left", "make room"],
            );
            disk.fill(16 << 10);
            let create = format!("--store elsewhere/new {SAY}");
            stopped(
                &environment.type_in(&create),
                &["elsewhere/new", "make room"],
            );
            disk.empty();
            environment.type_in(export).done();
            environment.type_in(backup).done();
            disk.fill(64 << 10);
            let restore = "--store elsewhere/again restore elsewhere/backup";
            stopped(
                &environment.type_in(restore),
                &["No space left", "make room"],
            );
            disk.empty();
            environment.type_in(restore).done();
            let again = |typed: &&str| {
                let typed = format!("--store elsewhere/again {typed}");
                environment.type_in(&typed).text()
            };
            assert_eq!(QUESTIONS.iter().map(again).collect::<Vec<_>>(), before);
            environment.type_in("--store elsewhere/again verify").done();
            assert_eq!(answers(&environment), before);
        },
    );
}

#[test]
fn a_disk_that_takes_no_writes_is_read() {
    with_small_disks("machine::a_disk_that_takes_no_writes_is_read", || {
        let environment = Environment::new();
        let disk = SmallDisk::over(&environment.store(), "200m");
        environment.append_file(&sample());
        environment.append(&large());
        let before = answers(&environment);
        disk.change("ro");
        assert_eq!(answers(&environment), before);
        let saved = environment.type_in("salvage").text();
        assert_eq!(saved, before[2]);
        environment.type_in("verify").done();
        environment.type_in("prove a1000001").done();
        for typed in [SAY, "retract a1000001 --fault record --reason r", "rebuild"] {
            let words = [
                "Read-only file system",
                "takes no writes",
                "only asks read it",
            ];
            stopped(&environment.type_in(typed), &words);
        }
        environment.type_in("backup backup").done();
        disk.change("rw");
        environment.type_in("verify").done();
        environment.type_in(SAY).done();
        assert_eq!(environment.head()["position"], 2_639);
    });
}

/// Runs annals under a limit of the shell.
#[test]
fn a_disk_that_takes_no_writes_is_read_without_its_caches() {
    let name = "machine::a_disk_that_takes_no_writes_is_read_without_its_caches";
    with_small_disks(name, || {
        let environment = Environment::new();
        let disk = SmallDisk::over(&environment.store(), "200m");
        environment.append_file(&sample());
        environment.append(&bulky());
        let before = answers(&environment);
        let cache = environment.store().join("cache");
        let files = fs::read_dir(cache.join("streams")).unwrap();
        let paths = files.map(|file| file.unwrap().path());
        let is_run = |path: &PathBuf| path.extension().is_some_and(|it| it == "run");
        let runs: Vec<PathBuf> = paths.filter(is_run).collect();
        assert!(!runs.is_empty());
        for (harm, verified) in [("damaged", 6), ("missing", 0)] {
            match verified {
                0 => fs::remove_dir_all(&cache).unwrap(),
                _ => runs.iter().for_each(|run| flip_some(run)),
            }
            disk.change("ro");
            assert_eq!(answers(&environment), before, "{harm}");
            let asked = environment.type_in("at 2026-03-08 alibaba");
            let note = "note: caches are missing or damaged, and made elsewhere";
            assert!(asked.done().stderr.starts_with(note), "{harm}");
            assert_eq!(environment.type_in("verify").code, Some(verified), "{harm}");
            environment.type_in(&format!("backup {harm}")).done();
            if verified == 0 {
                let follow = environment.type_in("log --follow");
                stopped(&follow, &["cannot be followed"]);
            }
            let left = fs::read_dir(environment.path("tmp")).unwrap().count();
            assert_eq!(left, 0, "{harm}: it left something behind");
            disk.change("rw");
        }
        assert_eq!(answers(&environment), before);
        environment.type_in(SAY).done();
    });
}

/// Flips a bit of every hundredth byte in the first half of a file, so that what leads
/// to the rest is whole.
fn flip_some(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    let half = bytes.len() / 2;
    let some = bytes.iter_mut().take(half).step_by(100);
    some.for_each(|byte| *byte ^= 1);
    fs::write(path, bytes).unwrap();
}

#[test]
fn a_folder_for_temporary_files_that_is_not_there_is_told() {
    let environment = Environment::with_sample();
    for typed in [
        "demo",
        "backup -",
        "--store nowhere append --dry-run --file -",
    ] {
        let mut command = environment.command(typed.split(' '));
        command.env("TMPDIR", environment.path("nowhere-either"));
        let run = Run::of(command, lines(&sample_events()).as_bytes());
        stopped(&run, &["nowhere-either", "let TMPDIR name"]);
    }
}

fn limited(environment: &Environment, limit: &str, typed: &str) -> Run {
    environment.shell(&format!("ulimit {limit}; exec {ANNALS} {typed}"))
}

#[test]
fn a_limit_of_the_size_of_files_is_told_and_does_not_kill() {
    let environment = environment();
    // So that the log is longer than what is spooled.
    for number in 2..5 {
        environment.append(&bulky_from(number));
    }
    let before = answers(&environment);
    let file = environment.write("bulky.jsonl", lines(&bulky()));
    let append = format!("append --quiet --file {file}");
    // In blocks of 512 bytes: none at all, below the spool, and what the log may have more.
    let log = environment.store().join("log/blocks");
    let log = fs::metadata(log).unwrap().len() / 512;
    for limit in [0, 100, log + 100] {
        let run = limited(&environment, &format!("-f {limit}"), &append);
        stopped(&run, &["File too large", "ulimit -f"]);
        assert_eq!(answers(&environment), before, "{limit}");
    }
    environment.type_in("verify").done();
    environment.type_in(&append).done();
    let before = answers(&environment);
    for typed in [
        "rebuild",
        "backup b",
        "export --all --at 2030-01-01 -o x.json",
    ] {
        let run = limited(&environment, "-f 100", typed);
        stopped(&run, &["File too large", "ulimit -f"]);
        assert_eq!(answers(&environment), before, "{typed}");
    }
    environment.type_in("rebuild").done();
    environment.type_in("verify").done();
    assert_eq!(answers(&environment), before);
}

#[test]
fn a_limit_of_open_files_is_told() {
    let environment = environment();
    environment.append(&large());
    let mut stops = 0;
    let said = |number: u64| SAY.replace("001 ", &format!("{number:03} "));
    for limit in 4..24 {
        let append = said(limit);
        for typed in ["at 2025-12-23 alibaba --json", "verify", "rebuild", &append] {
            let run = limited(&environment, &format!("-n {limit}"), typed);
            match run.code {
                Some(0) => {}
                // The loader of programs has none left.
                Some(127) => continue,
                _ => stopped(&run, &["Too many open files", "ulimit -n"]),
            }
            stops += usize::from(run.code == Some(7));
        }
        environment.type_in(&append).done();
    }
    assert!(stops > 5, "{stops}");
    environment.type_in("verify").done();
    assert_eq!(environment.head()["position"], 39 + 2_600 + 20);
}

#[test]
fn a_clock_that_is_set_back_sets_no_time_of_recording_back() {
    let environment = environment();
    let command = |typed: &str, now: &str| {
        let mut command = environment.command(typed.split(' '));
        command.env("ANNALS_NOW", now);
        Run::of(command, b"")
    };
    let said = |number: u64| {
        SAY.replace("001 ", &format!("{number:03} "))
            .replace("2025-12-23", "2019-12-23")
    };
    command(&said(1), "2020-01-01T00:00:00Z").done();
    command(&said(2), "2020-01-01T00:00:00Z").done();
    // In a frame of its own, in blocks, and after both.
    let file = environment.write("large.jsonl", lines(&large()));
    command(
        &format!("append --quiet --file {file}"),
        "2026-01-01T00:00:00Z",
    )
    .done();
    command(&said(3), "2020-01-01T00:00:00Z").done();
    let listed = environment
        .type_in("log --json --limit 100000")
        .json_lines();
    // Without its end, `…:00.00004Z` would come after `…:00.000041Z`.
    let times = listed
        .iter()
        .map(|event| event["recorded"].as_str().unwrap());
    let times: Vec<&str> = times.map(|time| time.trim_end_matches('Z')).collect();
    assert_eq!(times.len(), 39 + 3 + 2_600);
    assert!(times.is_sorted_by(|one, next| one < next));
    command("verify", "2020-01-01T00:00:00Z").done();
}

/// The calls that change a file, by name.
const CHANGES: [&str; 6] = [
    "pwrite64",
    "write",
    "rename",
    "unlink",
    "unlinkat",
    "ftruncate",
];

#[test]
fn a_rebuild_that_is_killed_anywhere_changes_no_answer() {
    let environment = environment();
    environment.append(&large());
    environment.type_in("rebuild").done();
    let before = answers(&environment);
    let mut kills = 0;
    for call in CHANGES {
        for number in 1.. {
            let inject = format!("inject={call}:signal=SIGKILL:when={number}");
            let script =
                format!("strace -qq -f -o /dev/null -e trace={call} -e {inject} {ANNALS} rebuild");
            let run = environment.shell(&script);
            if run.stderr.contains("not found") || run.stderr.contains("race") {
                return skip(&format!("there is no strace: {}", run.stderr));
            }
            match run.code {
                Some(0) => break,
                _ => kills += 1,
            }
            assert_eq!(answers(&environment), before, "{call} {number}");
        }
    }
    assert!(kills > 5, "{kills}");
    environment.type_in("verify").done();
}
