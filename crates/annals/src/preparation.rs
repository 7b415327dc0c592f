//! The checks between the lines of a batch and the log: [`Preparation`].

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use event_log::EventLog;
use event_model::data::Data;
use event_model::draft::{Draft, Target};
use event_model::event::{Event, Source};
use event_model::id::{EventId, Position, Slug};
use event_model::identifier::CompanyKey;
use event_model::kind::Kind;
use event_model::kinds;
use event_model::problem::Defect;
use event_model::time::{Instant, Published, Zone};
use event_model::vocabulary::{Certainty, Confirmation, Level};
use projection::basis::Placed;
use serde_json::Value;

use crate::batch::{Intake, Prepared};
use crate::directory::{Directory, Unresolved, resolve};
use crate::error::{Error, IdReused, LineProblem, LineProblems, OtherEvent, io_at};
use crate::store::Store;

/// A batch that is being checked.
pub(crate) struct Preparation<'s> {
    store: &'s Store,
    now: Instant,
    new_company: bool,
    prepared: Prepared,
    /// What the batch itself says of companies.
    declared: Directory,
    /// The events of the batch that later ones refer to.
    targets: RefCell<HashMap<EventId, Target>>,
    referred: HashSet<EventId>,
    /// Each id of the batch, with its line and a hash of its content.
    lines: HashMap<EventId, (u64, u64)>,
    known: u64,
    conflicts: Vec<IdReused>,
    problems: Vec<LineProblems>,
    unknown_kinds: BTreeSet<String>,
    /// What companies are called, and which of them are near to a key: made
    /// only if a key is unknown.
    words: OnceCell<Vec<(String, Slug)>>,
    near: RefCell<HashMap<String, Vec<String>>>,
}

impl<'s> Preparation<'s> {
    pub(crate) fn new(store: &'s Store, new_company: bool) -> Result<Self, Error> {
        Ok(Self {
            store,
            now: store.now(),
            new_company,
            prepared: Prepared::new(&store.cache_dir())?,
            declared: Directory::default(),
            targets: RefCell::default(),
            referred: HashSet::new(),
            lines: HashMap::new(),
            known: 0,
            conflicts: Vec::new(),
            problems: Vec::new(),
            unknown_kinds: BTreeSet::new(),
            words: OnceCell::new(),
            near: RefCell::default(),
        })
    }

    /// Checks every line of an input.
    pub(crate) fn take_in(&mut self, mut intake: Intake) -> Result<(), Error> {
        self.problems = std::mem::take(&mut intake.problems);
        self.referred = std::mem::take(&mut intake.referred);
        for (line, draft) in std::mem::take(&mut intake.declaring) {
            self.declare(line, draft);
        }
        let earliest = intake.earliest.clone();
        let read = intake.read;
        let spool = self.store.cache_dir();
        for line in intake.lines().map_err(io_at(&spool))? {
            let (line, draft) = line.map_err(io_at(&spool))?;
            self.take(line, draft, earliest.as_ref())?;
        }
        if self.problems.is_empty() {
            return Ok(());
        }
        self.problems.sort_by_key(|problems| problems.line);
        Err(Error::Lines {
            lines: std::mem::take(&mut self.problems),
            read,
        })
    }

    /// Hears what the batch says of a company, so that its other lines may come
    /// before the one that declares it.
    fn declare(&mut self, line: u64, draft: Draft) {
        let Some(CompanyKey::Slug(slug)) = draft.company().cloned() else {
            return;
        };
        // What is wrong with it is told when the line itself is checked.
        if let Ok(event) = draft.finish(Ok(slug), |id| self.target(id), self.now) {
            self.declared.add(Placed::new(Position(line), event));
        }
    }

    fn take(&mut self, line: u64, draft: Draft, earliest: Option<&Published>) -> Result<(), Error> {
        if let Some(kind) = draft.kind().filter(|kind| Kind::named(kind).is_none()) {
            self.unknown_kinds.insert(kind.to_owned());
        }
        let company = self.company(&draft);
        let company = match (company, draft.company()) {
            (Err(Defect::UnknownCompany { .. }), Some(CompanyKey::Slug(slug)))
                if self.new_company =>
            {
                let slug = slug.clone();
                if let Some(published) = earliest {
                    self.found(line, &slug, published.restated_in(Zone::UTC))?;
                }
                Ok(slug)
            }
            (company, _) => company,
        };
        match draft.finish(company, |id| self.target(id), self.now) {
            Ok(event) => self.add(line, &event),
            Err(problems) => {
                let problems = problems
                    .into_iter()
                    .map(|problem| LineProblem::Event(Box::new(problem)))
                    .collect();
                self.problems.push(LineProblems { line, problems });
                Ok(())
            }
        }
    }

    /// The company that a draft means on the day of its publication.
    fn company(&self, draft: &Draft) -> Result<Slug, Defect> {
        let key = draft.company().ok_or(Defect::Missing)?;
        if let CompanyKey::Slug(slug) = key
            && draft.kind() == Some(kinds::COMPANY)
        {
            return Ok(slug.clone());
        }
        let published = draft.published().map(Published::day);
        let struck = || Some(self.target(draft.strikes()?)?.published.day());
        let day = published.or_else(struck).unwrap_or_else(|| self.now.day());
        let found = resolve(key, day, &self.store.directory(), &self.declared);
        found.map_err(|unresolved| match unresolved {
            Unresolved::Unknown => self.unknown(key),
            Unresolved::Ambiguous(matches) => Defect::AmbiguousCompany {
                key: key.to_string(),
                matches: matches.iter().map(Slug::to_string).collect(),
            },
        })
    }

    /// The defect of a key that no company has, with near names where it will be
    /// told: where a company is made of it, it is not.
    fn unknown(&self, key: &CompanyKey) -> Defect {
        let is_told = !self.new_company || !matches!(key, CompanyKey::Slug(_));
        let key = key.to_string();
        let near = if is_told { self.near(&key) } else { Vec::new() };
        Defect::UnknownCompany { key, near }
    }

    fn near(&self, key: &str) -> Vec<String> {
        let words = self.words.get_or_init(|| {
            let (day, everything) = (self.now.day(), Position(u64::MAX));
            let mut words = self.store.directory().words(day, everything);
            words.extend(self.declared.words(day, everything));
            words
        });
        let mut near_keys = self.near.borrow_mut();
        let near = near_keys.entry(key.to_owned());
        near.or_insert_with(|| Directory::near(key, words)).clone()
    }

    /// Declares a company that nobody has declared.
    fn found(&mut self, line: u64, slug: &Slug, published: Published) -> Result<(), Error> {
        let name = Source {
            name: "annals append --new-company".into(),
            ..Source::default()
        };
        let mut event = Event {
            id: EventId(uuid::Uuid::nil()),
            company: slug.clone(),
            kind: kinds::COMPANY.into(),
            thread: kinds::COMPANY.into(),
            occurred: None,
            published,
            certainty: Certainty::Asserted,
            confirmation: Confirmation::Unstated,
            level: Level::Fact,
            source: name,
            data: Data::from_iter([("name".to_owned(), Value::from(slug.as_str()))]),
            repeats: None,
            supersedes: None,
            fault: None,
            reason: None,
        };
        event.id = event.content_id();
        self.declared
            .add(Placed::new(Position(line), event.clone()));
        self.add(line, &event)
    }

    /// Adds an event that holds by itself.
    pub(crate) fn add(&mut self, line: u64, event: &Event) -> Result<(), Error> {
        let json = event.to_json();
        self.check_id(line, event.id, &json)?;
        if self.referred.contains(&event.id) {
            self.targets.borrow_mut().insert(event.id, target_of(event));
        }
        self.prepared
            .add(event, &json)
            .map_err(io_at(self.store.cache_dir()))
    }

    /// Tells whether the event is there already, or its id another's.
    fn check_id(&mut self, line: u64, id: EventId, json: &str) -> Result<(), Error> {
        let mut hasher = DefaultHasher::new();
        json.hash(&mut hasher);
        let content = hasher.finish();
        if let Some((first_line, first)) = self.lines.get(&id) {
            self.known += 1;
            if *first != content {
                let other = OtherEvent::Line(*first_line);
                self.conflicts.push(IdReused { line, id, other });
            }
            return Ok(());
        }
        self.lines.insert(id, (line, content));
        let Some(position) = self.store.log().find(id) else {
            return Ok(());
        };
        self.known += 1;
        let there = self.store.log().event_at(position)?;
        if there.is_none_or(|there| *there.event.payload != *json.as_bytes()) {
            let other = OtherEvent::Position(position);
            self.conflicts.push(IdReused { line, id, other });
        }
        Ok(())
    }

    /// What is known of an event that a draft refers to.
    fn target(&self, id: EventId) -> Option<Target> {
        if let Some(target) = self.targets.borrow().get(&id) {
            return Some(target.clone());
        }
        // One that cannot be read is as good as none here; the log says more
        // once it is asked for by itself.
        let placed = self.store.placed(id).ok()??;
        Some(target_of(&placed.event))
    }

    /// The events, how many of them are there already, and unknown kinds.
    pub(crate) fn finish(self) -> Result<(Prepared, u64, BTreeSet<String>), Error> {
        if self.conflicts.is_empty() {
            Ok((self.prepared, self.known, self.unknown_kinds))
        } else {
            Err(Error::IdsReused {
                conflicts: self.conflicts,
            })
        }
    }
}

fn target_of(event: &Event) -> Target {
    Target {
        company: event.company.clone(),
        kind: event.kind.clone(),
        thread: event.thread.clone(),
        published: event.published.clone(),
    }
}
