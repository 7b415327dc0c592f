//! What checks found, under the name of each company.

use std::collections::HashMap;

use annals::model::id::{EventId, Slug};
use annals::projection::check::{Check, Finding, Severity};

use crate::render::words;

/// How wide a line is.
const WIDTH: usize = 80;
/// So many events of a finding are named; --json names all.
const EVENTS_MAX: usize = 3;

/// The events of a finding that are named.
pub(crate) fn shown(events: &[EventId]) -> &[EventId] {
    events.get(..EVENTS_MAX).unwrap_or(events)
}

/// A check, with what to do about what it finds.
pub(crate) fn check(check: &Check) -> String {
    let mut text = format!("{} ({})\n", check.name, severity(check));
    let whole = format!("{}.\nTo do: {}.", sentence(check.about), check.advice);
    for line in whole.lines() {
        wrap(&mut text, 4, line);
    }
    text
}

fn severity(check: &Check) -> &'static str {
    match check.severity {
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_uppercase());
    first.into_iter().flatten().chain(letters).collect()
}

/// The findings of a company. `ids` holds the events as short as they are shown.
pub(crate) fn findings(
    company: &Slug,
    found: &[Finding],
    ids: &HashMap<EventId, String>,
) -> String {
    if found.is_empty() {
        return String::new();
    }
    let mut page = format!("{company}\n");
    for of_check in found.chunk_by(|one, other| one.check == other.check) {
        if let Some(first) = of_check.first() {
            let check = first.check;
            page.push_str(&format!("  {}: {}\n", severity(check), check.name));
        }
        for finding in of_check {
            wrap(&mut page, 4, &words::clean(&line(finding, ids)));
        }
    }
    page.push('\n');
    page
}

fn line(finding: &Finding, ids: &HashMap<EventId, String>) -> String {
    let kind = finding.kind.as_deref().map(words::spaced);
    let about = match (kind, finding.thread.as_deref()) {
        (Some(kind), Some(thread)) if words::is_made(thread) => format!("{kind} "),
        (Some(kind), Some(thread)) => format!("{kind} {thread}: "),
        _ => String::new(),
    };
    let mut named: Vec<&str> = shown(&finding.events)
        .iter()
        .filter_map(|event| ids.get(event).map(String::as_str))
        .collect();
    let more = finding.events.len().saturating_sub(named.len());
    let more = format!("{more} more");
    if finding.events.len() > named.len() {
        named.push(&more);
    }
    let events = match named.as_slice() {
        [] => String::new(),
        named => format!(" ({})", named.join(", ")),
    };
    format!("{about}{}{events}", finding.text)
}

/// Adds a text in lines that are no wider than the page.
fn wrap(page: &mut String, indent: usize, text: &str) {
    let indent = " ".repeat(indent);
    let options = textwrap::Options::new(WIDTH)
        .initial_indent(&indent)
        .subsequent_indent(&indent)
        // An id or a number stays whole.
        .word_splitter(textwrap::WordSplitter::NoHyphenation);
    page.push_str(&textwrap::fill(text, options));
    page.push('\n');
}
