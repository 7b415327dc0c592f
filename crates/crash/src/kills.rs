//! The built program, killed at a call: [`run`].
//!
//! Stores grow by commands. Each command is first run on a copy, which tells how many
//! calls it makes and what it appends; then on the store, where it is killed before one
//! of these calls. After that the store must have all of what was there before, and all
//! or nothing of what the command was to append: all, if it had said so.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use annals::Recorded;
use anyhow::{Context, Result, bail};
use comfy_table::{Table, presets};

use crate::check::{self, Expected, Violation};
use crate::claims::{Claims, submissions};
use crate::random::Random;
use crate::recording::{Told, history};
use crate::trace::{Op, Trace};

/// After so many kills a new store is begun.
const STORE_KILLS: u64 = 25;

/// Where the clock of the program stands.
const NOW: &str = "2026-06-30T12:00:00Z";

/// The kinds of the events that are no claims.
const APART: [&str; 3] = ["company", "redaction", "redacted"];

/// What is to be run.
#[derive(Debug, Clone)]
pub struct Plan {
    /// All choices follow from it.
    pub seed: u64,
    /// How many kills.
    pub count: u64,
    /// How many stores at once.
    pub threads: usize,
    /// The folder in which stores are made.
    pub dir: PathBuf,
    /// The built program.
    pub program: PathBuf,
    /// What counts its calls, and kills it.
    pub recorder: PathBuf,
}

/// What kills came to.
#[derive(Debug, Default)]
pub struct Report {
    /// Of each command: how often it was killed, and how often all of it was there.
    pub commands: BTreeMap<&'static str, (u64, u64)>,
    /// What did not hold.
    pub found: Vec<String>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = Table::new();
        table.load_style(presets::ASCII_MARKDOWN);
        table.set_header(["command", "kills", "all of it was there", "nothing of it"]);
        let mut kills = 0;
        for (command, (killed, whole)) in &self.commands {
            let numbers = [*killed, *whole, killed - whole].map(|number| number.to_string());
            table.add_row([(*command).to_owned()].into_iter().chain(numbers));
            kills += killed;
        }
        writeln!(f, "{table}\n")?;
        for found in &self.found {
            writeln!(f, "{found}")?;
        }
        write!(f, "{kills} kills, {} violations", self.found.len())
    }
}

/// Kills the program again and again.
///
/// # Errors
///
/// If that cannot be done; what it finds is in the report.
pub fn run(plan: &Plan) -> Result<Report> {
    let work = tempfile::Builder::new()
        .prefix("annals-kills-")
        .tempdir_in(&plan.dir)
        .with_context(|| format!("cannot work in {}", plan.dir.display()))?;
    let mut report = Report::default();
    let (mut kills, mut number) = (0, 0);
    while kills < plan.count {
        let dir = work.path().canonicalize()?.join(number.to_string());
        let mut store = Victim::new(plan, &dir, Random::of(plan.seed, number))?;
        let upto = (kills + STORE_KILLS).min(plan.count);
        while kills < upto {
            match store.kill(&mut report)? {
                None => {}
                Some(Ok(())) => kills += 1,
                Some(Err(violation)) => {
                    kills += 1;
                    let Violation { check, what } = violation;
                    report
                        .found
                        .push(format!("store {number}, kill {kills}: {check}: {what}"));
                    break;
                }
            }
        }
        fs::remove_dir_all(&dir)?;
        number += 1;
    }
    Ok(report)
}

/// A store whose writers are killed.
struct Victim<'p> {
    plan: &'p Plan,
    dir: PathBuf,
    random: Random,
    claims: Claims,
    filings: usize,
}

/// A command, and what it is called in the table.
struct Typed {
    name: &'static str,
    words: Vec<String>,
}

impl Typed {
    /// Tells of a command that was refused.
    fn check_success(&self, output: &Output) -> Result<()> {
        if output.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        bail!(
            "annals {} ended with {}: {said}",
            self.words.join(" "),
            output.status
        )
    }
}

impl<'p> Victim<'p> {
    /// A store that has its companies.
    fn new(plan: &'p Plan, dir: &Path, mut random: Random) -> Result<Self> {
        fs::create_dir_all(dir)?;
        let mut claims = Claims::new(Random::new(random.next_u64()));
        let companies = claims.companies().join("\n");
        let victim = Self {
            plan,
            dir: dir.to_owned(),
            random,
            claims,
            filings: 0,
        };
        let file = victim.file("companies.jsonl", &companies)?;
        let typed = ["append".to_owned(), "--file".to_owned(), file];
        let output = victim.start("store", &typed, &[])?;
        match output.status.success() {
            true => Ok(victim),
            false => bail!("no store: {}", String::from_utf8_lossy(&output.stderr)),
        }
    }

    fn file(&self, name: &str, text: &str) -> Result<String> {
        let path = self.dir.join(name);
        fs::write(&path, text)?;
        Ok(path.display().to_string())
    }

    fn start(&self, store: &str, words: &[String], set: &[(&str, String)]) -> Result<Output> {
        let mut command = Command::new(&self.plan.program);
        command.args(words).stdin(Stdio::null());
        command.env("ANNALS_STORE", self.dir.join(store));
        command.env("ANNALS_NOW", NOW);
        if !set.is_empty() {
            command.env("LD_PRELOAD", &self.plan.recorder);
            command.env("ANNALS_CRASH_ROOT", self.dir.join(store));
        }
        command.envs(set.iter().map(|(name, value)| (name, value)));
        Ok(command.output()?)
    }

    /// A command on a store that holds these events.
    fn typed(&mut self, before: &[Recorded]) -> Result<Typed> {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        let (name, words) = match self.random.below(7) {
            0 | 1 => {
                let product = format!("MI{}", self.random.next_u64() % 1_000_000);
                let typed = ["append", "chip-interest", "company-1", "--vendor", "AMD"];
                let rest = ["--stage", "considering", "--published", "2025-12-22"];
                let more = ["--certainty", "reported", "--source-name", "Some paper"];
                let mut words: Vec<String> = words(&[&typed[..], &rest, &more].concat());
                words.extend(["--product".to_owned(), product]);
                ("append by flags", words)
            }
            2 => {
                let lines = self.random.between(2, 30);
                let batch = self.claims.batch(lines, 300).join("\n");
                let file = self.file("batch.jsonl", &batch)?;
                ("a batch", words(&["append", "--file", &file]))
            }
            3 => {
                let batch = self.claims.batch(150, 7_500).join("\n");
                let file = self.file("batch.jsonl", &batch)?;
                ("a batch above 1 MiB", words(&["append", "--file", &file]))
            }
            4 => {
                self.filings += self.random.between(1, 20);
                let crawl = submissions(self.filings).to_string();
                let file = self.file("CIK0000009999.json", &crawl)?;
                ("import", words(&["import", "edgar", &file]))
            }
            5 => match self.claim_among(before) {
                Some(id) => ("redact", words(&["redact", &id, "--reason", "an order"])),
                None => ("rebuild", words(&["rebuild"])),
            },
            _ => ("rebuild", words(&["rebuild"])),
        };
        Ok(Typed { name, words })
    }

    /// One of the claims that a store holds.
    fn claim_among(&mut self, events: &[Recorded]) -> Option<String> {
        let is_claim = |it: &&Recorded| !APART.contains(&&*it.event.kind);
        let claims: Vec<&Recorded> = events.iter().filter(is_claim).collect();
        let at = self.random.below(claims.len().max(1));
        claims.get(at).map(|claim| claim.event.id.to_string())
    }

    /// Runs a command and kills it; `None` if it had ended before.
    fn kill(&mut self, report: &mut Report) -> Result<Option<Result<(), Violation>>> {
        let before = history(&self.dir.join("store"))?;
        let typed = self.typed(&before)?;
        // Ids are made of both, and must be the same in both runs.
        let seed = self.random.next_u64().to_string();
        let (calls, after) = self.rehearse(&typed, &seed)?;
        let at = self.random.between(1, calls);
        let set = [
            ("ANNALS_CRASH_KILL_AT", at.to_string()),
            ("ANNALS_CRASH_RANDOM", seed),
        ];
        let output = self.start("store", &typed.words, &set)?;
        let is_killed = output.status.code().is_none();
        if !is_killed {
            typed.check_success(&output)?;
        }
        let is_told = !is_killed || !output.stdout.is_empty();
        let held = self.holds(&before, &after, is_told);
        if !is_killed && held.is_ok() {
            return Ok(None);
        }
        let (kills, whole) = report.commands.entry(typed.name).or_default();
        *kills += 1;
        *whole += u64::from(matches!(held, Ok(true)));
        Ok(Some(held.map(|_| ()).map_err(|violation| {
            let Violation { check, what } = violation;
            let what = format!("{what}; annals {} killed at {at}", typed.words.join(" "));
            Violation { check, what }
        })))
    }

    /// How many calls a command makes, at least, and what the store holds after it.
    fn rehearse(&self, typed: &Typed, seed: &str) -> Result<(usize, Vec<Recorded>)> {
        let (copy, trace) = (self.dir.join("copy"), self.dir.join("trace"));
        copy_folder(&self.dir.join("store"), &copy)?;
        let set = [
            ("ANNALS_CRASH_TRACE", trace.display().to_string()),
            ("ANNALS_CRASH_RANDOM", seed.to_owned()),
        ];
        let output = self.start("copy", &typed.words, &set)?;
        typed.check_success(&output)?;
        let counted = |op: &&Op| op.is_change() && !matches!(op, Op::Open { empties: false, .. });
        let calls = Trace::read(&trace)?.ops.iter().filter(counted).count();
        let after = history(&copy)?;
        fs::remove_file(trace)?;
        fs::remove_dir_all(copy)?;
        Ok((calls.max(1), after))
    }

    /// Whether all of what the command was to append is there.
    fn holds(
        &mut self,
        before: &[Recorded],
        after: &[Recorded],
        is_told: bool,
    ) -> Result<bool, Violation> {
        let store = self.dir.join("store");
        let failed = |error: anyhow::Error| Violation::new("opens to read", format!("{error:#}"));
        let now = history(&store).map_err(failed)?;
        let events = |history: &[Recorded]| -> Vec<_> {
            history.iter().map(|event| event.event.clone()).collect()
        };
        let is_whole = now.len() == after.len() && events(&now) == events(after);
        let is_untouched = now.len() == before.len();
        // A redaction changes what was there.
        let kept = if is_whole { after } else { before };
        if now.get(..before.len()) != kept.get(..before.len()) {
            return Err(Violation::new("what was there is there", "it is not"));
        }
        if !is_whole && (is_told || !is_untouched) {
            let what = format!(
                "{} events of {} to {}",
                now.len(),
                before.len(),
                after.len()
            );
            return Err(Violation::new("all or nothing is there", what));
        }
        // The check appends, which the next command must not see.
        let copy = self.dir.join("checked");
        let copied = copy_folder(&store, &copy);
        copied.map_err(|error| Violation::new("can be copied", error))?;
        let told = Told {
            made: true,
            upto: now.len() as u64,
            units: Vec::new(),
        };
        let expected = Expected {
            history: &now,
            told: &told,
        };
        check::check(&copy, &expected, &mut self.random)?;
        let removed = fs::remove_dir_all(&copy);
        removed.map_err(|error| Violation::new("can be removed", error))?;
        Ok(is_whole)
    }
}

fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        match entry.file_type()?.is_dir() {
            true => copy_folder(&entry.path(), &to)?,
            false => drop(fs::copy(entry.path(), to)?),
        }
    }
    Ok(())
}
