//! Which company a key means on other days than the one asked about: [`Held`].

use std::fmt;

use event_model::id::{Position, Slug};
use event_model::identifier::{CompanyKey, guesses};
use event_model::text::folded;

use crate::directory::Directory;

/// How many companies are named that a key means on other days.
const HELD_MAX: usize = 3;

/// A company that had a key, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The company.
    pub slug: Slug,
    /// The key as it is written: an identifier, or a name.
    pub key: String,
    /// From when on; `None`: nobody says.
    pub from: Option<String>,
    /// Until when; `None`: it still is.
    pub to: Option<String>,
}

impl fmt::Display for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            slug,
            key,
            from,
            to,
        } = self;
        match (from, to) {
            (None, None) => write!(f, "{key} is {slug}'s on other days"),
            (Some(from), None) => write!(f, "{key} is {slug}'s from {from} on"),
            (None, Some(to)) => write!(f, "{key} was {slug}'s until {to}"),
            (Some(from), Some(to)) => write!(f, "{key} was {slug}'s from {from} until {to}"),
        }
    }
}

/// The identifiers that a text can be.
pub(crate) fn identifiers_meant_by(text: &str) -> Vec<CompanyKey> {
    match CompanyKey::parse(text) {
        Ok(key @ CompanyKey::Identifier { .. }) => vec![key],
        _ => guesses(text)
            .into_iter()
            .map(|(scheme, value)| CompanyKey::Identifier { scheme, value })
            .collect(),
    }
}

impl Directory {
    /// The companies that had what a reader asks for on any day, by a recorded cut.
    #[must_use]
    pub fn held(&self, text: &str, recorded: Position) -> Vec<Held> {
        let mut held: Vec<Held> = identifiers_meant_by(text)
            .iter()
            .flat_map(|key| self.held_identifiers(key, recorded))
            .collect();
        if held.is_empty() && !text.contains(':') && !text.is_empty() {
            held = self.held_names(text, recorded);
        }
        held.truncate(HELD_MAX);
        held
    }

    fn held_identifiers(&self, key: &CompanyKey, recorded: Position) -> Vec<Held> {
        let mut held = Vec::new();
        for slug in self.ever(key) {
            for identifier in self.tenures(slug, recorded).identifiers {
                let scheme = identifier.scheme.parse();
                if scheme.is_ok_and(|scheme| key.matches(&scheme, &identifier.value)) {
                    held.push(Held {
                        slug: slug.clone(),
                        key: format!("{}:{}", identifier.scheme, identifier.value),
                        from: identifier.from,
                        to: identifier.to,
                    });
                }
            }
        }
        held
    }

    fn held_names(&self, text: &str, recorded: Position) -> Vec<Held> {
        let text = folded(text);
        let mut held = Vec::new();
        for slug in self.slugs() {
            let names = self.tenures(slug, recorded).names.into_iter();
            let found =
                names.filter(|name| name.is_certain && folded(&name.value).starts_with(&text));
            held.extend(found.map(|name| Held {
                slug: slug.clone(),
                key: format!("the name {:?}", name.value),
                from: name.from.map(|day| day.to_string()),
                to: name.to.map(|day| day.to_string()),
            }));
        }
        held
    }
}
