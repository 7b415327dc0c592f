//! Where it can change which companies a key means: [`Turns`].

use std::collections::BTreeSet;

use event_model::id::Position;
use event_model::time::Day;
use projection::identity::turning_days;

use crate::directory::Directory;
use crate::held::identifiers_meant_by;

/// Where it can change what a key means, each in order.
#[derive(Debug)]
pub(crate) struct Turns {
    /// From these days on.
    pub(crate) days: Vec<Day>,
    /// As the log grows to these positions.
    pub(crate) positions: Vec<Position>,
}

impl Turns {
    /// How many come before, of either sort.
    pub(crate) fn before(&self, on: Day, recorded: Position) -> (usize, usize) {
        let days = self.days.partition_point(|day| *day <= on);
        let positions = self.positions.partition_point(|turn| *turn <= recorded);
        (days, positions)
    }
}

impl Directory {
    /// Where it can change which companies a text identifies.
    pub(crate) fn turns(&self, text: &str) -> Turns {
        let (mut days, mut positions) = (BTreeSet::new(), BTreeSet::new());
        for key in &identifiers_meant_by(text) {
            for placed in self.ever(key).flat_map(|slug| self.events_of(slug)) {
                days.extend(turning_days(&placed.event));
                positions.insert(placed.position);
            }
        }
        Turns {
            days: days.into_iter().collect(),
            positions: positions.into_iter().collect(),
        }
    }
}
