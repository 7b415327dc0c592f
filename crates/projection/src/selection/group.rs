//! A [`Group`]: conditions that are to hold of one thread together.

use std::collections::HashSet;

use event_model::kind::Section;

use crate::condition::Condition;
use crate::item::Item;
use crate::path::FoundValue;
use crate::section::SectionName;
use crate::timeline::Timeline;

/// What is to hold of one thread. Conditions that name different threads, between
/// brackets, or that are about different lists of threads, are groups apart.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    pub(super) section: SectionName,
    conditions: Vec<Condition>,
}

/// A thread of a company by its kind and name; of the company itself both are empty.
pub(crate) type Key<'t> = (&'t str, &'t str);

/// The key of what stands in a list of a timeline.
pub(crate) fn key(item: Item<'_>) -> Key<'_> {
    (item.view().kind_name(), item.name())
}

impl Group {
    /// Groups conditions, in the order in which they were given.
    pub(super) fn of(conditions: Vec<Condition>) -> Vec<Self> {
        let mut groups: Vec<Self> = Vec::new();
        for condition in conditions {
            let Ok(section) = condition.path().section().parse() else {
                continue;
            };
            let about = subject(&condition);
            let is_group = |group: &Self| group.conditions.first().map(subject) == Some(about);
            let at = groups.iter().position(is_group);
            match at.and_then(|at| groups.get_mut(at)) {
                Some(group) => group.conditions.push(condition),
                None => groups.push(Self {
                    section,
                    conditions: vec![condition],
                }),
            }
        }
        groups
    }

    /// The threads of which all conditions hold, if the group holds of the company.
    pub(super) fn threads<'t>(&self, timeline: &'t Timeline) -> Option<HashSet<Key<'t>>> {
        let mut threads: Option<HashSet<Key<'t>>> = None;
        for condition in &self.conditions {
            let found = condition.path().find(timeline).values;
            let holds = |found: &FoundValue<'_>| condition.holds_of(found);
            if condition.denies() && !found.iter().all(holds) {
                return None;
            }
            let holding = found.iter().filter(|found| holds(found));
            let keys = holding.map(|found| found.item.map_or(("", ""), key));
            let keys: HashSet<Key<'t>> = keys.collect();
            threads = Some(match threads {
                None => keys,
                Some(threads) => threads.intersection(&keys).copied().collect(),
            });
        }
        let asks_for_a_thread = self.conditions.iter().any(|condition| !condition.denies());
        threads.filter(|threads| !(asks_for_a_thread && threads.is_empty()))
    }
}

/// What a condition is about: a list of threads, and which of them. What stands by
/// itself for one of a list, such as `earnings.next`, is of that list.
fn subject(condition: &Condition) -> (&'static [Section], Option<&str>) {
    let path = condition.path();
    // Between the brackets of a company stands the scheme of an identifier.
    let chosen = path.chosen().filter(|_| path.section() != "company");
    (path.sections(), chosen)
}
