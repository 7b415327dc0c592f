//! Many companies, a row each.

use crate::render::table::{Table, cell, width};
use crate::render::timeline::as_known;
use crate::render::words;
use annals::model::identifier::symbol_of;
use annals::projection::basis::Basis;
use annals::projection::earnings::Earnings;
use annals::projection::identity::Company;
use annals::projection::selection::Selected;

/// A row for each company: where it goes, when it reports, what is open.
pub(crate) struct Overview {
    table: Table,
}

impl Overview {
    pub(crate) fn new(is_terminal: bool) -> Self {
        let mut table = Table::new(is_terminal);
        table.header([
            "company",
            "strategy",
            "next results",
            "open chips",
            "events",
        ]);
        Self { table }
    }

    /// What the row of a company holds.
    pub(crate) fn row(selected: &Selected<'_>) -> [String; 5] {
        let timeline = &selected.answer.timeline;
        let current = timeline.strategy.current();
        let strategy = current.and_then(|pivot| pivot.text("to"));
        let open = timeline.chips.iter().filter(|chips| chips.is_open());
        let open: Vec<&str> = open.filter_map(|chips| chips.text("product")).collect();
        [
            title(&timeline.company),
            strategy.unwrap_or_default().to_owned(),
            next_results(&timeline.earnings),
            open.join(", "),
            timeline.tally.visible.to_string(),
        ]
    }

    pub(crate) fn put(&mut self, row: [String; 5]) {
        self.table.row(row.map(cell));
    }

    pub(crate) fn page(&self, basis: &Basis) -> String {
        format!("{}\n\n{}", as_known(basis), self.table)
    }
}

/// "Feb 2026", "19 Feb 2026, overdue", "May 2026; 1 overdue".
fn next_results(earnings: &Earnings) -> String {
    let Some(next) = &earnings.next else {
        return String::new();
    };
    let date = next.view.text("date");
    let date = date.map_or_else(|| "no date".to_owned(), words::date);
    match (next.overdue, earnings.overdue.len()) {
        (true, 0) => format!("{date}, overdue"),
        (true, others) => format!("{date}, overdue; {others} more"),
        (false, 0) => date,
        (false, others) => format!("{date}; {others} overdue"),
    }
}

/// What stands above the lines of companies.
pub(crate) fn companies_heading() -> String {
    format!(
        "{:SLUG_COLUMN$}  {:>8}  {:16}  name",
        "slug", "events", "tickers"
    )
}

/// A line for a company: its slug, how many events it has, its tickers, its name,
/// and who follows it. The columns do not wait for the companies to come.
pub(crate) fn company_line(company: &Company, events: usize, is_terminal: bool) -> String {
    let slug = company.slug.as_str();
    let mut name = company.name.clone().unwrap_or_default();
    if let Some(successor) = &company.successor {
        name.push_str(&format!(" (succeeded by {successor})"));
    }
    let tickers = tickers(company);
    let line = words::clean(&format!(
        "{slug:SLUG_COLUMN$}  {events:>8}  {tickers:16}  {name}"
    ));
    let most = if is_terminal {
        usize::from(width(true))
    } else {
        usize::MAX
    };
    words::shortened(line.trim_end(), most)
}

/// The column of slugs; a longer slug pushes the rest of its line.
const SLUG_COLUMN: usize = 24;
/// How many tickers are shown of a company.
const TICKERS_MAX: usize = 2;

/// The first symbols of a company, and how many more it has.
pub(crate) fn tickers(company: &Company) -> String {
    let tickers = company
        .identifiers
        .iter()
        .filter(|id| id.scheme == "ticker");
    let symbols: Vec<&str> = tickers.map(|id| symbol_of(&id.value)).collect();
    let shown = symbols
        .iter()
        .take(TICKERS_MAX)
        .copied()
        .collect::<Vec<_>>()
        .join(" ");
    match symbols.len().saturating_sub(TICKERS_MAX) {
        0 => shown,
        more => format!("{shown} +{more}"),
    }
}

/// The name of a company, or its slug before any is known.
pub(crate) fn title(company: &Company) -> String {
    company
        .name
        .clone()
        .unwrap_or_else(|| company.slug.to_string())
}
