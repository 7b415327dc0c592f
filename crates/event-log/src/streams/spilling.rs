//! A run that is written beside what comes next: [`Spilling`].

use std::path::PathBuf;
use std::thread::{self, JoinHandle};

use super::error::StreamsError;
use super::memory::Memory;
use super::run::Run;
use super::run_writer::RunPlan;

/// A memory on its way into a run. Whoever lets go of it waits until nothing is
/// written any more.
pub(super) struct Spilling {
    thread: Option<JoinHandle<Spilled>>,
}

/// What comes of it: the run, and the memory to be used again.
type Spilled = (Result<Run, StreamsError>, Memory);

impl Spilling {
    /// Begins to write a memory as a run.
    pub(super) fn begin(memory: Memory, path: PathBuf, plan: RunPlan) -> Self {
        let write = move || {
            let run = memory.write(&path, plan);
            // Before all are waited for at once.
            let run = run.and_then(|run| run.sync().map(|()| run));
            (run, memory)
        };
        Self {
            thread: Some(thread::spawn(write)),
        }
    }

    /// Waits for the run; a panic goes on here.
    pub(super) fn end(mut self) -> Option<Spilled> {
        let ended = self.thread.take()?.join();
        Some(ended.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    }
}

impl Drop for Spilling {
    fn drop(&mut self) {
        // Why it is let go of is what is told.
        drop(self.thread.take().map(JoinHandle::join));
    }
}
