//! What a redaction is to do, and what there is to tell of it: [`Plan`].

use std::collections::HashSet;
use std::sync::Arc;

use event_log::{Left, NewEvent, Recorded};
use event_model::draft::{Draft, Referent};
use event_model::event::Event;
use event_model::id::{EventId, Slug};
use event_model::kinds::{REDACTED, REDACTION};
use projection::basis::Placed;
use serde_json::json;

use super::{Guessable, Redacted, Redaction, Tie, Tied, hash_of};
use crate::error::{Error, LineProblem, LineProblems};
use crate::store::{Store, placed};

/// The source of a redaction that names none.
const SOURCE: &str = "keeper of the store";

/// What is to be done.
#[derive(Default)]
pub(super) struct Plan {
    pub(super) redacted: Vec<Redacted>,
    /// What is to stand in place of events.
    pub(super) left: Left,
    /// The events that say so.
    pub(super) telling: Vec<NewEvent>,
    /// The company that was read last, and its events.
    history: Option<(Slug, Arc<[Placed]>)>,
}

impl Plan {
    pub(super) fn of(store: &Store, ids: &[String], redaction: &Redaction) -> Result<Self, Error> {
        let mut plan = Self::default();
        for id in ids {
            plan.add(store, &store.event(id)?, redaction)?;
        }
        let gone: HashSet<EventId> = plan.redacted.iter().map(|it| it.id).collect();
        for redacted in &mut plan.redacted {
            redacted.tied.retain(|tied| !gone.contains(&tied.event));
        }
        Ok(plan)
    }

    fn add(
        &mut self,
        store: &Store,
        recorded: &Recorded,
        redaction: &Redaction,
    ) -> Result<(), Error> {
        let position = recorded.position;
        if self.redacted.iter().any(|it| it.position == position) {
            return Ok(());
        }
        let event = placed(recorded.clone())?.event;
        let known = event.is_redacted();
        let history = self.history_of(store, &event.company)?;
        let mut redacted = Redacted {
            id: event.id,
            company: event.company.clone(),
            kind: event.was().into(),
            thread: event.thread.clone(),
            published: event.published.clone(),
            position,
            known,
            by: told_by(&event, &history),
            guessable: Guessable {
                id: event.has_content_id(),
                thread: event.has_content_thread(),
            },
            tied: tied(&event, &history),
        };
        if !known {
            let left = event.redacted().to_json();
            let telling = telling(store, &event, hash_of(left.as_bytes()), redaction)?;
            redacted.by = Some(telling.id);
            self.left.insert(position, left.into_bytes().into());
            self.telling.push(NewEvent::of(&telling));
        }
        self.redacted.push(redacted);
        Ok(())
    }

    fn history_of(&mut self, store: &Store, company: &Slug) -> Result<Arc<[Placed]>, Error> {
        match &self.history {
            Some((of, history)) if of == company => Ok(Arc::clone(history)),
            _ => {
                let read = store.history(company, store.head().position)?;
                let history = Arc::from(read);
                self.history = Some((company.clone(), Arc::clone(&history)));
                Ok(history)
            }
        }
    }
}

/// The event that says that another was redacted.
fn telling(
    store: &Store,
    event: &Event,
    left: String,
    redaction: &Redaction,
) -> Result<Event, Error> {
    let draft = Draft::read(&json!({
        "id": store.new_id(),
        "company": event.company,
        "kind": REDACTION,
        "published": store.now(),
        "certainty": "official",
        "source": {"name": redaction.source_name.as_deref().unwrap_or(SOURCE)},
        "data": {"target": event.id, "left": left},
        "reason": redaction.reason,
    }));
    // By then it is.
    let target = |_| {
        Some(Referent {
            company: event.company.clone(),
            kind: REDACTED.into(),
            thread: event.thread.clone(),
            published: event.published.clone(),
        })
    };
    let finished = draft.finish(Ok(event.company.clone()), target, store.now());
    finished.map_err(|problems| {
        let told = problems
            .into_iter()
            .map(|it| LineProblem::Event(Box::new(it)));
        Error::Lines {
            lines: vec![LineProblems {
                line: 1,
                problems: told.collect(),
            }],
            at_fault: 1,
            read: 1,
        }
    })
}

/// The event that says of another that it was redacted.
fn told_by(event: &Event, history: &[Placed]) -> Option<EventId> {
    let tells = |placed: &&Placed| {
        let redacts = placed.event.redacts();
        redacts.is_some_and(|(target, _)| target == event.id)
    };
    history.iter().find(tells).map(|placed| placed.event.id)
}

/// The events that another is tied to, and that were not redacted.
fn tied(event: &Event, history: &[Placed]) -> Vec<Tied> {
    let others = history.iter().map(|placed| &placed.event);
    let others = others.filter(|other| other.id != event.id && !other.is_redacted());
    let tied = others.filter_map(|other| {
        let tie = tie(other, event, [Tie::Retracts, Tie::Corrects, Tie::Repeats]);
        let back = [Tie::RetractedBy, Tie::CorrectedBy, Tie::RepeatedBy];
        let tie = tie.or_else(|| self::tie(event, other, back))?;
        Some(Tied {
            event: other.id,
            tie,
        })
    });
    tied.collect()
}

/// What one event does to another: retracts, corrects or repeats it.
fn tie(one: &Event, other: &Event, [retracts, corrects, repeats]: [Tie; 3]) -> Option<Tie> {
    if one.strikes() == Some(other.id) {
        return Some(match one.is_retraction() {
            true => retracts,
            false => corrects,
        });
    }
    (one.repeats == Some(other.id)).then_some(repeats)
}
