//! What a value follows from: [`why`].
//!
//! - [`Why`]: the value, and an [`Explanation`] of each thread that it is of
//! - `matter`: which claims have a say in a field
//! - `losing`: by which rule a claim lost
//! - `aside`: why one period or pivot stands in its place, and not another
//! - `json`: how it is written

mod aside;
mod json;
mod losing;
mod matter;

use std::sync::Arc;

use event_model::event::Event;
use event_model::id::{EventId, Slug};
use event_model::time::Day;
use event_model::vocabulary::Fault;
use serde_json::Value;

pub use self::aside::{Aside, Because};
pub use self::losing::Rule;

use self::losing::lost;
use self::matter::Matter;
use crate::basis::{Lens, Placed};
use crate::claim::Claim;
use crate::fold::{counting, told};
use crate::item::Item;
use crate::links::{Links, is_link};
use crate::path::{FoundValue, Path};
use crate::rule::prevailing;
use crate::standing::Standing;
use crate::thread::{Thread, Voice};
use crate::timeline::Timeline;

/// Why a path has its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Why {
    /// The value.
    pub value: Value,
    /// Whether the path names a list.
    pub is_list: bool,
    /// What it follows from, of each thread that the path found.
    pub explanations: Vec<Explanation>,
}

/// Why a thread says what it says in a field, or at all.
///
/// Every claim of the thread that can be seen and has a say in the matter is in just
/// one of the lists.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// The kind of the thread.
    pub kind: String,
    /// Its name.
    pub thread: String,
    /// The value.
    pub value: Value,
    /// The field of `data`, or `confirmation`, that decides it; `None` where it is
    /// the claim as a whole.
    pub decided_by: Option<String>,
    /// The events that made it.
    pub made_by: Vec<Evidence>,
    /// Those that say the same, and did not make it.
    pub agrees: Vec<Evidence>,
    /// Those that say something else.
    pub lost: Vec<Lost>,
    /// Those that do not hold.
    pub struck: Vec<Struck>,
    /// The more precise claim from which the date is.
    pub narrowed_by: Option<Evidence>,
    /// The links by which the thread is one.
    pub links: Vec<Evidence>,
    /// What else could stand in its place.
    pub others: Vec<Aside>,
}

/// An event, and what it says of the matter.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// The event.
    pub event: Arc<Event>,
    /// What it states.
    pub states: Value,
    /// The events that only tell it again.
    pub repeated_by: Vec<Arc<Event>>,
}

/// An event that lost.
#[derive(Debug, Clone, PartialEq)]
pub struct Lost {
    /// The event.
    pub evidence: Evidence,
    /// By which rule.
    pub rule: Rule,
    /// Against which event; `None` where it is the day that is asked about.
    pub against: Option<EventId>,
}

/// An event that does not hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Struck {
    /// The event.
    pub evidence: Evidence,
    /// The retraction or correction; `None` if it cannot be seen yet and acts all
    /// the same, since the error was ours.
    pub by: Option<Arc<Event>>,
    /// Whose error it was.
    pub fault: Option<Fault>,
}

/// Tells what the value of a path follows from. Only events are named that can be
/// seen through the lens.
#[must_use]
pub fn why<'l>(slug: &Slug, events: &[Placed], lens: impl Into<Lens<'l>>, path: &Path) -> Why {
    let lens = lens.into();
    let (standing, threads) = counting(events, &lens);
    let timeline = told(slug, &standing, &threads, &lens.cuts);
    let found = path.find(&timeline);
    let reader = Reader {
        links: Links::among(&standing),
        standing,
        threads: &threads,
        timeline: &timeline,
        on: lens.cuts.on,
    };
    let of_value = |found: &FoundValue<'_>| match found.item {
        Some(item) => reader
            .of_item(item, path.deciding(), found)
            .into_iter()
            .collect(),
        None => reader.of_company(path, found),
    };
    let is_said = |found: &&FoundValue<'_>| {
        // Of a company: its slug is ours, and a list of its identifiers is of many events.
        let is_there = match &found.value {
            Value::Array(values) => !values.is_empty(),
            Value::String(_) => true,
            _ => false,
        };
        found.item.is_some() || found.event.is_some() || is_there
    };
    let said = found.values.iter().filter(is_said);
    let mut explanations: Vec<Explanation> = said.flat_map(of_value).collect();
    if explanations.is_empty() {
        explanations = reader.of_nothing(path);
    }
    Why {
        is_list: found.is_list,
        explanations,
        value: path.value(&timeline),
    }
}

/// Everything that is known.
struct Reader<'a> {
    standing: Standing<'a>,
    links: Links<'a>,
    threads: &'a [Thread],
    timeline: &'a Timeline,
    on: Day,
}

impl Reader<'_> {
    fn thread(&self, kind: &str, name: &str) -> Option<&Thread> {
        let is_it = |thread: &&Thread| thread.kind_name() == kind && thread.name() == name;
        self.threads.iter().find(is_it)
    }

    fn of_item(
        &self,
        item: Item<'_>,
        field: Option<&str>,
        found: &FoundValue<'_>,
    ) -> Option<Explanation> {
        let view = item.view();
        let thread = self.thread(view.kind_name(), view.thread())?;
        let matter = Matter::of(item, field);
        // A rule can be in force before it was made.
        let voice = thread.voice(self.on).unwrap_or(Voice::All);
        let mut explanation = self.explain(thread, voice, &matter, found.value.clone());
        if matter.is_of_dates() {
            let dated = view.dated.as_ref();
            let narrowed = dated.map(|event| self.evidence(event, &matter));
            explanation.narrowed_by = narrowed;
        }
        match item {
            Item::Rule(rule) if matches!(field, Some("force" | "in_force")) => {
                self.of_force(thread, rule, &mut explanation);
            }
            Item::Date(date) if field == Some("moves") => {
                let moves = date.moves.iter().map(|it| it.event);
                self.of_moves(&moves.collect::<Vec<_>>(), &mut explanation);
            }
            _ if field == Some("contested") => {
                self.of_contest(thread, item, voice, &mut explanation);
            }
            _ => {}
        }
        explanation.others = aside::others(self, item, field);
        Some(explanation)
    }

    fn of_company(&self, path: &Path, found: &FoundValue<'_>) -> Vec<Explanation> {
        let field = path.deciding().unwrap_or("name");
        let declaring = self.threads.iter();
        let declaring =
            declaring.filter(|thread| thread.section() == event_model::kind::Section::Company);
        let explain = |thread: &Thread| {
            let voice = thread.voice(self.on)?;
            let matter = match field {
                "identifiers" => Matter::Identifiers(path.chosen().map(str::to_owned)),
                field => Matter::Data(field.to_owned()),
            };
            let mut told = self.explain(thread, voice, &matter, found.value.clone());
            if let Matter::Identifiers(_) = matter {
                self.of_identifiers(&mut told);
            }
            Some(told)
        };
        declaring.filter_map(explain).collect()
    }

    /// Who prevails among the claims of a thread that have a say.
    fn explain(&self, thread: &Thread, voice: Voice, matter: &Matter, value: Value) -> Explanation {
        let matter = &matter.in_thread(thread);
        let stating: Vec<&Claim> = thread
            .counting()
            .filter(|claim| matter.states(&claim.event).is_some())
            .collect();
        let is_heard = |claim: &&&Claim| voice.is_through(claim);
        let has_own = matter.is_quantity()
            && stating
                .iter()
                .filter(is_heard)
                .any(|claim| !claim.shares_quantity);
        let rivals: Vec<&Claim> = stating
            .iter()
            .filter(is_heard)
            .filter(|claim| !(has_own && claim.shares_quantity))
            .copied()
            .collect();
        let won = prevailing(rivals.iter().copied());
        let said = won.and_then(|won| matter.states(&won.event));
        let mut explanation = Explanation {
            kind: thread.kind_name().to_owned(),
            thread: thread.name().to_owned(),
            value,
            decided_by: matter.decided_by(),
            made_by: won
                .iter()
                .map(|won| self.evidence(&won.event, matter))
                .collect(),
            agrees: Vec::new(),
            lost: Vec::new(),
            struck: self.struck((thread.kind_name(), thread.name()), matter),
            narrowed_by: None,
            links: self.links_of(thread),
            others: Vec::new(),
        };
        for claim in stating {
            if won.is_some_and(|won| won.id() == claim.id()) {
                continue;
            }
            let evidence = self.evidence(&claim.event, matter);
            let is_heard = voice.is_through(claim);
            if is_heard && matter.is_alike(thread.kind, matter.states(&claim.event), said.as_ref())
            {
                explanation.agrees.push(evidence);
                continue;
            }
            let is_set_aside = has_own && claim.shares_quantity;
            let (rule, against) = lost(claim, won, &rivals, (is_heard, is_set_aside), self.on);
            explanation.lost.push(Lost {
                evidence,
                rule,
                against,
            });
        }
        explanation
    }

    fn evidence(&self, event: &Arc<Event>, matter: &Matter) -> Evidence {
        let repeats = self
            .standing
            .seen()
            .filter(|stood| !stood.struck && stood.placed.event.repeats == Some(event.id));
        Evidence {
            event: Arc::clone(event),
            states: matter.states(event).unwrap_or_default(),
            repeated_by: repeats
                .map(|stood| Arc::clone(&stood.placed.event))
                .collect(),
        }
    }

    /// The claims of a thread that can be seen and do not hold.
    fn struck(&self, (kind, thread): (&str, &str), matter: &Matter) -> Vec<Struck> {
        let of_thread = |event: &Event| {
            let name = self.links.name(&event.kind, &event.thread);
            *event.kind == *kind && name == thread
        };
        let seen = self.standing.seen().filter(|stood| stood.struck);
        let struck = seen.filter(|stood| {
            let event = &stood.placed.event;
            event.repeats.is_none() && of_thread(event) && matter.states(event).is_some()
        });
        let by = |placed: &Placed| {
            let mut seen = self.standing.seen();
            seen.find(|stood| stood.placed.event.id == placed.event.id)
                .map(|stood| Arc::clone(&stood.placed.event))
        };
        struck
            .map(|stood| Struck {
                evidence: self.evidence(&stood.placed.event, matter),
                by: stood.struck_by.and_then(by),
                fault: stood.struck_by.and_then(|by| by.event.fault),
            })
            .collect()
    }

    /// What a path names of which nothing holds: the claims that would say it.
    fn of_nothing(&self, path: &Path) -> Vec<Explanation> {
        let mut named: Vec<(&str, &str)> = Vec::new();
        for stood in self.standing.seen().filter(|stood| stood.struck) {
            let event = &stood.placed.event;
            let thread = (&*event.kind, self.links.name(&event.kind, &event.thread));
            if path.names_thread(thread.0, thread.1) && !named.contains(&thread) {
                named.push(thread);
            }
        }
        let matter = match path.deciding() {
            Some(field) => Matter::Data(field.to_owned()),
            None => Matter::LEAD,
        };
        let explanations = named.into_iter().map(|(kind, thread)| Explanation {
            kind: kind.to_owned(),
            thread: thread.to_owned(),
            value: Value::Null,
            decided_by: matter.decided_by(),
            made_by: Vec::new(),
            agrees: Vec::new(),
            lost: Vec::new(),
            struck: self.struck((kind, thread), &matter),
            narrowed_by: None,
            links: Vec::new(),
            others: Vec::new(),
        });
        let explanations = explanations.filter(|it| !it.struck.is_empty());
        explanations.collect()
    }

    /// The links that put other names under that of a thread.
    fn links_of(&self, thread: &Thread) -> Vec<Evidence> {
        let links = self.standing.counting().filter(|stood| {
            let event = &stood.placed.event;
            let (of, from) = (event.text("of"), event.text("from"));
            let is_of_it = of.zip(from).is_some_and(|(of, from)| {
                of == thread.kind_name() && self.links.name(of, from) == thread.name()
            });
            is_link(event) && is_of_it
        });
        links
            .map(|stood| self.evidence(&stood.placed.event, &Matter::Data("into".to_owned())))
            .collect()
    }
}
