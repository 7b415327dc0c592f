//! Durable appends, by threads and by processes.

use std::fs;

use anyhow::Result;

use super::Run;
use crate::cli::Letter;
use crate::job::{Task, lines};
use crate::process::run_job_whole;
use crate::report::{Measured, Row, Took};
use crate::rounds::measure;
use crate::systems::Name;

impl Run<'_> {
    /// Rows h, a and b.
    pub(super) fn appends(&self) -> Result<Vec<Row>> {
        let [one, eight, many] = self.effort.appends;
        let rounds = self.effort.rounds;
        let processes = self.effort.processes;
        let mut rows = Vec::new();
        if self.appends_by_processes() {
            let row = Row::new("h", "a process that appends an event", Measured::Each);
            let systems = [Name::AnnalsProgram, Name::Sqlite];
            rows.push(measure(row, rounds, &systems, |system, round| {
                let skip = self.skipped(round);
                let lines = lines(&self.workload.more(), skip, processes)?;
                let runs = lines
                    .iter()
                    .map(|line| self.append_by_process(system, line));
                Ok(Took::of_processes(&runs.collect::<Result<Vec<_>>>()?))
            })?);
        }
        let of = [
            (
                Letter::A,
                "a",
                "durable appends, 1 client",
                processes,
                one,
                1,
            ),
            (
                Letter::B,
                "b8",
                "durable appends, 8 clients",
                processes + one,
                eight,
                8,
            ),
            (
                Letter::B,
                "b64",
                "durable appends, 64 clients",
                processes + one + eight,
                many,
                64,
            ),
        ];
        for (letter, key, title, skip, count, threads) in of {
            if !self.cli.wants(letter) {
                continue;
            }
            let measured = match threads {
                1 => Measured::Each,
                _ => Measured::Whole,
            };
            let row = Row::new(key, title, measured);
            let systems = self.systems(&[Name::Raw]);
            rows.push(measure(row, rounds, &systems, |system, round| {
                let task = Task::Append {
                    path: self.workload.more(),
                    skip: self.skipped(round) + skip,
                    count,
                    threads,
                };
                self.took(system, &task)
            })?);
        }
        Ok(rows)
    }

    pub(super) fn appends_by_processes(&self) -> bool {
        self.binary.is_some() && self.cli.wants(Letter::H)
    }

    /// How many of the further events earlier rounds appended.
    fn skipped(&self, round: usize) -> usize {
        round * self.effort.appended()
    }

    fn append_by_process(&self, system: Name, line: &str) -> Result<crate::process::Ran> {
        let path = self.folder.path().join("event.jsonl");
        fs::write(&path, format!("{line}\n"))?;
        match system {
            Name::AnnalsProgram => {
                let file = path.display().to_string();
                self.annals(&["append", "--quiet", "--file", &file])
            }
            _ => run_job_whole(&self.job(
                system,
                &Task::Append {
                    path,
                    skip: 0,
                    count: 1,
                    threads: 1,
                },
            )),
        }
    }
}
