//! The figures of a run for people: the tables of a [`Report`].

use std::fmt;

use comfy_table::{CellAlignment, Table, presets};

use crate::aims::{Aim, Bound};
use crate::report::{Cell, Ratio, Report, Row, SizeReport, number};
use crate::systems::{Commit, Name};
use crate::workload::Shape;

/// The systems that annals is compared with, where they are measured.
const OTHERS: [Name; 4] = [Name::Sqlite, Name::Postgres, Name::Umadb, Name::Raw];

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for size in &self.sizes {
            writeln!(f, "{size}\n")?;
        }
        if !self.growth.is_empty() {
            writeln!(f, "## Growth\n\n{}\n", of_aims(&self.growth))?;
        }
        for what in &self.not_measured {
            writeln!(f, "not measured: {what}")?;
        }
        Ok(())
    }
}

impl fmt::Display for SizeReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Shape {
            events,
            bytes,
            companies,
            events_of_largest,
            events_of_middle,
            late,
            striking,
            ..
        } = self.workload;
        let load = |at: usize| {
            let load = self.load.get(at).copied().flatten();
            load.map_or("?".to_owned(), |load| load.to_string())
        };
        let [rounds, heavy] = self.rounds;
        writeln!(
            f,
            "## {events} events\n\n\
             {companies} companies, the largest with {events_of_largest} events, the one in the middle with \
             {events_of_middle}; {:.0} bytes an event; {late} came late, {striking} strike others.\n\
             Medians of {rounds} rounds ({heavy} of c, e and f), load {}–{}, {:.0} s in all; {} answers compared, all equal.\n",
            number(bytes) / number(events),
            load(0),
            load(1),
            self.took_s,
            self.compared,
        )?;
        if let Some(commits) = self.sqlite_commits {
            let how = match commits {
                Commit::Whole => "one transaction",
                Commit::Parts => "transactions of 10,000 lines",
            };
            writeln!(
                f,
                "SQLite takes in a file faster in {how}: so it does in (c).\n"
            )?;
        }
        writeln!(f, "{}\n", of_rows(&self.rows))?;
        writeln!(f, "{}\n", of_disk(self))?;
        write!(f, "{}", of_aims(&self.aims))
    }
}

fn of_rows(rows: &[Row]) -> Table {
    let is_measured = |name: &Name| rows.iter().any(|row| row.cell(*name).is_some());
    let others: Vec<Name> = OTHERS.into_iter().filter(is_measured).collect();
    let columns = [
        "row", "system", "p50", "p99", "whole", "per s", "CPU s", "CPU each", "peak MiB",
    ];
    let ratios = others.iter().map(|other| format!("× {other}"));
    let header = columns.map(str::to_owned).into_iter().chain(ratios);
    let mut table = table(header, 2);
    for row in rows {
        for (at, cell) in row.cells.iter().enumerate() {
            let title = match at {
                0 => format!("({}) {}", row.key, row.title),
                _ => String::new(),
            };
            let ratio = |other: &Name| times(row.ratio(cell.system, *other));
            table.add_row(
                figures(title, cell)
                    .into_iter()
                    .chain(others.iter().map(ratio)),
            );
        }
    }
    table
}

fn figures(title: String, cell: &Cell) -> [String; 9] {
    let or_dash = |text: Option<String>| text.unwrap_or("-".to_owned());
    [
        title,
        cell.system.to_string(),
        time(cell.p50_us),
        time(cell.p99_us),
        time(cell.wall_s.map(|wall_s| wall_s * 1e6)),
        rate(cell.per_second),
        or_dash(cell.cpu_s.map(|cpu_s| format!("{cpu_s:.3}"))),
        time(cell.cpu_us_each),
        or_dash(cell.peak_kib.map(|kib| (kib / 1024).to_string())),
    ]
}

fn of_disk(size: &SizeReport) -> Table {
    let header = ["(i) on disk", "bytes an event", "of which caches", "MiB"];
    let mut table = table(header, 1);
    for disk in &size.disk {
        table.add_row([
            disk.system.to_string(),
            format!("{:.0}", disk.bytes_an_event),
            format!("{:.0}", number(disk.cache_bytes) / number(size.events)),
            format!("{:.1}", number(disk.bytes) / 1024.0 / 1024.0),
        ]);
    }
    table
}

fn of_aims(aims: &[Aim]) -> Table {
    let mut table = table(["aim", "of annals", "is to be", "is", "met"], 2);
    for aim in aims {
        let unit = aim.unit;
        let bound = match aim.bound {
            Bound::AtLeast(least) => format!("≥ {least} {unit}"),
            Bound::AtMost(most) => format!("≤ {most} {unit}"),
        };
        let found = aim.found.map(|found| match found {
            found if found < 0.1 => format!("{found:.3} {unit}"),
            found if found < 100.0 => format!("{found:.2} {unit}"),
            found => format!("{found:.0} {unit}"),
        });
        let met = match aim.met {
            Some(true) => "yes",
            Some(false) => "no",
            None => "not measured",
        };
        let row = format!("({})", aim.row);
        let found = found.unwrap_or_default();
        table.add_row([row, aim.what.clone(), bound, found, met.to_owned()]);
    }
    table
}

fn time(us: Option<f64>) -> String {
    match us {
        None => "-".to_owned(),
        Some(us) if us < 10.0 => format!("{us:.1} µs"),
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
        return String::new();
    };
    let (median, lowest, highest) = (ratio.median, ratio.lowest, ratio.highest);
    if median < 0.095 {
        return format!("**{median:.3}** ({lowest:.3}–{highest:.3})");
    }
    format!("**{median:.2}** ({lowest:.2}–{highest:.2})")
}

/// A table with figures from a column on.
fn table<T: Into<String>>(header: impl IntoIterator<Item = T>, texts: usize) -> Table {
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN);
    table.set_header(header.into_iter().map(Into::<String>::into));
    for column in table.column_iter_mut().skip(texts) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}
