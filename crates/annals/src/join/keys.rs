//! Which company the key of a row means: [`Keys`].

use std::sync::Arc;

use event_log::EventLog;
use event_model::id::{Position, Slug};
use event_model::limits::COMPANY_KEY_BYTES_MAX;
use event_model::problem::brief;
use event_model::text::Text;
use event_model::time::Day;
use foldhash::{HashMap, HashMapExt};

use super::RowProblem;
use crate::directory::Directory;
use crate::error::Error;
use crate::nearest::Nearest;
use crate::store::Store;
use crate::turns::Turns;

/// How many keys are remembered, with all that is remembered of each.
const KEYS_MAX: usize = 1 << 18;

/// The companies that keys mean, as they were looked up before.
pub(super) struct Keys<'s> {
    store: &'s Store,
    /// The companies that were found, each at its number.
    companies: Vec<Slug>,
    numbers: HashMap<Slug, u32>,
    meanings: HashMap<Text, Meaning>,
    /// What these take, by the number of their turns and findings.
    size: usize,
    directory: Option<Arc<Directory>>,
    nearest: Nearest,
}

/// What a key means.
enum Meaning {
    /// A company on every day, since it is its slug.
    Always(u32),
    /// What was found where somebody asked.
    Turning(Box<Turning>),
}

/// A key that means the same between its turns.
struct Turning {
    turns: Turns,
    /// By how many turns of either sort come before.
    found: HashMap<(usize, usize), Found>,
}

/// What was found on a day, in the log up to a position.
#[derive(Clone, Copy)]
enum Found {
    One(u32),
    Several,
    Nobody,
}

impl Meaning {
    fn at(&self, on: Day, recorded: Position) -> Option<Found> {
        match self {
            Self::Always(company) => Some(Found::One(*company)),
            Self::Turning(turning) => {
                let between = turning.turns.before(on, recorded);
                turning.found.get(&between).copied()
            }
        }
    }
}

impl<'s> Keys<'s> {
    pub(super) fn new(store: &'s Store) -> Self {
        Self {
            store,
            companies: Vec::new(),
            numbers: HashMap::new(),
            meanings: HashMap::new(),
            size: 0,
            directory: None,
            nearest: Nearest::default(),
        }
    }

    /// The companies by their numbers.
    pub(super) fn companies(&self) -> &[Slug] {
        &self.companies
    }

    /// The number of the company that had a key on a day, in the log up to a position.
    pub(super) fn find(
        &mut self,
        key: &str,
        on: Day,
        recorded: Position,
    ) -> Result<Result<u32, RowProblem>, Error> {
        if key.is_empty() {
            return Ok(Err(RowProblem::NoCompany));
        }
        if key.len() > COMPANY_KEY_BYTES_MAX {
            // It is not remembered: what is remembered is many, and so must be short.
            return Ok(Err(RowProblem::UnknownCompany {
                key: brief(key).into_owned(),
                on: on.to_string(),
                near: Vec::new(),
            }));
        }
        let known = self.meanings.get(key);
        let found = match known.and_then(|meaning| meaning.at(on, recorded)) {
            Some(found) => found,
            None => self.look_for(key, on, recorded)?,
        };
        Ok(match found {
            Found::One(company) => Ok(company),
            Found::Several => Err(RowProblem::AmbiguousCompany {
                key: key.to_owned(),
                on: on.to_string(),
                matches: self.identified(key, on, recorded)?,
            }),
            Found::Nobody => Err(RowProblem::UnknownCompany {
                key: key.to_owned(),
                on: on.to_string(),
                near: self.near(key, on, recorded)?,
            }),
        })
    }

    fn look_for(&mut self, key: &str, on: Day, recorded: Position) -> Result<Found, Error> {
        if self.size >= KEYS_MAX {
            self.meanings.clear();
            self.size = 0;
        }
        if !self.meanings.contains_key(key) {
            let (meaning, size) = self.meaning(key)?;
            self.size += size;
            self.meanings.insert(key.into(), meaning);
        }
        if let Some(Meaning::Always(company)) = self.meanings.get(key) {
            return Ok(Found::One(*company));
        }
        let mut matches = self.identified(key, on, recorded)?;
        let found = match (matches.pop(), matches.is_empty()) {
            (Some(only), true) => Found::One(self.number(only)),
            (Some(_), false) => Found::Several,
            (None, _) => Found::Nobody,
        };
        if let Some(Meaning::Turning(turning)) = self.meanings.get_mut(key) {
            let between = turning.turns.before(on, recorded);
            turning.found.insert(between, found);
            self.size += 1;
        }
        Ok(found)
    }

    /// What a key means, and what that takes.
    fn meaning(&mut self, key: &str) -> Result<(Meaning, usize), Error> {
        if let Ok(slug) = key.parse::<Slug>()
            && self.store.log().stream_head(&slug)?.is_some()
        {
            return Ok((Meaning::Always(self.number(slug)), 1));
        }
        let turns = self.directory()?.turns(key);
        let size = 1 + turns.days.len() + turns.positions.len();
        let turning = Turning {
            turns,
            found: HashMap::new(),
        };
        Ok((Meaning::Turning(Box::new(turning)), size))
    }

    fn identified(&mut self, key: &str, on: Day, recorded: Position) -> Result<Vec<Slug>, Error> {
        match self.directory()?.identified(key, on, recorded) {
            // What can be no identifier is none that a company had.
            Err(Error::CompanyKey { .. }) => Ok(Vec::new()),
            found => found,
        }
    }

    fn number(&mut self, company: Slug) -> u32 {
        if let Some(number) = self.numbers.get(&company) {
            return *number;
        }
        // So many companies are in no store.
        let number = u32::try_from(self.companies.len()).unwrap_or(u32::MAX);
        self.numbers.insert(company.clone(), number);
        self.companies.push(company);
        number
    }

    fn directory(&mut self) -> Result<Arc<Directory>, Error> {
        if let Some(directory) = &self.directory {
            return Ok(Arc::clone(directory));
        }
        let directory = self.store.directory()?;
        self.directory = Some(Arc::clone(&directory));
        Ok(directory)
    }

    fn near(&mut self, key: &str, on: Day, recorded: Position) -> Result<Vec<String>, Error> {
        let directory = self.directory()?;
        self.nearest.to(key, || Ok(directory.words(on, recorded)))
    }
}
