//! Answers by new processes.

use anyhow::{Context, Result};

use super::Run;
use crate::cli::Letter;
use crate::job::Task;
use crate::process::{forget, run_job_whole};
use crate::report::{Measured, Row, Took};
use crate::rounds::measure;
use crate::systems::Name;

/// The day that processes ask about.
const DAY: &str = "2024-06-30";
impl Run<'_> {
    /// Row g: an answer by a new process.
    pub(super) fn asking_processes(&self) -> Result<Vec<Row>> {
        if self.binary.is_none() || !self.cli.wants(Letter::G) {
            return Ok(Vec::new());
        }
        let median = self.workload.middle.first().context("there is a company")?;
        let ask = |system, company: &str, is_cold: bool| {
            if is_cold {
                forget(&self.store(system))?;
            }
            match system {
                Name::AnnalsProgram => self.annals(&["at", DAY, company, "--json", "--no-events"]),
                _ => run_job_whole(&self.job(
                    system,
                    &Task::Say {
                        company: company.to_owned(),
                        day: DAY.to_owned(),
                    },
                )),
            }
        };
        let (many, few) = (self.effort.processes, self.effort.slow_processes);
        let rows = [
            ("g-warm", "a process that answers (d)", median, false, many),
            ("g-cold", "the same, nothing in memory", median, true, few),
            (
                "g-large",
                "a process that answers (d-large)",
                &self.workload.largest,
                false,
                few,
            ),
        ];
        let systems = [Name::AnnalsProgram, Name::Sqlite];
        let of_row = |(key, title, company, is_cold, count): (_, _, &String, _, usize)| {
            let row = Row::new(key, title, Measured::Each);
            measure(row, self.effort.rounds, &systems, |system, _| {
                let runs = (0..count).map(|_| ask(system, company, is_cold));
                Ok(Took::of_processes(&runs.collect::<Result<Vec<_>>>()?))
            })
        };
        rows.into_iter().map(of_row).collect()
    }
}
