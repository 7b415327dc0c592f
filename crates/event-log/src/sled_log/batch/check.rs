//! Which ids of a batch are known: [`check`].

use std::collections::HashMap;

use event_model::id::{EventId, Position, Slug};

use super::ids::{IdOf, Ids};
use super::{Checked, IdConflict, Known, Other, Twin, refused};
use crate::admission::comes_again;
use crate::error::AppendError;
use crate::event_log::{EventLog, NewEvent};
use crate::sled_log::{SledLog, Tail};
use crate::spool::{EncodedEvent, hash_of};
use crate::streams::{Streams, StreamsError};
use crate::sync;

/// Looks at every id: is it twice in the batch, or in the log?
pub(super) fn check(log: &SledLog, ids: &mut Ids) -> Result<Checked, AppendError> {
    let head = log.head();
    let mut checked = Checked {
        head,
        known: Vec::new(),
        conflicts: Vec::new(),
    };
    let mut found = log.find_all(ids)?.into_iter().peekable();
    // The events of the batch whose ids are in the log already.
    let mut stored: Vec<(Slug, Position, IdOf)> = Vec::new();
    let mut first: Option<IdOf> = None;
    for id in ids.sorted().map_err(refused)? {
        let id = id.map_err(refused)?;
        match first.filter(|first| first.id == id.id) {
            None => {
                first = Some(id);
                let there = found.next_if(|(found, ..)| *found == id.id);
                stored.extend(there.map(|(_, company, position)| (company, position, id)));
            }
            Some(first) if first.content == id.content => checked.known.push(Known {
                number: id.number,
                as_what: Twin::Earlier(first.number),
            }),
            Some(first) => checked.conflicts.push(IdConflict {
                id: EventId(uuid::Uuid::from_bytes(id.id)),
                tag: id.tag,
                other: Other::Tag(first.tag),
            }),
        }
    }
    compare(log, stored, &mut checked)?;
    settle_twins(&mut checked.known);
    checked.known.sort_unstable();
    checked.conflicts.sort_by_key(|conflict| conflict.tag);
    Ok(checked)
}

/// Compares events with those of the log that have their ids, company after
/// company.
fn compare(
    log: &SledLog,
    mut stored: Vec<(Slug, Position, IdOf)>,
    checked: &mut Checked,
) -> Result<(), AppendError> {
    stored.sort_unstable();
    for company in stored.chunk_by(|one, other| one.0 == other.0) {
        let Some((slug, ..)) = company.first() else {
            continue;
        };
        let mut wanted = company.iter().peekable();
        let mut failed = Ok(());
        let visited = log.visit_stream(slug, Position(u64::MAX), &mut |found| {
            while let Some((_, position, id)) = wanted.next_if(|next| next.1 == found.position) {
                match found.new_event() {
                    Ok(stored) if is_same(&stored, *id) => checked.known.push(Known {
                        number: id.number,
                        as_what: Twin::Stored(*position, found.version),
                    }),
                    Ok(_) => checked.conflicts.push(IdConflict {
                        id: found.id,
                        tag: id.tag,
                        other: Other::Position(*position),
                    }),
                    Err(error) => failed = Err(error),
                }
            }
            match wanted.peek().is_none() || failed.is_err() {
                true => std::ops::ControlFlow::Break(()),
                false => std::ops::ControlFlow::Continue(()),
            }
        });
        visited
            .and(failed)
            .map_err(|source| AppendError::Read { source })?;
    }
    Ok(())
}

/// Whether an event of the log is the one of the batch that has its id.
fn is_same(stored: &NewEvent, id: IdOf) -> bool {
    let is_it = |stored: &NewEvent| {
        let stored = EncodedEvent::of(stored);
        stored.is_ok_and(|stored| stored.content() == id.content)
    };
    hash_of(&stored.company) == id.company && comes_again(stored, is_it)
}

/// Lets the twins of an event that is in the log be twins of that one.
fn settle_twins(known: &mut [Known]) {
    let is_earlier = |known: &Known| matches!(known.as_what, Twin::Earlier(_));
    if !known.iter().any(is_earlier) {
        return;
    }
    let stored: HashMap<u64, Twin> = known
        .iter()
        .filter(|known| !is_earlier(known))
        .map(|known| (known.number, known.as_what))
        .collect();
    for known in known {
        if let Twin::Earlier(number) = known.as_what {
            known.as_what = stored.get(&number).copied().unwrap_or(known.as_what);
        }
    }
}

/// Finds ids in the tail, which may have far more of them, or far less.
fn find_in_tail(tail: &Tail, ids: &mut Ids) -> Result<Vec<FoundId>, AppendError> {
    let are_few = ids.are_few();
    let mut all = tail.ids_from(EventId(uuid::Uuid::nil())).peekable();
    let mut found = Vec::new();
    for id in ids.sorted().map_err(refused)? {
        let id = EventId(uuid::Uuid::from_bytes(id.map_err(refused)?.id));
        let position = match are_few {
            true => tail.find(id),
            false => {
                while all.next_if(|(next, _)| *next < id).is_some() {}
                all.next_if(|(next, _)| *next == id).map(|(_, at)| at)
            }
        };
        let company = position.and_then(|at| Some((tail.company(at)?, at)));
        found.extend(company.map(|(company, at)| (id.0.into_bytes(), company, at)));
    }
    Ok(found)
}

impl SledLog {
    /// Finds those of the ids of a batch that are in the log, in their order.
    fn find_all(&self, ids: &mut Ids) -> Result<Vec<FoundId>, AppendError> {
        // Who appends waits for the lock, so the streams are read without it.
        let (streams, mut found) = {
            let state = sync::read(&self.state);
            (state.streams.clone(), find_in_tail(&state.tail, ids)?)
        };
        found.extend(match &streams {
            None => Vec::new(),
            Some(streams) if ids.are_few() => find_each(streams, ids)?,
            Some(streams) => find_in_order(streams, ids)?,
        });
        found.sort_unstable();
        // An id that comes twice in the batch was found twice.
        found.dedup();
        Ok(found)
    }
}

/// Finds ids one by one, which is quicker where they are few.
fn find_each(streams: &Streams, ids: &mut Ids) -> Result<Vec<FoundId>, AppendError> {
    let mut found = Vec::new();
    for id in ids.sorted().map_err(refused)? {
        let id = id.map_err(refused)?.id;
        let place = streams.find(EventId(uuid::Uuid::from_bytes(id)));
        let place = place.map_err(unread)?;
        found.extend(place.map(|(company, position)| (id, company, position)));
    }
    Ok(found)
}

/// Finds ids in one pass over all ids that there are.
fn find_in_order(streams: &Streams, ids: &mut Ids) -> Result<Vec<FoundId>, AppendError> {
    let mut found = Vec::new();
    let mut failed = None;
    let mut last = None;
    let mut unique = ids.sorted().map_err(refused)?.filter_map(|id| match id {
        Ok(id) if last == Some(id.id) => None,
        Ok(id) => {
            last = Some(id.id);
            Some(id.id)
        }
        Err(error) => {
            failed = Some(error);
            None
        }
    });
    let searched = streams.find_sorted(&mut unique, &mut |id, company, position| {
        found.push((id, company.clone(), position));
    });
    searched.map_err(unread)?;
    drop(unique);
    match failed {
        Some(error) => Err(refused(error)),
        None => Ok(found),
    }
}

fn unread(error: StreamsError) -> AppendError {
    AppendError::Read {
        source: error.into(),
    }
}

/// An id that is in the log, with its company and position.
type FoundId = ([u8; 16], Slug, Position);
