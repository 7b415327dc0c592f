//! What the figures are held to: [`Aim`].

use serde::Serialize;

use crate::report::SizeReport;
use crate::systems::Name;

/// A bound that a figure of annals is to keep.
#[derive(Debug, Serialize)]
pub(crate) struct Aim {
    pub(crate) row: &'static str,
    pub(crate) what: String,
    pub(crate) bound: Bound,
    pub(crate) unit: &'static str,
    /// `None` where it was not measured.
    pub(crate) found: Option<f64>,
    pub(crate) met: Option<bool>,
}

/// A bound, itself allowed.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Bound {
    AtLeast(f64),
    AtMost(f64),
}

use Bound::{AtLeast, AtMost};

impl Aim {
    fn new(
        row: &'static str,
        what: impl Into<String>,
        bound: Bound,
        unit: &'static str,
        found: Option<f64>,
    ) -> Self {
        Self {
            row,
            what: what.into(),
            bound,
            unit,
            found,
            met: found.map(|found| match bound {
                AtLeast(least) => found >= least,
                AtMost(most) => found <= most,
            }),
        }
    }
}

/// How many times as fast as another system, at least.
const RATIOS: &[(&str, Name, Name, f64)] = &[
    ("a", Name::Annals, Name::Sqlite, 1.0),
    ("b8", Name::Annals, Name::Sqlite, 1.6),
    ("b8", Name::Annals, Name::Raw, 0.8),
    ("b64", Name::Annals, Name::Sqlite, 8.0),
    ("b64", Name::Annals, Name::Raw, 0.8),
    ("c", Name::Annals, Name::Sqlite, 5.0),
    ("c", Name::AnnalsProgram, Name::Sqlite, 5.0),
    ("d", Name::Annals, Name::Sqlite, 5.0),
    ("d-large", Name::Annals, Name::Sqlite, 5.0),
    ("e", Name::Annals, Name::Sqlite, 10.0),
    ("f", Name::Annals, Name::Sqlite, 3.0),
    ("l", Name::Annals, Name::Sqlite, 10.0),
];
const IMPORT_MIB: f64 = 256.0;
const AT_MIB: f64 = 64.0;
const KIB_OF_MIB: f64 = 1024.0;

/// The aims at one size, with what was found.
pub(crate) fn aims(size: &SizeReport) -> Vec<Aim> {
    let mut aims: Vec<Aim> = RATIOS
        .iter()
        .map(|&(row, of, to, least)| {
            let ratio = size.row(row).and_then(|row| row.ratio(of, to));
            let what = format!("{of}, times as fast as {to}");
            Aim::new(row, what, AtLeast(least), "×", ratio.map(|it| it.median))
        })
        .collect();
    let cell = |row: &str, system| size.cell(row, system);
    let p50_us = |row: &str, system| cell(row, system)?.p50_us;
    let p99_us = |row: &str| cell(row, Name::Annals)?.p99_us;
    let rebuilt = cell("f", Name::Annals).and_then(|cell| cell.per_second);
    let program_ms = |row: &str| p50_us(row, Name::AnnalsProgram).map(|us| us / 1e3);
    let bytes = |system| {
        let mut disk = size.disk.iter();
        disk.find(|disk| disk.system == system)
            .map(|disk| disk.bytes_an_event)
    };
    let of_two_answers_and_a_sync = || {
        let sync_us = p50_us("a", Name::Raw)?;
        let answer_us = p50_us("g-warm", Name::AnnalsProgram)?;
        Some(p50_us("h", Name::AnnalsProgram)? / (2.0 * answer_us + sync_us))
    };
    let of_sqlite = || Some(bytes(Name::Annals)? / bytes(Name::Sqlite)?);
    let mib = |row: &str| {
        let peak_kib = cell(row, Name::AnnalsProgram)?.peak_kib?;
        Some(crate::report::number(peak_kib) / KIB_OF_MIB)
    };
    aims.extend([
        Aim::new("d", "p99", AtMost(100.0), "µs", p99_us("d")),
        Aim::new("d-large", "p99", AtMost(1_000.0), "µs", p99_us("d-large")),
        Aim::new("f", "events a second", AtLeast(5e5), "", rebuilt),
        Aim::new("g-warm", "p50", AtMost(50.0), "ms", program_ms("g-warm")),
        Aim::new("g-cold", "p50", AtMost(50.0), "ms", program_ms("g-cold")),
        Aim::new(
            "h",
            "part of twice (g-warm) and one sync",
            AtMost(1.0),
            "×",
            of_two_answers_and_a_sync(),
        ),
        Aim::new("i", "part of SQLite's bytes", AtMost(0.5), "×", of_sqlite()),
        Aim::new(
            "j",
            "peak of an import",
            AtMost(IMPORT_MIB),
            "MiB",
            mib("c-all").or_else(|| mib("c")),
        ),
        Aim::new(
            "j",
            "peak of a rebuild",
            AtMost(IMPORT_MIB),
            "MiB",
            mib("f"),
        ),
        Aim::new(
            "j",
            "peak of (g-warm)",
            AtMost(AT_MIB),
            "MiB",
            mib("g-warm"),
        ),
        Aim::new(
            "j",
            "peak of (g-large)",
            AtMost(AT_MIB),
            "MiB",
            mib("g-large"),
        ),
    ]);
    // Within a letter they keep their order.
    aims.sort_by_key(|aim| aim.row.chars().next());
    aims
}

/// How much slower a median may be in a larger store.
const GROWTHS: &[(&str, Name, f64)] = &[
    ("d", Name::Annals, 1.3),
    ("g-warm", Name::AnnalsProgram, 1.5),
    ("g-cold", Name::AnnalsProgram, 1.5),
];

/// How much slower than in the smallest store answers are in the others.
pub(crate) fn growth(sizes: &[SizeReport]) -> Vec<Aim> {
    let Some(least) = sizes.iter().min_by_key(|size| size.events) else {
        return Vec::new();
    };
    let larger = sizes.iter().filter(|size| size.events > least.events);
    let of_size = |size: &SizeReport| {
        let of_row = |&(row, system, most): &(&'static str, Name, f64)| {
            let p50_us = |size: &SizeReport| size.cell(row, system)?.p50_us;
            let found = || Some(p50_us(size)? / p50_us(least)?);
            let what = format!("p50 of ({row}) at {} by {}", size.events, least.events);
            Aim::new("k", what, AtMost(most), "×", found())
        };
        GROWTHS.iter().map(of_row).collect::<Vec<_>>()
    };
    larger.flat_map(of_size).collect()
}
