//! What is acknowledged is on the disk, by what the process asks of the system.

use std::path::Path;

use crate::environment::{Environment, company, lines, statement};
use crate::trace::Trace;

/// Holds that a command made what it stored durable before it answered, and
/// left the store alone in between.
fn check(environment: &Environment, typed: &str) {
    let before = environment.store().exists().then(|| environment.head());
    let Some(trace) = Trace::of(environment, typed) else {
        return;
    };
    assert_ne!(before, Some(environment.head()), "{typed} stored nothing");
    let store = environment.store().canonicalize().unwrap();
    assert_eq!(fault(&trace, &store), None, "{typed}");
}

/// What a command left to chance when it answered.
fn fault(trace: &Trace, store: &Path) -> Option<String> {
    let cache = store.join("cache");
    let (journal, blocks) = (store.join("journal"), store.join("log/blocks"));
    // The files that hold events: those of the journal, and the blocks.
    let holds = |path: &Path| path == blocks || path.parent() == Some(&*journal);
    let answer = trace.answer();
    let outside: Vec<_> = trace
        .changes(store)
        .filter(|(call, path)| call.began < answer.began && !path.starts_with(&cache))
        .collect();
    let writes = |call: &str| call.contains("write");
    let written = outside
        .iter()
        .rfind(|(call, path)| holds(path) && writes(&call.text));
    let Some((written, file)) = written else {
        return Some("the log was not written".to_owned());
    };
    let synced = trace
        .syncs(file)
        .filter(|sync| sync.began > written.ended && sync.ended < answer.began)
        .min_by_key(|sync| sync.ended);
    let Some(synced) = synced else {
        return Some(format!("no sync after {}", written.text));
    };
    let late = outside.iter().find(|(call, _)| call.ended > synced.ended);
    late.map(|(call, _)| format!("changed after the sync: {}", call.text))
}

#[test]
fn a_fault_is_seen() {
    const WRITE: &str = "7 pwrite64(4</t/store/journal/0>, \"\"..., 9, 9) = 9";
    const SYNC: &str = "7 fdatasync(5</t/store/journal/0>) = 0";
    const ANSWER: &str = "7 write(1<pipe:[1]>, \"\"..., 9) = 9";
    const CACHE: &str = "7 write(6</t/store/cache/head.tmp>, \"\"..., 9) = 9";
    const LOCK: &str = "7 write(3</t/store/LOCK>, \"\"..., 9) = 9";
    const HALF: &str = "7 sync_file_range(4</t/store/journal/0>, 9, 9, 7) = 0";
    const OTHER: &str = "7 fdatasync(5</t/store/log/index/db>) = 0";
    const WRITING: &str = "8 pwrite64(4</t/store/journal/0>, \"\"..., 9, 9 <unfinished ...>";
    const WRITTEN: &str = "8 <... pwrite64 resumed>) = 9";
    const FAILED: &str = "7 fdatasync(5</t/store/journal/0>) = -1 EIO (Input/output error)";
    for (lines, is_whole) in [
        (&[LOCK, WRITE, SYNC, ANSWER][..], true),
        (&[WRITE, SYNC, CACHE, ANSWER], true),
        (&[WRITING, WRITTEN, SYNC, ANSWER], true),
        (&[WRITE, SYNC, ANSWER, LOCK], true),
        (&[LOCK, ANSWER], false),
        (&[WRITE, ANSWER], false),
        (&[WRITE, ANSWER, SYNC], false),
        (&[SYNC, WRITE, ANSWER], false),
        (&[WRITE, HALF, ANSWER], false),
        (&[WRITE, OTHER, ANSWER], false),
        (&[WRITE, FAILED, ANSWER], false),
        (&[WRITE, SYNC, LOCK, ANSWER], false),
        (&[WRITING, SYNC, WRITTEN, ANSWER], false),
        (&[WRITE, SYNC, WRITING, ANSWER], false),
    ] {
        let trace = Trace::parse(&lines.join("\n"), Path::new("/t"));
        let fault = fault(&trace, Path::new("/t/store"));
        assert_eq!(fault.is_none(), is_whole, "{lines:?}: {fault:?}");
    }
}

#[test]
fn a_single_event_is_on_the_disk_before_it_is_acknowledged() {
    let environment = Environment::with_sample();
    check(
        &environment,
        "append statement alibaba --text Hm. --published 2025-12-23 --certainty asserted \
         --source-name paper",
    );
}

/// What a sync failed to write, the system holds as if it were written: what was left by
/// who was never told that it is stored is written once more before it is known.
#[test]
fn what_may_not_be_on_the_disk_is_written_again_before_it_is_known() {
    let environment = Environment::with_sample();
    let event = statement("alibaba", "2025-12-23", "Hm.");
    let file = environment.write("one.jsonl", lines(&[event]));
    let typed = format!("append --file {file}");
    environment.run(typed.split(' ')).done();
    // As a process leaves it that did not come to its end.
    std::fs::remove_file(environment.store().join("cache/head")).unwrap();
    let Some(trace) = Trace::of(&environment, &typed) else {
        return;
    };
    let store = environment.store().canonicalize().unwrap();
    assert_eq!(fault(&trace, &store), None);
}

#[test]
fn a_file_is_on_the_disk_before_it_is_acknowledged() {
    let environment = Environment::with_sample();
    let said = |number| statement("alibaba", "2025-12-23", &format!("No. {number}"));
    let events: Vec<_> = (0..300).map(said).collect();
    let file = environment.write("many.jsonl", lines(&events));
    check(&environment, &format!("append --file {file}"));
}

#[test]
fn a_file_of_several_companies_is_too() {
    let environment = Environment::with_sample();
    let slugs = ["alibaba", "amd", "nvidia"];
    let said = |number: usize| statement(slugs[number % 3], "2025-12-23", &format!("No. {number}"));
    let events: Vec<_> = (0..300).map(said).collect();
    let file = environment.write("many.jsonl", lines(&events));
    check(&environment, &format!("append --file {file}"));
}

#[test]
fn a_large_file_is_too() {
    let environment = Environment::with_sample();
    let file = environment.write("large.jsonl", lines(&crate::environment::large()));
    let Some(trace) = Trace::of(&environment, &format!("append --quiet --file {file}")) else {
        return;
    };
    // It goes past the journal: its blocks are synced before the journal says
    // that they are there, and that is synced before the program ends.
    let store = environment.store().canonicalize().unwrap();
    let (file, journal) = (store.join("log/blocks"), store.join("journal"));
    let new = journal.join("new");
    let begun = trace
        .changes(&journal)
        .filter(|(call, path)| call.text.starts_with("rename") && *path == new)
        .last()
        .expect("a new file of the journal");
    let blocks = trace.changes(&store).filter(|(call, path)| {
        *path == file && call.text.contains("write") && call.ended < begun.0.began
    });
    let last_block = blocks.last().expect("blocks").0;
    let is_between = |path: &Path, from: usize, to: usize| {
        let mut syncs = trace.syncs(path);
        syncs.any(|sync| sync.began > from && sync.ended < to)
    };
    assert!(is_between(&file, last_block.ended, begun.0.began));
    assert!(is_between(&new, last_block.ended, begun.0.began));
    assert!(is_between(&journal, begun.0.ended, usize::MAX));
}

#[test]
fn a_retraction_and_a_correction_are_too() {
    let environment = Environment::with_sample();
    check(&environment, "retract a1000001 --fault record --reason r");
    check(
        &environment,
        "correct a1000003 --fault source --reason r --set data.value=128.70",
    );
}

#[test]
fn a_new_store_is_on_the_disk_with_its_first_event() {
    let environment = Environment::new();
    let file = environment.write("first.jsonl", lines(&[company("acme")]));
    let typed = format!("append --file {file}");
    check(&environment, &typed);
    let other = Environment::new();
    let Some(trace) = Trace::of(&other, &typed) else {
        return;
    };
    let answer = trace.answer().began;
    let store = other.store().canonicalize().unwrap();
    // Without these names nothing of the store would be found again.
    let (log, journal) = (store.join("log"), store.join("journal"));
    let folders = [store.parent().unwrap(), &store, &log, &journal];
    for folder in folders {
        let made = trace.changes(folder).filter(|(call, path)| {
            call.began < answer
                && path.parent() == Some(folder)
                && !path.ends_with("cache")
                && !path.ends_with("LOCK")
                && (call.text.starts_with("rename") || call.text.starts_with("mkdir"))
                && !call.text.contains("snap.")
        });
        let Some((made, _)) = made.last() else {
            continue;
        };
        let is_synced = trace
            .syncs(folder)
            .any(|sync| sync.began > made.ended && sync.ended < answer);
        assert!(is_synced, "{} after {}", folder.display(), made.text);
    }
    let format = store.join("FORMAT.new");
    let renamed = trace.changes(&store).any(|(_, path)| path == format);
    assert!(renamed, "the file that says what the folder is");
    assert!(trace.syncs(&format).next().is_some());
}
