//! Which company the key of a row means: [`Keys`].

use std::collections::HashMap;
use std::sync::Arc;

use event_log::EventLog;
use event_model::id::{Position, Slug};
use event_model::limits::COMPANY_KEY_BYTES_MAX;
use event_model::problem::brief;
use event_model::time::Day;

use super::RowProblem;
use crate::directory::Directory;
use crate::error::Error;
use crate::store::Store;

/// How many keys are remembered.
const KEYS_MAX: usize = 1 << 18;
/// Of how many unknown keys names that look like them are looked for, which takes long.
const NEAR_MAX: usize = 20;

/// The companies that keys mean, as they were looked up before.
pub(super) struct Keys<'s> {
    store: &'s Store,
    recorded: Position,
    /// What means the same on every day.
    slugs: HashMap<Box<str>, Option<Slug>>,
    /// What had to be looked for on a day.
    found: HashMap<(Box<str>, Day), Result<Slug, RowProblem>>,
    directory: Option<Arc<Directory>>,
    words: Option<Vec<(String, Slug)>>,
    /// Names that look like keys that no company had.
    near: HashMap<Box<str>, Vec<String>>,
}

impl<'s> Keys<'s> {
    pub(super) fn new(store: &'s Store, recorded: Position) -> Self {
        Self {
            store,
            recorded,
            slugs: HashMap::new(),
            found: HashMap::new(),
            directory: None,
            words: None,
            near: HashMap::new(),
        }
    }

    /// The company that had a key on a day.
    pub(super) fn find(&mut self, key: &str, on: Day) -> Result<Result<Slug, RowProblem>, Error> {
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
        if let Some(slug) = self.slug(key)? {
            return Ok(Ok(slug));
        }
        let asked = (key.into(), on);
        if let Some(found) = self.found.get(&asked) {
            return Ok(found.clone());
        }
        let found = self.look_for(key, on)?;
        if self.found.len() >= KEYS_MAX {
            self.found.clear();
        }
        self.found.insert(asked, found.clone());
        Ok(found)
    }

    fn slug(&mut self, key: &str) -> Result<Option<Slug>, Error> {
        if let Some(slug) = self.slugs.get(key) {
            return Ok(slug.clone());
        }
        let slug = key.parse().ok();
        let is_there = |slug: &Slug| Ok::<_, Error>(self.store.log().stream_head(slug)?.is_some());
        let slug: Option<Slug> = match slug {
            Some(slug) if is_there(&slug)? => Some(slug),
            _ => None,
        };
        if self.slugs.len() >= KEYS_MAX {
            self.slugs.clear();
        }
        self.slugs.insert(key.into(), slug.clone());
        Ok(slug)
    }

    fn look_for(&mut self, key: &str, on: Day) -> Result<Result<Slug, RowProblem>, Error> {
        let directory = self.directory()?;
        let mut matches = match directory.identified(key, on, self.recorded) {
            Ok(matches) => matches,
            // What can be no identifier is none that a company had.
            Err(Error::CompanyKey { .. }) => Vec::new(),
            Err(error) => return Err(error),
        };
        let (key, day) = (key.to_owned(), on.to_string());
        Ok(match (matches.len(), matches.pop()) {
            (1, Some(slug)) => Ok(slug),
            (_, Some(last)) => {
                matches.push(last);
                Err(RowProblem::AmbiguousCompany {
                    key,
                    on: day,
                    matches,
                })
            }
            (_, None) => Err(RowProblem::UnknownCompany {
                near: self.near(&directory, &key, on),
                key,
                on: day,
            }),
        })
    }

    fn directory(&mut self) -> Result<Arc<Directory>, Error> {
        if let Some(directory) = &self.directory {
            return Ok(Arc::clone(directory));
        }
        let directory = self.store.directory()?;
        self.directory = Some(Arc::clone(&directory));
        Ok(directory)
    }

    fn near(&mut self, directory: &Directory, key: &str, on: Day) -> Vec<String> {
        if let Some(near) = self.near.get(key) {
            return near.clone();
        }
        if self.near.len() == NEAR_MAX {
            return Vec::new();
        }
        let recorded = self.recorded;
        let words = self
            .words
            .get_or_insert_with(|| directory.words(on, recorded));
        let near = Directory::near(key, words);
        self.near.insert(key.into(), near.clone());
        near
    }
}
