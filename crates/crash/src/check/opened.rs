//! What an opened store holds, against what was appended.

use std::collections::HashSet;
use std::path::Path;

use annals::log_errors::OpenError;
use annals::model::event::Event;
use annals::model::id::{EventId, Position, Slug};
use annals::model::kinds::REDACTED;
use annals::{Error, Recorded, Store};

use super::{Expected, Violation};
use crate::random::Random;
use crate::session::clock;

/// Opens a store for reading and for writing, in either order, and gives how many
/// events it has: the first that many of the history.
pub(super) fn check(
    dir: &Path,
    expected: &Expected<'_>,
    random: &mut Random,
) -> Result<usize, Violation> {
    let reads_first = random.percent(50);
    let read = match reads_first {
        true => read(dir, expected)?,
        false => None,
    };
    let written = write(dir, expected)?;
    match read {
        Some(read) if read != written => {
            let what = format!("a reader saw {read} events, the writer after it {written}");
            Err(Violation::new("one answer", what))
        }
        _ => Ok(written),
    }
}

/// `None` where there is no store, which is right as long as nobody was told of one.
fn read(dir: &Path, expected: &Expected<'_>) -> Result<Option<usize>, Violation> {
    let store = match Store::open_to_read(dir, clock()) {
        Err(Error::Open(OpenError::NoStore { .. })) if !expected.told.made => return Ok(None),
        opened => opened.map_err(|error| Violation::of("opens to read", &error))?,
    };
    let events = holds(&store, expected)?;
    drop(store);
    Ok(Some(events))
}

fn write(dir: &Path, expected: &Expected<'_>) -> Result<usize, Violation> {
    let opened = match expected.told.made {
        true => Store::open(dir, clock()),
        false => Store::create_or_open(dir, clock()),
    };
    let store = opened.map_err(|error| Violation::of("opens to write", &error))?;
    let events = holds(&store, expected)?;
    let closed = store.close();
    closed.map_err(|error| Violation::of("closes", &error))?;
    Ok(events)
}

/// Holds what is read against the history, and tells how much of it there is.
fn holds(store: &Store, expected: &Expected<'_>) -> Result<usize, Violation> {
    let Expected { history, told } = expected;
    let head = store.head();
    let upto = head.position.0;
    if upto < told.upto {
        let what = format!("the log ends at {upto}, and {} was acknowledged", told.upto);
        return Err(Violation::new("acknowledged events are there", what));
    }
    let halved = |(first, last): &&(u64, u64)| *first <= upto && upto < *last;
    if let Some((first, last)) = told.units.iter().find(halved) {
        let what = format!("the log ends at {upto}, within the append of {first} to {last}");
        return Err(Violation::new("no append is half there", what));
    }
    let count = usize::try_from(upto).unwrap_or(usize::MAX);
    let Some(part) = history.get(..count) else {
        let what = format!("{upto} events, and only {} were appended", history.len());
        return Err(Violation::new("nothing else is there", what));
    };
    let last = part.last().map(|last| last.hash);
    if last.is_some_and(|hash| hash != head.hash) {
        let what = format!("another hash at {upto}");
        return Err(Violation::new("the head is one of the history", what));
    }
    let redacted = Redacted::among(history, upto);
    same(
        "the log reads as appended",
        store.read(Position(0), head.position),
        (part, &redacted),
    )?;
    by_company(store, part, &redacted)?;
    Ok(count)
}

/// The events that were redacted later than what a store holds.
struct Redacted(HashSet<EventId>);

impl Redacted {
    fn among(history: &[Recorded], upto: u64) -> Self {
        let later = history.iter().filter(|it| it.position.0 > upto);
        let redacts = |it: &Recorded| {
            let event = Event::from_stored(it.event.schema, &it.event.payload).ok()?;
            Some(event.redacts()?.0)
        };
        Self(later.filter_map(redacts).collect())
    }

    /// Whether an event is the one that was appended. Of one that was redacted since,
    /// the history holds what is left; its hash is that of all it said.
    fn is_as_appended(&self, read: &Recorded, appended: &Recorded) -> bool {
        let is_whole = &*read.event.kind != REDACTED && &*appended.event.kind == REDACTED;
        match self.0.contains(&appended.event.id) {
            true => {
                let mut left = read.clone();
                left.event.kind.clone_from(&appended.event.kind);
                left.event.payload.clone_from(&appended.event.payload);
                is_whole && left == *appended
            }
            false => read == appended,
        }
    }
}

/// The same of each company, which is read from elsewhere.
fn by_company(store: &Store, part: &[Recorded], redacted: &Redacted) -> Result<(), Violation> {
    let mut companies: Vec<&Slug> = part.iter().map(|event| &event.event.company).collect();
    companies.sort_unstable();
    companies.dedup();
    for company in companies {
        let of_company = part.iter().filter(|event| event.event.company == *company);
        let of_company: Vec<Recorded> = of_company.cloned().collect();
        same(
            "the streams read as appended",
            store.read_stream(company, store.head().position),
            (&of_company, redacted),
        )?;
    }
    Ok(())
}

fn same(
    check: &'static str,
    read: impl Iterator<Item = Result<Recorded, Error>>,
    (expected, redacted): (&[Recorded], &Redacted),
) -> Result<(), Violation> {
    let mut rest = expected.iter();
    for event in read {
        let event = event.map_err(|error| Violation::of(check, &error))?;
        let appended = rest.next();
        if !appended.is_some_and(|appended| redacted.is_as_appended(&event, appended)) {
            let what = format!("another event at {}", event.position.0);
            return Err(Violation::new(check, what));
        }
    }
    match rest.next() {
        None => Ok(()),
        Some(event) => {
            let what = format!("no event at {}", event.position.0);
            Err(Violation::new(check, what))
        }
    }
}
