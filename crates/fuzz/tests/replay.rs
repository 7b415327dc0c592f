//! Feeds each target with the inputs that are kept: seeds that a store made, what the
//! fuzzer found to reach new code, and what once broke something.

#![expect(clippy::unwrap_used, reason = "helpers of tests are tests")]

use std::fs;
use std::path::{Path, PathBuf};

use annals_fuzz::TARGETS;
use event_log::fuzzing;

/// So that the repository stays small.
const FILES_MAX: usize = 8 * 42;
const BYTES_MAX: usize = 400_000;

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus")
}

fn inputs(target: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let files = fs::read_dir(corpus().join(target)).unwrap();
    let mut paths: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    paths.sort();
    let read = |path: PathBuf| (path.clone(), fs::read(path).unwrap());
    paths.into_iter().map(read).collect()
}

#[test]
fn every_input_that_is_kept_holds() {
    for (name, target) in TARGETS {
        let inputs = inputs(name);
        assert!(!inputs.is_empty(), "no inputs for {name}");
        for (path, bytes) in inputs {
            let held = std::panic::catch_unwind(|| target(&bytes));
            assert!(held.is_ok(), "{} does not hold", path.display());
        }
    }
}

#[test]
fn the_inputs_stay_few_and_small() {
    let all: Vec<_> = TARGETS.iter().flat_map(|(name, _)| inputs(name)).collect();
    let bytes: usize = all.iter().map(|(_, bytes)| bytes.len()).sum();
    assert!(all.len() <= FILES_MAX, "{} files", all.len());
    assert!(bytes <= BYTES_MAX, "{bytes} bytes");
    let targets: Vec<_> = TARGETS.iter().map(|(name, _)| *name).collect();
    for folder in fs::read_dir(corpus()).unwrap() {
        let name = folder.unwrap().file_name();
        assert!(targets.contains(&name.to_str().unwrap()), "{name:?}");
    }
}

#[test]
fn the_seeds_are_still_what_a_store_writes() {
    let seed = |target: &str, name: &str| {
        let bytes = fs::read(corpus().join(target).join(name)).unwrap();
        bytes.get(1..).unwrap().to_vec()
    };
    assert_eq!(fuzzing::block(&seed("log", "some-block")).unwrap().len(), 9);
    assert_eq!(
        fuzzing::part(&seed("log", "some-part")).unwrap().position.0,
        9
    );
    assert_eq!(fuzzing::records(&seed("log", "some-records")).len(), 9);
    let redacted = fuzzing::block(&seed("log", "redacted-block")).unwrap();
    assert_eq!(&*redacted.get(1).unwrap().event.kind, "redacted");
    let mut journal = seed("log", "some-journal");
    fuzzing::mend::journal(&mut journal).unwrap();
    assert_eq!(fuzzing::journal(&journal).unwrap().len(), 9);
}
