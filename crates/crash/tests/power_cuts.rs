//! Power cuts, and that the checks can fail.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that cannot go on fails"
)]

use std::path::{Path, PathBuf};

use annals_crash::cycles::{self, Plan};
use annals_crash::group::{Ending, Group, Made};
use annals_crash::model::Model;
use annals_crash::random::Random;
use annals_crash::recording::{Runner, recorder};
use annals_crash::trace::Op;
use annals_crash::workload::Workload;

/// How workloads are run; `None`, which is said, where they cannot be recorded.
fn runner() -> Option<Runner> {
    if let Err(why) = recorder() {
        println!("skipped: {why}");
        return None;
    }
    Some(Runner {
        program: PathBuf::from(env!("CARGO_BIN_EXE_annals-crash")),
        random: 1,
    })
}

fn group(runner: &Runner, dir: &Path, workload: &str, seed: u64) -> Group {
    let workload = Workload::named(workload).unwrap();
    Group::first(runner, &dir.join("recorded"), (workload, seed)).unwrap()
}

/// What the first of some power cuts broke.
fn first_violation(group: &Group, dir: &Path, models: &[Model]) -> Option<String> {
    let mut random = Random::new(1);
    for (number, model) in models.iter().cycle().take(60).enumerate() {
        let crash = group.crash(*model, &mut random).unwrap();
        let store = dir.join(format!("image-{number}"));
        crash.tree.write(&store).unwrap();
        if let Err(violation) = group.check(&crash, &store, &mut random) {
            return Some(format!("{}: {}", violation.check, violation.what));
        }
    }
    None
}

#[test]
fn no_power_cut_breaks_a_store() {
    let Some(runner) = runner() else { return };
    let dir = tempfile::tempdir().unwrap();
    let report = cycles::run(&Plan {
        seed: 2,
        cycles: 200,
        only: None,
        keep: None,
        stops: false,
        threads: 4,
        dir: dir.path().to_owned(),
        runner,
        program: None,
    });
    let report = report.unwrap();
    let found: Vec<_> = report.found.iter().map(ToString::to_string).collect();
    assert_eq!(found, Vec::<String>::new());
    assert_eq!(report.cycles, 200);
}

/// Recording fails where the calls do not give the files that a run left.
#[test]
fn the_calls_of_every_workload_give_the_files_that_it_left() {
    let Some(runner) = runner() else { return };
    let dir = tempfile::tempdir().unwrap();
    for workload in annals_crash::workload::ALL {
        let group = group(&runner, dir.path(), workload.name, 7);
        assert!(!group.recording.history.is_empty(), "{}", workload.name);
    }
}

#[test]
fn a_store_that_syncs_nothing_is_caught() {
    let Some(runner) = runner() else { return };
    let dir = tempfile::tempdir().unwrap();
    let mut group = group(&runner, dir.path(), "appends", 3);
    assert_eq!(first_violation(&group, dir.path(), &[Model::Lost]), None);
    let dir = tempfile::tempdir().unwrap();
    let ops = &mut group.recording.trace.ops;
    ops.retain(|op| !matches!(op, Op::Sync(_)));
    assert!(first_violation(&group, dir.path(), &[Model::Lost]).is_some());
}

#[test]
fn what_was_never_appended_is_caught() {
    let Some(runner) = runner() else { return };
    let dir = tempfile::tempdir().unwrap();
    let mut group = group(&runner, dir.path(), "seals", 4);
    for event in &mut group.recording.history {
        event.event.payload = b"{}".as_slice().into();
    }
    let violation = first_violation(&group, dir.path(), &[Model::Kept]).unwrap();
    assert!(violation.contains("another event"), "{violation}");
}

/// A process is killed between a write and its sync; who tries again is answered that
/// the event is known, and then the power is cut.
#[test]
fn what_is_answered_as_known_after_a_kill_survives_a_power_cut() {
    let Some(runner) = runner() else { return };
    let dir = tempfile::tempdir().unwrap();
    let job = (Workload::named("appends").unwrap(), 5);
    let first = group(&runner, dir.path(), "appends", 5);
    let calls = first.recording.trace.ops.len();
    let last_sync = |op: &Op| matches!(op, Op::Sync(_));
    let sync = first
        .recording
        .trace
        .ops
        .iter()
        .rposition(last_sync)
        .unwrap();
    assert!(sync < calls);
    let killed = (Ending::Kill, Model::Kept, sync);
    let made = first.second(&runner, &dir.path().join("again"), job, killed);
    let Made::Group(second) = made.unwrap() else {
        panic!("the store does not open after the kill")
    };
    let mut random = Random::new(2);
    let mut told = 0;
    for call in sync + 1..=second.recording.trace.ops.len() {
        let crash = second.crash_before(call, Model::Lost, &mut random).unwrap();
        told = told.max(crash.told.upto);
        let store = dir.path().join(format!("image-{call}"));
        crash.tree.write(&store).unwrap();
        assert_eq!(second.check(&crash, &store, &mut random), Ok(()), "{call}");
    }
    assert_eq!(told, second.recording.history.len() as u64);
}

/// `annals-crash planted` puts them on a copy of the tree, and takes too long for here.
#[test]
fn the_planted_bugs_still_fit_the_code() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("planted");
    for entry in std::fs::read_dir(folder).unwrap() {
        let patch = entry.unwrap().path();
        let mut git = std::process::Command::new("git");
        git.args(["apply", "--check"]).arg(&patch);
        let Ok(checked) = git
            .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."))
            .status()
        else {
            println!("skipped: there is no git");
            return;
        };
        assert!(checked.success(), "{}", patch.display());
    }
}
