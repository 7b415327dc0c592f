//! Which threads are told under the name of another: [`Links`].
//!
//! A `thread_link` says that two threads of a kind are about one matter. It acts
//! wherever it counts, whatever the day that is asked about. Links are heard in
//! the order of publication; each puts all that is told with its `from` under
//! the name under which its `into` is told.

use std::sync::Arc;

use event_model::event::Event;
use event_model::kinds;
use foldhash::HashMap;

use crate::standing::{Standing, Stood};

/// The threads that are told under another name, each with the next name on the
/// way to the one under which it is told, and the link that puts it there.
#[derive(Debug, Default)]
pub(crate) struct Links<'a>(HashMap<(&'a str, &'a str), (&'a str, &'a Arc<Event>)>);

impl<'a> Links<'a> {
    /// The links that count.
    pub(crate) fn among(standing: &Standing<'a>) -> Self {
        let mut links = Self::default();
        let mut counting: Vec<&Stood<'a>> = standing
            .counting()
            .filter(|stood| is_link(&stood.placed.event))
            .collect();
        counting.sort_by_key(|stood| {
            let certainty = stood.placed.event.certainty;
            (
                stood.place.published,
                certainty,
                stood.place.position,
                stood.placed.position,
            )
        });
        for stood in counting {
            let event: &'a Arc<Event> = &stood.placed.event;
            let parts = (event.text("of"), event.text("from"), event.text("into"));
            if let (Some(kind), Some(thread), Some(into)) = parts {
                let (thread, into) = (links.name(kind, thread), links.name(kind, into));
                if thread != into {
                    links.0.insert((kind, thread), (into, event));
                }
            }
        }
        links
    }

    /// Whether every thread is told under its own name.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The name under which a thread is told.
    pub(crate) fn name<'n>(&self, kind: &'n str, mut thread: &'n str) -> &'n str
    where
        'a: 'n,
    {
        // Only the name at the end of a way is ever put under another, so that no
        // way leads back.
        while let Some((next, _)) = self.0.get(&(kind, thread)) {
            thread = next;
        }
        thread
    }

    /// The link that puts a thread under another name, if one does.
    pub(crate) fn of(&self, kind: &str, thread: &str) -> Option<&'a Arc<Event>> {
        self.0.get(&(kind, thread)).map(|(_, link)| *link)
    }
}

/// Whether an event links threads. What somebody foretells or thinks does not.
pub(crate) fn is_link(event: &Event) -> bool {
    &*event.kind == kinds::THREAD_LINK && event.level.is_about_what_is()
}
