//! Answers out of a store that is open, and rebuilding it.

use std::fs;

use anyhow::Result;

use super::Run;
use crate::cli::Letter;
use crate::job::Task;
use crate::report::{Measured, Row, Took};
use crate::rounds::measure;
use crate::systems::Name;
use crate::workload::{random_days, random_rows};

/// About how many answers for all companies are compared.
const COMPARED_OF_ALL: u64 = 1_000;
/// How many rows are joined, and in small stores.
const JOINED_ROWS: usize = 1_000_000;
const JOINED_ROWS_OF_FEW: usize = 100_000;

impl Run<'_> {
    /// Rows d, e, f and l.
    pub(super) fn readings(&self) -> Result<Vec<Row>> {
        let (rounds, heavy) = (self.effort.rounds, self.effort.heavy_rounds);
        let shape = self.workload.shape;
        let mut rows = Vec::new();
        if self.cli.wants(Letter::D) {
            let middle = (&self.workload.middle, shape.events_of_middle);
            let largest = (
                &vec![self.workload.largest.clone()],
                shape.events_of_largest,
            );
            let of = [
                ("d", "the median", middle),
                ("d-large", "the largest", largest),
            ];
            for ((key, which, (companies, events)), answers) in
                of.into_iter().zip(self.effort.answers)
            {
                let title = format!("as of: {which} company ({events} events)");
                let row = Row::new(key, title, Measured::Each);
                rows.push(measure(row, rounds, &self.answering(), |system, round| {
                    let task = Task::At {
                        companies: companies.clone(),
                        days: random_days(self.seed_of(round), answers),
                        seconds: self.effort.answering_s,
                    };
                    self.took(system, &task)
                })?);
            }
        }
        let both = [Name::Annals, Name::Sqlite];
        if self.cli.wants(Letter::E) {
            let row = Row::new("e", "as of: all companies", Measured::Whole);
            rows.push(measure(row, heavy, &both, |system, round| {
                let day = random_days(self.seed_of(round), 1).concat();
                let kept_one_of = (shape.companies / COMPARED_OF_ALL).max(1);
                self.took(system, &Task::AtAll { day, kept_one_of })
            })?);
        }
        if self.cli.wants(Letter::F) {
            let row = Row::new("f", "rebuild", Measured::Whole);
            let systems = self.with_program(&both);
            rows.push(measure(row, heavy, &systems, |system, _| match system {
                Name::AnnalsProgram => {
                    Ok(Took::of_process(self.annals(&["rebuild"])?, shape.events))
                }
                _ => self.took(system, &Task::Rebuild),
            })?);
        }
        if self.cli.wants(Letter::L) {
            let count = match shape.events {
                ..100_000 => JOINED_ROWS_OF_FEW,
                _ => JOINED_ROWS,
            };
            let path = self.folder.path().join("rows.csv");
            fs::write(&path, random_rows(self.cli.seed, shape.companies, count))?;
            let row = Row::new("l", format!("join of {count} rows"), Measured::Whole);
            rows.push(measure(row, heavy, &both, |system, _| {
                let rows = path.clone();
                self.took(system, &Task::Join { rows })
            })?);
        }
        Ok(rows)
    }
}
