//! Group commit for the systems that have none of their own: [`Group`].
//!
//! The first thread that finds nobody at work commits all that wait with one
//! sync. annals does the same inside, so this keeps the comparison fair.

use std::collections::HashMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use anyhow::{Result, anyhow};

/// Items that wait for a commit.
#[derive(Debug)]
pub(crate) struct Group<T> {
    state: Mutex<State<T>>,
    changed: Condvar,
}

#[derive(Debug)]
struct State<T> {
    waiting: Vec<(u64, T)>,
    done: HashMap<u64, Result<(), String>>,
    next: u64,
    busy: bool,
}

impl<T> Default for Group<T> {
    fn default() -> Self {
        Self {
            state: Mutex::new(State {
                waiting: Vec::new(),
                done: HashMap::new(),
                next: 0,
                busy: false,
            }),
            changed: Condvar::new(),
        }
    }
}

impl<T> Group<T> {
    /// Has an item committed, by this thread or by another one.
    ///
    /// An error of the commit is one of all items in it.
    pub(crate) fn submit(&self, item: T, commit: impl Fn(Vec<T>) -> Result<()>) -> Result<()> {
        let mut state = self.lock();
        let number = state.next;
        state.next += 1;
        state.waiting.push((number, item));
        loop {
            if let Some(done) = state.done.remove(&number) {
                return done.map_err(|error| anyhow!(error));
            }
            if state.busy {
                let woken = self.changed.wait(state);
                state = woken.unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            state.busy = true;
            let (numbers, items): (Vec<u64>, Vec<T>) = state.waiting.drain(..).unzip();
            drop(state);
            let done = commit(items).map_err(|error| format!("{error:#}"));
            state = self.lock();
            state.busy = false;
            for number in numbers {
                state.done.insert(number, done.clone());
            }
            self.changed.notify_all();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_committed_once_and_errors_reach_their_own() {
        let group = Group::default();
        let committed = Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            for thread in 0..8 {
                let (group, committed) = (&group, &committed);
                scope.spawn(move || {
                    for item in 0..100 {
                        let commit = |items: Vec<i32>| {
                            committed.lock().unwrap().extend(items);
                            Ok(())
                        };
                        group.submit(thread * 1_000 + item, commit).unwrap();
                    }
                });
            }
        });
        let mut committed = committed.into_inner().unwrap();
        committed.sort_unstable();
        committed.dedup();
        assert_eq!(committed.len(), 800);
        let failed = group.submit(1, |_| Err(anyhow!("the disk is full")));
        assert_eq!(failed.unwrap_err().to_string(), "the disk is full");
    }
}
