//! A [`Selection`]: which of many companies are asked for, and what of them.
//!
//! - [`Selected`]: what a selection leaves of an answer
//!
//! Conditions on one list of threads are about one thread together: with
//! `chips.vendor=AMD` and `chips.stage=ordered` there has to be one that is both.
//! Such conditions form a group.

mod group;
mod selected;

use crate::condition::Condition;
use crate::section::SectionName;
use crate::selection::group::Group;
use crate::timeline::{Answer, Timeline};

pub use self::selected::Selected;

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

    /// Whether it asks for threads, and not only for companies.
    #[must_use]
    pub fn asks_for_threads(&self) -> bool {
        let of_company = |group: &Group| group.section == SectionName::Company;
        !self.sections.is_empty() || !self.groups.iter().all(of_company)
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
