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
        let is_cut = place < AFTER_CUT;
        first.second(runner, dir, job, is_cut, &mut random)
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

    /// The client tries again on what a crash of the first process left.
    fn second(
        self,
        runner: &Runner,
        dir: &Path,
        job: (&Workload, u64),
        is_cut: bool,
        random: &mut Random,
    ) -> Result<Made> {
        let model = match is_cut {
            true => pick_model(random),
            false => Model::Kept,
        };
        let crash = self.crash(model, random)?;
        let why = if is_cut { "a cut" } else { "a kill" };
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
        let group = match is_cut {
            true => Self {
                name,
                recording: second,
                told: crash.told,
                from: 0,
            },
            false => Self {
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
        let Recording { start, trace, .. } = &self.recording;
        let call = random.between(self.from, trace.ops.len());
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
