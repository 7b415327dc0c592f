//! The figures of a run, as a table for people and as JSON: [`Report`].

use std::fmt;

use comfy_table::{CellAlignment, Table, presets};
use serde::Serialize;

use crate::cli::Cli;
use crate::meter::{self, median, quantile};
use crate::systems::Name;
use crate::workload::Shape;

/// What a run found.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) version: &'static str,
    pub(crate) events: u64,
    pub(crate) rounds: u64,
    pub(crate) seed: u64,
    pub(crate) cpus: usize,
    /// How many processes wanted a processor in the minute before the first
    /// row, and before the last figure; above `cpus`, rows disturb each other.
    pub(crate) load: [Option<f64>; 2],
    pub(crate) workload: Shape,
    /// How many answers were compared and equal, besides those of the rows.
    pub(crate) compared: u64,
    pub(crate) rows: Vec<Row>,
    pub(crate) sizes: Vec<Size>,
    pub(crate) skipped: Vec<String>,
}

/// How a row is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Measured {
    /// Each unit by itself; the median of them is compared.
    Each,
    /// All units as a whole; the time for all is compared.
    Whole,
}

/// One measured thing.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    pub(crate) key: &'static str,
    pub(crate) title: String,
    pub(crate) unit: &'static str,
    pub(crate) measured: Measured,
    pub(crate) cells: Vec<Cell>,
    /// How many times as fast as the others annals is.
    pub(crate) ratios: Vec<Ratio>,
}

/// One measured thing of one system.
#[derive(Debug, Serialize)]
pub(crate) struct Cell {
    pub(crate) system: Name,
    pub(crate) p50_us: Option<f64>,
    pub(crate) p99_us: Option<f64>,
    pub(crate) per_second: Option<f64>,
    /// The medians of the rounds, and the peak of all.
    pub(crate) wall_s: Option<f64>,
    pub(crate) cpu_s: Option<f64>,
    pub(crate) open_us: Option<f64>,
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
    pub(crate) open_us: Option<f64>,
    pub(crate) cpu_s: Option<f64>,
    pub(crate) peak_kib: Option<u64>,
}

/// The same with what is not kept.
pub(crate) struct Took {
    pub(crate) timed: Timed,
    pub(crate) samples_us: Vec<f64>,
    pub(crate) answers: Vec<u64>,
}

/// How many times as fast as another system annals is: above one, faster.
#[derive(Debug, Serialize)]
pub(crate) struct Ratio {
    pub(crate) to: Name,
    pub(crate) median: f64,
    pub(crate) lowest: f64,
    pub(crate) highest: f64,
}

/// What a store takes on the disk.
#[derive(Debug, Serialize)]
pub(crate) struct Size {
    pub(crate) system: Name,
    pub(crate) bytes: u64,
    /// What of it can be made again.
    pub(crate) cache_bytes: u64,
}

impl Took {
    /// Of samples that are all there is.
    pub(crate) fn of_samples(samples_us: Vec<f64>) -> Self {
        Self {
            timed: Timed {
                units: samples_us.len() as u64,
                wall_s: samples_us.iter().sum::<f64>() / 1e6,
                open_us: None,
                cpu_s: None,
                peak_kib: None,
            },
            samples_us,
            answers: Vec::new(),
        }
    }
}

impl Cell {
    fn new(system: Name) -> Self {
        Self {
            system,
            p50_us: None,
            p99_us: None,
            per_second: None,
            wall_s: None,
            cpu_s: None,
            open_us: None,
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
        self.open_us = all(|timed| timed.open_us);
        self.per_second = all(|timed| Some(number(timed.units) / timed.wall_s));
        self.peak_kib = self.rounds.iter().filter_map(|timed| timed.peak_kib).max();
        let p50s: Vec<f64> = self.samples_us.iter().filter_map(|us| median(us)).collect();
        self.p50_us = median(&p50s);
        self.p99_us = quantile(&self.samples_us.concat(), 0.99);
    }

    /// What is compared: one time for each round.
    fn compared(&self, measured: Measured) -> Vec<f64> {
        match measured {
            Measured::Each => self.samples_us.iter().filter_map(|us| median(us)).collect(),
            Measured::Whole => self.rounds.iter().map(|timed| timed.wall_s).collect(),
        }
    }
}

impl Row {
    pub(crate) fn new(
        key: &'static str,
        title: impl Into<String>,
        unit: &'static str,
        measured: Measured,
    ) -> Self {
        Self {
            key,
            title: title.into(),
            unit,
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
        self.compare();
    }

    fn compare(&mut self) {
        let measured = self.measured;
        let mut others = self.cells.iter();
        let Some(annals) = others.next().filter(|cell| cell.system == Name::Annals) else {
            return;
        };
        let ours = annals.compared(measured);
        let ratio = |cell: &Cell| {
            let theirs = cell.compared(measured);
            let ratios: Vec<f64> = theirs
                .iter()
                .zip(&ours)
                .map(|(their, our)| their / our)
                .collect();
            Some(Ratio {
                to: cell.system,
                median: median(&ratios)?,
                lowest: quantile(&ratios, 0.0)?,
                highest: quantile(&ratios, 1.0)?,
            })
        };
        self.ratios = others.filter_map(ratio).collect();
    }
}

impl Report {
    pub(crate) fn new(cli: &Cli, workload: Shape) -> Self {
        Self {
            version: env!("CARGO_PKG_VERSION"),
            events: cli.events,
            rounds: cli.rounds,
            seed: cli.seed,
            cpus: std::thread::available_parallelism().map_or(1, usize::from),
            load: [meter::load(), None],
            workload,
            compared: 0,
            rows: Vec::new(),
            sizes: Vec::new(),
            skipped: Vec::new(),
        }
    }

    /// Ends the run: puts the rows in the order of their keys.
    pub(crate) fn end(&mut self) {
        self.rows.sort_by_key(|row| row.key);
        self.load[1] = meter::load();
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts here are small")]
fn number(count: u64) -> f64 {
    count as f64
}

fn time(us: Option<f64>) -> String {
    match us {
        None => "-".to_owned(),
        Some(us) if us < 1e3 => format!("{us:.0} µs"),
        Some(us) if us < 1e5 => format!("{:.2} ms", us / 1e3),
        Some(us) if us < 1e6 => format!("{:.0} ms", us / 1e3),
        Some(us) => format!("{:.2} s", us / 1e6),
    }
}

fn rate(per_second: Option<f64>) -> String {
    match per_second {
        None => "-".to_owned(),
        Some(rate) if rate < 1e2 => format!("{rate:.1}"),
        Some(rate) if rate < 1e5 => format!("{rate:.0}"),
        Some(rate) => format!("{:.0}k", rate / 1e3),
    }
}

fn times(ratio: Option<&Ratio>) -> String {
    let Some(ratio) = ratio else {
        return "-".to_owned();
    };
    let Ratio {
        median,
        lowest,
        highest,
        ..
    } = ratio;
    if *median < 0.095 {
        return format!("**{median:.3}** ({lowest:.3}–{highest:.3})");
    }
    format!("**{median:.2}** ({lowest:.2}–{highest:.2})")
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Shape {
            events,
            bytes,
            companies,
            late,
            striking,
            ..
        } = self.workload;
        let load = |at: usize| {
            let load = self.load.get(at).copied().flatten();
            load.map_or("?".to_owned(), |load| load.to_string())
        };
        writeln!(
            f,
            "{events} events of {companies} companies, {:.0} bytes each; {late} came late, {striking} strike others; seed {}\n\
             medians of {} rounds on {} processors (load {}–{}); {} answers compared, all equal\n\
             \"× SQLite\": how many times as fast annals is (lowest and highest round); below 1 it is slower\n",
            number(bytes) / number(events),
            self.seed,
            self.rounds,
            self.cpus,
            load(0),
            load(1),
            self.compared,
        )?;
        let mut table = table();
        table.set_header([
            "row",
            "system",
            "p50",
            "p99",
            "whole",
            "per s",
            "CPU s",
            "peak MiB",
            "× SQLite",
            "× raw file",
        ]);
        for row in &self.rows {
            for (at, cell) in row.cells.iter().enumerate() {
                let title = match at {
                    0 => format!("({}) {}", row.key, row.title),
                    _ => String::new(),
                };
                let ratio = |wanted: fn(Name) -> bool| {
                    let ours = cell.system == Name::Annals;
                    let found = row.ratios.iter().find(|ratio| wanted(ratio.to));
                    match ours {
                        true => times(found),
                        false => String::new(),
                    }
                };
                table.add_row([
                    title,
                    cell.system.to_string(),
                    time(cell.p50_us),
                    time(cell.p99_us),
                    time(cell.wall_s.map(|wall_s| wall_s * 1e6)),
                    rate(cell.per_second),
                    cell.cpu_s
                        .map_or("-".to_owned(), |cpu_s| format!("{cpu_s:.3}")),
                    cell.peak_kib
                        .map_or("-".to_owned(), |kib| (kib / 1024).to_string()),
                    ratio(|to| to != Name::Raw),
                    ratio(|to| to == Name::Raw),
                ]);
            }
        }
        writeln!(f, "{table}\n")?;
        self.fmt_sizes(f)?;
        for skipped in &self.skipped {
            writeln!(f, "not measured: {skipped}")?;
        }
        Ok(())
    }
}

impl Report {
    fn fmt_sizes(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = table();
        table.set_header(["(i) on disk", "bytes an event", "of which caches", "MiB"]);
        for size in &self.sizes {
            let of_event = |bytes: u64| format!("{:.0}", number(bytes) / number(self.events));
            table.add_row([
                size.system.to_string(),
                of_event(size.bytes),
                of_event(size.cache_bytes),
                format!("{:.1}", number(size.bytes) / 1024.0 / 1024.0),
            ]);
        }
        writeln!(f, "{table}\n")
    }
}

fn table() -> Table {
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN);
    for column in table.column_iter_mut().skip(2) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}
