//! What is done to a store while its power is cut: [`Workload`]s, one a file.
//!
//! One more is a module with a function and a line in [`ALL`]. It must be repeatable:
//! a run of the same seed on a store that has some of it already is the client who
//! tries again after a crash.

mod amendments;
mod appends;
mod batches;
mod clients;
mod full_size;
mod imports;
mod rebuilds;
mod redactions;
mod reopens;
mod seals;

use std::path::Path;

use annals::Settings;
use anyhow::{Context, Result};

use crate::random::Random;
use crate::session::{Session, small};

/// Something that is done to a store.
#[derive(Clone, Copy)]
pub struct Workload {
    /// What it is called.
    pub name: &'static str,
    /// In how many of a hundred runs it is this one.
    pub share: usize,
    /// Whether the sizes of the log are those of the product.
    is_full_size: bool,
    run: fn(Session) -> Result<Session>,
}

const fn of(name: &'static str, share: usize, run: fn(Session) -> Result<Session>) -> Workload {
    let is_full_size = false;
    Workload {
        name,
        share,
        is_full_size,
        run,
    }
}

const APPENDS: Workload = of("appends", 14, appends::run);

/// All of them.
pub const ALL: &[Workload] = &[
    APPENDS,
    of("clients", 12, clients::run),
    of("batches", 12, batches::run),
    of("imports", 12, imports::run),
    of("amendments", 12, amendments::run),
    of("seals", 14, seals::run),
    of("rebuilds", 6, rebuilds::run),
    of("redactions", 8, redactions::run),
    of("reopens", 8, reopens::run),
    Workload {
        name: "full size",
        share: 2,
        is_full_size: true,
        run: full_size::run,
    },
];

impl Workload {
    /// The one of a name.
    ///
    /// # Errors
    ///
    /// If there is none.
    pub fn named(name: &str) -> Result<&'static Self> {
        let found = ALL.iter().find(|workload| workload.name == name);
        found.with_context(|| format!("no workload is called {name}"))
    }

    /// One at random.
    pub fn pick(random: &mut Random) -> &'static Self {
        let mut place = random.below(ALL.iter().map(|workload| workload.share).sum());
        for workload in ALL {
            match place.checked_sub(workload.share) {
                Some(rest) => place = rest,
                None => return workload,
            }
        }
        &APPENDS
    }

    /// Does it, and says what it was answered.
    ///
    /// # Errors
    ///
    /// If the store refuses something.
    pub fn drive(&self, dir: &Path, marks: &Path, seed: u64) -> Result<()> {
        let settings = match self.is_full_size {
            true => Settings::default(),
            false => small(&mut Random::of(seed, 3)),
        };
        let session = Session::begin(dir, marks, seed, settings)?;
        (self.run)(session)?.end()
    }
}
