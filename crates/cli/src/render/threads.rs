//! Threads of many companies, a row each.

use annals::model::event::Event;
use annals::model::vocabulary::Certainty;
use annals::projection::basis::Basis;
use annals::projection::identity::Company;
use annals::projection::section::SectionName;
use annals::projection::selection::Selected;

use crate::error::CommandError;
use crate::output::Output;
use crate::render::overview::{tickers, title};
use crate::render::row::Row;
use crate::render::table::{Table, cell, width};
use crate::render::timeline::as_known;
use crate::render::words;

/// The widths of the columns but the second, which takes the rest. What the rows hold
/// plays no part, so that rows can be written before the last of them is known.
const WIDTH_COMPANY: u16 = 14;
const WIDTH_STATE: u16 = 18;
const WIDTH_SURE: u16 = 12;
const WIDTH_SOURCE: u16 = 16;
/// How many rows wait until they are written.
const ROWS_WAITING_MAX: usize = 500;
/// How much is shown of a company and of a source, in characters: about two lines of
/// each with its date.
const COMPANY_CHARS_MAX: usize = 24;
const SOURCE_CHARS_MAX: usize = 14;

/// A row for each thread: of which company, what it is, how far it has come, how sure
/// that is, and who said so when. The rows are written as they come.
pub(crate) struct ThreadTable {
    is_terminal: bool,
    waiting: Vec<ThreadRow>,
    started: bool,
}

/// What a row of the table holds.
pub(crate) struct ThreadRow {
    company: String,
    row: Row,
    source: String,
}

impl ThreadTable {
    pub(crate) fn new(is_terminal: bool) -> Self {
        Self {
            is_terminal,
            waiting: Vec::new(),
            started: false,
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

    /// Takes rows, and writes them if many wait.
    pub(crate) fn put(
        &mut self,
        rows: Vec<ThreadRow>,
        basis: &Basis,
        out: &mut Output,
    ) -> Result<(), CommandError> {
        self.waiting.extend(rows);
        match self.waiting.len() < ROWS_WAITING_MAX {
            true => Ok(()),
            false => self.write(basis, out),
        }
    }

    /// Writes the rows that wait, and tells whether there were any rows at all.
    pub(crate) fn finish(mut self, basis: &Basis, out: &mut Output) -> Result<bool, CommandError> {
        if !self.waiting.is_empty() {
            self.write(basis, out)?;
        }
        Ok(self.started)
    }

    fn write(&mut self, basis: &Basis, out: &mut Output) -> Result<(), CommandError> {
        let mut table = Table::new(self.is_terminal);
        if !self.started {
            self.started = true;
            out.text(&format!("{}\n\n", as_known(basis)))?;
            table.header(["company", "what", "state", "sure", "source"]);
        }
        let others = [WIDTH_COMPANY, WIDTH_STATE, WIDTH_SURE, WIDTH_SOURCE];
        let rest = width(self.is_terminal).saturating_sub(others.iter().sum());
        // Two lines of it, with a blank on either side.
        let what_chars_max = usize::from(rest.saturating_sub(2)) * 2;
        for row in self.waiting.drain(..) {
            row.put(what_chars_max, &mut table);
        }
        table.widths(&[WIDTH_COMPANY, rest, WIDTH_STATE, WIDTH_SURE, WIDTH_SOURCE]);
        out.text(&table.to_string())
    }
}

impl ThreadRow {
    fn put(self, what_chars_max: usize, table: &mut Table) {
        let Self {
            company,
            row,
            source,
        } = self;
        let company = words::shortened(&company, COMPANY_CHARS_MAX);
        let what = words::shortened(&row.what, what_chars_max);
        let sure = table.sure(row.sure, row.certainty);
        let (what, state, source) = (cell(what), cell(row.state), cell(source));
        table.row([cell(company), what, state, sure, source]);
    }

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
