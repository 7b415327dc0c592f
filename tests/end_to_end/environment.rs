//! Where a test runs the binary: [`Environment`], and what came of it: [`Run`].

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

/// The binary under test.
pub(crate) const ANNALS: &str = env!("CARGO_BIN_EXE_annals");
/// What the clock of the binary shows.
pub(crate) const NOW: &str = "2026-11-23T12:00:00Z";

/// A home, a store and a clock that no other test shares.
pub(crate) struct Environment {
    root: TempDir,
}

impl Environment {
    /// Without a store.
    pub(crate) fn new() -> Self {
        let root = tempfile::Builder::new().prefix("annals-test-").tempdir();
        let root = root.unwrap();
        for folder in ["home", "tmp"] {
            std::fs::create_dir(root.path().join(folder)).unwrap();
        }
        Self { root }
    }

    /// With the sample timeline in the store.
    pub(crate) fn with_sample() -> Self {
        let environment = Self::new();
        environment.append_file(&sample());
        environment
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    pub(crate) fn store(&self) -> PathBuf {
        self.path("store")
    }

    /// Writes a file and tells its path.
    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        let path = self.path(name);
        std::fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// A program that sees nothing of the environment of the tests.
    pub(crate) fn command_of(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("HOME", self.path("home"))
            .env("TMPDIR", self.path("tmp"))
            .env("ANNALS_STORE", self.store())
            .env("ANNALS_NOW", NOW)
            .current_dir(self.root.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    pub(crate) fn command<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Command {
        let mut command = self.command_of(ANNALS);
        command.args(args);
        command
    }

    pub(crate) fn run<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Run {
        Run::of(self.command(args), b"")
    }

    /// Runs a command that is typed with single spaces and no quotes.
    pub(crate) fn type_in(&self, line: &str) -> Run {
        self.run(line.split(' '))
    }

    /// Runs a command with something on its standard input.
    pub(crate) fn feed(&self, line: &str, input: &[u8]) -> Run {
        Run::of(self.command(line.split(' ')), input)
    }

    /// Runs a command line in a shell in which `annals` is the binary.
    pub(crate) fn shell(&self, script: &str) -> Run {
        let mut command = self.command_of("/bin/sh");
        let folder = Path::new(ANNALS).parent().unwrap();
        let path = format!("{}:/usr/bin:/bin", folder.display());
        command.env("PATH", path).args(["-c", script]);
        Run::of(command, b"")
    }

    pub(crate) fn append_file(&self, file: &str) {
        self.run(["append", "--quiet", "--file", file]).done();
    }

    /// Appends events, each given as JSON.
    pub(crate) fn append(&self, events: &[Value]) {
        self.feed("append --file -", lines(events).as_bytes())
            .done();
    }

    pub(crate) fn head(&self) -> Value {
        self.type_in("stats --json").json()["head"].clone()
    }

    /// The answer to a question, without its list of events.
    pub(crate) fn at(&self, question: &str) -> Value {
        self.type_in(&format!("at {question} --json --no-events"))
            .json()
    }

    pub(crate) fn show(&self, id: &str) -> Value {
        self.type_in(&format!("show {id} --json")).json()
    }

    /// What is in the store, but for the caches and the note of who has it
    /// open.
    ///
    /// The store is read once before, since sled writes a snapshot of what it
    /// finds at the first opening after an append.
    pub(crate) fn settled_files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        self.type_in("stats").done();
        self.files()
    }

    pub(crate) fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut files = BTreeMap::new();
        let mut folders = vec![self.store()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                let name = path.strip_prefix(self.store()).unwrap().to_owned();
                if name == Path::new("cache") || name == Path::new("LOCK") {
                    continue;
                }
                if path.is_dir() {
                    folders.push(path);
                } else {
                    files.insert(name, std::fs::read(&path).unwrap());
                }
            }
        }
        files
    }

    /// Holds that the store is as it was.
    pub(crate) fn assert_files(&self, before: &BTreeMap<PathBuf, Vec<u8>>, after_what: &str) {
        let after = self.files();
        let names: BTreeSet<_> = before.keys().chain(after.keys()).collect();
        for name in names {
            assert!(
                before.get(name) == after.get(name),
                "{after_what}: {} changed",
                name.display()
            );
        }
    }
}

/// What a command did.
#[derive(Debug)]
pub(crate) struct Run {
    command: String,
    pub(crate) code: Option<i32>,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
}

impl Run {
    /// Runs a program to its end, with something on its standard input.
    pub(crate) fn of(mut command: Command, input: &[u8]) -> Self {
        let told = format!("{command:?}");
        command.stdin(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        // The pipe is fed beside, so that a child that writes much does not
        // wait for us while we wait for it.
        let output = std::thread::scope(|scope| {
            // A command that does not read it may be gone already.
            scope.spawn(move || stdin.write_all(input).ok());
            child.wait_with_output().unwrap()
        });
        let run = Self {
            command: told,
            code: output.status.code(),
            stdout: output.stdout,
            stderr: String::from_utf8(output.stderr).unwrap(),
        };
        run.assert_calm();
        run
    }

    /// Holds that nothing panicked, whatever came of it.
    fn assert_calm(&self) {
        for word in ["panicked", "has a bug", "RUST_BACKTRACE"] {
            assert!(!self.stderr.contains(word), "it panicked: {self:?}");
        }
    }

    /// Holds that it went well.
    #[track_caller]
    pub(crate) fn done(self) -> Self {
        assert_eq!(self.code, Some(0), "{}: {}", self.command, self.stderr);
        self
    }

    /// Holds that it was refused, with these words, and that nothing was
    /// answered.
    #[track_caller]
    pub(crate) fn refused(&self, code: i32, words: &[&str]) {
        let answer = self.failed(code, words);
        assert_eq!(answer, "", "{}", self.command);
    }

    /// Holds that it ended so, with these words, and tells what it answered.
    #[track_caller]
    pub(crate) fn failed(&self, code: i32, words: &[&str]) -> String {
        let Self {
            command, stderr, ..
        } = self;
        assert_eq!(self.code, Some(code), "{command}: {stderr}");
        for word in words {
            assert!(stderr.contains(word), "{word:?} is not in: {stderr}");
        }
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// What it answered.
    #[track_caller]
    pub(crate) fn text(self) -> String {
        String::from_utf8(self.done().stdout).unwrap()
    }

    #[track_caller]
    pub(crate) fn json(self) -> Value {
        serde_json::from_str(&self.text()).unwrap()
    }

    #[track_caller]
    pub(crate) fn json_lines(self) -> Vec<Value> {
        let text = self.text();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

/// The folder of the project.
pub(crate) fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The path of the sample timeline.
pub(crate) fn sample() -> String {
    let path = project().join("data/alibaba.jsonl");
    path.to_str().unwrap().to_owned()
}

/// The events of the sample.
pub(crate) fn sample_events() -> Vec<Value> {
    let text = std::fs::read_to_string(sample()).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// A folder of the data that lies beside the project, or nothing, and a word
/// about it.
pub(crate) fn shared_data(name: &str) -> Option<PathBuf> {
    let folder = project().join("../shared/data").join(name);
    if folder.is_dir() {
        return Some(folder);
    }
    skip(&format!("there is no {}", folder.display()));
    None
}

/// Says that a test was not made, and why.
#[expect(
    clippy::explicit_write,
    reason = "what the macro prints is shown only of tests that fail"
)]
pub(crate) fn skip(why: &str) {
    writeln!(std::io::stderr(), "skipped: {why}").unwrap();
}

pub(crate) fn lines(events: &[Value]) -> String {
    events.iter().map(|event| format!("{event}\n")).collect()
}

/// A company that is declared.
pub(crate) fn company(slug: &str) -> Value {
    json!({
        "company": slug, "kind": "company", "published": "2014-09-19",
        "certainty": "official", "source": {"name": "register"}, "data": {"name": slug},
    })
}

/// Events of three companies, so many that they go past the journal.
pub(crate) fn large() -> Vec<Value> {
    let said = |number: usize| {
        let slug = ["alibaba", "amd", "nvidia"][number % 3];
        let text = format!("No. {number}: {}", "and so on, ".repeat(20));
        statement(slug, "2025-12-23", &text)
    };
    (0..2_600).map(said).collect()
}

/// Something said of a company on a day.
pub(crate) fn statement(slug: &str, published: &str, text: &str) -> Value {
    json!({
        "company": slug, "kind": "statement", "published": published,
        "certainty": "asserted", "source": {"name": "paper"}, "data": {"text": text},
    })
}

/// Talks on chips, as said on a day.
pub(crate) fn talks(slug: &str, published: &str, stage: &str) -> Value {
    json!({
        "company": slug, "kind": "chip_interest", "published": published,
        "certainty": "reported", "source": {"name": "paper"},
        "data": {"vendor": "AMD", "product": "MI308", "stage": stage},
    })
}

/// The thread of this name, if the list has it.
pub(crate) fn thread<'v>(list: &'v Value, name: &str) -> Option<&'v Value> {
    let list = list.as_array().unwrap();
    list.iter().find(|thread| thread["thread"] == name)
}
