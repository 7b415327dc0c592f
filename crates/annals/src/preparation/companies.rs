//! Which company a line of a batch means: [`Companies`].

use std::cell::RefCell;

use event_log::EventLog;
use event_model::data::Data;
use event_model::draft::Draft;
use event_model::event::{Event, Source};
use event_model::id::{EventId, Position, Slug};
use event_model::identifier::CompanyKey;
use event_model::kinds;
use event_model::problem::Defect;
use event_model::time::{Day, Published};
use event_model::vocabulary::{Certainty, Confirmation, Level};
use foldhash::HashSet;
use projection::basis::Placed;
use serde_json::json;

use crate::directory::{Directory, Unresolved, resolve};
use crate::error::Error;
use crate::kinds::is_of_kinds;
use crate::nearest::Nearest;
use crate::store::Store;

/// The companies that the store has, and those that the batch declares.
pub(super) struct Companies<'s> {
    store: &'s Store,
    today: Day,
    may_be_new: bool,
    /// What the batch itself says of companies.
    declared: Directory,
    /// Those that are there, of those that were looked for.
    there: RefCell<HashSet<Slug>>,
    nearest: RefCell<Nearest>,
}

impl<'s> Companies<'s> {
    pub(super) fn new(store: &'s Store, today: Day, may_be_new: bool) -> Self {
        Self {
            store,
            today,
            may_be_new,
            declared: Directory::default(),
            there: RefCell::default(),
            nearest: RefCell::default(),
        }
    }

    /// The slug of the company that a key makes which nobody has, nor ever had.
    pub(super) fn new_slug(
        &self,
        key: &CompanyKey,
        unknown: &Defect,
    ) -> Result<Option<Slug>, Error> {
        let is_nobodys = matches!(unknown, Defect::UnknownCompany { held, .. } if held.is_empty());
        if !self.may_be_new || !is_nobodys {
            return Ok(None);
        }
        match key.slug() {
            Some(slug) if !self.has(&slug)? => Ok(Some(slug)),
            _ => Ok(None),
        }
    }

    /// Hears what an event of the batch says of its company.
    pub(super) fn declare(&mut self, placed: Placed) {
        self.declared.add(placed);
    }

    /// Whether the store has a company, or the batch declares it.
    pub(super) fn has(&self, slug: &Slug) -> Result<bool, Error> {
        if self.there.borrow().contains(slug) || is_of_kinds(slug) {
            return Ok(true);
        }
        let there = self.declared.has(slug) || self.store.log().stream_head(slug)?.is_some();
        if there {
            self.there.borrow_mut().insert(slug.clone());
        }
        Ok(there)
    }

    /// The company that a draft means on the day of its publication.
    /// What was struck was published on the day that is told.
    pub(super) fn meant(
        &self,
        draft: &Draft,
        struck: impl FnOnce() -> Option<Day>,
    ) -> Result<Result<Slug, Defect>, Error> {
        let Some(key) = draft.company() else {
            return Ok(Err(Defect::Missing));
        };
        if let CompanyKey::Slug(slug) = key {
            let declares = draft.declares_company();
            return Ok(match declares || self.has(slug)? {
                true => Ok(slug.clone()),
                false => Err(self.unknown(key)?),
            });
        }
        let published = draft.published().map(Published::day);
        let day = published.or_else(struck).unwrap_or(self.today);
        let found = resolve(key, day, &*self.store.directory()?, &self.declared);
        Ok(match found {
            Ok(slug) => Ok(slug),
            Err(Unresolved::Unknown) => Err(self.unknown(key)?),
            Err(Unresolved::Ambiguous(matches)) => Err(Defect::AmbiguousCompany {
                key: key.to_string(),
                matches: matches.iter().map(Slug::to_string).collect(),
            }),
        })
    }

    /// The defect of a key that no company has, with near names where it will be
    /// told: where a company is made of it, it is not.
    fn unknown(&self, key: &CompanyKey) -> Result<Defect, Error> {
        let is_identifier = !matches!(key, CompanyKey::Slug(_));
        let key = key.to_string();
        let held = match is_identifier {
            true => {
                let mut held = self.store.directory()?.held(&key, Position::LAST);
                held.extend(self.declared.held(&key, Position::LAST));
                held
            }
            false => Vec::new(),
        };
        let near = match !self.may_be_new && held.is_empty() {
            true => self.near(&key)?,
            false => Vec::new(),
        };
        let held = held.iter().map(ToString::to_string).collect();
        Ok(Defect::UnknownCompany { key, near, held })
    }

    fn near(&self, key: &str) -> Result<Vec<String>, Error> {
        let words = || {
            let mut words = self.store.directory()?.words(self.today, Position::LAST);
            words.extend(self.declared.words(self.today, Position::LAST));
            Ok(words)
        };
        self.nearest.borrow_mut().to(key, words)
    }
}

/// The declaration of a company that nobody has declared, by the key that means it.
pub(super) fn founding(slug: &Slug, key: &CompanyKey, published: Published) -> Event {
    let source = Source {
        name: "annals append --new-company".into(),
        zone: published.written_day().map(|_| "UTC".into()),
        ..Source::default()
    };
    let says = match key {
        CompanyKey::Slug(slug) => ("name".to_owned(), json!(slug)),
        CompanyKey::Identifier { scheme, value } => (
            "identifiers".to_owned(),
            json!([{"scheme": scheme, "value": value}]),
        ),
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
        source,
        data: Data::from_iter([says]),
        repeats: None,
        supersedes: None,
        fault: None,
        reason: None,
    };
    event.id = event.content_id();
    event
}
