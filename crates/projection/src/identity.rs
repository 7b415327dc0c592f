//! What is known of a company itself: its names and identifiers.

use std::collections::BTreeMap;
use std::sync::Arc;

use event_model::data::Field;
use event_model::edtf::{Bounds, Edtf};
use event_model::event::Event;
use event_model::id::{EventId, Slug};
use event_model::identifier::{Identifier, symbol_of};
use event_model::kind::Section;
use event_model::kinds;
use event_model::text::folded;
use event_model::time::Day;
use foldhash::HashSet;
use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::basis::Placed;
use crate::claim::Claim;
use crate::rule::prevailing;
use crate::thread::{Thread, Voice};
use crate::view::Decider;

/// A company, as known under a basis.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Company {
    /// Its slug, which never changes.
    pub slug: Slug,
    /// Its name on the day asked about; `None` before any is known.
    pub name: Option<String>,
    /// Other names.
    pub aliases: Vec<String>,
    /// The identifiers whose span covers the day asked about.
    pub identifiers: Vec<IdentifierView>,
    /// The last day of its fiscal year, `MM-DD`.
    pub fiscal_year_end: Option<String>,
    /// The company that follows it.
    pub successor: Option<String>,
    /// The events that decided this.
    pub decided: Deciders,
}

/// The events that decided what is known of a company, by the names of the fields.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Deciders(Vec<(&'static str, Arc<Event>)>);

impl Deciders {
    /// The event that decided a field.
    #[must_use]
    pub fn get(&self, field: &str) -> Option<&Arc<Event>> {
        let found = self.0.iter().find(|(name, _)| *name == field);
        found.map(|(_, event)| event)
    }

    /// One of the events, if there are any.
    pub(crate) fn any(&self) -> Option<&Arc<Event>> {
        self.0.first().map(|(_, event)| event)
    }
}

impl Serialize for Deciders {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, event)| (name, Decider(event))))
    }
}

/// An identifier with its span, and the event that says so.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct IdentifierView {
    /// `lei`, `cik`, `isin`, `figi`, `ticker` …
    pub scheme: String,
    /// The value as it is compared.
    pub value: String,
    /// From when on, as EDTF.
    pub from: Option<String>,
    /// Until when, as EDTF.
    pub to: Option<String>,
    /// The event that says so.
    pub event: EventId,
    /// The same event, whole.
    #[serde(skip)]
    pub by: Arc<Event>,
}

/// Tells what is known of a company, given its threads; only those that declare
/// it are heard.
#[must_use]
pub fn company<'t>(slug: &Slug, threads: impl IntoIterator<Item = &'t Thread>, on: Day) -> Company {
    let claims = declaring(threads);
    let speaking = speaking(&claims, on);
    let decide = |field: &'static str| {
        let won = decided(&speaking, field)?;
        Some((field, Arc::clone(&won.event)))
    };
    let fields = ["name", "aliases", "fiscal_year_end", "successor"];
    let decided = Deciders(fields.into_iter().filter_map(decide).collect());
    let value = |field: &str| decided.get(field)?.data.get(field);
    let text = |field: &str| value(field)?.as_str().map(str::to_owned);
    let possible = claims.iter().copied();
    let possible = possible.filter(|claim| claim.is_possible_by(on));
    Company {
        slug: slug.clone(),
        name: text("name"),
        aliases: texts(value("aliases").map(Field::to_value).as_ref()),
        identifiers: identifiers(possible, Some(on)),
        fiscal_year_end: text("fiscal_year_end"),
        successor: text("successor"),
        decided,
    }
}

/// Those of a company's events by which it is known what it is called: those that
/// declare it, those that strike others, and those in whose place others stand.
#[must_use]
pub fn telling(events: &[Placed]) -> Vec<Placed> {
    let corrected = events.iter().filter_map(|it| it.event.supersedes);
    let corrected: HashSet<EventId> = corrected.collect();
    let tells = |it: &&Placed| {
        let event = &it.event;
        &*event.kind == kinds::COMPANY || event.strikes().is_some() || corrected.contains(&event.id)
    };
    events.iter().filter(tells).cloned().collect()
}

/// The claims that declare a company, in the order of publication.
pub(crate) fn declaring<'t>(threads: impl IntoIterator<Item = &'t Thread>) -> Vec<&'t Claim> {
    let declare = |thread: &&Thread| thread.section() == Section::Company;
    let threads = threads.into_iter().filter(declare);
    let mut claims: Vec<&Claim> = threads.flat_map(Thread::counting).collect();
    claims.sort_unstable_by_key(|claim| claim.order());
    claims
}

/// Those of the claims through which the company speaks on a day.
pub(crate) fn speaking<'c>(claims: &[&'c Claim], on: Day) -> Vec<&'c Claim> {
    let voice = Voice::on(on, claims.iter().copied());
    let is_heard = |claim: &&Claim| voice.is_some_and(|voice| voice.is_through(claim));
    claims.iter().copied().filter(is_heard).collect()
}

/// The claim that decides a field.
pub(crate) fn decided<'c>(speaking: &[&'c Claim], field: &str) -> Option<&'c Claim> {
    let stating = speaking.iter().copied();
    prevailing(stating.filter(|claim| claim.event.data.contains(field)))
}

/// Every identifier that a company ever had, given its threads.
#[must_use]
pub fn all_identifiers<'t>(threads: impl IntoIterator<Item = &'t Thread>) -> Vec<IdentifierView> {
    identifiers(declaring(threads).into_iter(), None)
}

/// The identifiers, each decided by itself among the claims that list it: that
/// one is added takes none away. Their own spans tell on which days they are
/// the company's, so whether a claim is certain or possible plays no part. Given a day, a
/// span that covers it; else all spans, in their order.
fn identifiers<'c>(
    claims: impl Iterator<Item = &'c Claim>,
    on: Option<Day>,
) -> Vec<IdentifierView> {
    let mut listed: BTreeMap<(String, String), Vec<Listed<'c>>> = BTreeMap::new();
    for claim in claims {
        for identifier in identifiers_of(claim.event.data.value("identifiers").as_ref()) {
            let key = (identifier.scheme.to_string(), identifier.value.to_string());
            listed.entry(key).or_default().push((claim, identifier));
        }
    }
    let mut views = Vec::new();
    for ((scheme, value), listed) in listed {
        let mut standing = standing(listed);
        match on {
            // A day that two spans may have is of the one that is surer.
            Some(on) => {
                let first = standing.into_iter().find(|(_, it)| it.covers(on));
                standing = first.into_iter().collect();
            }
            None => standing.sort_by_key(|(_, it)| {
                let begins = it.from.as_ref().map(Edtf::bounds);
                begins.and_then(|bounds| bounds.earliest)
            }),
        }
        views.extend(
            standing
                .into_iter()
                .map(|(claim, identifier)| IdentifierView {
                    scheme: scheme.clone(),
                    value: value.clone(),
                    from: identifier.from.as_ref().map(ToString::to_string),
                    to: identifier.to.as_ref().map(ToString::to_string),
                    event: claim.id(),
                    by: Arc::clone(&claim.event),
                }),
        );
    }
    views
}

/// An identifier with a span, as a claim lists it.
type Listed<'c> = (&'c Claim, Identifier);

/// What stands of all that lists the same identifier, the surest first.
///
/// A ticker may go and come back, so spans that do not clash stand beside each other. One
/// that clashes with a surer one does not, also where that one does not stand itself.
fn standing(mut listed: Vec<Listed<'_>>) -> Vec<Listed<'_>> {
    // Most are listed once.
    if listed.len() < 2 {
        return listed;
    }
    let mut standing = Vec::new();
    let mut surer: Vec<Identifier> = Vec::new();
    while let Some(won) = prevailing(listed.iter().map(|(claim, _)| *claim)).map(Claim::id) {
        let of_won = listed.extract_if(.., |(claim, _)| claim.id() == won);
        for one in of_won.collect::<Vec<_>>() {
            // What says the same again changes nothing.
            listed.retain(|(_, other)| *other != one.1);
            let is_free = surer.iter().all(|surer| !surer.clashes_with(&one.1));
            surer.push(one.1.clone());
            if is_free {
                standing.push(one);
            }
        }
    }
    standing
}

/// The days on which it can change which identifiers a company has, as far as an event
/// tells: those on which it, or a span that it gives, begins or has ended.
pub fn turning_days(event: &Event) -> impl Iterator<Item = Day> {
    let listed = event.data.value("identifiers");
    let identifiers: Vec<Identifier> = identifiers_of(listed.as_ref()).collect();
    let spans = identifiers.into_iter().flat_map(|it| [it.from, it.to]);
    let spans = spans.flatten().map(|side| side.bounds());
    let bounds = spans.chain([event.bounds()]);
    bounds.flat_map(|Bounds { earliest, latest }| {
        [earliest, latest, latest.and_then(|day| day.succ_opt())]
            .into_iter()
            .flatten()
    })
}

impl Company {
    /// Whether its slug, its name or another name starts with a text that is [`folded`].
    #[must_use]
    pub fn is_named(&self, start: &str) -> bool {
        let names = self.name.iter().chain(&self.aliases);
        let mut names = names.map(String::as_str).chain([self.slug.as_str()]);
        names.any(|name| starts(name, start))
    }

    /// Whether one of its symbols does.
    #[must_use]
    pub fn has_symbol(&self, start: &str) -> bool {
        self.symbols().any(|symbol| starts(symbol, start))
    }

    /// The symbols of its tickers.
    pub fn symbols(&self) -> impl Iterator<Item = &str> {
        let tickers = self.identifiers.iter().filter(|id| id.scheme == "ticker");
        tickers.map(|ticker| symbol_of(&ticker.value))
    }
}

fn starts(word: &str, start: &str) -> bool {
    folded(word).starts_with(start)
}

/// Reads a list of identifiers as a `company` event has it.
pub fn identifiers_of(list: Option<&Value>) -> impl Iterator<Item = Identifier> {
    let items = list
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    items.iter().filter_map(|item| {
        let part = |name: &str| item.get(name).and_then(Value::as_str);
        Identifier::read(part("scheme")?, part("value")?, part("from"), part("to")).ok()
    })
}

fn texts(list: Option<&Value>) -> Vec<String> {
    let items = list
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    items
        .iter()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}
