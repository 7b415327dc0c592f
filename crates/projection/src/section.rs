//! The sections of a timeline, by their names: [`SectionName`].

use std::fmt;
use std::str::FromStr;

use crate::item::Item;
use crate::path::threads;
use crate::timeline::Timeline;

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

impl Timeline {
    /// What stands in a section, in the order in which its lists have it; nothing for
    /// the company itself.
    #[must_use]
    pub fn items(&self, section: SectionName) -> Vec<Item<'_>> {
        match section {
            SectionName::Company => Vec::new(),
            SectionName::Strategy => threads(&self.strategy.pivots),
            SectionName::Earnings => {
                let dates = self.earnings.dates().map(Item::Date);
                dates.chain(threads(&self.earnings.reported)).collect()
            }
            SectionName::Chips => threads(&self.chips),
            SectionName::Regulation => self.regulation.iter().map(Item::Rule).collect(),
            SectionName::Market => threads(&self.market),
            SectionName::Other => threads(&self.other),
        }
    }
}
