//! Whether the systems answer the same.

use std::collections::HashSet;

use anyhow::{Result, bail, ensure};

use super::Run;
use crate::job::Task;
use crate::process::run_job;
use crate::systems::{Asked, Name};

/// The days on which answers are compared.
const COMPARED_DAYS: &[&str] = &[
    "2011-03-31",
    "2014-06-30",
    "2018-12-31",
    "2022-02-28",
    "2025-12-31",
];
/// The same for the largest company, of which an answer takes long.
const COMPARED_DAY_OF_LARGEST: &str = "2019-10-01";
impl Run<'_> {
    /// Asks the systems that answer the same, and tells how many answers were
    /// compared.
    pub(super) fn compare(&self) -> Result<u64> {
        let asked = |day: &&str, recorded| Asked {
            day: (*day).to_owned(),
            recorded,
        };
        let half = self.workload.plan.events / 2;
        let days = [None, Some(half)].into_iter().flat_map(|recorded| {
            let of_day = move |day| asked(day, recorded);
            COMPARED_DAYS.iter().map(of_day)
        });
        let tasks = [
            Task::Answers {
                companies: self.workload.sample.clone(),
                asked: days.collect(),
            },
            Task::Answers {
                companies: vec![self.workload.largest.clone()],
                asked: vec![
                    asked(&COMPARED_DAY_OF_LARGEST, None),
                    asked(&COMPARED_DAY_OF_LARGEST, Some(half)),
                ],
            },
        ];
        let mut compared = 0;
        for task in &tasks {
            let ours = run_job(&self.job(Name::Annals, task))?.answers;
            for system in self.answering() {
                let theirs = run_job(&self.job(system, task))?.answers;
                let differing = ours.iter().zip(&theirs).position(|(a, b)| a != b);
                if let Some(at) = differing {
                    bail!("{system} and annals differ in answer {at} of {task:?}");
                }
                ensure!(ours.len() == theirs.len(), "{system} left out answers");
            }
            let distinct: HashSet<_> = ours.iter().collect();
            ensure!(distinct.len() > 1, "all answers are the same");
            compared += ours.len() as u64;
        }
        Ok(compared)
    }

    /// The systems that answer for one company.
    pub(super) fn answering(&self) -> Vec<Name> {
        let mut systems = self.systems(&[]);
        systems.retain(|system| *system != Name::Umadb);
        systems
    }
}
