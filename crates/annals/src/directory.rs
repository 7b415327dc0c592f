//! Which company a name or an identifier means: [`Directory`].
//!
//! It holds the events that tell what companies are called, and looks at them
//! by the recorded cut and the day that is asked about. What was known when
//! plays no part: a question about 1998 may well name a company as it is called
//! today.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use event_log::EventLog;
use event_model::id::{EventId, Position, Slug};
use event_model::identifier::{CompanyKey, guesses};
use event_model::kinds;
use event_model::problem::{Defect, near};
use event_model::time::{Day, Instant};
use projection::basis::{Cuts, Placed};
use projection::claim;
use projection::identity::{self, Company};
use projection::standing::Standing;

use crate::error::Error;
use crate::store::{Store, placed};

/// What companies are called, as far as the log was read.
#[derive(Debug, Default)]
pub struct Directory {
    companies: BTreeMap<Slug, Vec<Placed>>,
    events: HashSet<EventId>,
    /// The companies that ever had an identifier, by its value (of a ticker,
    /// its symbol).
    by_value: HashMap<Box<str>, BTreeSet<Slug>>,
    upto: Position,
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

    /// Reads the rest of the log.
    pub(crate) fn follow(&mut self, log: &impl EventLog) -> Result<(), Error> {
        let head = log.head().position;
        for recorded in log.read(self.upto, head) {
            let recorded = recorded?;
            let kind = &*recorded.event.kind;
            if kind == kinds::COMPANY || kind == kinds::RETRACTION {
                self.add(placed(recorded)?);
            }
        }
        self.reach(head);
        Ok(())
    }

    /// Says that the log was read up to here.
    pub(crate) fn reach(&mut self, upto: Position) {
        self.upto = upto;
    }

    /// Takes in an event, if it tells what a company is called.
    pub(crate) fn add(&mut self, placed: Placed) {
        let event = &placed.event;
        let strikes_known = event.strikes().is_some_and(|id| self.events.contains(&id));
        if &*event.kind != kinds::COMPANY && !strikes_known {
            return;
        }
        for identifier in identity::identifiers_of(event.data.get("identifiers")) {
            let slugs = self
                .by_value
                .entry(symbol_of(&identifier.value).into())
                .or_default();
            slugs.insert(event.company.clone());
        }
        self.events.insert(event.id);
        self.companies
            .entry(event.company.clone())
            .or_default()
            .push(placed);
    }

    /// Whether there is a company of this slug.
    #[must_use]
    pub fn has(&self, slug: &Slug) -> bool {
        self.companies.contains_key(slug)
    }

    /// All slugs, in order.
    pub fn slugs(&self) -> impl Iterator<Item = &Slug> {
        self.companies.keys()
    }

    /// What a company is called, on a day and by a recorded cut.
    #[must_use]
    pub fn company(&self, slug: &Slug, on: Day, recorded: Position) -> Company {
        let events = self
            .companies
            .get(slug)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let cuts = Cuts {
            known: Instant::LAST,
            on,
            recorded,
        };
        let standing = Standing::of(events, &cuts);
        identity::company(slug, &claim::threads(&standing), on)
    }

    /// The companies that a key means, on a day and by a recorded cut.
    #[must_use]
    pub fn matches(&self, key: &CompanyKey, on: Day, recorded: Position) -> Vec<Slug> {
        match key {
            CompanyKey::Slug(slug) => self.has(slug).then(|| slug.clone()).into_iter().collect(),
            CompanyKey::Identifier { value, .. } => {
                let ever = self.by_value.get(symbol_of(value)).into_iter().flatten();
                let has_it = |slug: &&Slug| {
                    let identifiers = self.company(slug, on, recorded).identifiers;
                    identifiers.iter().any(|identifier| {
                        let scheme = identifier.scheme.parse();
                        scheme.is_ok_and(|scheme| key.matches(&scheme, &identifier.value))
                    })
                };
                ever.filter(has_it).cloned().collect()
            }
        }
    }

    /// Names and slugs that look like a text.
    #[must_use]
    pub fn near(&self, text: &str, on: Day, recorded: Position) -> Vec<String> {
        let mut words: Vec<(String, &Slug)> = Vec::new();
        for slug in self.companies.keys() {
            let company = self.company(slug, on, recorded);
            let symbols = company
                .identifiers
                .iter()
                .filter(|id| id.scheme == "ticker");
            words.extend(symbols.map(|id| (symbol_of(&id.value).to_owned(), slug)));
            words.extend(company.name.map(|name| (name, slug)));
            words.push((slug.to_string(), slug));
        }
        let text = text.rsplit(':').next().unwrap_or(text);
        let near = near(text, words.iter().map(|(word, _)| word.as_str()));
        let mut slugs: Vec<String> = Vec::new();
        for word in near {
            let slug = words
                .iter()
                .find(|(known, _)| *known == word)
                .map(|(_, slug)| slug.to_string());
            slugs.extend(slug.filter(|slug| !slugs.contains(slug)));
        }
        slugs
    }

    /// The companies whose name or slug starts with a text, whatever its case.
    fn starting_with(&self, text: &str, on: Day, recorded: Position) -> Vec<Slug> {
        let text = text.to_lowercase();
        let starts = |slug: &&Slug| {
            let company = self.company(slug, on, recorded);
            let names = company.name.into_iter().chain(company.aliases);
            slug.as_str().starts_with(&text)
                || names
                    .into_iter()
                    .any(|name| name.to_lowercase().starts_with(&text))
        };
        self.companies.keys().filter(starts).cloned().collect()
    }
}

fn symbol_of(value: &str) -> &str {
    value.rsplit(':').next().unwrap_or(value)
}

impl Store {
    /// The company that a reader means: by slug, by identifier with or without
    /// its scheme, or by the start of its name if that is one company's alone.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownCompany`] with near names, [`Error::AmbiguousCompany`],
    /// or [`Error::CompanyKey`] for an identifier that cannot be one.
    pub fn find(&self, text: &str, cuts: &Cuts) -> Result<Slug, Error> {
        let directory = self.directory();
        let (on, recorded) = (cuts.on, cuts.recorded);
        let key = CompanyKey::parse(text);
        if text.contains(':') {
            let key = key.map_err(|source| Error::CompanyKey {
                key: text.to_owned(),
                source: Box::new(source),
            })?;
            return self.only(text, directory.matches(&key, on, recorded), cuts);
        }
        if let Ok(CompanyKey::Slug(slug)) = &key
            && directory.has(slug)
        {
            return Ok(slug.clone());
        }
        let mut found: Vec<Slug> = guesses(text)
            .into_iter()
            .map(|(scheme, value)| CompanyKey::Identifier { scheme, value })
            .flat_map(|key| directory.matches(&key, on, recorded))
            .collect();
        found.sort_unstable();
        found.dedup();
        if found.is_empty() {
            found = directory.starting_with(text, on, recorded);
        }
        self.only(text, found, cuts)
    }

    fn only(&self, key: &str, mut found: Vec<Slug>, cuts: &Cuts) -> Result<Slug, Error> {
        let key = key.to_owned();
        match found.len() {
            0 => {
                let near = self.directory().near(&key, cuts.on, cuts.recorded);
                Err(Error::UnknownCompany { key, near })
            }
            1 => found.pop().ok_or(Error::UnknownCompany {
                key,
                near: Vec::new(),
            }),
            _ => Err(Error::AmbiguousCompany {
                key,
                matches: found,
            }),
        }
    }
}

/// The company that an appended event means, in a directory and what a batch
/// adds to it.
pub(crate) fn resolve(
    key: &CompanyKey,
    on: Day,
    known: &Directory,
    declared: &Directory,
) -> Result<Slug, Defect> {
    let everything = Position(u64::MAX);
    let mut found = known.matches(key, on, everything);
    found.extend(declared.matches(key, on, everything));
    found.sort_unstable();
    found.dedup();
    match found.as_slice() {
        [slug] => Ok(slug.clone()),
        [] => {
            let key = key.to_string();
            let mut near = known.near(&key, on, everything);
            near.extend(declared.near(&key, on, everything));
            near.truncate(event_model::limits::SUGGESTIONS_MAX);
            Err(Defect::UnknownCompany { key, near })
        }
        several => Err(Defect::AmbiguousCompany {
            key: key.to_string(),
            matches: several.iter().map(Slug::to_string).collect(),
        }),
    }
}
