//! The checks between the lines of a batch and the log: [`Preparation`].

mod companies;

use std::cell::RefCell;
use std::collections::BTreeSet;

use event_log::{Batch, EncodedEvent, EventHead, NewEvent, Waiting, side_by_side};
use event_model::draft::{Draft, Referent};
use event_model::event::Event;
use event_model::id::{EventId, Position, Slug};
use event_model::identifier::CompanyKey;
use event_model::kinds::REDACTED;
use event_model::limits::UNKNOWN_KINDS_TOLD_MAX;
use event_model::own_kinds::Kinds;
use event_model::time::{Instant, Published, Zone};
use foldhash::{HashMap, HashSet, HashSetExt};
use projection::basis::Placed;

use crate::error::{Error, LineProblem, io_at};
use crate::faults::Faults;
use crate::intake::{Intake, Line};
use crate::kinds::{is_of_kinds, kinds_of, one_too_many};
use crate::store::Store;
use companies::{Companies, founding};

/// The most events that are kept at hand, so that they can share a commit with
/// other appends.
const FEW_EVENTS_MAX: usize = 64;
/// How many lines that declare companies are parsed at once by one thread.
const DECLARING_AT_ONCE: usize = 256;

/// A batch that is being checked.
pub(crate) struct Preparation<'s> {
    store: &'s Store,
    now: Instant,
    prepared: Prepared<'s>,
    companies: Companies<'s>,
    /// The events of the batch that later ones refer to.
    referents: RefCell<HashMap<EventId, Referent>>,
    referred: HashSet<EventId>,
    /// The declarations of kinds, of the store and then of the batch so far, and the
    /// kinds that they make known. A line is read by those before it, so that what
    /// was exported can be appended elsewhere.
    declarations: Vec<Placed>,
    kinds: Kinds,
    unknown_kinds: BTreeSet<String>,
    problems: Faults,
}

/// Events that hold, in the order in which they will be appended.
pub(crate) struct Prepared<'s> {
    /// All of them.
    pub(crate) batch: Batch<'s>,
    /// The same at hand, if they are few and of one company.
    pub(crate) few: Option<Vec<NewEvent>>,
    /// The ids of those that are what was left of an event.
    pub(crate) left: HashSet<EventId>,
}

impl Prepared<'_> {
    fn add(&mut self, line: u64, event: &EncodedEvent) -> Result<(), Error> {
        self.batch.push(event, line)?;
        if let Some(few) = self.few() {
            few.extend(event.decode());
        }
        Ok(())
    }

    /// Adds the next of the finished events, which is here if it has to be seen.
    fn add_finished(
        &mut self,
        line: u64,
        head: &EventHead,
        event: impl FnOnce() -> Result<EncodedEvent, Error>,
    ) -> Result<(), Error> {
        self.batch.take(head, line)?;
        if let Some(few) = self.few() {
            few.extend(event()?.decode());
        }
        Ok(())
    }

    /// Where the event that was added is to be kept at hand, if it is.
    fn few(&mut self) -> Option<&mut Vec<NewEvent>> {
        let are_few = |few: &Vec<_>| few.len() < FEW_EVENTS_MAX;
        let of_one = self.batch.companies().len() == 1;
        self.few = self.few.take().filter(are_few).filter(|_| of_one);
        self.few.as_mut()
    }
}

impl<'s> Preparation<'s> {
    /// Of nothing yet; events that are finished wait.
    pub(crate) fn new(
        store: &'s Store,
        new_company: bool,
        finished: &Waiting,
    ) -> Result<Self, Error> {
        let declarations = store.declarations()?.to_vec();
        let now = store.now();
        Ok(Self {
            kinds: kinds_of(&declarations, Position::LAST),
            declarations,
            unknown_kinds: BTreeSet::new(),
            store,
            now,
            prepared: Prepared {
                batch: store.log().batch(finished.clone()),
                few: Some(Vec::new()),
                left: HashSet::new(),
            },
            companies: Companies::new(store, now.day(), new_company),
            referents: RefCell::default(),
            referred: HashSet::new(),
            problems: Faults::default(),
        })
    }

    /// Checks every line of an input.
    pub(crate) fn take_in(&mut self, mut intake: Intake) -> Result<(), Error> {
        let heard = &mut intake.heard;
        let unread = std::mem::take(&mut heard.problems);
        self.referred = std::mem::take(&mut heard.referred);
        self.declare_all(&std::mem::take(&mut heard.declaring))?;
        let earliest = heard.earliest.clone();
        let read = heard.read;
        let spool = self.store.log().scratch();
        let finished = intake.finished.clone();
        let mut offset = 0;
        let mut take_line = |(number, line)| match line {
            Line::Finished(head) => {
                let event = || finished.event_at(offset, &head).map_err(io_at(&spool));
                self.take_finished(number, &head, event, earliest.as_ref())?;
                offset += head.bytes();
                Ok(())
            }
            Line::Draft(draft) => self.take(number, *draft, earliest.as_ref()),
        };
        let pieces = intake.pieces().map_err(io_at(&spool))?;
        side_by_side(
            pieces.map(|records| records.map_err(io_at(&spool))),
            |records| records.lines().map_err(io_at(&spool)),
            |lines: Result<Vec<(u64, Line)>, Error>| {
                lines?.into_iter().try_for_each(&mut take_line)
            },
        )?;
        self.problems.extend(unread);
        if self.problems.is_empty() {
            return Ok(());
        }
        Err(std::mem::take(&mut self.problems).into_error(read))
    }

    fn take_finished(
        &mut self,
        line: u64,
        head: &EventHead,
        event: impl Fn() -> Result<EncodedEvent, Error>,
        earliest: Option<&Published>,
    ) -> Result<(), Error> {
        if self.companies.has(&head.company)? {
            if self.referred.contains(&head.id) {
                let event = event()?.decode();
                let event = event.map(|it| Event::from_stored(it.schema, &it.payload));
                if let Some(Ok(event)) = event {
                    self.remember(&event);
                }
            }
            return self.prepared.add_finished(line, head, event);
        }
        // Its company is unknown: it is told, or declared, as of any other line.
        self.prepared.batch.pass_over();
        let payload = event()?.decode().map(|event| event.payload);
        let value = serde_json::from_slice(&payload.unwrap_or_default()).unwrap_or_default();
        self.take(line, Draft::read(&value), earliest)
    }

    /// Hears what the lines of the batch say of companies, so that others may come before
    /// those that declare them.
    fn declare_all(&mut self, lines: &[(u64, Box<str>)]) -> Result<(), Error> {
        // What is wrong with one is told when the line itself is checked, and not kept here.
        let parsed = |(line, text): &(u64, Box<str>)| {
            let draft = Draft::parse(text).ok().filter(Draft::is_sound)?;
            Some((*line, draft))
        };
        side_by_side(
            lines.chunks(DECLARING_AT_ONCE).map(Ok),
            |lines| lines.iter().filter_map(parsed).collect::<Vec<_>>(),
            |drafts| {
                drafts
                    .into_iter()
                    .for_each(|(line, draft)| self.declare(line, draft));
                Ok(())
            },
        )
    }

    fn declare(&mut self, line: u64, draft: Draft) {
        let Some(CompanyKey::Slug(slug)) = draft.company().cloned() else {
            return;
        };
        if let Ok(event) = draft.finish(Ok(slug), |id| self.referent(id), self.now) {
            self.companies.declare(Placed::new(Position(line), event));
        }
    }

    fn take(&mut self, line: u64, draft: Draft, earliest: Option<&Published>) -> Result<(), Error> {
        let draft = draft.of_kinds(&self.kinds);
        if let Some(kind) = draft.kind().filter(|kind| self.kinds.named(kind).is_none())
            // One more than is told says that there are more.
            && self.unknown_kinds.len() <= UNKNOWN_KINDS_TOLD_MAX
        {
            self.unknown_kinds.insert(kind.to_owned());
        }
        let struck = || Some(self.referent(draft.strikes()?)?.published.day());
        let company = self.companies.meant(&draft, struck)?;
        let company = match (company, draft.company()) {
            (Err(unknown), Some(key)) => {
                let key = key.clone();
                match self.companies.new_slug(&key, &unknown)? {
                    Some(slug) => {
                        if let Some(published) = earliest {
                            let published = published.restated_in(Zone::UTC);
                            self.found(line, &slug, &key, published)?;
                        }
                        Ok(slug)
                    }
                    None => Err(unknown),
                }
            }
            (company, _) => company,
        };
        match draft.finish_with_json(company, |id| self.referent(id), self.now) {
            Ok((event, json)) => {
                if let Some(problem) = one_too_many(&self.declarations, &event) {
                    self.problems.push(line, vec![problem]);
                    return Ok(());
                }
                self.remember(&event);
                self.hear_kind(&event);
                self.add(line, &NewEvent::with_json(&event, json))
            }
            Err(problems) => {
                let problems = problems
                    .into_iter()
                    .map(|problem| LineProblem::Event(Box::new(problem)))
                    .collect();
                self.problems.push(line, problems);
                Ok(())
            }
        }
    }

    /// Hears what an event says of kinds.
    fn hear_kind(&mut self, event: &Event) {
        if is_of_kinds(&event.company) {
            let last = self.declarations.last();
            let next = last.map_or(1, |placed| placed.position.0 + 1);
            self.declarations
                .push(Placed::new(Position(next), event.clone()));
            self.kinds = kinds_of(&self.declarations, Position::LAST);
        }
    }

    /// Declares a company that nobody has declared.
    fn found(
        &mut self,
        line: u64,
        slug: &Slug,
        key: &CompanyKey,
        published: Published,
    ) -> Result<(), Error> {
        let event = founding(slug, key, published);
        self.companies
            .declare(Placed::new(Position(line), event.clone()));
        self.add_event(line, &event)
    }

    /// Adds an event that was checked.
    pub(crate) fn add_event(&mut self, line: u64, event: &Event) -> Result<(), Error> {
        self.remember(event);
        self.add(line, &NewEvent::of(event))
    }

    /// Keeps what later events want to know of one that they refer to.
    fn remember(&self, event: &Event) {
        if !self.referred.contains(&event.id) {
            return;
        }
        let mut referent = Referent::of(event);
        // What its thread is called in the store counts, if it is there already.
        let has_key = event.kind().is_some_and(|kind| !kind.thread_key.is_empty());
        if !has_key && let Some(stored) = self.stored(event.id) {
            referent.thread = stored.thread;
        }
        self.referents.borrow_mut().insert(event.id, referent);
    }

    fn add(&mut self, line: u64, event: &NewEvent) -> Result<(), Error> {
        if &*event.kind == REDACTED {
            self.prepared.left.insert(event.id);
        }
        self.prepared.add(line, &EncodedEvent::of(event)?)
    }

    /// What is known of an event that a draft refers to.
    fn referent(&self, id: EventId) -> Option<Referent> {
        if let Some(referent) = self.referents.borrow().get(&id) {
            return Some(referent.clone());
        }
        self.stored(id)
    }

    /// What the store knows of an event.
    fn stored(&self, id: EventId) -> Option<Referent> {
        // One that cannot be read is as good as none here; the log says more
        // once it is asked for by itself.
        let placed = self.store.placed(id).ok()??;
        Some(Referent::of(&placed.event))
    }

    /// The kinds that were not known where they came up.
    pub(crate) fn take_unknown_kinds(&mut self) -> BTreeSet<String> {
        std::mem::take(&mut self.unknown_kinds)
    }

    /// The events that came of it.
    pub(crate) fn finish(self) -> Prepared<'s> {
        self.prepared
    }
}
