//! The position of each id: [`Ids`].
//!
//! One sorted list, 24 bytes an id, that is searched by halves, and a small
//! tree of the ids that came since. When the tree has grown to a fraction of
//! the list, the two are merged.

use std::collections::BTreeMap;

use event_model::id::{EventId, Position};
use uuid::Uuid;

const RECENT_MIN: usize = 4_096;
const RECENT_FRACTION: usize = 8;

/// An id and its position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) id: [u8; 16],
    pub(crate) position: u64,
}

/// Which position an id has.
#[derive(Debug, Default)]
pub(crate) struct Ids {
    sorted: Vec<Entry>,
    recent: BTreeMap<[u8; 16], u64>,
}

impl Ids {
    /// Takes a list that is sorted by id; `None` if it is not.
    pub(crate) fn from_sorted(sorted: Vec<Entry>) -> Option<Self> {
        sorted.is_sorted_by(|a, b| a.id < b.id).then_some(Self {
            sorted,
            recent: BTreeMap::new(),
        })
    }

    pub(crate) fn len(&self) -> usize {
        self.sorted.len() + self.recent.len()
    }

    pub(crate) fn insert(&mut self, id: EventId, position: Position) {
        self.recent.insert(id.0.into_bytes(), position.0);
        if self.recent.len() > RECENT_MIN.max(self.sorted.len() / RECENT_FRACTION) {
            self.merge();
        }
    }

    fn merge(&mut self) {
        let recent = std::mem::take(&mut self.recent);
        let mut merged = Vec::with_capacity(self.sorted.len() + recent.len());
        let mut sorted = self.sorted.drain(..).peekable();
        for (id, position) in recent {
            while let Some(entry) = sorted.next_if(|entry| entry.id < id) {
                merged.push(entry);
            }
            merged.push(Entry { id, position });
        }
        merged.extend(sorted);
        self.sorted = merged;
    }

    pub(crate) fn find(&self, id: EventId) -> Option<Position> {
        let id = id.0.into_bytes();
        if let Some(&position) = self.recent.get(&id) {
            return Some(Position(position));
        }
        let found = self
            .sorted
            .binary_search_by(|entry| entry.id.cmp(&id))
            .ok()?;
        self.sorted.get(found).map(|entry| Position(entry.position))
    }

    /// All ids, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Entry> {
        self.between([0; 16], [u8::MAX; 16])
    }

    /// The ids from `low` to `high`, both included, in order.
    fn between(&self, low: [u8; 16], high: [u8; 16]) -> impl Iterator<Item = Entry> {
        let start = self.sorted.partition_point(|entry| entry.id < low);
        let mut sorted = self
            .sorted
            .iter()
            .copied()
            .skip(start)
            .take_while(move |entry| entry.id <= high)
            .peekable();
        let mut recent = self
            .recent
            .range(low..=high)
            .map(|(&id, &position)| Entry { id, position })
            .peekable();
        std::iter::from_fn(move || match (sorted.peek(), recent.peek()) {
            (Some(old), Some(new)) if old.id < new.id => sorted.next(),
            (_, Some(_)) => recent.next(),
            _ => sorted.next(),
        })
    }

    /// The first ids that start with these hex digits.
    pub(crate) fn find_prefix(&self, prefix: &str, limit: usize) -> Vec<(EventId, Position)> {
        let Some((low, high)) = bounds(prefix) else {
            return Vec::new();
        };
        self.between(low, high)
            .take(limit)
            .map(|entry| {
                let id = EventId(Uuid::from_bytes(entry.id));
                (id, Position(entry.position))
            })
            .collect()
    }
}

/// The lowest and the highest id with these first digits.
fn bounds(prefix: &str) -> Option<([u8; 16], [u8; 16])> {
    let digits: String = prefix.chars().filter(|&digit| digit != '-').collect();
    let hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    if !hex || digits.len() > 32 {
        return None;
    }
    let bound = |fill: &str| {
        let padding = fill.repeat(32 - digits.len());
        u128::from_str_radix(&format!("{digits}{padding}"), 16)
            .ok()
            .map(u128::to_be_bytes)
    };
    Some((bound("0")?, bound("f")?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ids_of(numbers: &[u128]) -> Ids {
        let mut ids = Ids::default();
        for (position, &number) in (1..).zip(numbers) {
            ids.insert(EventId(Uuid::from_u128(number)), Position(position));
            if number % 3 == 0 {
                ids.merge();
            }
        }
        ids
    }

    proptest! {
        #[test]
        fn ids_are_found_and_in_order(
            numbers in prop::collection::hash_set(any::<u128>(), 0..60), prefix in "[0-9a-f]{0,2}",
        ) {
            let numbers: Vec<_> = numbers.into_iter().collect();
            let ids = ids_of(&numbers);
            for (position, &number) in (1..).zip(&numbers) {
                prop_assert_eq!(
                    ids.find(EventId(Uuid::from_u128(number))), Some(Position(position))
                );
            }
            let mut sorted = numbers.clone();
            sorted.sort_unstable();
            let order: Vec<_> = ids.iter().map(|entry| u128::from_be_bytes(entry.id)).collect();
            prop_assert_eq!(&order, &sorted);
            let found: Vec<_> = ids.find_prefix(&prefix, 100).into_iter().map(|f| f.0).collect();
            let expected: Vec<_> = sorted
                .into_iter()
                .map(|number| EventId(Uuid::from_u128(number)))
                .filter(|id| id.0.simple().to_string().starts_with(&prefix))
                .collect();
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn a_prefix_ignores_hyphens_and_case_and_refuses_the_rest() {
        let id: EventId = "0192aBCD-0000-7000-8000-000000000001".parse().unwrap();
        let ids = ids_of(&[id.0.as_u128()]);
        let found = |prefix: &str| ids.find_prefix(prefix, 9).len();
        let whole = id.to_string();
        for prefix in ["", "0", "0192ABCD-0000-7", "0192abcd00007", &whole] {
            assert_eq!(found(prefix), 1, "{prefix}");
        }
        for prefix in ["1", "x", "+192", "0192abcd-0000-7000-8000-0000000000011"] {
            assert_eq!(found(prefix), 0, "{prefix}");
        }
        assert!(ids.find_prefix("", 0).is_empty());
    }
}
