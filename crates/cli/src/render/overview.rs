//! Many companies, a row each.

use crate::render::table::{Table, cell, width};
use crate::render::timeline::as_known;
use crate::render::words;
use annals::projection::basis::Basis;
use annals::projection::identity::Company;
use annals::projection::timeline::Answer;

/// A row for each company: where it goes, when it reports, what is open.
pub(crate) fn overview(answers: &[Answer], basis: &Basis, is_terminal: bool) -> String {
    let mut table = Table::new(is_terminal);
    table.header([
        "company",
        "strategy",
        "next results",
        "open chips",
        "events",
    ]);
    for answer in answers {
        let timeline = &answer.timeline;
        let strategy = timeline
            .strategy
            .current()
            .and_then(|pivot| pivot.text("to"));
        let next = timeline.earnings.next.as_ref().map(|next| {
            let date = next
                .view
                .text("date")
                .map_or_else(|| "no date".to_owned(), words::date);
            if next.overdue {
                format!("{date}, overdue")
            } else {
                date
            }
        });
        let open = timeline.chips.iter().filter(|chips| chips.is_open());
        let open: Vec<&str> = open.filter_map(|chips| chips.text("product")).collect();
        table.row([
            cell(title(&timeline.company)),
            cell(strategy.unwrap_or_default()),
            cell(next.unwrap_or_default()),
            cell(open.join(", ")),
            cell(timeline.tally.visible),
        ]);
    }
    format!("{}\n\n{table}", as_known(basis))
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

fn tickers(company: &Company) -> String {
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

fn title(company: &Company) -> String {
    company
        .name
        .clone()
        .unwrap_or_else(|| company.slug.to_string())
}
