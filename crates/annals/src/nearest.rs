//! What companies are called that looks like keys that nobody has: [`Nearest`].

use std::collections::HashMap;

use event_model::id::Slug;

use crate::directory::Directory;
use crate::error::Error;

/// Near names are looked for, for so many keys: each is held against all names.
const KEYS_MAX: usize = 20;

/// What was found for the first keys.
#[derive(Debug, Default)]
pub(crate) struct Nearest {
    /// What companies are called.
    words: Option<Vec<(String, Slug)>>,
    found: HashMap<Box<str>, Vec<String>>,
}

impl Nearest {
    /// The slugs of companies whose names look like a key; none for any but the first keys.
    pub(crate) fn to(
        &mut self,
        key: &str,
        words: impl FnOnce() -> Result<Vec<(String, Slug)>, Error>,
    ) -> Result<Vec<String>, Error> {
        if let Some(near) = self.found.get(key) {
            return Ok(near.clone());
        }
        if self.found.len() >= KEYS_MAX {
            return Ok(Vec::new());
        }
        let words = match self.words.take() {
            Some(words) => words,
            None => words()?,
        };
        let near = Directory::near(key, &words);
        self.words = Some(words);
        self.found.insert(key.into(), near.clone());
        Ok(near)
    }
}
