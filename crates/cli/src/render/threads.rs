//! Threads of many companies, a row each.

use annals::model::event::Event;
use annals::model::vocabulary::Certainty;
use annals::projection::basis::Basis;
use annals::projection::identity::Company;
use annals::projection::section::SectionName;
use annals::projection::selection::Selected;

use crate::render::overview::{tickers, title};
use crate::render::row::Row;
use crate::render::table::{Table, cell};
use crate::render::timeline::as_known;
use crate::render::words;

/// The widths of the columns but the second, which takes the rest.
const WIDTH_COMPANY: u16 = 14;
const WIDTH_STATE: u16 = 18;
const WIDTH_SURE: u16 = 12;
const WIDTH_SOURCE: u16 = 16;
/// How much is shown of a company, of what a thread is about, and of a source, in
/// characters: about two lines each.
const COMPANY_CHARS_MAX: usize = 24;
const WHAT_CHARS_MAX: usize = 34;
const SOURCE_CHARS_MAX: usize = 14;

/// A row for each thread: of which company, what it is, how far it has come, how sure
/// that is, and who said so when.
pub(crate) struct ThreadTable {
    table: Table,
    is_empty: bool,
}

/// What a row of the table holds.
pub(crate) struct ThreadRow {
    company: String,
    row: Row,
    source: String,
}

impl ThreadTable {
    pub(crate) fn new(is_terminal: bool) -> Self {
        let mut table = Table::new(is_terminal);
        table.header(["company", "what", "state", "sure", "source"]);
        Self {
            table,
            is_empty: true,
        }
    }

    /// The rows of a company. One that was kept for what is not there has one that
    /// says so.
    pub(crate) fn rows(selected: &Selected<'_>) -> Vec<ThreadRow> {
        let timeline = &selected.answer.timeline;
        let company = title(&timeline.company);
        let sections = selected.sections();
        let itself = sections.contains(&SectionName::Company);
        let itself = itself.then(|| ThreadRow::of_company(&timeline.company));
        let threads = selected.threads().into_iter();
        let threads = threads.map(|(section, item)| ThreadRow {
            company: company.clone(),
            row: Row::of(timeline, section, item),
            source: source(&item.view().lead),
        });
        let mut rows: Vec<ThreadRow> = itself.into_iter().chain(threads).collect();
        if rows.is_empty() && sections.is_empty() {
            let row = Row::plain("none".to_owned(), Certainty::Asserted);
            rows.push(ThreadRow {
                company,
                row,
                source: String::new(),
            });
        }
        rows
    }

    pub(crate) fn put(&mut self, rows: Vec<ThreadRow>) {
        for ThreadRow {
            company,
            row,
            source,
        } in rows
        {
            let sure = self.table.sure(row.sure, row.certainty);
            let company = words::shortened(&company, COMPANY_CHARS_MAX);
            let what = words::shortened(&row.what, WHAT_CHARS_MAX);
            self.table.row([
                cell(company),
                cell(what),
                cell(row.state),
                sure,
                cell(source),
            ]);
            self.is_empty = false;
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.is_empty
    }

    pub(crate) fn page(&mut self, basis: &Basis) -> String {
        self.table
            .widths(&[WIDTH_COMPANY, 0, WIDTH_STATE, WIDTH_SURE, WIDTH_SOURCE]);
        format!("{}\n\n{}", as_known(basis), self.table)
    }
}

impl ThreadRow {
    /// By which names and tickers a company is known.
    fn of_company(company: &Company) -> Self {
        let names = format!("{} {}", company.slug, tickers(company));
        let certainty = |event: &Event| event.certainty;
        let named = company.decided.get("name").map(|event| &**event);
        let row = Row::plain(
            names.trim_end().to_owned(),
            named.map_or(Certainty::Asserted, certainty),
        );
        Self {
            company: title(company),
            row: Row {
                sure: named
                    .map(|event| event.certainty.to_string())
                    .unwrap_or_default(),
                ..row
            },
            source: named.map(source).unwrap_or_default(),
        }
    }
}

/// Who said it, and when.
pub(crate) fn source(event: &Event) -> String {
    let published = event.published.text();
    let day = published.get(..10).unwrap_or(published);
    let name = words::shortened(&event.source.name, SOURCE_CHARS_MAX);
    format!("{name} {day}")
}
