//! Group commit without a timer: [`Queue`].
//!
//! Callers queue up. The first that finds nobody at work takes all that is
//! queued, up to a bound, does it at once, and hands each its answer; those
//! who come meanwhile are the next group. So a lone caller never waits, and
//! many callers share one sync of the disk.
//!
//! It does the next groups too, since it is awake already, but only a few: what
//! it came for is done, and its own caller waits.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};

use crate::sync;

/// How many groups one caller does before another takes over.
const GROUPS_MAX: usize = 3;

/// Requests that wait for the one who is at work.
#[derive(Debug)]
pub(crate) struct Queue<Q, A> {
    state: Mutex<State<Q, A>>,
    weight_max: usize,
}

#[derive(Debug)]
struct State<Q, A> {
    waiting: VecDeque<Ticket<Q, A>>,
    busy: bool,
}

#[derive(Debug)]
struct Ticket<Q, A> {
    weight: usize,
    /// `None` of one who wants to be alone.
    request: Option<Q>,
    place: Arc<Place<A>>,
}

/// Where one caller waits, so that nobody else is woken for it.
#[derive(Debug)]
struct Place<A> {
    news: Mutex<News<A>>,
    changed: Condvar,
}

#[derive(Debug)]
enum News<A> {
    None,
    /// It is this caller's turn to work.
    Turn,
    /// `None` where the one at work panicked before it had the answer.
    Answer(Option<A>),
}

impl<A> Place<A> {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            news: Mutex::new(News::None),
            changed: Condvar::new(),
        })
    }

    fn tell(&self, news: News<A>) {
        *sync::lock(&self.news) = news;
        self.changed.notify_one();
    }

    fn wait(&self) -> News<A> {
        let mut news = sync::lock(&self.news);
        while let News::None = *news {
            news = sync::wait(&self.changed, news);
        }
        std::mem::replace(&mut *news, News::None)
    }
}

impl<Q, A> Queue<Q, A> {
    /// A queue of which so much weight is taken at once, and one request at
    /// least.
    pub(crate) fn new(weight_max: usize) -> Self {
        Self {
            state: Mutex::new(State {
                waiting: VecDeque::new(),
                busy: false,
            }),
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
        let place = self.queue_up(Some(request), weight);
        if let News::Answer(answer) = place.wait() {
            return answer;
        }
        let mut turn = Turn {
            queue: self,
            places: Vec::new(),
            answers: Vec::new(),
        };
        for _ in 0..GROUPS_MAX {
            let (requests, places) = self.take();
            if requests.is_empty() {
                break;
            }
            turn.places = places;
            turn.answers = work(requests);
            turn.tell();
        }
        drop(turn);
        // The one whose turn it is comes first in its group.
        match place.wait() {
            News::Answer(answer) => answer,
            News::None | News::Turn => None,
        }
    }

    /// Does something while nobody else is at work.
    pub(crate) fn alone<T>(&self, work: impl FnOnce() -> T) -> T {
        let place = self.queue_up(None, 0);
        place.wait();
        sync::lock(&self.state).waiting.pop_front();
        let _turn = Turn {
            queue: self,
            places: Vec::new(),
            answers: Vec::new(),
        };
        work()
    }

    /// Waits behind the others, or is told at once that it may work.
    fn queue_up(&self, request: Option<Q>, weight: usize) -> Arc<Place<A>> {
        let place = Place::new();
        let mut state = sync::lock(&self.state);
        state.waiting.push_back(Ticket {
            weight,
            request,
            place: Arc::clone(&place),
        });
        if !state.busy {
            state.busy = true;
            pass_on(state);
        }
        place
    }

    /// Takes the requests at the front, as many as may be done at once.
    fn take(&self) -> (Vec<Q>, Vec<Arc<Place<A>>>) {
        let mut state = sync::lock(&self.state);
        let mut weight = 0;
        let (mut requests, mut places) = (Vec::new(), Vec::new());
        while let Some(ticket) = state.waiting.front_mut() {
            weight += ticket.weight;
            if weight > self.weight_max && !requests.is_empty() {
                break;
            }
            // One who wants to be alone is not of the group.
            let Some(request) = ticket.request.take() else {
                break;
            };
            requests.push(request);
            places.extend(state.waiting.pop_front().map(|ticket| ticket.place));
        }
        (requests, places)
    }
}

/// Tells the first who waits that it may work, or that nobody does.
fn pass_on<Q, A>(mut state: MutexGuard<'_, State<Q, A>>) {
    match state.waiting.front() {
        Some(next) => next.place.tell(News::Turn),
        None => state.busy = false,
    }
}

/// The right to work; passed on when dropped, even by a panic.
struct Turn<'q, Q, A> {
    queue: &'q Queue<Q, A>,
    places: Vec<Arc<Place<A>>>,
    answers: Vec<A>,
}

impl<Q, A> Drop for Turn<'_, Q, A> {
    fn drop(&mut self) {
        // First the next, so that it works while these are told.
        pass_on(sync::lock(&self.queue.state));
        self.tell();
    }
}

impl<Q, A> Turn<'_, Q, A> {
    /// Hands out the answers.
    fn tell(&mut self) {
        let mut answers = std::mem::take(&mut self.answers).into_iter();
        for place in self.places.drain(..) {
            place.tell(News::Answer(answers.next()));
        }
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
    fn one_caller_does_a_few_groups_and_no_more() {
        let queue: Queue<(), ()> = Queue::new(1);
        let groups = AtomicUsize::new(0);
        let answer = queue.submit((), 1, |requests| {
            groups.fetch_add(1, Ordering::Relaxed);
            queue.queue_up(Some(()), 1);
            requests
        });
        assert_eq!(answer, Some(()));
        assert_eq!(groups.into_inner(), GROUPS_MAX);
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
