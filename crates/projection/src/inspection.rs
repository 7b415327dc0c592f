//! How one event stands under a basis, and which events it is tied to:
//! [`inspect`].
//!
//! Like every answer it names nothing that was published after the known cut.

use event_model::event::Event;
use event_model::id::{EventId, Slug};
use std::sync::Arc;

use crate::basis::{Lens, Placed};
use crate::fold::{Statuses, status_apart};
use crate::identity::company;
use crate::standing::{Bonds, Standing, Status, Stood};
use crate::thread::{Thread, threads};

/// How an event stands, and what it is tied to.
#[derive(Debug, Clone, PartialEq)]
pub struct Inspection {
    /// How it stands.
    pub view: Seen,
    /// The retractions and corrections that strike it, in the order of the log.
    pub struck_by: Vec<Arc<Event>>,
    /// What says that it was redacted.
    pub redacted_by: Option<Arc<Event>>,
    /// What it strikes, if it is a retraction or correction that does.
    pub strikes: Option<EventId>,
    /// The event that it only tells again.
    pub repeats: Option<EventId>,
    /// The events that only tell it again, in the order of the log.
    pub repeated_by: Vec<EventId>,
    /// The name under which its thread is told, where a link says that it is
    /// another's.
    pub told_as: Option<String>,
}

/// Whether an event can be seen, and what comes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// It was published after the known cut.
    Unpublished,
    /// The filter leaves it out.
    Unheard,
    /// It can be seen.
    As(Status),
}

impl Seen {
    /// It as it is written.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unpublished => "unpublished",
            Self::Unheard => "unheard",
            Self::As(status) => status.as_str(),
        }
    }
}

/// Tells how an event of a company stands; `None` if it is not among the events
/// that the log had by the recorded cut.
///
/// `events` are all events of the company in the order of their positions.
#[must_use]
pub fn inspect<'l>(
    slug: &Slug,
    events: &[Placed],
    id: EventId,
    lens: impl Into<Lens<'l>>,
) -> Option<Inspection> {
    let lens = lens.into();
    let standing = Standing::of(events, lens);
    let bonds = standing.bonds(id)?;
    let threads = threads(&standing, lens.kinds);
    let of_it = |thread: &&Thread| thread.claims().iter().any(|claim| claim.id() == id);
    let thread = threads.iter().find(of_it);
    let Bonds {
        stood,
        struck_by,
        strikes,
        repeated_by,
    } = bonds;
    let view = match (stood.visible, stood.heard, thread) {
        (false, ..) => Seen::Unpublished,
        (true, false, _) => Seen::Unheard,
        (true, true, None) => Seen::As(status_apart(stood)),
        (true, true, Some(thread)) => {
            let company = company(slug, &threads, lens.cuts.on);
            Seen::As(Statuses::of(thread, &company, lens.cuts.on).get(id))
        }
    };
    let visible = |stood: &&Stood<'_>| stood.visible;
    let says = |by: &&Stood<'_>| by.placed.event.redacts().is_some_and(|(of, _)| of == id);
    let redacted_by = standing.seen().find(says);
    let struck_by = struck_by.into_iter().filter(visible);
    let repeated_by = repeated_by.into_iter().filter(visible);
    let event = &stood.placed.event;
    let name = thread.map(Thread::name);
    Some(Inspection {
        view,
        struck_by: struck_by.map(|it| Arc::clone(&it.placed.event)).collect(),
        redacted_by: redacted_by.map(|by| Arc::clone(&by.placed.event)),
        strikes: strikes
            .filter(|_| stood.visible)
            .map(|target| target.placed.event.id),
        repeats: event.repeats,
        repeated_by: repeated_by.map(|it| it.placed.event.id).collect(),
        told_as: name
            .filter(|name| **name != *event.thread)
            .map(str::to_owned),
    })
}
