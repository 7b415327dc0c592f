//! Group commit without a timer: [`Queue`].
//!
//! Callers queue up. The first that finds nobody at work takes all that is
//! queued, up to a bound, does it at once, and hands each its answer; those
//! who come meanwhile are the next group. So a lone caller never waits, and
//! many callers share one sync of the disk.

use std::collections::{HashMap, VecDeque};
use std::sync::{Condvar, Mutex, MutexGuard};

use crate::sync;

/// Requests that wait, and answers that wait to be fetched.
#[derive(Debug)]
pub(crate) struct Queue<Q, A> {
    state: Mutex<State<Q, A>>,
    changed: Condvar,
    weight_max: usize,
}

#[derive(Debug)]
struct State<Q, A> {
    waiting: VecDeque<Ticket<Q>>,
    /// `None` where the one at work panicked before it had the answer.
    answers: HashMap<u64, Option<A>>,
    next: u64,
    busy: bool,
}

#[derive(Debug)]
struct Ticket<Q> {
    number: u64,
    weight: usize,
    request: Q,
}

impl<Q, A> Queue<Q, A> {
    /// A queue of which so much weight is taken at once, and one request at
    /// least.
    pub(crate) fn new(weight_max: usize) -> Self {
        Self {
            state: Mutex::new(State {
                waiting: VecDeque::new(),
                answers: HashMap::new(),
                next: 0,
                busy: false,
            }),
            changed: Condvar::new(),
            weight_max,
        }
    }

    /// Has a request answered, by this caller or by another one.
    ///
    /// `work` gives one answer for each request, in order. `None` if the one
    /// who was at work panicked.
    pub(crate) fn submit(
        &self,
        request: Q,
        weight: usize,
        work: impl Fn(Vec<Q>) -> Vec<A>,
    ) -> Option<A> {
        let mut state = sync::lock(&self.state);
        let number = state.next;
        state.next += 1;
        state.waiting.push_back(Ticket {
            number,
            weight,
            request,
        });
        loop {
            if let Some(answer) = state.answers.remove(&number) {
                return answer;
            }
            if state.busy {
                state = sync::wait(&self.changed, state);
                continue;
            }
            let (numbers, requests) = self.take(&mut state);
            let mut turn = self.begin(state, numbers);
            turn.answers = work(requests);
            drop(turn);
            state = sync::lock(&self.state);
        }
    }

    /// Does something while nobody else is at work.
    pub(crate) fn alone<T>(&self, work: impl FnOnce() -> T) -> T {
        let mut state = sync::lock(&self.state);
        while state.busy {
            state = sync::wait(&self.changed, state);
        }
        let _turn = self.begin(state, Vec::new());
        work()
    }

    fn take(&self, state: &mut State<Q, A>) -> (Vec<u64>, Vec<Q>) {
        let mut weight = 0;
        let mut group = (Vec::new(), Vec::new());
        while let Some(ticket) = state.waiting.front() {
            weight += ticket.weight;
            if weight > self.weight_max && !group.0.is_empty() {
                break;
            }
            if let Some(ticket) = state.waiting.pop_front() {
                group.0.push(ticket.number);
                group.1.push(ticket.request);
            }
        }
        group
    }

    fn begin(&self, mut state: MutexGuard<'_, State<Q, A>>, numbers: Vec<u64>) -> Turn<'_, Q, A> {
        state.busy = true;
        Turn {
            queue: self,
            numbers,
            answers: Vec::new(),
        }
    }
}

/// The right to work; given back when dropped, even by a panic.
struct Turn<'q, Q, A> {
    queue: &'q Queue<Q, A>,
    numbers: Vec<u64>,
    answers: Vec<A>,
}

impl<Q, A> Drop for Turn<'_, Q, A> {
    fn drop(&mut self) {
        let mut state = sync::lock(&self.queue.state);
        state.busy = false;
        let mut answers = std::mem::take(&mut self.answers).into_iter();
        for number in self.numbers.drain(..) {
            state.answers.insert(number, answers.next());
        }
        drop(state);
        self.queue.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::Barrier;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;

    #[test]
    fn each_caller_gets_its_own_answer_once() {
        let queue = Queue::new(5);
        let groups = AtomicUsize::new(0);
        thread::scope(|scope| {
            for thread in 0..8 {
                let (queue, groups) = (&queue, &groups);
                scope.spawn(move || {
                    for round in 0..200 {
                        let request = thread * 1_000 + round;
                        let answer = queue.submit(request, 1, |requests: Vec<i32>| {
                            assert!((1..=5).contains(&requests.len()));
                            groups.fetch_add(1, Ordering::Relaxed);
                            requests.into_iter().map(|request| -request).collect()
                        });
                        assert_eq!(answer, Some(-request));
                    }
                });
            }
        });
        assert!(groups.into_inner() <= 1_600);
    }

    #[test]
    fn those_who_come_while_one_works_are_one_group() {
        let queue: Queue<i32, usize> = Queue::new(100);
        let barrier = Barrier::new(2);
        let size = |requests: Vec<i32>| vec![requests.len(); requests.len()];
        thread::scope(|scope| {
            scope.spawn(|| {
                queue.alone(|| {
                    barrier.wait();
                    while sync::lock(&queue.state).waiting.len() < 4 {
                        thread::yield_now();
                    }
                });
            });
            barrier.wait();
            let callers: Vec<_> = (0..4)
                .map(|caller| {
                    let queue = &queue;
                    scope.spawn(move || queue.submit(caller, 1, size))
                })
                .collect();
            for caller in callers {
                assert_eq!(caller.join().unwrap(), Some(4));
            }
        });
    }

    #[test]
    fn a_panic_at_work_does_not_keep_the_others_waiting() {
        let queue: Queue<(), ()> = Queue::new(1);
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            queue.submit((), 1, |_| std::panic::resume_unwind(Box::new(())))
        }));
        assert!(panicked.is_err());
        assert_eq!(queue.submit((), 1, |requests| requests), Some(()));
    }
}
