//! What a selection leaves of an answer: [`Selected`], and its JSON.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use crate::earnings::ResultsDate;
use crate::item::Item;
use crate::regulation::Regulation;
use crate::section::SectionName;
use crate::selection::group::{Group, Key, key};
use crate::timeline::Answer;
use crate::view::ThreadView;

/// An answer of which only some sections and threads are told.
///
/// Its JSON is that of the answer, without the sections that were not asked for.
#[derive(Debug)]
pub struct Selected<'a> {
    /// The whole answer.
    pub answer: &'a Answer,
    /// None if all are told.
    sections: &'a [SectionName],
    /// Of the sections about which there are conditions, the threads that meet them.
    meeting: HashMap<SectionName, HashSet<Key<'a>>>,
}

impl<'a> Selected<'a> {
    pub(super) fn of(
        answer: &'a Answer,
        sections: &'a [SectionName],
        groups: &[Group],
    ) -> Option<Self> {
        let mut meeting: HashMap<SectionName, HashSet<Key<'a>>> = HashMap::new();
        for group in groups {
            let threads = group.threads(&answer.timeline)?;
            meeting.entry(group.section).or_default().extend(threads);
        }
        Some(Self {
            answer,
            sections,
            meeting,
        })
    }

    /// The sections that are told; none if all are.
    #[must_use]
    pub fn sections(&self) -> &'a [SectionName] {
        self.sections
    }

    /// The threads that are asked for, each with its section: those of the sections
    /// that are told, or, where all are, of those that there are conditions about.
    #[must_use]
    pub fn threads(&self) -> Vec<(SectionName, Item<'a>)> {
        let of_conditions = || {
            let all = SectionName::ALL.iter().copied();
            all.filter(|section| self.meeting.contains_key(section))
        };
        match self.sections {
            [] => self.threads_of(&of_conditions().collect::<Vec<_>>()),
            sections => self.threads_of(sections),
        }
    }

    /// The threads of these sections that meet the conditions.
    #[must_use]
    pub fn threads_of(&self, sections: &[SectionName]) -> Vec<(SectionName, Item<'a>)> {
        let of_section = |section: &SectionName| {
            let section = *section;
            let items = self.answer.timeline.items(section).into_iter();
            let items = items.filter(move |item| self.meets(section, *item));
            items.map(move |item| (section, item))
        };
        sections.iter().flat_map(of_section).collect()
    }

    /// Whether a thread meets the conditions that there are about its section.
    fn meets(&self, section: SectionName, item: Item<'_>) -> bool {
        let meeting = self.meeting.get(&section);
        meeting.is_none_or(|threads| threads.contains(&key(item)))
    }
}

impl Serialize for Selected<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.sections.is_empty() {
            return self.answer.serialize(serializer);
        }
        let timeline = &self.answer.timeline;
        let mut fields = serializer.serialize_map(None)?;
        fields.serialize_entry("basis", &self.answer.basis)?;
        fields.serialize_entry("company", &timeline.company)?;
        for section in self.sections {
            if *section != SectionName::Company {
                let told = Told(self, *section);
                fields.serialize_entry(section.as_str(), &told)?;
            }
        }
        if let Some(events) = &timeline.events {
            fields.serialize_entry("events", events)?;
        }
        fields.end()
    }
}

/// A section of an answer, with the threads that meet the conditions.
struct Told<'s, 'a>(&'s Selected<'a>, SectionName);

impl Told<'_, '_> {
    fn views<'t>(
        &self,
        views: impl IntoIterator<Item = &'t Arc<ThreadView>>,
    ) -> Vec<&'t ThreadView> {
        let views = views.into_iter().map(|view| &**view);
        let meets = |view: &&ThreadView| self.0.meets(self.1, Item::Thread(view));
        views.filter(meets).collect()
    }

    fn dates<'t>(&self, dates: impl IntoIterator<Item = &'t ResultsDate>) -> Vec<&'t ResultsDate> {
        let meets = |date: &&ResultsDate| self.0.meets(self.1, Item::Date(date));
        dates.into_iter().filter(meets).collect()
    }

    fn rules<'t>(&self, rules: impl IntoIterator<Item = &'t Regulation>) -> Vec<&'t Regulation> {
        let meets = |rule: &&Regulation| self.0.meets(self.1, Item::Rule(rule));
        rules.into_iter().filter(meets).collect()
    }
}

impl Serialize for Told<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let timeline = &self.0.answer.timeline;
        let earnings = &timeline.earnings;
        match self.1 {
            SectionName::Company => timeline.company.serialize(serializer),
            SectionName::Strategy => {
                let strategy = &timeline.strategy;
                let mut fields = serializer.serialize_map(Some(2))?;
                let current = self.views(strategy.current());
                fields.serialize_entry("current", &current.first())?;
                fields.serialize_entry("pivots", &self.views(strategy.pivots.iter()))?;
                fields.end()
            }
            SectionName::Earnings => {
                let mut fields = serializer.serialize_map(Some(5))?;
                fields.serialize_entry("next", &self.dates(&earnings.next).first())?;
                fields.serialize_entry("overdue", &self.dates(&earnings.overdue))?;
                fields.serialize_entry("upcoming", &self.dates(&earnings.upcoming))?;
                fields.serialize_entry("closed", &self.dates(&earnings.closed))?;
                fields.serialize_entry("reported", &self.views(earnings.reported.iter()))?;
                fields.end()
            }
            SectionName::Chips => self.views(timeline.chips.iter()).serialize(serializer),
            SectionName::Regulation => self.rules(timeline.regulation.iter()).serialize(serializer),
            SectionName::Market => self.views(timeline.market.iter()).serialize(serializer),
            SectionName::Other => self.views(timeline.other.iter()).serialize(serializer),
        }
    }
}
