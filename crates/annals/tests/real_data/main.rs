//! Real data in a store: what it answers on a day is what a plain replay of the
//! source's own changes gives, row for row.
//!
//! The data lies beside the project (`../shared/data`), and each folder has a
//! README.txt that tells where it is from. Where it is not there, the tests say so
//! and are skipped.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod listings;
mod membership;

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use annals::append::AppendOptions;
use annals::model::time::Instant;
use annals::projection::basis::Basis;
use annals::projection::timeline::Answer;
use annals::{Clock, Moment, Question, RecordedCut, Store};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A folder of the data that lies beside the project, or nothing, and a word about it.
#[expect(
    clippy::explicit_write,
    reason = "what the macro prints is shown only of tests that fail"
)]
fn shared_data(name: &str) -> Option<PathBuf> {
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folder = project.join("../shared/data").join(name);
    if folder.is_dir() {
        return Some(folder);
    }
    writeln!(
        std::io::stderr(),
        "skipped: there is no {}",
        folder.display()
    )
    .unwrap();
    None
}

/// The rows of a file, each by the names of its columns.
fn rows(path: &Path) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    reader.deserialize().map(|row| row.unwrap()).collect()
}

/// A store with the events of a source.
struct Filled {
    store: Store,
    // The folder goes with it.
    _folder: TempDir,
}

impl Filled {
    /// Appends lines as one batch.
    fn with(lines: &[Value]) -> Self {
        let now: Instant = "2026-11-23T12:00:00Z".parse().unwrap();
        let clock: Arc<dyn Clock> = Arc::new(move || now);
        let folder = tempfile::tempdir().unwrap();
        let store = Store::create_or_open(&folder.path().join("store"), clock).unwrap();
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        let appended = store.append_lines("lines", &mut text.as_bytes(), AppendOptions::default());
        let appended = appended.unwrap_or_else(|error| panic!("{error}: {error:#?}"));
        assert_eq!(appended.new, lines.len() as u64);
        Self {
            store,
            _folder: folder,
        }
    }

    fn basis(&self, day: &str, recorded: Option<RecordedCut>) -> Basis {
        let mut question = Question::at(Moment::parse(day).unwrap());
        question.recorded = recorded;
        self.store.basis(&question).unwrap()
    }

    /// What can be read in the answers about all companies.
    fn told<T: Send + Ord>(
        &self,
        basis: &Basis,
        read: impl Fn(&Answer) -> Vec<T> + Sync,
    ) -> Vec<T> {
        let mut all = Vec::new();
        let read = |answer: Answer| read(&answer);
        let told = self.store.at_all(basis, false, read, |some| {
            all.extend(some);
            Ok::<_, annals::Error>(())
        });
        told.unwrap();
        all.sort();
        all
    }
}

/// Holds that two sorted lists are the same, and tells only where they differ.
#[track_caller]
fn assert_same<T: Ord + Debug>(told: &[T], expected: &[T], what: &str) {
    let missing: Vec<&T> = expected
        .iter()
        .filter(|row| told.binary_search(row).is_err())
        .collect();
    let added: Vec<&T> = told
        .iter()
        .filter(|row| expected.binary_search(row).is_err())
        .collect();
    let some = |rows: &[&T]| format!("{:#?}", &rows[..rows.len().min(3)]);
    assert!(
        missing.is_empty() && added.is_empty(),
        "{what}: {} missing: {}\n{} too many: {}",
        missing.len(),
        some(&missing),
        added.len(),
        some(&added)
    );
    // Each as often as the other.
    assert!(
        told == expected,
        "{what}: {} for {}",
        told.len(),
        expected.len()
    );
}

/// Makes the events of a source, each with an id of its own.
struct Teller {
    source: Value,
    lines: Vec<Value>,
}

impl Teller {
    fn new(source: Value) -> Self {
        Self {
            source,
            lines: Vec::new(),
        }
    }

    /// Tells something, and gives its id.
    fn tell(&mut self, company: &str, kind: &str, published: &str, data: Value) -> String {
        let id = format!("00000000-0000-4000-8000-{:012}", self.lines.len() + 1);
        self.lines.push(json!({
            "id": id, "company": company, "kind": kind, "published": published,
            "certainty": "official", "source": self.source, "data": data,
        }));
        id
    }

    /// Adds to what was told last.
    fn also(&mut self, field: &str, value: &str) {
        self.lines.last_mut().unwrap()[field] = json!(value);
    }
}
