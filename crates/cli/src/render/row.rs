//! A [`Row`]: a thread in a line, as pages and tables show it.

use annals::model::data::Field;
use annals::model::thread::words_of;
use annals::model::vocabulary::{Certainty, Confirmation, Level};
use annals::projection::earnings::ResultsDate;
use annals::projection::identity::{Company, IdentifierView};
use annals::projection::item::Item;
use annals::projection::regulation::{Force, Regulation};
use annals::projection::section::SectionName;
use annals::projection::thread::Occurrence;
use annals::projection::timeline::Timeline;
use annals::projection::view::ThreadView;

use crate::render::words;

/// How much is shown of a text, such as a statement, in characters.
const ABOUT_CHARS_MAX: usize = 48;
/// How many fields are shown of a kind of one's own.
const OWN_FIELDS_MAX: usize = 3;

/// A thread: what it is, how far it has come, and how sure that is.
pub(crate) struct Row {
    pub(crate) what: String,
    pub(crate) state: String,
    pub(crate) sure: String,
    pub(crate) certainty: Certainty,
}

impl Row {
    /// What stands in a section.
    pub(crate) fn of(timeline: &Timeline, section: SectionName, item: Item<'_>) -> Self {
        let view = item.view();
        match item {
            Item::Date(date) => {
                let is_closed = timeline.earnings.place(date) == Some("closed");
                results_date(date, is_closed)
            }
            Item::Rule(rule) => regulation(rule),
            Item::Thread(_) => Self::of_thread(view, what(section, view)),
        }
    }

    /// Something that is no thread, of which it is not told how sure it is.
    pub(crate) fn plain(what: String, certainty: Certainty) -> Self {
        Self {
            what,
            state: String::new(),
            sure: String::new(),
            certainty,
        }
    }

    fn of_thread(view: &ThreadView, what: String) -> Self {
        Self {
            what,
            state: state(view),
            sure: sure(view),
            certainty: view.certainty(),
        }
    }
}

/// The section as a page names it.
pub(crate) fn heading(section: SectionName) -> &'static str {
    match section {
        SectionName::Company => "Company",
        SectionName::Strategy => "Strategy",
        SectionName::Earnings => "Earnings",
        SectionName::Chips => "Chips",
        SectionName::Regulation => "Regulation",
        SectionName::Market => "Market",
        SectionName::Other => "Other",
    }
}

/// What a thread is about, in a few words.
pub(crate) fn what(section: SectionName, view: &ThreadView) -> String {
    match section {
        SectionName::Strategy => {
            let aim = text_of(view, &["to", "from"]);
            aim.unwrap_or(view.thread()).to_owned()
        }
        SectionName::Earnings => result(view),
        SectionName::Chips => chips(view),
        SectionName::Regulation => rule(view),
        SectionName::Market => words::observation(view),
        SectionName::Company | SectionName::Other => other_thread(view),
    }
}

/// What is known of a company itself, each with its span.
pub(crate) fn facts(company: &Company) -> Vec<(String, String)> {
    let alone = |fact: String| (fact, String::new());
    let mut facts = vec![alone(format!("slug {}", company.slug))];
    let aliases = company.aliases.iter();
    facts.extend(aliases.map(|alias| alone(format!("also {alias}"))));
    facts.extend(company.identifiers.iter().map(identifier));
    let year = company.fiscal_year_end.iter();
    facts.extend(year.map(|day| alone(format!("fiscal year ends on {day}"))));
    let successor = company.successor.iter();
    facts.extend(successor.map(|other| alone(format!("followed by {other}"))));
    facts
}

/// "ticker XNYS:BABA", "from 19 Sep 2014"
fn identifier(identifier: &IdentifierView) -> (String, String) {
    let side = |(word, day): (&str, &Option<String>)| {
        let day = day.as_deref().map(words::date)?;
        Some(format!("{word} {day}"))
    };
    let sides = [("from", &identifier.from), ("to", &identifier.to)];
    let span: Vec<String> = sides.into_iter().filter_map(side).collect();
    let fact = format!("{} {}", identifier.scheme, identifier.value);
    (fact, span.join(" "))
}

/// How sure: "reported, pending", "asserted, contested".
fn sure(view: &ThreadView) -> String {
    let mut text = view.certainty().to_string();
    if view.confirmation() != Confirmation::Unstated {
        text.push_str(&format!(", {}", view.confirmation()));
    }
    if view.lead.level != Level::Fact {
        text.push_str(&format!(", {}", view.lead.level));
    }
    if view.is_contested() {
        text.push_str(", contested");
    }
    text
}

/// The stage, and when: "completed, during 2025".
fn state(view: &ThreadView) -> String {
    let stage = view.stage().map(words::spaced);
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

fn rule(view: &ThreadView) -> String {
    let scope = text_of(view, &["scope", "instrument"]).unwrap_or(view.thread());
    match view.text("direction") {
        Some(direction) => format!("{direction}: {scope}"),
        None => scope.to_owned(),
    }
}

fn regulation(rule: &Regulation) -> Row {
    let view = &rule.view;
    let to_come = view.text("effective").map(words::date);
    let force = match (rule.force, to_come) {
        (Force::Certain, _) => "in force".to_owned(),
        (Force::Possible, _) => "possibly in force".to_owned(),
        (Force::No, Some(day)) if view.is_open() => format!("in force from {day}"),
        (Force::No, _) => "not in force".to_owned(),
    };
    let row = Row::of_thread(view, self::rule(view));
    Row {
        state: format!("{}; {force}", row.state),
        ..row
    }
}

/// The fiscal period of results.
pub(crate) fn period(view: &ThreadView) -> String {
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
        Some(format!("{} {value}", words::spaced(name)))
    })
}

fn results_date(date: &ResultsDate, is_closed: bool) -> Row {
    let view = &date.view;
    let mut parts = vec![day_of_results(view)];
    parts.extend(view.stage().map(words::spaced));
    parts.extend(view.text("session").map(words::spaced));
    if date.overdue {
        parts.push("overdue".to_owned());
    }
    if is_closed && view.is_open() {
        parts.push("closed".to_owned());
    }
    match date.moves.len() {
        0 => {}
        1 => parts.push("moved once".to_owned()),
        times => parts.push(format!("moved {times} times")),
    }
    Row {
        state: parts.join(", "),
        ..Row::of_thread(view, format!("results {}", period(view)))
    }
}

fn day_of_results(view: &ThreadView) -> String {
    let date = view.text("date");
    date.map_or_else(|| "no date".to_owned(), words::date)
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
    let mut parts = vec![format!("{}: {about}", words::spaced(name))];
    if view.kind().is_some_and(|kind| kind.schema.is_some()) {
        parts.extend(own_fields(view));
    }
    parts.extend(figures(
        view,
        &["range", "period", "consideration", "stake", "effective"],
    ));
    parts.join(", ")
}

/// Some fields of a kind of one's own, of which nobody knows which matter most. What
/// is told already, as the name of the thread or its stage, is left out.
fn own_fields(view: &ThreadView) -> impl Iterator<Item = String> {
    let told = [Some(view.thread()), view.stage()].map(|text| text.map(words_of));
    let fields = view.fields.iter();
    let fields = fields.map(|(name, decided)| (name, words::value(&decided.value.to_value())));
    let fields = fields
        .filter(move |(_, value)| !value.is_empty() && !told.contains(&Some(words_of(value))));
    let fields = fields.map(|(name, value)| format!("{} {value}", words::spaced(name)));
    fields.take(OWN_FIELDS_MAX)
}
