//! A timeline as a page of 80 columns.

use annals::model::identifier::symbol_of;
use annals::projection::basis::Basis;
use annals::projection::earnings::Earnings;
use annals::projection::identity::Company;
use annals::projection::item::Item;
use annals::projection::section::SectionName;
use annals::projection::selection::Selected;
use annals::projection::tenures::Tenures;
use annals::projection::timeline::{Answer, Timeline};

use crate::render::identity;
use crate::render::row::{Row, facts, heading as heading_of};
use crate::render::table::{Table, cell, width};
use crate::render::words;

/// How tickers of the OTC markets begin (MIC, ISO 10383).
const OVER_THE_COUNTER: &str = "OTCM:";
/// How many results are shown where no section is asked for.
const RESULTS_MAX: usize = 3;
/// How many threads of other kinds are shown before the rest is only counted, where
/// no section is asked for.
const OTHERS_MAX: usize = 8;
/// The widths of the columns but the second, which takes the rest.
const WIDTH_NAME: u16 = 12;
const WIDTH_STATE: u16 = 25;
const WIDTH_SURE: u16 = 13;
/// How much is shown of what a thread is about, in characters.
const WHAT_CHARS_MAX: usize = 84;

/// The page. `tenures` tell what the company is called on other days, and `asked` are the
/// flags by which another command asks the same.
pub(crate) fn timeline(
    selected: &Selected<'_>,
    tenures: &Tenures,
    asked: &str,
    is_terminal: bool,
) -> String {
    let answer = selected.answer;
    let mut table = Table::new(is_terminal);
    let others = match selected.sections() {
        [] => whole(&mut table, &answer.timeline),
        sections => {
            parts(&mut table, selected, sections);
            0
        }
    };
    table.widths(&[WIDTH_NAME, 0, WIDTH_STATE, WIDTH_SURE]);
    let mut page = heading(answer, is_terminal);
    for line in identity::lines(answer, tenures) {
        let most = usize::from(width(is_terminal));
        page.push_str(&words::shortened(&words::clean(&line), most));
        page.push('\n');
    }
    page.push('\n');
    let body = table.to_string();
    page.push_str(match body.is_empty() {
        false => &body,
        true => nothing(selected),
    });
    if others > 0 {
        page.push_str(&format!(
            "            and {others} more before these; --section other shows all\n"
        ));
    }
    page.push_str(&footing(selected, asked, is_terminal));
    page
}

/// All sections, with what matters most of each. Tells how many threads are left out.
fn whole(table: &mut Table, timeline: &Timeline) -> usize {
    let others = timeline.other.len().saturating_sub(OTHERS_MAX);
    for section in SectionName::ALL {
        let items: Vec<Item<'_>> = match section {
            SectionName::Company => continue,
            SectionName::Strategy => {
                let pivots = timeline.strategy.pivots.iter().rev();
                pivots.map(|view| Item::Thread(view)).collect()
            }
            SectionName::Earnings => earnings(&timeline.earnings),
            SectionName::Other => {
                let shown = timeline.other.iter().skip(others);
                shown.map(|view| Item::Thread(view)).collect()
            }
            section => timeline.items(*section),
        };
        let rows = items.into_iter();
        let rows = rows.map(|item| Row::of(timeline, *section, item));
        put(table, *section, rows);
    }
    others
}

/// The sections that are asked for, with all their threads that meet the conditions.
fn parts(table: &mut Table, selected: &Selected<'_>, sections: &[SectionName]) {
    let timeline = &selected.answer.timeline;
    for section in sections {
        if *section == SectionName::Company {
            let mut name = heading_of(*section);
            for (fact, span) in facts(&timeline.company) {
                table.row([cell(name), cell(fact), cell(span), cell("")]);
                name = "";
            }
        }
        let threads = selected.threads_of(&[*section]).into_iter();
        let rows = threads.map(|(section, item)| Row::of(timeline, section, item));
        put(table, *section, rows);
    }
}

fn put(table: &mut Table, section: SectionName, rows: impl Iterator<Item = Row>) {
    let mut name = heading_of(section);
    for row in rows {
        let sure = table.sure(row.sure, row.certainty);
        let what = words::shortened(&row.what, WHAT_CHARS_MAX);
        table.row([cell(name), cell(what), cell(row.state), sure]);
        name = "";
    }
}

/// The dates of open periods, and the last results.
fn earnings(earnings: &Earnings) -> Vec<Item<'_>> {
    let open = earnings.next.iter().chain(&earnings.upcoming);
    let open = open.chain(&earnings.overdue).map(Item::Date);
    let reported = earnings.reported.iter().rev().take(RESULTS_MAX);
    open.chain(reported.map(|view| Item::Thread(view)))
        .collect()
}

/// What is said of a page without lines.
fn nothing(selected: &Selected<'_>) -> &'static str {
    let tally = selected.answer.timeline.tally;
    match (selected.sections(), tally.telling) {
        (_, 0) if tally.visible > 0 => "Nothing was known but what it is called.\n",
        (_, 0) => "Nothing was known.\n",
        _ if !selected.answer.basis.filter.is_none() => {
            "Nothing that was known passes the filters (--source, --min-certainty).\n"
        }
        ([], _) => "Nothing had happened by that day, as far as was known.\n",
        _ => "Nothing of that was known.\n",
    }
}

fn heading(answer: &Answer, is_terminal: bool) -> String {
    let company = &answer.timeline.company;
    let mut title = company
        .name
        .clone()
        .unwrap_or_else(|| company.slug.to_string());
    if let Some(symbol) = symbol(company) {
        title.push_str(&format!(" · {symbol}"));
    }
    title_lines(&title, &answer.basis, is_terminal)
}

/// What is told, and as known when, above what is told.
pub(crate) fn headline(title: &str, basis: &Basis, is_terminal: bool) -> String {
    format!("{}\n", title_lines(title, basis, is_terminal))
}

/// What is told, and as known when, on a line or two.
fn title_lines(title: &str, basis: &Basis, is_terminal: bool) -> String {
    let most = usize::from(width(is_terminal));
    let title = words::shortened(&words::clean(title), most);
    let known = as_known(basis);
    let used = title.chars().count() + known.chars().count();
    let gap = most.saturating_sub(used);
    if gap >= 2 {
        format!("{title}{}{known}\n", " ".repeat(gap))
    } else {
        format!("{title}\n{known}\n")
    }
}

/// A symbol to know the company by: one of letters rather than a number, and of an exchange
/// rather than over the counter.
fn symbol(company: &Company) -> Option<&str> {
    let identifiers = company.identifiers.iter();
    let tickers = identifiers.filter(|id| id.scheme == "ticker");
    let best = tickers.min_by_key(|ticker| {
        let symbol = symbol_of(&ticker.value);
        let is_number = symbol.starts_with(|first: char| first.is_ascii_digit());
        (is_number, ticker.value.starts_with(OVER_THE_COUNTER))
    });
    best.map(|ticker| symbol_of(&ticker.value))
}

/// "as known at the end of 2025-12-23", and on which day if it is another.
pub(crate) fn as_known(basis: &Basis) -> String {
    let known = basis.cuts.known.to_string();
    let day = basis.cuts.known.day();
    let mut text = match known.strip_suffix("T23:59:59.999999Z") {
        Some(day) => format!("as known at the end of {day}"),
        None => format!("as known at {known}"),
    };
    if basis.cuts.on != day {
        text.push_str(&format!(", on {}", basis.cuts.on));
    }
    if !basis.is_head {
        text.push_str(&format!(", recorded up to {}", basis.cuts.recorded));
    }
    if let Some(least) = basis.filter.min_certainty {
        text.push_str(&format!(", {least} or surer"));
    }
    if !basis.filter.sources.is_empty() {
        text.push_str(&format!(", by {}", basis.filter.sources.join(" and ")));
    }
    words::clean(&text)
}

fn footing(selected: &Selected<'_>, asked: &str, is_terminal: bool) -> String {
    let answer = selected.answer;
    let tally = answer.timeline.tally;
    let plural = |count: usize, one: &str| match count {
        1 => format!("1 {one}"),
        _ => format!("{count} {one}s"),
    };
    let redacted = match answer.timeline.redacted.len() {
        0 => String::new(),
        count => format!(
            "{} redacted: annals log {} --kind redacted\n",
            plural(count, "event"),
            answer.timeline.company.slug
        ),
    };
    let told = format!(
        "{} from {}.",
        plural(tally.telling, "event"),
        plural(tally.sources, "source")
    );
    let next = format!("Next: annals {}", next(selected, asked));
    let fits = told.chars().count() + 1 + next.chars().count() <= usize::from(width(is_terminal));
    let between = if fits { ' ' } else { '\n' };
    format!("\n{redacted}{told}{between}{next}\n")
}

/// What to ask next: what the first that stands there follows from.
fn next(selected: &Selected<'_>, asked: &str) -> String {
    let timeline = &selected.answer.timeline;
    let slug = &timeline.company.slug;
    let shows = |section| selected.sections().is_empty() || selected.sections().contains(&section);
    // A name with other signs would have to be quoted twice.
    let is_plain = |name: &str| name.chars().all(|c| c.is_alphanumeric() || c == '-');
    let deals = timeline.chips.iter().map(|view| view.thread());
    let deal = deals.rev().find(|name| is_plain(name));
    let next = timeline.earnings.next.as_ref();
    let deal = deal.filter(|_| shows(SectionName::Chips));
    let next = next.filter(|_| shows(SectionName::Earnings));
    match (deal, next) {
        (Some(deal), _) => format!("why {slug} 'chips[{deal}].stage' {asked}"),
        (None, Some(_)) => format!("why {slug} earnings.next.date {asked}"),
        (None, None) => format!("log {slug}"),
    }
}
