//! How often things are measured, and in which order: [`Effort`] and
//! [`measure`].
//!
//! Each row is measured in rounds; within a round the systems take turns, and
//! another one begins each time, so that what else the machine does falls on
//! all alike. Ratios are taken within a round, and then their median.

use anyhow::{Result, bail};

use crate::process::tell;
use crate::report::{Row, Took};
use crate::systems::Name;

/// The most rounds of a run; lines for as many are made.
pub(crate) const ROUNDS_MAX: u64 = 9;

/// How much is measured at a size.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Effort {
    /// How many rounds there are, and how many of what goes through all events.
    pub(crate) rounds: u64,
    pub(crate) heavy_rounds: u64,
    /// How many events one round appends singly, by 1, 8 and 64 clients.
    pub(crate) appends: [usize; 3],
    /// How many processes one round starts, and how many of those that find
    /// nothing in memory or ask about the largest company.
    pub(crate) processes: usize,
    pub(crate) slow_processes: usize,
    /// How many answers one round times, of the middle and of the largest
    /// company, and when it stops before.
    pub(crate) answers: [usize; 2],
    pub(crate) answering_s: f64,
}

impl Effort {
    /// At so many events: 5 rounds, 3 from a million on, and 1 through ten
    /// million.
    pub(crate) fn of(events: u64, rounds: Option<u64>) -> Self {
        let (few, heavy, answering_s) = match events {
            ..1_000_000 => (5, 5, 1.0),
            1_000_000..5_000_000 => (3, 3, 4.0),
            _ => (3, 1, 10.0),
        };
        let appends = |share: u64, most: u64| usize::try_from((events / share).min(most));
        Self {
            rounds: rounds.unwrap_or(few),
            heavy_rounds: rounds.unwrap_or(heavy),
            appends: [appends(40, 500), appends(20, 1_000), appends(1, 16_000)]
                .map(Result::unwrap_or_default),
            processes: 8,
            slow_processes: 3,
            answers: [2_000, 300],
            answering_s,
        }
    }

    /// How many lines one round appends to a system, those by processes
    /// included.
    pub(crate) fn appended(&self) -> usize {
        self.appends.iter().sum::<usize>() + self.processes
    }
}

/// Measures a row: in each round, all systems in turn, which must answer alike.
pub(crate) fn measure(
    mut row: Row,
    rounds: u64,
    systems: &[Name],
    mut measure: impl FnMut(Name, usize) -> Result<Took>,
) -> Result<Row> {
    for round in 0..usize::try_from(rounds)? {
        let mut answers: Option<(Name, Vec<u64>)> = None;
        for turn in 0..systems.len() {
            let Some(&system) = systems.get((round + turn) % systems.len()) else {
                continue;
            };
            let mut took = measure(system, round)?;
            let these = std::mem::take(&mut took.answers);
            match &answers {
                Some((other, those)) if *those != these => {
                    bail!("({}): {system} and {other} answer differently", row.key);
                }
                _ => answers = Some((system, these)),
            }
            row.add(system, took);
        }
        tell(&format!("({}) {}: round {}", row.key, row.title, round + 1));
    }
    row.compare();
    Ok(row)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Measured, Timed};

    #[test]
    fn systems_take_turns_and_must_agree() {
        let row = || Row::new("d", "as of", Measured::Whole);
        let systems = [Name::Annals, Name::Sqlite];
        let took = |answer| Took {
            timed: Timed {
                units: 1,
                wall_s: 1.0,
                cpu_s: None,
                peak_kib: None,
            },
            samples_us: Vec::new(),
            answers: vec![answer],
        };
        let mut order = Vec::new();
        measure(row(), 2, &systems, |system, round| {
            order.push((round, system));
            Ok(took(1))
        })
        .unwrap();
        let [annals, sqlite] = systems;
        assert_eq!(order, [(0, annals), (0, sqlite), (1, sqlite), (1, annals)]);
        let differing = measure(row(), 1, &systems, |system, _| {
            Ok(took(u64::from(system == Name::Annals)))
        });
        assert!(differing.is_err());
    }
}
