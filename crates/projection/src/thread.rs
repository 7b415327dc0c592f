//! A [`ThreadView`]: what a thread says on the day asked about.

use std::collections::BTreeMap;

use event_model::edtf::Bounds;
use event_model::event::Event;
use event_model::id::EventId;
use event_model::kind::Kind;
use event_model::time::Day;
use event_model::vocabulary::{Certainty, Confirmation};
use serde::Serialize;
use serde_json::Value;

use crate::claim::{Claim, ListOrder};
use crate::rule::{contests, prevailing, quantity_is_shared};

/// What a thread says under a basis.
#[derive(Debug, Clone, PartialEq)]
pub struct ThreadView {
    /// The kind of its events.
    pub kind: String,
    /// Its name.
    pub thread: String,
    /// The fields of `data`, each decided among the claims that state it.
    pub fields: BTreeMap<String, Decided>,
    /// The date of the leading claim as its source gives it, or as a more
    /// precise one does that it gave way to.
    pub occurred: Option<String>,
    /// The days on which that can have been, as far as the thread tells.
    pub bounds: Bounds,
    /// Whether it certainly happened by the day asked about.
    pub occurrence: Occurrence,
    /// Who stands behind the leading claim.
    pub certainty: Certainty,
    /// What the parties say.
    pub confirmation: Confirmation,
    /// The event that tells what the parties say.
    pub confirmed_by: Option<EventId>,
    /// The event by which the thread is shown.
    pub lead: EventId,
    /// Whether a claim that says otherwise lost only because another is surer.
    pub contested: bool,
    /// The claims that count, in the order of publication.
    pub events: Vec<EventId>,
    /// When the leading claim was published, as written.
    pub published: String,
    /// Where its source is named.
    pub source: String,
    /// The order in lists.
    pub order: ListOrder,
}

/// A value, and the claim that decided it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Decided {
    /// The value as the claim states it.
    #[serde(skip)]
    pub value: Value,
    /// The certainty of that claim.
    pub certainty: Certainty,
    /// The event that made it.
    pub event: EventId,
}

/// Whether something happened by a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Occurrence {
    /// It can have happened.
    Possible,
    /// It has, whichever day it was.
    Certain,
}

/// The claims through which a thread speaks on a day: those that certainly
/// happened by then, or, where there are none, those that possibly did.
#[must_use]
pub fn speaking<'c, 'a>(claims: &'c [Claim<'a>], on: Day) -> (Vec<&'c Claim<'a>>, Occurrence) {
    let certain: Vec<_> = claims
        .iter()
        .filter(|claim| claim.is_certain_by(on))
        .collect();
    if !certain.is_empty() {
        return (certain, Occurrence::Certain);
    }
    let possible = claims
        .iter()
        .filter(|claim| claim.is_possible_by(on))
        .collect();
    (possible, Occurrence::Possible)
}

/// The claims that state a field. A quantity shared with others never replaces
/// one's own.
fn stating<'c, 'a>(field: &str, speaking: &[&'c Claim<'a>]) -> Vec<&'c Claim<'a>> {
    let states = |claim: &&&Claim<'_>| claim.event.data.contains(field);
    let stating: Vec<_> = speaking.iter().filter(states).copied().collect();
    if field == "quantity" {
        let is_own = |claim: &&&Claim<'_>| !quantity_is_shared(claim.event);
        let own: Vec<_> = stating.iter().filter(is_own).copied().collect();
        if !own.is_empty() {
            return own;
        }
    }
    stating
}

/// Decides a field among the claims that state it.
#[must_use]
pub fn decide<'c, 'a>(field: &str, speaking: &[&'c Claim<'a>]) -> Option<&'c Claim<'a>> {
    prevailing(&stating(field, speaking))
}

/// What a thread says through its claims, if it says anything on that day.
#[must_use]
pub fn view(claims: &[Claim<'_>], on: Day) -> Option<ThreadView> {
    let (speaking, occurrence) = speaking(claims, on);
    view_through(claims, &speaking, occurrence)
}

/// What a thread says through all its claims, whatever the day: of a rule that
/// is in force before the day on which it was made.
#[must_use]
pub fn view_of_all(claims: &[Claim<'_>]) -> Option<ThreadView> {
    let all: Vec<_> = claims.iter().collect();
    view_through(claims, &all, Occurrence::Possible)
}

fn view_through<'c>(
    claims: &'c [Claim<'_>],
    speaking: &[&'c Claim<'_>],
    occurrence: Occurrence,
) -> Option<ThreadView> {
    let current = prevailing(speaking)?;
    let mut fields = BTreeMap::new();
    let mut contested = false;
    for field in field_names(speaking) {
        let stating = stating(field, speaking);
        let Some(won) = prevailing(&stating) else {
            continue;
        };
        let Some(value) = won.event.data.get(field) else {
            continue;
        };
        contested |= stating.iter().any(|claim| {
            claim
                .event
                .data
                .get(field)
                .is_some_and(|other| other != value)
                && contests(claim, won)
        });
        fields.insert(field.to_owned(), Decided::by(won, value.to_value()));
    }
    let (confirmation, confirmed_by, confirmation_contested) = confirmation(speaking);
    let lead = lead(current, speaking);
    Some(ThreadView {
        kind: current.event.kind.to_string(),
        thread: current.event.thread.to_string(),
        fields,
        occurred: occurred(lead, claims),
        bounds: lead.bounds,
        occurrence,
        certainty: lead.event.certainty,
        confirmation,
        confirmed_by,
        lead: lead.id(),
        contested: contested || confirmation_contested,
        events: claims.iter().map(Claim::id).collect(),
        published: lead.event.published.text().to_owned(),
        source: lead.event.source.name.to_string(),
        order: lead.list_order(),
    })
}

/// The claim that a thread is shown by: the one that decides its stage, or the
/// current one where there are no stages.
fn lead<'c, 'a>(current: &'c Claim<'a>, speaking: &[&'c Claim<'a>]) -> &'c Claim<'a> {
    let life = current.event.kind().and_then(|kind| kind.life.as_ref());
    life.and_then(|life| decide(life.field, speaking))
        .unwrap_or(current)
}

/// The date of a claim as its source gives it, or as a more precise claim does
/// that it gave way to.
fn occurred(lead: &Claim<'_>, claims: &[Claim<'_>]) -> Option<String> {
    let own = lead.event.bounds();
    let precise = claims.iter().filter(|_| lead.bounds != own).find(|claim| {
        claim.event.stage() == lead.event.stage() && claim.event.bounds() == lead.bounds
    });
    let stated = precise.unwrap_or(lead).event.occurred.as_ref();
    stated.map(ToString::to_string)
}

fn field_names<'c>(speaking: &[&'c Claim<'_>]) -> impl Iterator<Item = &'c str> {
    let mut names: Vec<&str> = speaking
        .iter()
        .flat_map(|claim| claim.event.data.names())
        .collect();
    names.sort_unstable();
    names.dedup();
    names.into_iter()
}

fn confirmation(speaking: &[&Claim<'_>]) -> (Confirmation, Option<EventId>, bool) {
    let states = |event: &Event| event.confirmation != Confirmation::Unstated;
    let stating: Vec<_> = speaking
        .iter()
        .filter(|claim| states(claim.event))
        .copied()
        .collect();
    let Some(won) = prevailing(&stating) else {
        return (Confirmation::Unstated, None, false);
    };
    let confirmation = won.event.confirmation;
    let contested = stating
        .iter()
        .any(|claim| claim.event.confirmation != confirmation && contests(claim, won));
    (confirmation, Some(won.id()), contested)
}

impl Decided {
    fn by(claim: &Claim<'_>, value: Value) -> Self {
        Self {
            value,
            certainty: claim.event.certainty,
            event: claim.id(),
        }
    }
}

impl ThreadView {
    /// The value of a field.
    #[must_use]
    pub fn value(&self, field: &str) -> Option<&Value> {
        self.fields.get(field).map(|decided| &decided.value)
    }

    /// The value of a field that is a text.
    #[must_use]
    pub fn text(&self, field: &str) -> Option<&str> {
        self.value(field)?.as_str()
    }

    /// The description of its kind, if it is known.
    #[must_use]
    pub fn kind(&self) -> Option<&'static Kind> {
        Kind::named(&self.kind)
    }

    /// The stage that the thread has reached.
    #[must_use]
    pub fn stage(&self) -> Option<&str> {
        self.text(self.kind()?.life.as_ref()?.field)
    }

    /// The events that decide some part of what the thread says.
    pub fn deciding_events(&self) -> impl Iterator<Item = EventId> {
        let fields = self.fields.values().map(|decided| decided.event);
        fields.chain(self.confirmed_by).chain([self.lead])
    }

    /// Whether the matter is still open: it has not come to an end.
    #[must_use]
    pub fn is_open(&self) -> bool {
        !self
            .stage()
            .is_some_and(|stage| self.kind().is_some_and(|kind| kind.is_end(stage)))
    }
}
