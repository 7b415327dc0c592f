//! How far the log has come, for those who wait: [`Progress`].

use std::sync::{Condvar, Mutex};

use event_model::id::Position;

use crate::sync;

/// The last position, and whether more may come.
#[derive(Debug)]
pub(crate) struct Progress {
    state: Mutex<(Position, bool)>,
    changed: Condvar,
}

impl Progress {
    pub(crate) fn new(head: Position) -> Self {
        Self {
            state: Mutex::new((head, true)),
            changed: Condvar::new(),
        }
    }

    /// Wakes those who wait for what is there now.
    pub(crate) fn advance(&self, head: Position) {
        sync::lock(&self.state).0 = head;
        self.changed.notify_all();
    }

    /// Says that nothing more comes.
    pub(crate) fn shut(&self) {
        sync::lock(&self.state).1 = false;
        self.changed.notify_all();
    }

    pub(crate) fn is_shut(&self) -> bool {
        !sync::lock(&self.state).1
    }

    /// Blocks until there is something after a position, and says how far;
    /// `None` if nothing more comes.
    pub(crate) fn wait_past(&self, after: Position) -> Option<Position> {
        let mut state = sync::lock(&self.state);
        loop {
            match *state {
                (head, _) if head > after => return Some(head),
                (_, false) => return None,
                _ => state = sync::wait(&self.changed, state),
            }
        }
    }
}
