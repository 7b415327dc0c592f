//! What cycles of one recording share: [`Group`].
//!
//! Some groups are of a second process, which opens what a crash of the first left: a
//! power cut, after which only the disk counts, or a kill, after which the cache of the
//! system is still there and can be lost later.

use std::path::Path;

use anyhow::Result;

use crate::check::{self, Expected, Violation};
use crate::model::{Model, image};
use crate::random::Random;
use crate::recording::{DriveFailed, Recording, Runner, Told, played};
use crate::trace::Trace;
use crate::tree::Tree;
use crate::workload::Workload;

/// How many of a hundred groups are of a second process, by how the first ended.
const AFTER_CUT: usize = 20;
const AFTER_KILL: usize = 20;

/// How a process ended whose store another opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// By a power cut: only the disk is left.
    Cut,
    /// By a kill: what is not on the disk yet is still there, and can be lost later.
    Kill,
}

/// A recording, and from where on its power is cut.
pub struct Group {
    /// The workload, and what came before it.
    pub name: String,
    /// The calls, and what they come to.
    pub recording: Recording,
    /// What the client was told before the first call.
    told: Told,
    /// The first call that the power is cut before.
    from: usize,
}

/// A store after a crash, and what it must hold.
pub struct Crash {
    /// What became of what was not synced.
    pub model: Model,
    /// The call before which the power was cut.
    pub call: usize,
    /// What is left.
    pub tree: Tree,
    /// What the client was told before.
    pub told: Told,
}

/// What a group came to: a second process can fail at what a crash left.
pub enum Made {
    /// Its cycles can be run.
    Group(Box<Group>),
    /// The store did not work after the first crash.
    Failed(String, Violation),
}

impl Group {
    /// Records the group of a seed in a folder that is not there yet.
    ///
    /// # Errors
    ///
    /// If a workload fails on a new store, or cannot be recorded.
    pub fn make(runner: &Runner, dir: &Path, mut random: Random) -> Result<Made> {
        let job = (Workload::pick(&mut random), random.next_u64());
        let place = random.below(100);
        let first = Self::first(runner, dir, job)?;
        if place >= AFTER_CUT + AFTER_KILL {
            return Ok(Made::Group(Box::new(first)));
        }
        let (ending, model) = match place < AFTER_CUT {
            true => (Ending::Cut, pick_model(&mut random)),
            false => (Ending::Kill, Model::Kept),
        };
        let call = random.between(0, first.recording.trace.ops.len());
        first.second(runner, dir, job, (ending, model, call))
    }

    /// A workload on a new store.
    ///
    /// # Errors
    ///
    /// If it fails, or cannot be recorded.
    pub fn first(runner: &Runner, dir: &Path, job: (&Workload, u64)) -> Result<Self> {
        Ok(Self {
            name: job.0.name.to_owned(),
            recording: runner.record(dir, job, Tree::default())?,
            told: Told::default(),
            from: 0,
        })
    }

    /// The client tries again on what a crash of the first process left, before a call.
    ///
    /// # Errors
    ///
    /// If it cannot be recorded.
    pub fn second(
        self,
        runner: &Runner,
        dir: &Path,
        job: (&Workload, u64),
        (ending, model, call): (Ending, Model, usize),
    ) -> Result<Made> {
        let crash = self.crash_before(call, model, &mut Random::of(job.1, 4))?;
        let why = match ending {
            Ending::Cut => "a cut",
            Ending::Kill => "a kill",
        };
        let name = format!("{}, after {why}", job.0.name);
        let second = match runner.record(dir, job, crash.tree) {
            Ok(second) => second,
            Err(error) => {
                let failed = error.downcast::<DriveFailed>()?;
                let violation = Violation::new("works after a crash", failed.0);
                return Ok(Made::Failed(name, violation));
            }
        };
        let before = self.recording.trace.ops.get(..crash.call);
        let group = match ending {
            Ending::Cut => Self {
                name,
                recording: second,
                told: crash.told,
                from: 0,
            },
            Ending::Kill => Self {
                name,
                from: crash.call,
                told: Told::default(),
                recording: Recording {
                    start: self.recording.start,
                    trace: Trace::followed_by(before.unwrap_or_default(), &second.trace),
                    history: second.history,
                },
            },
        };
        Ok(Made::Group(Box::new(group)))
    }

    /// Cuts the power at random.
    ///
    /// # Errors
    ///
    /// If the trace cannot be followed.
    pub fn crash(&self, model: Model, random: &mut Random) -> Result<Crash> {
        let call = random.between(self.from, self.recording.trace.ops.len());
        self.crash_before(call, model, random)
    }

    /// Cuts the power before a call.
    ///
    /// # Errors
    ///
    /// If the trace cannot be followed.
    pub fn crash_before(&self, call: usize, model: Model, random: &mut Random) -> Result<Crash> {
        let Recording { start, trace, .. } = &self.recording;
        let disk = played(start, trace.ops.get(..call).unwrap_or_default())?;
        let mut told = Told::before(trace, call)?;
        told.made |= self.told.made;
        told.upto = told.upto.max(self.told.upto);
        Ok(Crash {
            model,
            call,
            tree: image(&disk, model, random),
            told,
        })
    }

    /// Holds what a crash left against what it must hold.
    ///
    /// # Errors
    ///
    /// What does not hold.
    pub fn check(&self, crash: &Crash, dir: &Path, random: &mut Random) -> Result<(), Violation> {
        let history = &self.recording.history;
        let told = &crash.told;
        check::check(dir, &Expected { history, told }, random)
    }
}

/// One of the models.
pub fn pick_model(random: &mut Random) -> Model {
    let place = random.below(Model::ALL.len());
    Model::ALL.get(place).copied().unwrap_or(Model::Lost)
}
