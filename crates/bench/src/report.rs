//! The figures of a run: [`Report`].

use serde::Serialize;

use crate::aims::Aim;
use crate::job::Outcome;
use crate::meter::{self, median, quantile};
use crate::process::Ran;
use crate::systems::{Commit, Name};
use crate::workload::Shape;

/// What a run found.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) version: &'static str,
    pub(crate) seed: u64,
    pub(crate) cpus: usize,
    /// How a page cache is made cold.
    pub(crate) cold: &'static str,
    pub(crate) sizes: Vec<SizeReport>,
    /// How answers slow down as stores grow.
    pub(crate) growth: Vec<Aim>,
    pub(crate) not_measured: Vec<String>,
}

/// What was found at one number of events.
#[derive(Debug, Serialize)]
pub(crate) struct SizeReport {
    pub(crate) events: u64,
    pub(crate) workload: Shape,
    /// How many rounds were measured, and how many of the rows that go through
    /// all events.
    pub(crate) rounds: [u64; 2],
    /// How many processes wanted a processor in the minute before the first
    /// row, and before the last figure; above `cpus`, rows disturb each other.
    pub(crate) load: [Option<f64>; 2],
    /// How long it took, without the making of the workload.
    pub(crate) took_s: f64,
    /// How many answers were compared and equal, besides those of the rows.
    pub(crate) compared: u64,
    /// How SQLite takes in a file faster.
    pub(crate) sqlite_commits: Option<Commit>,
    pub(crate) rows: Vec<Row>,
    pub(crate) disk: Vec<Disk>,
    pub(crate) aims: Vec<Aim>,
}

/// How a row is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Measured {
    /// Each unit by itself; the median of them is compared.
    Each,
    /// All units as a whole; the rate is compared.
    Whole,
}

/// One measured thing.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    pub(crate) key: &'static str,
    pub(crate) title: String,
    pub(crate) measured: Measured,
    pub(crate) cells: Vec<Cell>,
    /// How many times as fast as the others annals is.
    pub(crate) ratios: Vec<Ratio>,
}

/// One measured thing of one system.
#[derive(Debug, Serialize)]
pub(crate) struct Cell {
    pub(crate) system: Name,
    /// Of the samples of all rounds; the first is the median of the rounds'.
    pub(crate) p50_us: Option<f64>,
    pub(crate) p99_us: Option<f64>,
    pub(crate) samples: usize,
    /// The medians of the rounds, and the peak of all.
    pub(crate) per_second: Option<f64>,
    pub(crate) wall_s: Option<f64>,
    pub(crate) cpu_s: Option<f64>,
    pub(crate) cpu_us_each: Option<f64>,
    pub(crate) peak_kib: Option<u64>,
    pub(crate) rounds: Vec<Timed>,
    #[serde(skip)]
    samples_us: Vec<Vec<f64>>,
}

/// What one round of one system took.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Timed {
    pub(crate) units: u64,
    pub(crate) wall_s: f64,
    pub(crate) cpu_s: Option<f64>,
    pub(crate) peak_kib: Option<u64>,
}

/// The same with what is not kept.
#[derive(Debug)]
pub(crate) struct Took {
    pub(crate) timed: Timed,
    pub(crate) samples_us: Vec<f64>,
    pub(crate) answers: Vec<u64>,
}

/// How many times as fast as another system annals is: above one, faster.
#[derive(Debug, Serialize)]
pub(crate) struct Ratio {
    pub(crate) of: Name,
    pub(crate) to: Name,
    pub(crate) median: f64,
    pub(crate) lowest: f64,
    pub(crate) highest: f64,
}

/// What a store takes on the disk.
#[derive(Debug, Serialize)]
pub(crate) struct Disk {
    pub(crate) system: Name,
    pub(crate) bytes: u64,
    pub(crate) bytes_an_event: f64,
    /// What of it can be made again.
    pub(crate) cache_bytes: u64,
}

impl From<Outcome> for Took {
    fn from(outcome: Outcome) -> Self {
        Self {
            timed: Timed {
                units: outcome.units,
                wall_s: outcome.wall_s,
                cpu_s: Some(outcome.cpu_s),
                peak_kib: outcome.peak_kib,
            },
            samples_us: outcome.samples_us,
            answers: outcome.answers,
        }
    }
}

impl Took {
    /// Of processes, each of which is a sample.
    pub(crate) fn of_processes(runs: &[Ran]) -> Self {
        let samples_us: Vec<f64> = runs.iter().map(|ran| ran.wall_us).collect();
        Self {
            timed: Timed {
                units: runs.len() as u64,
                wall_s: samples_us.iter().sum::<f64>() / 1e6,
                cpu_s: Some(runs.iter().map(|ran| ran.cpu_s).sum()),
                peak_kib: runs.iter().map(|ran| ran.peak_kib).max(),
            },
            samples_us,
            answers: Vec::new(),
        }
    }

    /// Of one process that did so many units.
    pub(crate) fn of_process(ran: Ran, units: u64) -> Self {
        let mut took = Self::of_processes(&[ran]);
        took.timed.units = units;
        took.samples_us.clear();
        took
    }
}

impl Cell {
    fn new(system: Name) -> Self {
        Self {
            system,
            p50_us: None,
            p99_us: None,
            samples: 0,
            per_second: None,
            wall_s: None,
            cpu_s: None,
            cpu_us_each: None,
            peak_kib: None,
            rounds: Vec::new(),
            samples_us: Vec::new(),
        }
    }

    fn add(&mut self, took: Took) {
        self.rounds.push(took.timed);
        self.samples_us.push(took.samples_us);
        let all = |figure: fn(&Timed) -> Option<f64>| -> Option<f64> {
            median(&self.rounds.iter().filter_map(figure).collect::<Vec<_>>())
        };
        self.wall_s = all(|timed| Some(timed.wall_s));
        self.cpu_s = all(|timed| timed.cpu_s);
        self.cpu_us_each = all(|timed| Some(timed.cpu_s? * 1e6 / number(timed.units)));
        self.per_second = all(|timed| Some(timed.per_second()));
        self.peak_kib = self.rounds.iter().filter_map(|timed| timed.peak_kib).max();
        let p50s: Vec<f64> = self.samples_us.iter().filter_map(|us| median(us)).collect();
        self.p50_us = median(&p50s);
        let samples = self.samples_us.concat();
        self.p99_us = quantile(&samples, 0.99);
        self.samples = samples.len();
    }

    /// What is compared: one speed for each round.
    fn compared(&self, measured: Measured) -> Vec<f64> {
        let speed = |us: &Vec<f64>| median(us).map(|p50_us| 1e6 / p50_us);
        match measured {
            Measured::Each => self.samples_us.iter().filter_map(speed).collect(),
            Measured::Whole => self.rounds.iter().map(Timed::per_second).collect(),
        }
    }
}

impl Timed {
    fn per_second(&self) -> f64 {
        number(self.units) / self.wall_s
    }
}

impl Row {
    pub(crate) fn new(key: &'static str, title: impl Into<String>, measured: Measured) -> Self {
        Self {
            key,
            title: title.into(),
            measured,
            cells: Vec::new(),
            ratios: Vec::new(),
        }
    }

    /// Adds a round of a system.
    pub(crate) fn add(&mut self, system: Name, took: Took) {
        let at = self.cells.iter().position(|cell| cell.system == system);
        match at.and_then(|at| self.cells.get_mut(at)) {
            Some(cell) => cell.add(took),
            None => {
                let mut cell = Cell::new(system);
                cell.add(took);
                self.cells.push(cell);
                self.cells.sort_by_key(|cell| cell.system as u8);
            }
        }
    }

    /// Takes the ratios, within each round.
    pub(crate) fn compare(&mut self) {
        let measured = self.measured;
        let (ours, theirs): (Vec<&Cell>, Vec<&Cell>) =
            self.cells.iter().partition(|cell| cell.system.is_ours());
        let ratio = |our: &Cell, their: &Cell| {
            let ratios: Vec<f64> = our
                .compared(measured)
                .iter()
                .zip(their.compared(measured))
                .map(|(our, their)| our / their)
                .collect();
            Some(Ratio {
                of: our.system,
                to: their.system,
                median: median(&ratios)?,
                lowest: quantile(&ratios, 0.0)?,
                highest: quantile(&ratios, 1.0)?,
            })
        };
        let pairs = ours
            .iter()
            .flat_map(|our| theirs.iter().map(move |their| (our, their)));
        self.ratios = pairs.filter_map(|(our, their)| ratio(our, their)).collect();
    }

    /// The figures of a system.
    pub(crate) fn cell(&self, system: Name) -> Option<&Cell> {
        self.cells.iter().find(|cell| cell.system == system)
    }

    /// How many times as fast as another system one of ours is.
    pub(crate) fn ratio(&self, of: Name, to: Name) -> Option<&Ratio> {
        self.ratios
            .iter()
            .find(|ratio| ratio.of == of && ratio.to == to)
    }
}

impl SizeReport {
    pub(crate) fn new(workload: Shape, rounds: [u64; 2]) -> Self {
        Self {
            events: workload.events,
            workload,
            rounds,
            load: [meter::load(), None],
            took_s: 0.0,
            compared: 0,
            sqlite_commits: None,
            rows: Vec::new(),
            disk: Vec::new(),
            aims: Vec::new(),
        }
    }

    /// The row of a key.
    pub(crate) fn row(&self, key: &str) -> Option<&Row> {
        self.rows.iter().find(|row| row.key == key)
    }

    /// The figures of a system in a row.
    pub(crate) fn cell(&self, key: &str, system: Name) -> Option<&Cell> {
        self.row(key)?.cell(system)
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts here are small")]
pub(crate) fn number(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_is_the_median_of_those_within_a_round() {
        let mut row = Row::new("c", "a file", Measured::Whole);
        let took = |wall_s| Took {
            timed: Timed {
                units: 10,
                wall_s,
                cpu_s: None,
                peak_kib: None,
            },
            samples_us: Vec::new(),
            answers: Vec::new(),
        };
        for (ours, theirs) in [(1.0, 2.0), (10.0, 30.0), (1.0, 8.0)] {
            row.add(Name::Sqlite, took(theirs));
            row.add(Name::Annals, took(ours));
        }
        row.compare();
        let ratio = row.ratio(Name::Annals, Name::Sqlite).unwrap();
        assert_eq!((ratio.lowest, ratio.median, ratio.highest), (2.0, 3.0, 8.0));
        assert!(row.ratio(Name::Sqlite, Name::Annals).is_none());
    }
}
