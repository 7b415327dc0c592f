//! Many companies, a row each.

use annals::projection::basis::Basis;
use annals::projection::identity::Company;
use annals::projection::timeline::Answer;
use comfy_table::Cell;

use crate::render::table::Table;
use crate::render::timeline::as_known;
use crate::render::words;

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
            Cell::new(title(&timeline.company)),
            Cell::new(strategy.unwrap_or_default()),
            Cell::new(next.unwrap_or_default()),
            Cell::new(open.join(", ")),
            Cell::new(timeline.events.len()),
        ]);
    }
    format!("{}\n\n{table}", as_known(basis))
}

/// A row for each company: its slug, name, identifiers and number of events.
pub(crate) fn company_list(rows: &[(Company, u64)], is_terminal: bool) -> String {
    let mut table = Table::new(is_terminal);
    table.header(["slug", "name", "tickers", "cik", "events"]);
    table.whole(0);
    for (company, events) in rows {
        let of = |scheme: &str| {
            let mut values: Vec<&str> = company
                .identifiers
                .iter()
                .filter(|identifier| identifier.scheme == scheme)
                .map(|identifier| words::symbol(&identifier.value))
                .collect();
            let more = values.len().saturating_sub(3);
            values.truncate(3);
            match more {
                0 => values.join(" "),
                more => format!("{} +{more}", values.join(" ")),
            }
        };
        table.row([
            Cell::new(&company.slug),
            Cell::new(company.name.as_deref().unwrap_or_default()),
            Cell::new(of("ticker")),
            Cell::new(of("cik")),
            Cell::new(events),
        ]);
    }
    table.to_string()
}

fn title(company: &Company) -> String {
    company
        .name
        .clone()
        .unwrap_or_else(|| company.slug.to_string())
}
