//! What is doubtful about companies beside each other: [`check_companies`].

use event_model::edtf::{Bounds, Edtf};
use event_model::id::{EventId, Slug};
use event_model::own_kinds::Kinds;
use event_model::thread::words_of;

use super::likeness::pairs;
use super::{Check, Finding};
use crate::basis::{Cuts, Placed};
use crate::identity::{IdentifierView, all_identifiers, company, telling};
use crate::standing::Standing;
use crate::thread::threads;

/// Words that say which form of business a company has, and not which it is.
const FORMS: &[&str] = &[
    "ab",
    "ag",
    "asa",
    "bv",
    "co",
    "company",
    "corp",
    "corporation",
    "gmbh",
    "group",
    "holding",
    "holdings",
    "inc",
    "incorporated",
    "limited",
    "llc",
    "lp",
    "ltd",
    "nv",
    "oyj",
    "plc",
    "sa",
    "se",
    "spa",
    "the",
];

/// What tells a company from others.
#[derive(Debug, Clone, PartialEq)]
pub struct Card {
    /// Its slug.
    pub slug: Slug,
    /// Its name on the day asked about.
    pub name: Option<String>,
    /// The event that gives it.
    pub named_by: Option<EventId>,
    /// The company that follows it.
    pub successor: Option<String>,
    /// Every identifier that it ever had.
    pub identifiers: Vec<IdentifierView>,
}

impl Card {
    /// Tells a company from others, by its events.
    #[must_use]
    pub fn of(slug: &Slug, events: &[Placed], cuts: &Cuts) -> Self {
        let events = telling(events);
        let standing = Standing::of(&events, cuts);
        let threads = threads(&standing, &Kinds::built_in());
        let company = company(slug, &threads, cuts.on);
        Self {
            slug: slug.clone(),
            named_by: company.decided.get("name").map(|event| event.id),
            name: company.name,
            successor: company.successor,
            identifiers: all_identifiers(&threads),
        }
    }
}

/// Looks for what is doubtful among companies, with these checks alone. Each finding
/// is of the first of the companies that it is about.
#[must_use]
pub fn check_companies(cards: &[Card], checks: &[&'static Check]) -> Vec<(Slug, Finding)> {
    let mut found = Vec::new();
    for check in checks.iter().filter(|check| check.is_across()) {
        match check.name {
            "companies-alike" => alike(cards, check, &mut found),
            _ => identifiers(cards, check, &mut found),
        }
    }
    found.sort_by(|(one, _), (other, _)| one.cmp(other));
    found
}

fn alike(cards: &[Card], check: &'static Check, found: &mut Vec<(Slug, Finding)>) {
    let names: Vec<String> = cards.iter().map(bare_name).collect();
    // The same name but for the form of business is a pair, too.
    let mut by_name: Vec<usize> = (0..names.len()).collect();
    by_name.sort_by_key(|at| names.get(*at));
    let same = by_name.windows(2).filter_map(|two| match two {
        [one, other] if names.get(*one) == names.get(*other) => Some((*one, *other)),
        _ => None,
    });
    let mut all: Vec<(usize, usize)> = same.chain(pairs(&names)).collect();
    all.sort_unstable();
    for (one, other) in all {
        let (Some(one), Some(other)) = (cards.get(one), cards.get(other)) else {
            continue;
        };
        let follows = |card: &Card, of: &Card| of.successor.as_deref() == Some(card.slug.as_str());
        if follows(one, other) || follows(other, one) {
            continue;
        }
        let text = format!("{} is much like {}", called(one), called(other));
        let events = [one.named_by, other.named_by];
        tell(check, &one.slug, events.into_iter().flatten(), text, found);
    }
}

fn called(card: &Card) -> String {
    match &card.name {
        Some(name) => format!("{name:?} ({})", card.slug),
        None => card.slug.to_string(),
    }
}

/// Its name without the words that say its form; its slug where it has none.
fn bare_name(card: &Card) -> String {
    let words = words_of(card.name.as_deref().unwrap_or(card.slug.as_str()));
    let bare: Vec<&str> = words
        .split('-')
        .filter(|word| !FORMS.contains(word))
        .collect();
    match bare.is_empty() {
        true => words,
        false => bare.join("-"),
    }
}

fn tell(
    check: &'static Check,
    slug: &Slug,
    events: impl Iterator<Item = EventId>,
    text: String,
    found: &mut Vec<(Slug, Finding)>,
) {
    found.push((
        slug.clone(),
        Finding {
            check,
            kind: None,
            thread: None,
            events: events.collect(),
            text,
        },
    ));
}

/// An identifier, whose it is, and when.
type Holding<'c> = (&'c IdentifierView, &'c Slug, Bounds);

fn identifiers(cards: &[Card], check: &'static Check, found: &mut Vec<(Slug, Finding)>) {
    let mut held: Vec<Holding<'_>> = cards
        .iter()
        .flat_map(|card| card.identifiers.iter().map(move |it| (it, &card.slug)))
        .map(|(identifier, slug)| (identifier, slug, span(identifier)))
        .collect();
    held.sort_by(|(one, slug, span), (other, other_slug, other_span)| {
        let key = (&one.scheme, &one.value, span.earliest, slug);
        key.cmp(&(&other.scheme, &other.value, other_span.earliest, other_slug))
    });
    let is_same = |(one, ..): &Holding<'_>, (other, ..): &Holding<'_>| {
        (&one.scheme, &one.value) == (&other.scheme, &other.value)
    };
    for holders in held.chunk_by(is_same) {
        overlaps(holders, check, found);
    }
}

/// Tells where one of those who had an identifier, in the order in which they had
/// it, still has it when the next gets it.
fn overlaps(holders: &[Holding<'_>], check: &'static Check, found: &mut Vec<(Slug, Finding)>) {
    let mut last: Option<&Holding<'_>> = None;
    for next in holders {
        let (identifier, slug, span) = next;
        let Some((other, before, span_before)) = last else {
            last = Some(next);
            continue;
        };
        let overlaps = match (span_before.latest, span.earliest) {
            (Some(end), Some(start)) => start <= end,
            _ => true,
        };
        if overlaps && before != slug {
            let (scheme, value) = (&identifier.scheme, &identifier.value);
            let since = span.earliest.map(|day| format!(" on {day}"));
            let since = since.unwrap_or_default();
            let text = format!("{scheme}:{value} is also that of {slug}{since}");
            let events = [other.event, identifier.event];
            tell(check, before, events.into_iter(), text, found);
        }
        let ends_later = match (span_before.latest, span.latest) {
            (None, _) => false,
            (_, None) => true,
            (Some(before), Some(end)) => end > before,
        };
        if ends_later {
            last = Some(next);
        }
    }
}

/// The days on which it is somebody's: its first may be any of `from`, its last any
/// of `to`, so that what only may overlap does not.
fn span(identifier: &IdentifierView) -> Bounds {
    let bounds = |text: &Option<String>| {
        let date = text.as_deref().and_then(|text| Edtf::parse(text).ok());
        date.map(|date| date.bounds())
    };
    Bounds {
        earliest: bounds(&identifier.from).and_then(|from| from.latest),
        latest: bounds(&identifier.to).and_then(|to| to.earliest),
    }
}
