//! Which company a name or an identifier means: [`Directory`].
//!
//! It holds the events that tell what companies are called, and looks at them
//! by the recorded cut and the day that is asked about. What was known when
//! plays no part: a question about 1998 may well name a company as it is called
//! today.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use event_log::{EventLog, SledLog, Stored, StreamRange, Witness, side_by_side};
use event_model::id::{EventId, Position, Slug};
use event_model::identifier::{CompanyKey, IdentifierError, guesses, symbol_of};
use event_model::kinds;
use event_model::own_kinds::Kinds;
use event_model::problem::near;
use event_model::text::folded;
use event_model::time::{Day, Instant};
use projection::basis::{Cuts, Placed};
use projection::identity::{self, Company};
use projection::standing::Standing;
use projection::tenures::Tenures;
use projection::thread::threads;

use crate::error::Error;
pub use crate::held::Held;
use crate::held::identifiers_meant_by;
use crate::naming::{may_name_a_company, names_or_strikes, naming, tells_of_redaction};
use crate::store::{Store, placed};

/// About how many events a range has.
const RANGE_EVENTS: u64 = 16_384;

/// What companies are called, as far as the log was read.
#[derive(Debug, Default, Clone)]
pub struct Directory {
    companies: BTreeMap<Slug, Vec<Placed>>,
    events: HashSet<EventId>,
    /// The companies that ever had an identifier, by its value (of a ticker,
    /// its symbol); in their order. Few have more than one.
    by_value: HashMap<Box<str>, Vec<Slug>>,
    upto: Position,
    /// Up to where a file has it.
    filed: Position,
}

impl Directory {
    /// How far the log was read.
    #[must_use]
    pub fn upto(&self) -> Position {
        self.upto
    }

    /// The events it is made of, by company.
    pub(crate) fn events(&self) -> impl Iterator<Item = &Placed> {
        self.companies.values().flatten()
    }

    /// Makes the streams of a log again, and reads it out of the events on their way.
    pub(crate) fn with_streams(log: &SledLog) -> Result<Arc<Self>, Error> {
        let mut directory = Self::default();
        let upto = log.rebuild(Some(Witness {
            cares_for: &|stored| stored.may_name_a_company(),
            tell: &mut |position, event| directory.add(Placed::new(position, event)),
        }))?;
        directory.reach(upto);
        Self::followed(Arc::new(directory), log)
    }

    /// The same with the rest of the log: from the journal if that goes back so
    /// far, or else from the streams.
    pub(crate) fn followed(mut this: Arc<Self>, log: &SledLog) -> Result<Arc<Self>, Error> {
        let head = log.head().position;
        if this.upto == head {
            return Ok(this);
        }
        let directory = Arc::make_mut(&mut this);
        match directory.upto < log.sealed() {
            true => directory.add_streams(log, head)?,
            false => directory.add_journal(log, head)?,
        }
        Ok(this)
    }

    /// The events between two positions that tell what companies are called, and perhaps
    /// some that do not: without what came before, it is not known of all that are struck.
    /// `None` where something was redacted between them, and what was told before may have
    /// to go.
    pub(crate) fn naming(
        store: &Store,
        bounds: (Position, Position),
    ) -> Result<Option<Vec<Placed>>, Error> {
        let log = store.log();
        let found = naming(log, &StreamRange::default(), bounds)?;
        if found.iter().any(tells_of_redaction) {
            return Ok(None);
        }
        let mut named = Vec::new();
        for placed in found {
            if names_or_strikes(store, &placed)? {
                named.push(placed);
            }
        }
        Ok(Some(named))
    }

    fn add_journal(&mut self, log: &SledLog, upto: Position) -> Result<(), Error> {
        for recorded in log.read(self.upto, upto) {
            let recorded = recorded?;
            if may_name_a_company(&recorded) {
                self.add(placed(recorded)?);
            }
        }
        self.reach(upto);
        Ok(())
    }

    /// Takes in what of the events up to a position may tell what companies are called.
    pub(crate) fn add_all(&mut self, naming: Vec<Placed>, upto: Position) {
        if naming.iter().any(tells_of_redaction) {
            // What it holds may have been redacted.
            *self = Self::default();
            return;
        }
        naming.into_iter().for_each(|placed| self.add(placed));
        self.reach(upto);
    }

    /// The companies are gone through in ranges, side by side.
    fn add_streams(&mut self, log: &SledLog, upto: Position) -> Result<(), Error> {
        let bounds = (self.upto, upto);
        let parts = upto
            .0
            .saturating_sub(self.upto.0)
            .div_ceil(RANGE_EVENTS)
            .max(1);
        let parts = usize::try_from(parts).unwrap_or(usize::MAX);
        let ranges = log.stream_ranges(parts)?;
        let mut redacted = false;
        side_by_side(
            ranges.into_iter().map(Ok),
            |range| naming(log, &range, bounds),
            |found: Result<Vec<Placed>, Error>| {
                let found = found?;
                redacted |= found.iter().any(tells_of_redaction);
                found.into_iter().for_each(|placed| self.add(placed));
                Ok::<_, Error>(())
            },
        )?;
        if redacted && bounds.0 > Position(0) {
            // What it held may have been redacted since.
            *self = Self::default();
            return self.add_streams(log, upto);
        }
        self.reach(upto);
        Ok(())
    }

    /// Up to where a file has this.
    pub(crate) fn filed(&self) -> Position {
        self.filed
    }

    /// Says that a file has all of this, up to here.
    pub(crate) fn is_filed(&mut self, upto: Position) {
        self.filed = upto;
    }

    /// Says that the log was read up to here.
    pub(crate) fn reach(&mut self, upto: Position) {
        self.upto = upto;
    }

    /// Takes in an event, if it tells what a company is called, and is not there yet.
    /// Those of one company come in their order.
    pub(crate) fn add(&mut self, placed: Placed) {
        let event = &placed.event;
        let before = self
            .companies
            .get(&event.company)
            .and_then(|events| events.last());
        if before.is_some_and(|before| before.position >= placed.position) {
            return;
        }
        let strikes_known = event.strikes().is_some_and(|id| self.events.contains(&id));
        if event.was() != kinds::COMPANY && !strikes_known {
            return;
        }
        for identifier in identity::identifiers_of(event.data.value("identifiers").as_ref()) {
            let slugs = self.by_value.entry(symbol_of(&identifier.value).into());
            let slugs = slugs.or_insert_with(|| Vec::with_capacity(1));
            if let Err(at) = slugs.binary_search(&event.company) {
                slugs.insert(at, event.company.clone());
            }
        }
        self.events.insert(event.id);
        let events = self.companies.entry(event.company.clone());
        let events = events.or_insert_with(|| Vec::with_capacity(1));
        events.push(placed);
    }

    /// Whether there is a company of this slug.
    #[must_use]
    pub fn has(&self, slug: &Slug) -> bool {
        self.companies.contains_key(slug)
    }

    /// What a company is called, on a day and by a recorded cut.
    #[must_use]
    pub fn company(&self, slug: &Slug, on: Day, recorded: Position) -> Company {
        let (events, cuts) = self.told(slug, on, recorded);
        let standing = Standing::of(events, &cuts);
        identity::company(slug, &threads(&standing, &Kinds::built_in()), on)
    }

    /// The companies that a key means, on a day and by a recorded cut.
    #[must_use]
    pub fn matches(&self, key: &CompanyKey, on: Day, recorded: Position) -> Vec<Slug> {
        match key {
            CompanyKey::Slug(slug) => self.has(slug).then(|| slug.clone()).into_iter().collect(),
            CompanyKey::Identifier { .. } => {
                let has_it = |slug: &&Slug| {
                    let identifiers = self.company(slug, on, recorded).identifiers;
                    identifiers.iter().any(|identifier| {
                        let scheme = identifier.scheme.parse();
                        scheme.is_ok_and(|scheme| key.matches(&scheme, &identifier.value))
                    })
                };
                self.ever(key).filter(has_it).cloned().collect()
            }
        }
    }

    /// The companies that had something like an identifier on any day.
    pub(crate) fn ever(&self, key: &CompanyKey) -> impl Iterator<Item = &Slug> {
        let value = match key {
            CompanyKey::Slug(_) => None,
            CompanyKey::Identifier { value, .. } => Some(value),
        };
        let ever = value.and_then(|value| self.by_value.get(symbol_of(value)));
        ever.into_iter().flatten()
    }

    /// The companies, in the order of their slugs.
    pub(crate) fn slugs(&self) -> impl Iterator<Item = &Slug> {
        self.companies.keys()
    }

    /// What a company is called on each day, by a recorded cut.
    #[must_use]
    pub fn tenures(&self, slug: &Slug, recorded: Position) -> Tenures {
        let (events, cuts) = self.told(slug, Day::MAX, recorded);
        Tenures::of(events, &cuts)
    }

    fn told(&self, slug: &Slug, on: Day, recorded: Position) -> (&[Placed], Cuts) {
        let cuts = Cuts {
            known: Instant::LAST,
            on,
            recorded,
        };
        (self.events_of(slug), cuts)
    }

    /// The events that tell what a company is called, in the order of their positions.
    pub(crate) fn events_of(&self, slug: &Slug) -> &[Placed] {
        let events = self.companies.get(slug).map(Vec::as_slice);
        events.unwrap_or_default()
    }

    /// The companies that a reader can mean by a text.
    fn meant_by(&self, text: &str, cuts: &Cuts) -> Result<Vec<Slug>, Error> {
        let found = self.identified(text, cuts.on, cuts.recorded)?;
        match found.is_empty() && !text.is_empty() && !names_a_scheme(text) {
            true => Ok(self.starting_with(text, cuts.on, cuts.recorded)),
            false => Ok(found),
        }
    }

    /// The companies that a text identifies, on a day and by a recorded cut: by a
    /// slug, or an identifier with or without its scheme.
    ///
    /// # Errors
    ///
    /// [`Error::CompanyKey`] for an identifier that cannot be one.
    pub fn identified(&self, text: &str, on: Day, recorded: Position) -> Result<Vec<Slug>, Error> {
        match CompanyKey::parse(text) {
            Ok(key) => {
                let found = self.matches(&key, on, recorded);
                if !found.is_empty() || text.contains(':') {
                    return Ok(found);
                }
            }
            // `XNYS:BABA` has no scheme and still is a ticker.
            Err(IdentifierError::UnknownScheme { .. }) if !guesses(text).is_empty() => {}
            Err(source) if text.contains(':') => {
                let key = text.to_owned();
                let source = Box::new(source);
                return Err(Error::CompanyKey { key, source });
            }
            Err(_) => {}
        }
        let mut found: Vec<Slug> = identifiers_meant_by(text)
            .iter()
            .flat_map(|key| self.matches(key, on, recorded))
            .collect();
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }

    /// What the companies are called: slugs, names and symbols.
    #[must_use]
    pub fn words(&self, on: Day, recorded: Position) -> Vec<(String, Slug)> {
        let mut words = Vec::new();
        for slug in self.companies.keys() {
            let company = self.company(slug, on, recorded);
            let called = company.symbols().chain(company.name.as_deref());
            let called = called.chain([slug.as_str()]);
            words.extend(called.map(|word| (word.to_owned(), slug.clone())));
        }
        words
    }

    /// The slugs of companies whose names look like a text.
    #[must_use]
    pub fn near(text: &str, words: &[(String, Slug)]) -> Vec<String> {
        let mut slugs: Vec<String> = Vec::new();
        for word in near(symbol_of(text), words.iter().map(|(word, _)| word.as_str())) {
            let meant = words.iter().find(|(known, _)| *known == word);
            let slug = meant.map(|(_, slug)| slug.to_string());
            slugs.extend(slug.filter(|slug| !slugs.contains(slug)));
        }
        slugs
    }

    /// The companies whose slug or name starts with a text, whatever its case.
    fn starting_with(&self, text: &str, on: Day, recorded: Position) -> Vec<Slug> {
        let start = folded(text);
        let starts = |slug: &&Slug| self.company(slug, on, recorded).is_named(&start);
        self.companies.keys().filter(starts).cloned().collect()
    }
}

/// Whether a text is an identifier with its scheme, and so cannot be a name.
fn names_a_scheme(text: &str) -> bool {
    matches!(CompanyKey::parse(text), Ok(CompanyKey::Identifier { .. }))
}

impl Store {
    /// What a company is called on each day, as known under the cuts.
    ///
    /// # Errors
    ///
    /// [`Error::Log`] if its events cannot be read.
    pub fn tenures(&self, company: &Slug, cuts: &Cuts) -> Result<Tenures, Error> {
        let names = |stored: &Stored<'_>| stored.may_name_a_company();
        let mut events = self.history_of(company, cuts.recorded, names)?;
        let mut corrected: HashSet<EventId> = HashSet::new();
        corrected.extend(events.iter().filter_map(|placed| placed.event.supersedes));
        for placed in &events {
            corrected.remove(&placed.event.id);
        }
        if !corrected.is_empty() {
            // A correction stands in the place of what it corrects, whatever that is.
            events = self.history_of(company, cuts.recorded, |stored| {
                names(stored) || corrected.contains(&stored.id)
            })?;
        }
        Ok(Tenures::of(&events, cuts))
    }

    /// The company that a reader means: by slug, by identifier with or without
    /// its scheme, or by the start of its name if that is one company's alone.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownCompany`] with near names, [`Error::AmbiguousCompany`],
    /// or [`Error::CompanyKey`] for an identifier that cannot be one.
    pub fn find(&self, text: &str, cuts: &Cuts) -> Result<Slug, Error> {
        if let Ok(slug) = text.parse()
            && self.log().stream_head(&slug)?.is_some()
        {
            // Nothing else needs to be read to know it.
            return Ok(slug);
        }
        let directory = self.directory()?;
        let mut found = directory.meant_by(text, cuts)?;
        let key = text.to_owned();
        match found.len() {
            0 => {
                let held = directory.held(text, cuts.recorded);
                let words = directory.words(cuts.on, cuts.recorded);
                let near = Directory::near(text, &words);
                Err(Error::UnknownCompany { key, near, held })
            }
            1 => found.pop().ok_or(Error::UnknownCompany {
                key,
                near: Vec::new(),
                held: Vec::new(),
            }),
            _ => Err(Error::AmbiguousCompany {
                key,
                matches: found,
            }),
        }
    }
}

/// Why a key means no one company.
#[derive(Debug)]
pub(crate) enum Unresolved {
    /// No company has it.
    Unknown,
    /// These have it.
    Ambiguous(Vec<Slug>),
}

/// The company that an appended event means, in a directory and what a batch
/// adds to it.
pub(crate) fn resolve(
    key: &CompanyKey,
    on: Day,
    known: &Directory,
    declared: &Directory,
) -> Result<Slug, Unresolved> {
    let mut found = known.matches(key, on, Position::LAST);
    found.extend(declared.matches(key, on, Position::LAST));
    found.sort_unstable();
    found.dedup();
    match found.len() {
        0 => Err(Unresolved::Unknown),
        1 => found.pop().ok_or(Unresolved::Unknown),
        _ => Err(Unresolved::Ambiguous(found)),
    }
}
