//! What cycles came to: [`Report`].

use std::collections::BTreeMap;
use std::fmt;

use comfy_table::{CellAlignment, Table, presets};

use crate::check::Violation;
use crate::model::Model;

/// A violation, and how to have it again.
#[derive(Debug, Clone)]
pub struct Found {
    /// The number of the cycle.
    pub cycle: u64,
    /// The workload, and what came before it.
    pub workload: String,
    /// What became of what was not synced.
    pub model: &'static str,
    /// The call before which the power was cut.
    pub call: usize,
    /// What does not hold.
    pub violation: Violation,
}

impl Found {
    /// One of a cycle.
    #[must_use]
    pub fn new(
        cycle: u64,
        workload: &str,
        model: &'static str,
        call: usize,
        violation: Violation,
    ) -> Self {
        let workload = workload.to_owned();
        Self {
            cycle,
            workload,
            model,
            call,
            violation,
        }
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            cycle,
            workload,
            model,
            call,
            violation: Violation { check, what },
        } = self;
        write!(
            f,
            "cycle {cycle} ({workload}; {model}; before call {call}): {check}: {what}"
        )
    }
}

/// What cycles came to.
#[derive(Debug, Default)]
pub struct Report {
    /// How many there were.
    pub cycles: u64,
    /// What did not hold.
    pub found: Vec<Found>,
    counts: BTreeMap<(String, Model), u64>,
}

impl Report {
    /// Counts a cycle.
    pub(super) fn count(&mut self, workload: &str, model: Model, found: Option<Found>) {
        self.cycles += 1;
        *self.counts.entry((workload.to_owned(), model)).or_default() += 1;
        self.found.extend(found);
    }

    /// Counts a store that did not work after a crash.
    pub(super) fn fail(&mut self, found: Found) {
        self.cycles += 1;
        self.found.push(found);
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = Table::new();
        table.load_style(presets::ASCII_MARKDOWN);
        let models = Model::ALL.map(Model::name);
        let head = ["workload"].into_iter().chain(models);
        table.set_header(head.chain(["cycles", "violations"]));
        let mut workloads: Vec<&str> = self.counts.keys().map(|(name, _)| name.as_str()).collect();
        workloads.extend(self.found.iter().map(|found| found.workload.as_str()));
        workloads.sort_unstable();
        workloads.dedup();
        for workload in workloads {
            let count = |model| self.counts.get(&(workload.to_owned(), model)).copied();
            let counts = Model::ALL.map(|model| count(model).unwrap_or_default());
            let found = self.found.iter().filter(|found| found.workload == workload);
            let numbers = counts.iter().copied();
            let numbers = numbers.chain([counts.iter().sum(), found.count() as u64]);
            let numbers = numbers.map(|number| number.to_string());
            table.add_row([workload.to_owned()].into_iter().chain(numbers));
        }
        for column in table.column_iter_mut().skip(1) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        writeln!(f, "{table}\n")?;
        write!(f, "{} cycles, {} violations", self.cycles, self.found.len())
    }
}
