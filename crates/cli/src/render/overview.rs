//! Many companies, a row each.

use crate::render::table::{Table, cell, width};
use crate::render::timeline::as_known;
use crate::render::words;
use annals::projection::basis::Basis;
use annals::projection::earnings::ResultsDate;
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
        let next = timeline.earnings.next.as_ref();
        let open = timeline.chips.iter().filter(|chips| chips.is_open());
        let open: Vec<&str> = open.filter_map(|chips| chips.text("product")).collect();
        [
            title(&timeline.company),
            strategy.unwrap_or_default().to_owned(),
            next.map(next_results).unwrap_or_default(),
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

fn next_results(next: &ResultsDate) -> String {
    let date = next.view.text("date");
    let date = date.map_or_else(|| "no date".to_owned(), words::date);
    match next.overdue {
        true => format!("{date}, overdue"),
        false => date,
    }
}

/// A line for each company: its slug, how many events it has, its tickers and
/// its name.
pub(crate) fn company_list(rows: &[(Company, usize)], is_terminal: bool) -> String {
    let slugs = rows.iter().map(|(company, _)| company.slug.as_str().len());
    let column = slugs.max().unwrap_or(0).clamp(4, SLUG_COLUMN_MAX);
    let mut list = format!(
        "{:column$}  {:>8}  {:16}  name\n",
        "slug", "events", "tickers"
    );
    for (company, events) in rows {
        let slug = &company.slug;
        let name = company.name.as_deref().unwrap_or_default();
        let line = words::clean(&format!(
            "{slug:column$}  {events:>8}  {:16}  {name}",
            tickers(company)
        ));
        let most = if is_terminal {
            usize::from(width(true))
        } else {
            usize::MAX
        };
        list.push_str(words::shortened(line.trim_end(), most).trim_end());
        list.push('\n');
    }
    list
}

/// The widest column of slugs; a longer slug pushes the rest of its line.
const SLUG_COLUMN_MAX: usize = 32;
/// How many tickers are shown of a company.
const TICKERS_MAX: usize = 2;

/// The first symbols of a company, and how many more it has.
pub(crate) fn tickers(company: &Company) -> String {
    let tickers = company
        .identifiers
        .iter()
        .filter(|id| id.scheme == "ticker");
    let symbols: Vec<&str> = tickers.map(|id| words::symbol(&id.value)).collect();
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
