//! A timeline as a page of 80 columns.

use crate::render::identity;
use crate::render::table::{Table, cell, width};
use crate::render::words;
use annals::model::data::Field;
use annals::model::vocabulary::Confirmation;
use annals::projection::basis::Basis;
use annals::projection::earnings::{Earnings, ResultsDate};
use annals::projection::identity::Company;
use annals::projection::regulation::{Force, Regulation};
use annals::projection::tenures::Tenures;
use annals::projection::thread::Occurrence;
use annals::projection::timeline::Answer;
use annals::projection::view::ThreadView;

/// How many threads of other kinds are shown before the rest is only counted.
const OTHERS_MAX: usize = 8;
/// The widths of the columns but the second, which takes the rest.
const WIDTH_NAME: u16 = 12;
const WIDTH_STATE: u16 = 25;
const WIDTH_SURE: u16 = 13;
/// How much is shown of a text, such as a statement, in characters.
const ABOUT_CHARS_MAX: usize = 48;
/// How much is shown of what a thread is about, in characters.
const WHAT_CHARS_MAX: usize = 84;

/// The page. `tenures` tell what the company is called on other days.
pub(crate) fn timeline(answer: &Answer, tenures: &Tenures, is_terminal: bool) -> String {
    let timeline = &answer.timeline;
    let mut table = Table::new(is_terminal);
    let pivots = timeline.strategy.pivots.iter().rev();
    section(
        &mut table,
        "Strategy",
        pivots.map(|view| Row::of(view, pivot(view))),
    );
    section(&mut table, "Earnings", earnings(&timeline.earnings));
    let chips = timeline.chips.iter().map(|view| Row::of(view, chips(view)));
    section(&mut table, "Chips", chips);
    section(
        &mut table,
        "Regulation",
        timeline.regulation.iter().map(regulation),
    );
    let market = timeline
        .market
        .iter()
        .map(|view| Row::of(view, words::observation(view)));
    section(&mut table, "Market", market);
    let others = timeline.other.len().saturating_sub(OTHERS_MAX);
    let other = timeline.other.iter().skip(others);
    section(
        &mut table,
        "Other",
        other.map(|view| Row::of(view, other_thread(view))),
    );
    table.widths(&[WIDTH_NAME, 0, WIDTH_STATE, WIDTH_SURE]);
    let mut page = heading(answer, is_terminal);
    for line in identity::lines(answer, tenures) {
        let most = usize::from(width(is_terminal));
        page.push_str(&words::shortened(&words::clean(&line), most));
        page.push('\n');
    }
    page.push('\n');
    let body = table.to_string();
    page.push_str(match (body.is_empty(), timeline.tally.telling) {
        (false, _) => &body,
        (true, 0) => {
            "Nothing was known.
"
        }
        (true, _) => {
            "Nothing had happened by that day, as far as was known.
"
        }
    });
    if others > 0 {
        page.push_str(&format!(
            "            and {others} more before these; --json shows all\n"
        ));
    }
    page.push_str(&footing(answer));
    page
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
    let most = usize::from(width(is_terminal));
    let title = words::shortened(&words::clean(&title), most);
    let known = as_known(&answer.basis);
    let used = title.chars().count() + known.chars().count();
    let gap = most.saturating_sub(used);
    if gap >= 2 {
        format!("{title}{}{known}\n", " ".repeat(gap))
    } else {
        format!("{title}\n{known}\n")
    }
}

/// A symbol to know the company by: one of letters rather than a number.
fn symbol(company: &Company) -> Option<&str> {
    let tickers = company
        .identifiers
        .iter()
        .filter(|id| id.scheme == "ticker");
    let symbols = tickers.map(|ticker| words::symbol(&ticker.value));
    symbols.min_by_key(|symbol| symbol.starts_with(|first: char| first.is_ascii_digit()))
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
    text
}

fn footing(answer: &Answer) -> String {
    let tally = answer.timeline.tally;
    let slug = &answer.timeline.company.slug;
    let plural = |count: usize, one: &str| match count {
        1 => format!("1 {one}"),
        _ => format!("{count} {one}s"),
    };
    format!(
        "\n{} from {}. Next: annals log {slug}\n",
        plural(tally.telling, "event"),
        plural(tally.sources, "source")
    )
}

/// A line of the page: what, how far it is, and how sure.
struct Row<'a> {
    view: &'a ThreadView,
    what: String,
    state: String,
}

impl<'a> Row<'a> {
    fn of(view: &'a ThreadView, what: String) -> Self {
        Self {
            view,
            what,
            state: state(view),
        }
    }
}

fn section<'a>(table: &mut Table, name: &str, rows: impl Iterator<Item = Row<'a>>) {
    let mut name = name;
    for Row { view, what, state } in rows {
        let sure = table.sure(sure(view), view.certainty());
        let what = words::shortened(&what, WHAT_CHARS_MAX);
        table.row([cell(name), cell(what), cell(state), sure]);
        name = "";
    }
}

/// How sure: "reported, pending", "asserted, contested".
fn sure(view: &ThreadView) -> String {
    let mut text = view.certainty().to_string();
    if view.confirmation() != Confirmation::Unstated {
        text.push_str(&format!(", {}", view.confirmation()));
    }
    if view.contested {
        text.push_str(", contested");
    }
    text
}

/// The stage, and when: "completed, during 2025".
fn state(view: &ThreadView) -> String {
    let stage = view.stage().map(words::stage);
    let when = view.occurred().map(|date| words::date(date.text()));
    let possibly = (view.occurrence == Occurrence::Possible).then(|| "possibly".to_owned());
    let parts = [
        possibly
            .into_iter()
            .chain(stage)
            .collect::<Vec<_>>()
            .join(" "),
        when.unwrap_or_default(),
    ];
    parts
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(", ")
}

fn text_of<'a>(view: &'a ThreadView, names: &[&str]) -> Option<&'a str> {
    names.iter().find_map(|name| view.text(name))
}

fn pivot(view: &ThreadView) -> String {
    text_of(view, &["to", "from"])
        .unwrap_or(view.thread())
        .to_owned()
}

fn chips(view: &ThreadView) -> String {
    let name: Vec<&str> = [view.text("vendor"), view.text("product")]
        .into_iter()
        .flatten()
        .collect();
    let name = if name.is_empty() {
        view.thread().to_owned()
    } else {
        name.join(" ")
    };
    let mut parts = vec![name];
    let quantity = view.value("quantity").map(Field::to_value);
    parts.extend(quantity.as_ref().map(words::quantity));
    parts.extend(figures(view, &["value"]));
    parts.join(", ")
}

fn regulation(rule: &Regulation) -> Row<'_> {
    let view = &rule.view;
    let scope = text_of(view, &["scope", "instrument"]).unwrap_or(view.thread());
    let direction = view
        .text("direction")
        .map(|text| format!("{text}: "))
        .unwrap_or_default();
    let to_come = view.text("effective").map(words::date);
    let force = match (rule.force, to_come) {
        (Force::Certain, _) => "in force".to_owned(),
        (Force::Possible, _) => "possibly in force".to_owned(),
        (Force::No, Some(day)) if view.is_open() => format!("in force from {day}"),
        (Force::No, _) => "not in force".to_owned(),
    };
    let row = Row::of(view, format!("{direction}{scope}"));
    Row {
        state: format!("{}; {force}", row.state),
        ..row
    }
}

fn earnings(earnings: &Earnings) -> impl Iterator<Item = Row<'_>> {
    let dates = earnings
        .next
        .iter()
        .chain(&earnings.upcoming)
        .chain(&earnings.overdue);
    let reported = earnings.reported.iter().rev().take(3);
    dates
        .map(results_date)
        .chain(reported.map(|view| Row::of(view, result(view))))
}

fn period(view: &ThreadView) -> String {
    view.text("period").unwrap_or(view.thread()).to_owned()
}

/// "results FY2026-Q1, revenue 280.15 CNY, eps 1.20 CNY"
fn result(view: &ThreadView) -> String {
    let mut parts = vec![format!("results {}", period(view))];
    parts.extend(figures(view, &["revenue", "eps"]));
    parts.join(", ")
}

/// Fields of figures, each with its name.
fn figures<'a>(view: &'a ThreadView, names: &'a [&str]) -> impl Iterator<Item = String> + 'a {
    names.iter().filter_map(|name| {
        let value = words::value(&view.value(name)?.to_value());
        Some(format!("{} {value}", words::field(name)))
    })
}

fn results_date(date: &ResultsDate) -> Row<'_> {
    let view = &date.view;
    let day = view
        .text("date")
        .map_or_else(|| "no date".to_owned(), words::date);
    let mut parts = vec![day];
    parts.extend(view.stage().map(words::stage));
    parts.extend(view.text("session").map(words::stage));
    if date.overdue {
        parts.push("overdue".to_owned());
    }
    match date.moves.len() {
        0 => {}
        1 => parts.push("moved once".to_owned()),
        times => parts.push(format!("moved {times} times")),
    }
    Row {
        view,
        what: format!("results {}", period(view)),
        state: parts.join(", "),
    }
}

fn other_thread(view: &ThreadView) -> String {
    let told = [
        "form",
        "project",
        "site",
        "product",
        "person",
        "partner",
        "metric",
        "target",
        "what",
        "text",
        "description",
    ];
    let about = text_of(view, &told).unwrap_or(view.thread());
    let name = view.kind_name();
    let about = words::shortened(about, ABOUT_CHARS_MAX);
    let mut parts = vec![format!("{}: {about}", words::field(name))];
    parts.extend(figures(
        view,
        &["range", "period", "consideration", "stake", "effective"],
    ));
    parts.join(", ")
}
