//! Work that is done side by side, and whose results are taken in order.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

/// How many jobs are begun before the first of them is taken, for each thread.
const JOBS_AHEAD: usize = 3;

/// Does each job on one of several threads, and gives what comes of them to
/// `take`, in the order of the jobs. What is held at once is a few results.
///
/// # Errors
///
/// The first that a job or `take` gives; what was begun is finished first.
pub fn side_by_side<J: Send, R: Send, E>(
    jobs: impl Iterator<Item = Result<J, E>>,
    work: impl Fn(J) -> R + Sync,
    mut take: impl FnMut(R) -> Result<(), E>,
) -> Result<(), E> {
    let mut jobs = jobs.peekable();
    let Some(first) = jobs.next().transpose()? else {
        return Ok(());
    };
    // How many threads there can be is dear to ask, and one job needs none.
    let one = jobs.peek().is_none();
    let threads = if one { 1 } else { cores() };
    if threads == 1 {
        take(work(first))?;
        return jobs.try_for_each(|job| take(work(job?)));
    }
    let mut jobs = std::iter::once(Ok(first)).chain(jobs);
    let (begin, begun) = channel::<(J, Sender<R>)>();
    let begun = Mutex::new(begun);
    thread::scope(|scope| {
        // Dropped with this scope, so that the threads end.
        let begin = begin;
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some((job, done)) = next(&begun) {
                    // Nobody waits for it any more after an error.
                    done.send(work(job)).ok();
                }
            });
        }
        let mut waiting: VecDeque<Receiver<R>> = VecDeque::new();
        loop {
            while waiting.len() < threads * JOBS_AHEAD
                && let Some(job) = jobs.next().transpose()?
            {
                let (done, result) = channel();
                begin.send((job, done)).ok();
                waiting.push_back(result);
            }
            let Some(result) = waiting.pop_front() else {
                return Ok(());
            };
            // Nothing comes only of a thread that panicked, and then so does
            // the scope.
            if let Ok(result) = result.recv() {
                take(result)?;
            }
        }
    })
}

pub(crate) fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// The next of the jobs; `None` once there will be no more.
pub(crate) fn next<J>(begun: &Mutex<Receiver<J>>) -> Option<J> {
    begun.lock().ok()?.recv().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_jobs() {
        for count in [0, 1, 2, 1_000] {
            let mut taken = Vec::new();
            let jobs = (0..count).map(Ok::<u64, ()>);
            side_by_side(
                jobs,
                |job| job * 2,
                |result| {
                    taken.push(result);
                    Ok(())
                },
            )
            .unwrap();
            let doubled: Vec<u64> = (0..count).map(|job| job * 2).collect();
            assert_eq!(taken, doubled);
        }
    }

    #[test]
    fn the_first_error_ends_it() {
        let jobs = (0..1_000).map(|job| if job == 500 { Err("job") } else { Ok(job) });
        let mut taken = 0;
        let result = side_by_side(
            jobs,
            |job| job,
            |job| {
                taken += 1;
                if job == 300 { Err("take") } else { Ok(()) }
            },
        );
        assert_eq!((result, taken), (Err("take"), 301));
    }
}
