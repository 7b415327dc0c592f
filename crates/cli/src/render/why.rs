//! Why a value is what it is, for people.

use annals::model::event::Event;
use annals::model::id::{EventId, Slug};
use annals::model::time::Day;
use annals::model::vocabulary::Fault;
use annals::projection::basis::Basis;
use annals::projection::path::Path;
use annals::projection::why::{Aside, Because, Evidence, Explanation, Lost, Rule, Struck, Why};

use crate::render::timeline::as_known;
use crate::render::words;

/// How wide a line is.
const WIDTH: usize = 80;

/// The page. `short_id` tells how much of an id is shown.
pub(crate) fn why(
    why: &Why,
    (company, path): (&Slug, &Path),
    basis: &Basis,
    short_id: &dyn Fn(EventId) -> String,
) -> String {
    let mut page = Page {
        text: String::new(),
        short_id,
    };
    page.line(0, &format!("{company} · {path}"));
    page.line(0, &as_known(basis));
    if why.is_list {
        page.line(0, &format!("Value: {}", words::said(&why.value)));
    }
    for explanation in &why.explanations {
        page.blank();
        explain(explanation, path, basis, &mut page);
    }
    page.text
}

/// A page that is being written.
struct Page<'a> {
    text: String,
    short_id: &'a dyn Fn(EventId) -> String,
}

impl Page<'_> {
    fn blank(&mut self) {
        self.text.push('\n');
    }

    /// A line, cut where it is too long.
    fn line(&mut self, indent: usize, text: &str) {
        let text = words::shortened(&words::clean(text), WIDTH - indent);
        self.text.push_str(&" ".repeat(indent));
        self.text.push_str(text.trim_end());
        self.text.push('\n');
    }
}

fn explain(explanation: &Explanation, path: &Path, basis: &Basis, page: &mut Page<'_>) {
    let Explanation {
        kind,
        thread,
        value,
        decided_by,
        ..
    } = explanation;
    let by = decided_by.as_deref();
    let by = by.map_or_else(|| "the claim itself".to_owned(), words::spaced);
    page.line(0, &format!("{thread} ({}), by {by}", words::spaced(kind)));
    // What is told below says more than a whole thread or company in a line.
    if path.field().is_some_and(|field| field != "decided") {
        page.line(0, &words::said(value));
    }
    section("Made by", &explanation.made_by, page, evidence);
    section(
        "Narrowed by",
        explanation.narrowed_by.as_slice(),
        page,
        evidence,
    );
    section("Says the same", &explanation.agrees, page, evidence);
    section("Lost", &explanation.lost, page, |it, page| {
        lost(it, basis, page)
    });
    section("Does not hold", &explanation.struck, page, struck);
    section("Is one thread by", &explanation.links, page, evidence);
    section("Not in its place", &explanation.others, page, aside);
    let is_silent = [&explanation.made_by, &explanation.agrees]
        .iter()
        .all(|said| said.is_empty());
    if is_silent && explanation.lost.is_empty() && explanation.struck.is_empty() {
        page.blank();
        page.line(0, "Nobody says so who is heard.");
    }
}

fn section<T>(
    heading: &str,
    items: &[T],
    page: &mut Page<'_>,
    mut tell: impl FnMut(&T, &mut Page<'_>),
) {
    if items.is_empty() {
        return;
    }
    page.blank();
    page.line(0, heading);
    items.iter().for_each(|item| tell(item, page));
}

/// Its id, when it was published, what it states, who says so.
fn of_event(event: &Event, states: &str, page: &mut Page<'_>) {
    let id = (page.short_id)(event.id);
    let published = event.published.text();
    let day = published.get(..10).unwrap_or(published);
    page.line(2, &format!("{id}  {day}  {states}"));
    let url = event.source.url.as_deref().unwrap_or_default();
    let locator = event.source.locator.as_deref().map(|it| format!(", {it}"));
    let who = format!(
        "{}: {}{} {url}",
        event.certainty,
        event.source.name,
        locator.unwrap_or_default()
    );
    page.line(4, who.trim_end());
}

fn evidence(evidence: &Evidence, page: &mut Page<'_>) {
    of_event(&evidence.event, &words::said(&evidence.states), page);
    for again in &evidence.repeated_by {
        page.line(4, &format!("told again by {}", again.source.name));
    }
}

fn lost(lost: &Lost, basis: &Basis, page: &mut Page<'_>) {
    evidence(&lost.evidence, page);
    let other = lost.against.map(page.short_id);
    let other = other.as_deref().unwrap_or("another");
    page.line(4, &sentence(lost.rule, other, basis.cuts.on));
}

fn sentence(rule: Rule, other: &str, on: Day) -> String {
    match rule {
        Rule::Level => format!("foretold or thought, where {other} tells what is"),
        Rule::Later => format!("{other} certainly happened later"),
        Rule::Official => format!("{other} alone is official"),
        Rule::Published => format!("{other} was published later"),
        Rule::Certainty => format!("{other} was published at the same instant, and is surer"),
        Rule::Position => format!("{other} was published at the same instant, recorded later"),
        Rule::Shared => format!("shared with others, where {other} tells of its own"),
        Rule::Possible => format!("may not have happened by {on}, where others certainly have"),
        Rule::Silent => format!("had not happened by {on}"),
        Rule::NotInEffect => format!("not in effect on {on}"),
        Rule::NotThen => format!("not its own on {on}"),
        Rule::Contests => format!("contests {other}, which prevails because it is surer"),
    }
}

fn struck(struck: &Struck, page: &mut Page<'_>) {
    evidence(&struck.evidence, page);
    let whose = match struck.fault {
        Some(Fault::Record) => "our own error",
        Some(Fault::Source) => "the source's error",
        None => "an error",
    };
    let by = struck.by.as_ref();
    let by_whom = by.map(|event| format!(", mended by {}", (page.short_id)(event.id)));
    let why = by.and_then(|event| event.reason.as_deref());
    let why = why.map(|reason| format!(": {reason}"));
    page.line(
        4,
        &format!(
            "{whose}{}{}",
            by_whom.unwrap_or_default(),
            why.unwrap_or_default()
        ),
    );
}

fn aside(aside: &Aside, page: &mut Page<'_>) {
    let because = match aside.because {
        Because::Reported => "its results were reported",
        Because::Cancelled => "its date is cancelled",
        Because::Overdue => "its date is over",
        Because::Later => "comes later",
        Because::Earlier => "came before",
        Because::Ended => "has come to its end",
    };
    let value = words::said(&aside.value);
    of_event(&aside.event, &format!("{}: {value}", aside.thread), page);
    page.line(4, because);
}
