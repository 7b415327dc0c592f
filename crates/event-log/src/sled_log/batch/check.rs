//! Which ids of a batch are known: [`check`].

use std::ops::ControlFlow;

use event_model::id::{EventId, Position, Slug};
use foldhash::{HashMap, HashMapExt};
use uuid::Uuid;

use super::rows::{Candidate, FoundId, IdOf, Known, StoredAt, Twin};
use super::sorter::{Row, Sorted, Sorter};
use super::{Checked, Conflicts, IdConflict, Other, refused};
use crate::admission::comes_again;
use crate::error::{AppendError, LogError};
use crate::event_log::{EventLog, NewEvent};
use crate::side_by_side::side_by_side;
use crate::sled_log::{SledLog, Tail};
use crate::spool::{EncodedEvent, hash_of};
use crate::streams::{Streams, StreamsError};
use crate::sync;

/// To look for one id reads a few pages of each run, to look for many in order
/// reads all.
const FEW: u64 = 64;
/// How many events are compared by one job.
const JOB_EVENTS: usize = 4_096;

/// Looks at every id: is it twice in the batch, or in the log?
pub(super) fn check(log: &SledLog, ids: &Sorted<IdOf>) -> Result<Checked, AppendError> {
    let head = log.head();
    let found = find_all(log, ids)?;
    let mut places = found.ids.iter().map_err(refused)?;
    let mut next_place = places.next().transpose().map_err(refused)?;
    let mut candidates = sorter::<Candidate>(log);
    let mut known = sorter::<Known>(log);
    let mut conflicts = Conflicts::default();
    let mut first: Option<(IdOf, Option<StoredAt>)> = None;
    for id in ids.iter().map_err(refused)? {
        let id = id.map_err(refused)?;
        let same = first.filter(|(first, _)| first.id == id.id);
        let (earlier, place) = match same {
            Some((earlier, place)) => (Some(earlier), place),
            None => {
                while let Some(found) = next_place
                    && found.id < id.id
                {
                    next_place = places.next().transpose().map_err(refused)?;
                }
                let place = next_place.filter(|found| found.id == id.id);
                let place = place.map(|found| found.place);
                first = Some((id, place));
                (None, place)
            }
        };
        match (earlier, place) {
            (Some(earlier), _) if earlier.content != id.content => conflicts.push(IdConflict {
                id: EventId(Uuid::from_bytes(id.id)),
                tag: id.tag,
                other: Other::Tag(earlier.tag),
            }),
            (_, Some(place)) => candidates.push(Candidate { place, id }).map_err(refused)?,
            (Some(earlier), None) => known
                .push(Known {
                    number: id.number,
                    as_what: Twin::Earlier(earlier.number),
                })
                .map_err(refused)?,
            (None, None) => {}
        }
    }
    drop(places);
    let candidates = candidates.finish();
    compare(
        log,
        (&candidates, &found.companies),
        (&mut known, &mut conflicts),
    )?;
    conflicts.settle();
    Ok(Checked {
        head,
        known: known.finish(),
        conflicts,
    })
}

/// What may be as many as the ids themselves: a few of them are held.
fn sorter<R: Row>(log: &SledLog) -> Sorter<R> {
    Sorter::new(&log.scratch(), log.settings.ids_at_once_max / 4)
}

/// Compares events with those of the log that have their ids, company after
/// company, side by side.
fn compare(
    log: &SledLog,
    (candidates, companies): (&Sorted<Candidate>, &[Slug]),
    (known, conflicts): (&mut Sorter<Known>, &mut Conflicts),
) -> Result<(), AppendError> {
    let mut candidates = candidates.iter().map_err(refused)?;
    let jobs = std::iter::from_fn(|| {
        let job: Result<Vec<Candidate>, _> = candidates.by_ref().take(JOB_EVENTS).collect();
        let job = job.map_err(refused);
        (!job.as_ref().is_ok_and(Vec::is_empty)).then_some(job)
    });
    side_by_side(
        jobs,
        |job| compared(log, &job, companies),
        |compared| {
            let (same, others) = compared.map_err(|source| AppendError::Read { source })?;
            others.into_iter().for_each(|other| conflicts.push(other));
            same.into_iter()
                .try_for_each(|it| known.push(it))
                .map_err(refused)
        },
    )
}

/// Those of some candidates that are events of the log, and the others.
fn compared(
    log: &SledLog,
    candidates: &[Candidate],
    companies: &[Slug],
) -> Result<(Vec<Known>, Vec<IdConflict>), LogError> {
    let (mut known, mut conflicts) = (Vec::with_capacity(candidates.len()), Vec::new());
    for of_company in candidates.chunk_by(|one, next| one.place.company == next.place.company) {
        let (Some(first), Some(last)) = (of_company.first(), of_company.last()) else {
            continue;
        };
        let Some(slug) = companies.get(first.place.company as usize) else {
            continue;
        };
        let bounds = (
            Position(first.place.position.0.saturating_sub(1)),
            last.place.position,
        );
        let mut wanted = of_company.iter().peekable();
        let mut failed = Ok(());
        let visited = sync::read(&log.state).visit(slug, bounds, &mut |found| {
            while let Some(Candidate { place, id }) =
                wanted.next_if(|next| next.place.position == found.position)
            {
                match found.new_event() {
                    Ok(stored) if is_same(&stored, *id) => known.push(Known {
                        number: id.number,
                        as_what: Twin::Stored(place.position, found.version),
                    }),
                    Ok(_) => conflicts.push(IdConflict {
                        id: found.id,
                        tag: id.tag,
                        other: Other::Position(place.position),
                    }),
                    Err(error) => failed = Err(error),
                }
            }
            match failed.is_err() {
                true => ControlFlow::Break(()),
                false => ControlFlow::Continue(()),
            }
        });
        let _ = visited?;
        failed?;
        if let Some(Candidate { place, .. }) = wanted.next() {
            let position = place.position;
            return Err(LogError::Cache {
                what: format!("an id is at position {position}, where {slug} has no event"),
            });
        }
    }
    Ok((known, conflicts))
}

/// Whether an event of the log is the one of the batch that has its id.
fn is_same(stored: &NewEvent, id: IdOf) -> bool {
    let is_it = |stored: &NewEvent| {
        let stored = EncodedEvent::of(stored);
        stored.is_ok_and(|stored| stored.content() == id.content)
    };
    hash_of(&stored.company) == id.company && comes_again(stored, is_it)
}

/// The ids of a batch that are in the log.
struct Found {
    ids: Sorted<FoundId>,
    /// The companies by their numbers.
    companies: Vec<Slug>,
}

/// Finds the ids of a batch that are in the log.
fn find_all(log: &SledLog, ids: &Sorted<IdOf>) -> Result<Found, AppendError> {
    let mut finding = Finding {
        found: sorter(log),
        companies: Vec::new(),
        numbers: HashMap::new(),
    };
    // Who appends waits for the lock, so the streams are read without it.
    let streams = {
        let state = sync::read(&log.state);
        finding.in_tail(&state.tail, ids)?;
        state.streams.clone()
    };
    match &streams {
        None => {}
        Some(streams) if are_few(ids) => finding.each(streams, ids)?,
        Some(streams) => finding.in_order(streams, ids)?,
    }
    Ok(Found {
        ids: finding.found.finish(),
        companies: finding.companies,
    })
}

/// Whether to look for each by itself is quicker.
fn are_few(ids: &Sorted<IdOf>) -> bool {
    ids.are_at_hand() && ids.len() < FEW
}

/// What was found of the ids of a batch.
struct Finding {
    /// An id that comes twice in the batch may be found twice.
    found: Sorter<FoundId>,
    companies: Vec<Slug>,
    numbers: HashMap<Slug, u32>,
}

impl Finding {
    fn add(&mut self, id: [u8; 16], company: &Slug, position: Position) -> Result<(), AppendError> {
        let company = match self.numbers.get(company) {
            Some(number) => *number,
            None => {
                // The log has no more companies than a run can number.
                let number = u32::try_from(self.companies.len()).unwrap_or(u32::MAX);
                self.companies.push(company.clone());
                self.numbers.insert(company.clone(), number);
                number
            }
        };
        let place = StoredAt { company, position };
        self.found.push(FoundId { id, place }).map_err(refused)
    }

    /// Finds ids in the tail, which may have far more of them, or far less.
    fn in_tail(&mut self, tail: &Tail, ids: &Sorted<IdOf>) -> Result<(), AppendError> {
        let are_few = are_few(ids);
        let mut all = tail.ids_from(EventId(Uuid::nil())).peekable();
        for id in ids.iter().map_err(refused)? {
            let id = EventId(Uuid::from_bytes(id.map_err(refused)?.id));
            let position = match are_few {
                true => tail.find(id),
                false => {
                    while all.next_if(|(next, _)| *next < id).is_some() {}
                    all.next_if(|(next, _)| *next == id).map(|(_, at)| at)
                }
            };
            if let Some(at) = position
                && let Some(company) = tail.company(at)
            {
                self.add(id.0.into_bytes(), &company, at)?;
            }
        }
        Ok(())
    }

    /// Finds ids one by one, which is quicker where they are few.
    fn each(&mut self, streams: &Streams, ids: &Sorted<IdOf>) -> Result<(), AppendError> {
        for id in ids.iter().map_err(refused)? {
            let id = id.map_err(refused)?.id;
            let place = streams.find(EventId(Uuid::from_bytes(id)));
            if let Some((company, position)) = place.map_err(unread)? {
                self.add(id, &company, position)?;
            }
        }
        Ok(())
    }

    /// Finds ids in one pass over all ids that there are.
    fn in_order(&mut self, streams: &Streams, ids: &Sorted<IdOf>) -> Result<(), AppendError> {
        let mut failed = Ok(());
        let mut last = None;
        let rows = ids.iter().map_err(refused)?;
        let mut unique = rows.map_while(|row| match row {
            Ok(row) => Some(row.id),
            Err(error) => {
                failed = Err(refused(error));
                None
            }
        });
        let mut unique = unique.by_ref().filter(|id| last.replace(*id) != Some(*id));
        let mut added = Ok(());
        let searched = streams.find_sorted(&mut unique, &mut |id, company, position| {
            if added.is_ok() {
                added = self.add(id, company, position);
            }
        });
        searched.map_err(unread)?;
        added?;
        failed
    }
}

fn unread(error: StreamsError) -> AppendError {
    AppendError::Read {
        source: error.into(),
    }
}
