//! What harms came to: [`Report`].

use std::collections::BTreeMap;
use std::fmt;

use comfy_table::{CellAlignment, Table, presets};

use super::harm::Harm;
use super::held::Outcome;

/// What harms came to.
#[derive(Debug, Default)]
pub struct Report {
    /// How many there were.
    pub harms: u64,
    /// What did not hold.
    pub found: Vec<String>,
    counts: BTreeMap<(String, &'static str), Counts>,
}

#[derive(Debug, Default, Clone, Copy)]
struct Counts {
    harms: u64,
    right: u64,
    found: u64,
    appends: u64,
    appended: u64,
    violations: u64,
}

impl Report {
    /// Counts a harm.
    pub(super) fn count(&mut self, harm: &Harm, outcome: Result<Outcome, String>) {
        self.harms += 1;
        let key = (file_of(harm.path()), harm.sort());
        let counts = self.counts.entry(key).or_default();
        counts.harms += 1;
        match outcome {
            Ok(outcome) => {
                counts.right += u64::from(outcome.is_right);
                counts.found += u64::from(outcome.is_found);
                counts.appends += u64::from(outcome.is_appended.is_some());
                counts.appended += u64::from(outcome.is_appended == Some(true));
            }
            Err(violation) => {
                counts.violations += 1;
                self.found.push(violation);
            }
        }
    }
}

/// The file, without the numbers in its name.
fn file_of(path: &str) -> String {
    let path = path.trim_start_matches('/');
    match path.rsplit_once('/') {
        Some(("journal", _)) => "journal/…".to_owned(),
        Some((folder @ "log/index", name)) if name.starts_with("snap.") => {
            format!("{folder}/snap.…")
        }
        Some((folder, name)) if name.ends_with(".run") => format!("{folder}/….run"),
        _ => path.to_owned(),
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = Table::new();
        table.load_style(presets::ASCII_MARKDOWN);
        table.set_header([
            "file",
            "harm",
            "times",
            "all answers right",
            "verify found it",
            "appends tried",
            "accepted",
            "violations",
        ]);
        for ((file, sort), counts) in &self.counts {
            let Counts {
                harms,
                right,
                found,
                appends,
                appended,
                violations,
            } = counts;
            let numbers = [harms, right, found, appends, appended, violations];
            let numbers = numbers.map(|number| number.to_string());
            table.add_row(
                [file.clone(), (*sort).to_owned()]
                    .into_iter()
                    .chain(numbers),
            );
        }
        for column in table.column_iter_mut().skip(2) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        writeln!(f, "{table}\n")?;
        for found in &self.found {
            writeln!(f, "{found}")?;
        }
        write!(f, "{} harms, {} violations", self.harms, self.found.len())
    }
}
