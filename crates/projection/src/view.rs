//! A [`ThreadView`]: what a thread says on the day asked about.
//!
//! It holds the events that decided it, and reads everything out of them.

use std::borrow::Cow;
use std::sync::Arc;

use event_model::data::Field;
use event_model::edtf::{Bounds, Edtf};
use event_model::event::Event;
use event_model::id::EventId;
use event_model::kind::Kind;
use event_model::text::Text;
use event_model::vocabulary::{Certainty, Confirmation};

use crate::claim::{Claim, ListOrder};
use crate::links::Links;
use crate::thread::Occurrence;
use crate::thread::counts::CountingIds;

/// What a thread says under a basis.
#[derive(Debug, Clone, PartialEq)]
pub struct ThreadView {
    /// The description of its kind, if it is known.
    pub(crate) kind: Option<&'static Kind>,
    /// What it is called, where its leading event does not tell.
    pub(crate) naming: Option<Arc<Naming>>,
    /// The event by which the thread is shown.
    pub lead: Arc<Event>,
    /// The fields of `data`, each decided among the claims that state it.
    pub fields: Fields,
    /// The event that tells the date, where it is not the leading one.
    pub(crate) dated: Option<Arc<Event>>,
    /// Whether it certainly happened by the day asked about.
    pub occurrence: Occurrence,
    /// The event that tells what the parties say.
    pub confirmed_by: Option<Arc<Event>>,
    /// The last event of those that say otherwise and lost only because another is surer.
    pub contested_by: Option<Arc<Event>>,
    /// The claims that count; `None`: the leading one is the only one.
    pub(crate) events: Option<CountingIds>,
    /// The order in lists.
    pub order: ListOrder,
}

/// What a thread is called whose claims were made under several names.
#[derive(Debug, PartialEq)]
pub(crate) struct Naming {
    /// The name under which it is told.
    pub(crate) name: Text,
    /// The other names of its claims, in order.
    pub(crate) linked: Box<[Text]>,
    /// The links that put each of these under another name.
    pub(crate) links: Box<[Arc<Event>]>,
}

impl Naming {
    /// What the thread of these claims is called, if they do not all say so.
    pub(crate) fn of(name: &str, claims: &[Claim], links: &Links<'_>) -> Option<Arc<Self>> {
        let others = claims.iter().map(|claim| &claim.event.thread);
        let mut linked: Vec<Text> = others.filter(|other| **other != name).cloned().collect();
        if linked.is_empty() {
            return None;
        }
        linked.sort_unstable();
        linked.dedup();
        let kind = claims.first().map_or("", |claim| &claim.event.kind);
        let links = linked.iter().filter_map(|other| links.of(kind, other));
        Some(Arc::new(Self {
            name: name.into(),
            links: links.cloned().collect(),
            linked: linked.into(),
        }))
    }
}

/// The fields that a thread states, in the order of their names.
#[derive(Debug, Clone, PartialEq)]
pub struct Fields(Deciders);

#[derive(Debug, Clone, PartialEq)]
enum Deciders {
    /// One event states them all.
    One(Arc<Event>),
    /// Each is decided by itself.
    Each(Box<[Decision]>),
}

/// A field, and the event that decided it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Decision {
    pub(crate) name: Cow<'static, str>,
    pub(crate) event: Arc<Event>,
}

/// A value, and the event that decided it.
#[derive(Debug, Clone, Copy)]
pub struct Decided<'v> {
    /// The value as the claim states it.
    pub value: Field<'v>,
    /// The event that made the claim.
    pub event: &'v Arc<Event>,
}

/// An event that decided something, as it is told.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Decider<'v>(pub(crate) &'v Event);

impl Fields {
    pub(crate) fn of_many(fields: Vec<Decision>) -> Self {
        Self(Deciders::Each(fields.into()))
    }

    /// The field of a name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Decided<'_>> {
        let event = match &self.0 {
            Deciders::One(event) => event,
            Deciders::Each(fields) => {
                let found = fields.binary_search_by(|field| (*field.name).cmp(name));
                &fields.get(found.ok()?)?.event
            }
        };
        let value = event.data.get(name)?;
        Some(Decided { value, event })
    }

    /// Every field with its name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Decided<'_>)> {
        let (one, each) = match &self.0 {
            Deciders::One(event) => (Some(event), None),
            Deciders::Each(fields) => (None, Some(fields)),
        };
        let of_one = one.into_iter().flat_map(|event| {
            let fields = event.data.iter();
            fields.map(move |(name, value)| (name, Decided { value, event }))
        });
        let of_each = each.into_iter().flatten().filter_map(|field| {
            let event = &field.event;
            let value = event.data.get(&field.name)?;
            Some((&*field.name, Decided { value, event }))
        });
        of_one.chain(of_each)
    }
}

impl ThreadView {
    /// What a claim says that counts alone in its thread.
    pub(crate) fn of_one(
        claim: &Claim,
        kind: Option<&'static Kind>,
        occurrence: Occurrence,
    ) -> Self {
        let event = &claim.event;
        let confirms = event.confirmation != Confirmation::Unstated;
        Self {
            kind,
            naming: None,
            lead: Arc::clone(event),
            fields: Fields(Deciders::One(Arc::clone(event))),
            dated: None,
            occurrence,
            confirmed_by: confirms.then(|| Arc::clone(event)),
            contested_by: None,
            events: None,
            order: claim.list_order(),
        }
    }

    /// The name of its kind.
    #[must_use]
    pub fn kind_name(&self) -> &str {
        &self.lead.kind
    }

    /// The description of its kind, if it is known.
    #[must_use]
    pub fn kind(&self) -> Option<&'static Kind> {
        self.kind
    }

    /// The name of the thread.
    #[must_use]
    pub fn thread(&self) -> &str {
        let naming = self.naming.as_ref();
        naming.map_or(&self.lead.thread, |naming| &naming.name)
    }

    /// The other names under which claims of the thread were made, in order.
    #[must_use]
    pub fn linked(&self) -> &[Text] {
        let naming = self.naming.as_ref();
        naming.map_or(&[], |naming| &naming.linked)
    }

    /// The link that puts a thread of another name under this one.
    pub(crate) fn link_of(&self, name: &str) -> Option<&Arc<Event>> {
        let naming = self.naming.as_ref()?;
        let at = naming.linked.iter().position(|linked| **linked == *name)?;
        naming.links.get(at)
    }

    /// The value of a field.
    #[must_use]
    pub fn value(&self, field: &str) -> Option<Field<'_>> {
        self.fields.get(field).map(|decided| decided.value)
    }

    /// The value of a field that is a text.
    #[must_use]
    pub fn text(&self, field: &str) -> Option<&str> {
        self.value(field)?.as_str()
    }

    /// The stage that the thread has reached.
    #[must_use]
    pub fn stage(&self) -> Option<&str> {
        self.text(self.kind()?.life.as_ref()?.field)
    }

    /// Whether the matter is still open: it has not come to an end.
    #[must_use]
    pub fn is_open(&self) -> bool {
        let kind = self.kind();
        let is_end = |stage: &str| kind.is_some_and(|kind| kind.is_end(stage));
        !self.stage().is_some_and(is_end)
    }

    /// The date of the leading claim as its source gives it, or as a more
    /// precise one does that it gave way to.
    #[must_use]
    pub fn occurred(&self) -> Option<&Edtf> {
        let dated = self.dated.as_ref().unwrap_or(&self.lead);
        dated.occurred.as_ref()
    }

    /// The days on which that can have been, as far as the thread tells.
    #[must_use]
    pub fn bounds(&self) -> Bounds {
        self.order.0
    }

    /// Who stands behind the leading claim.
    #[must_use]
    pub fn certainty(&self) -> Certainty {
        self.lead.certainty
    }

    /// What the parties say.
    #[must_use]
    pub fn confirmation(&self) -> Confirmation {
        let by = self.confirmed_by.as_ref();
        by.map_or(Confirmation::Unstated, |event| event.confirmation)
    }

    /// Whether a claim that says otherwise lost only because another is surer.
    #[must_use]
    pub fn is_contested(&self) -> bool {
        self.contested_by.is_some()
    }

    /// The claims that count, in the order of publication.
    pub fn events(&self) -> impl Iterator<Item = EventId> {
        let only = self.events.is_none().then_some(self.lead.id);
        let counting = self.events.iter().flat_map(CountingIds::iter);
        only.into_iter().chain(counting)
    }

    /// The events that decide some part of what the thread says.
    pub fn deciding_events(&self) -> impl Iterator<Item = EventId> {
        let fields = self.fields.iter().map(|(_, decided)| decided.event.id);
        let confirmed_by = self.confirmed_by.iter().map(|event| event.id);
        fields.chain(confirmed_by).chain([self.lead.id])
    }
}
