//! What happens on some days, a row each: what is certain first.

use annals::model::vocabulary::Certainty;
use annals::projection::basis::Basis;
use annals::projection::happening::{Days, Happening};
use annals::projection::section::SectionName;
use annals::projection::thread::Occurrence;

use crate::render::overview::title;
use crate::render::row::{heading, period, what};
use crate::render::table::{Table, cell};
use crate::render::threads::source;
use crate::render::timeline::headline;
use crate::render::words;

/// The widths of the columns but the third, which takes the rest.
const WIDTH_HAPPENS: u16 = 11;
const WIDTH_COMPANY: u16 = 16;
const WIDTH_DATE: u16 = 20;
const WIDTH_SOURCE: u16 = 17;
/// How much is shown of a company and of what a thread is about, in characters.
const COMPANY_CHARS_MAX: usize = 28;
const WHAT_CHARS_MAX: usize = 40;

/// The rows, and whether each is certain.
#[derive(Default)]
pub(crate) struct HappeningTable {
    certain: Vec<HappeningRow>,
    possible: Vec<HappeningRow>,
}

/// What a row of the table holds.
pub(crate) struct HappeningRow {
    happens: Occurrence,
    company: String,
    what: String,
    date: String,
    source: String,
    certainty: Certainty,
}

impl HappeningTable {
    /// The rows of a company.
    pub(crate) fn rows(happenings: &[Happening<'_>]) -> Vec<HappeningRow> {
        happenings.iter().map(HappeningRow::of).collect()
    }

    pub(crate) fn put(&mut self, rows: Vec<HappeningRow>) {
        for row in rows {
            match row.happens {
                Occurrence::Certain => self.certain.push(row),
                Occurrence::Possible => self.possible.push(row),
            }
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.certain.is_empty() && self.possible.is_empty()
    }

    pub(crate) fn page(
        self,
        basis: &Basis,
        sections: &[SectionName],
        days: Days,
        is_terminal: bool,
    ) -> String {
        let mut table = Table::new(is_terminal);
        for (word, rows) in [("certainly", self.certain), ("possibly", self.possible)] {
            let mut word = word;
            if rows.is_empty() {
                table.row([cell(word), cell("none"), cell(""), cell(""), cell("")]);
            }
            for row in rows {
                let source = table.sure(row.source, row.certainty);
                let (company, what, date) = (cell(row.company), cell(row.what), cell(row.date));
                table.row([cell(word), company, what, date, source]);
                word = "";
            }
        }
        table.widths(&[WIDTH_HAPPENS, WIDTH_COMPANY, 0, WIDTH_DATE, WIDTH_SOURCE]);
        let title = title_of(sections, days);
        format!("{}{table}", headline(&title, basis, is_terminal))
    }
}

impl HappeningRow {
    fn of(happening: &Happening<'_>) -> Self {
        let view = happening.item.view();
        let event = happening.event();
        let company = title(&happening.answer.timeline.company);
        let mut date = vec![words::date(happening.date.text())];
        let what = match happening.section {
            SectionName::Earnings => {
                date.extend(view.stage().map(words::spaced));
                date.extend(view.text("session").map(words::spaced));
                date.extend(view.text("market").map(str::to_owned));
                date.extend(happening.is_overdue().then(|| "overdue".to_owned()));
                let is_closed = happening.place() == Some("closed");
                date.extend(is_closed.then(|| "closed".to_owned()));
                period(view)
            }
            section => {
                let field = Some(happening.field).filter(|field| *field != "occurred");
                date.extend(field.map(words::spaced));
                date.extend(view.stage().map(words::spaced));
                what(section, view)
            }
        };
        Self {
            happens: happening.happens,
            company: words::shortened(&company, COMPANY_CHARS_MAX),
            what: words::shortened(&what, WHAT_CHARS_MAX),
            date: date.join(", "),
            source: format!("{}; {}", event.certainty, source(event)),
            certainty: event.certainty,
        }
    }
}

/// "Results on 2026-02-19", "Chips, Other from 2026-02-16 to 2026-02-20".
fn title_of(sections: &[SectionName], days: Days) -> String {
    let name = |section: &SectionName| match section {
        SectionName::Earnings => "Results",
        section => heading(*section),
    };
    let names: Vec<&str> = match sections {
        [] => vec!["Results"],
        sections => sections.iter().map(name).collect(),
    };
    format!("{} {}", names.join(", "), words::days(days))
}
