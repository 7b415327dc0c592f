//! A [`Selection`]: which of many companies are asked for, and what of them.
//!
//! - [`SectionName`]: a part of a timeline that can be asked for by itself
//! - [`Selected`]: what a selection leaves of an answer
//!
//! Conditions on one list of threads are about one thread together: with
//! `chips.vendor=AMD` and `chips.stage=ordered` there has to be one that is both.
//! Such conditions form a [`Group`].

mod group;
mod selected;

use std::fmt;
use std::str::FromStr;

use crate::condition::Condition;
use crate::selection::group::Group;
use crate::timeline::{Answer, Timeline};

pub use self::selected::Selected;

/// A part of a timeline that can be asked for by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SectionName {
    /// The company itself.
    Company,
    /// Where it is going.
    Strategy,
    /// When its results come, and what they were.
    Earnings,
    /// Its interest in chips.
    Chips,
    /// The rules that bear on it.
    Regulation,
    /// What its shares did.
    Market,
    /// The threads of all other kinds.
    Other,
}

impl SectionName {
    /// All of them, in the order in which a timeline has them.
    pub const ALL: &'static [Self] = &[
        Self::Company,
        Self::Strategy,
        Self::Earnings,
        Self::Chips,
        Self::Regulation,
        Self::Market,
        Self::Other,
    ];

    /// The names as they are written, in that order.
    pub const NAMES: &'static [&'static str] = &[
        "company",
        "strategy",
        "earnings",
        "chips",
        "regulation",
        "market",
        "other",
    ];

    /// The name as it is written.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Company => "company",
            Self::Strategy => "strategy",
            Self::Earnings => "earnings",
            Self::Chips => "chips",
            Self::Regulation => "regulation",
            Self::Market => "market",
            Self::Other => "other",
        }
    }
}

/// A text that is the name of no section.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no section {name:?}; there are {}", SectionName::NAMES.join(", "))]
pub struct UnknownSection {
    /// What was read.
    pub name: String,
}

impl FromStr for SectionName {
    type Err = UnknownSection;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.iter().find(|section| section.as_str() == name);
        found.copied().ok_or_else(|| UnknownSection {
            name: name.to_owned(),
        })
    }
}

impl fmt::Display for SectionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Which companies are asked for, and what of them. By itself it is all of all.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// In the order of a timeline; all if there are none.
    sections: Vec<SectionName>,
    groups: Vec<Group>,
}

impl Selection {
    /// Asks for these sections, or for all if there are none, of the companies of
    /// which all these conditions hold.
    #[must_use]
    pub fn new(sections: &[SectionName], conditions: Vec<Condition>) -> Self {
        let mut sections = sections.to_vec();
        sections.sort_unstable();
        sections.dedup();
        Self {
            sections,
            groups: Group::of(conditions),
        }
    }

    /// The sections that are asked for; none if all are.
    #[must_use]
    pub fn sections(&self) -> &[SectionName] {
        &self.sections
    }

    /// Whether it leaves nothing out.
    #[must_use]
    pub fn is_all(&self) -> bool {
        self.sections.is_empty() && self.groups.is_empty()
    }

    /// Whether all conditions hold of a company.
    #[must_use]
    pub fn keeps(&self, timeline: &Timeline) -> bool {
        let mut groups = self.groups.iter();
        groups.all(|group| group.threads(timeline).is_some())
    }

    /// What it leaves of an answer, if it keeps the company.
    #[must_use]
    pub fn select<'a>(&'a self, answer: &'a Answer) -> Option<Selected<'a>> {
        Selected::of(answer, &self.sections, &self.groups)
    }
}
