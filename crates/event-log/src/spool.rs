//! A batch on its way into the log: [`Spool`].
//!
//! A batch is read to its end before any of it is stored. It waits in files that may be
//! thrown away, so that it need not fit into memory, and a slow source holds nobody up.
//! What was encoded before, and waits in the order of the batch, is taken from there.
//!
//! - [`encoded`]: an event as it waits; [`waiting`]: one after the other

mod encoded;
mod waiting;

use std::io::{self, BufReader};
use std::path::Path;

pub(crate) use self::encoded::hash_of;
use self::encoded::read_event;
pub use self::encoded::{EncodedEvent, EventHead};
use self::waiting::From;
pub(crate) use self::waiting::MEMORY_BYTES;
pub use self::waiting::{Waiting, WaitingWriter};
use crate::event_log::NewEvent;

const BUFFER_BYTES: usize = 1 << 18;

/// Takes events, one after the other.
#[derive(Debug)]
pub(crate) struct SpoolWriter {
    /// Events that were pushed.
    own: WaitingWriter,
    /// Events of which some were taken, and others passed over.
    waiting: Waiting,
    runs: Vec<Run>,
    bytes: u64,
}

/// Events that can be read again and again.
#[derive(Debug)]
pub(crate) struct Spool {
    own: Waiting,
    waiting: Waiting,
    runs: Vec<Run>,
    bytes: u64,
}

/// Some events that come one after the other.
#[derive(Debug, Clone, Copy)]
struct Run {
    of: Source,
    events: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    Own,
    Waiting,
    /// They wait, and are not of the batch.
    PassedOver,
}

impl SpoolWriter {
    /// Takes events as they come, and of those that wait; what has to be kept goes to
    /// this folder.
    pub(crate) fn new(dir: &Path, waiting: Waiting) -> Self {
        Self {
            own: WaitingWriter::new(dir),
            waiting,
            runs: Vec::new(),
            bytes: 0,
        }
    }

    /// Takes an event.
    pub(crate) fn push(&mut self, event: &EncodedEvent) -> io::Result<()> {
        self.run(Source::Own);
        self.bytes += event.as_bytes().len() as u64;
        self.own.push(event.as_bytes())
    }

    /// Takes the next of those that wait.
    pub(crate) fn take(&mut self, head: &EventHead) {
        self.run(Source::Waiting);
        self.bytes += u64::from(head.bytes);
    }

    /// Passes over the next of those that wait.
    pub(crate) fn pass_over(&mut self) {
        self.run(Source::PassedOver);
    }

    fn run(&mut self, of: Source) {
        match self.runs.last_mut().filter(|last| last.of == of) {
            Some(last) => last.events += 1,
            None => self.runs.push(Run { of, events: 1 }),
        }
    }

    pub(crate) fn finish(self) -> io::Result<Spool> {
        Ok(Spool {
            own: self.own.finish()?,
            waiting: self.waiting,
            runs: self.runs,
            bytes: self.bytes,
        })
    }
}

impl Spool {
    /// How many bytes its events have.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// All events, in order.
    pub(crate) fn events(&self) -> SpoolEvents<'_> {
        SpoolEvents {
            own: buffered(&self.own),
            waiting: buffered(&self.waiting),
            runs: self.runs.iter(),
            run: None,
        }
    }
}

fn buffered(waiting: &Waiting) -> BufReader<From> {
    let bytes = usize::try_from(waiting.bytes()).unwrap_or(usize::MAX);
    BufReader::with_capacity(bytes.min(BUFFER_BYTES), waiting.from(0))
}

/// The events of a [`Spool`].
#[derive(Debug)]
pub(crate) struct SpoolEvents<'s> {
    own: BufReader<From>,
    waiting: BufReader<From>,
    runs: std::slice::Iter<'s, Run>,
    run: Option<Run>,
}

impl SpoolEvents<'_> {
    /// Whether the next event is among its own, once those that do not belong to it are
    /// passed over; `None` at the end.
    fn is_own(&mut self) -> io::Result<Option<bool>> {
        loop {
            match &mut self.run {
                Some(Run { events: 0, .. }) | None => match self.runs.next() {
                    None => return Ok(None),
                    run => self.run = run.copied(),
                },
                Some(run) => {
                    run.events -= 1;
                    match run.of {
                        Source::Own => return Ok(Some(true)),
                        Source::Waiting => return Ok(Some(false)),
                        Source::PassedOver => drop(read_event(&mut self.waiting)?),
                    }
                }
            }
        }
    }
}

impl Iterator for SpoolEvents<'_> {
    type Item = io::Result<NewEvent>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.is_own() {
            Ok(is_own) => Some(read_event(match is_own? {
                true => &mut self.own,
                false => &mut self.waiting,
            })),
            Err(error) => Some(Err(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::tests::any_event;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        /// Wherever each of them waits, and whatever is passed over.
        #[test]
        fn a_spool_gives_what_it_took(
            events in prop::collection::vec((any_event(), 0..3_u8), 0..12),
            is_long in any::<bool>(),
        ) {
            let dir = tempfile::tempdir().unwrap();
            let encoded = |event: &NewEvent| EncodedEvent::of(event).unwrap();
            let mut writer = WaitingWriter::new(dir.path());
            let waits = || events.iter().filter(|(_, how)| *how > 0);
            let filler = EncodedEvent::of(&NewEvent { payload: vec![b' '; 20_000].into(), ..nothing() });
            let filler = filler.unwrap();
            let fillers = if is_long { 60 } else { 0 };
            for (event, _) in waits() {
                writer.push(encoded(event).as_bytes()).unwrap();
            }
            for _ in 0..fillers {
                writer.push(filler.as_bytes()).unwrap();
            }
            let waiting = writer.finish().unwrap();
            let mut spool = SpoolWriter::new(dir.path(), waiting.clone());
            let mut offset = 0;
            for (event, how) in &events {
                let encoded = encoded(event);
                let head = EventHead::of(&encoded).unwrap();
                match how {
                    0 => spool.push(&encoded).unwrap(),
                    1 => spool.take(&head),
                    _ => spool.pass_over(),
                }
                if *how > 0 {
                    prop_assert_eq!(&waiting.event_at(offset, &head).unwrap(), &encoded);
                    offset += u64::from(head.bytes);
                }
                let mut bytes = Vec::new();
                head.write(&mut bytes);
                prop_assert_eq!(EventHead::read(&mut bytes.as_slice()).unwrap(), head);
            }
            for _ in 0..fillers {
                spool.push(&filler).unwrap();
            }
            let spool = spool.finish().unwrap();
            for _ in 0..2 {
                let mut read = spool.events().map(Result::unwrap);
                for (event, _) in events.iter().filter(|(_, how)| *how < 2) {
                    prop_assert_eq!(&read.next().unwrap(), event);
                }
                prop_assert_eq!(read.count(), fillers);
            }
            drop((spool, waiting));
            prop_assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
        }
    }

    fn nothing() -> NewEvent {
        NewEvent {
            id: event_model::id::EventId(uuid::Uuid::nil()),
            company: "acme".parse().unwrap(),
            kind: "statement".into(),
            thread: "t".into(),
            published: event_model::time::Instant::from_micros(0).unwrap(),
            schema: 1,
            payload: Vec::new().into(),
        }
    }
}
