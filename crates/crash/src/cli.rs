//! What a run is asked to do: [`Cli`].

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::{Args, Parser, Subcommand};

use crate::cycles::{self, Plan};
use crate::damage;
use crate::kills;
use crate::planted;
use crate::recording::{Runner, recorder};
use crate::say::{say, tell};
use crate::workload::Workload;

/// Cut the power of annals, and kill it.
#[derive(Debug, Parser)]
#[command(version)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Cut the power at recorded calls.
    Cycles(CyclesArgs),
    /// Kill the built program at calls.
    Kills(KillsArgs),
    /// Damage the files of a small store, one byte or file at a time.
    Damage(DamageArgs),
    /// Put bugs in on purpose, and see each caught.
    Planted(PlantedArgs),
    /// Run one workload, to be recorded.
    #[command(hide = true)]
    Drive(DriveArgs),
}

#[derive(Debug, Args)]
struct CyclesArgs {
    /// Make all choices from this seed.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Cut the power so often.
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    cycles: u64,
    /// Run this cycle alone, with the same choices.
    #[arg(long, value_name = "CYCLE")]
    only: Option<u64>,
    /// Keep the folders of stores that are at fault in here.
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
    /// End with the first violation.
    #[arg(long)]
    first: bool,
    #[command(flatten)]
    place: Place,
}

#[derive(Debug, Args)]
struct KillsArgs {
    /// Make all choices from this seed.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Kill it so often.
    #[arg(long, value_name = "N", default_value_t = 500)]
    count: u64,
    #[command(flatten)]
    place: Place,
}

#[derive(Debug, Args)]
struct DamageArgs {
    /// Make the store from this seed.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Do one flip and one cut in so many [default: all of them].
    #[arg(long, value_name = "N", default_value_t = 1)]
    every: usize,
    /// After one flip in so many, try to append as well.
    #[arg(long, value_name = "N", default_value_t = 10)]
    writes_every: usize,
    /// Only what is done to paths that begin so, as /log/blocks.
    #[arg(long, value_name = "PATH")]
    only: Option<String>,
    #[command(flatten)]
    place: Place,
}

#[derive(Debug, Args)]
struct PlantedArgs {
    /// Only the one of this name.
    #[arg(long, value_name = "NAME")]
    only: Option<String>,
    /// Run at most so many cycles for each.
    #[arg(long, value_name = "N", default_value_t = 4_000)]
    cycles: u64,
}

#[derive(Debug, Args)]
struct Place {
    /// Make stores in here [default: /dev/shm, or the folder for temporary files].
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// The `annals` program [default: the one beside this program].
    #[arg(long, value_name = "FILE")]
    binary: Option<PathBuf>,
    /// Work on so many stores at once.
    #[arg(long, value_name = "N", default_value_t = 4)]
    threads: usize,
}

#[derive(Debug, Args)]
struct DriveArgs {
    #[arg(long)]
    workload: String,
    #[arg(long)]
    seed: u64,
    #[arg(long)]
    store: PathBuf,
    #[arg(long)]
    marks: PathBuf,
}

impl Place {
    /// Nothing is lost with memory here but what is lost on purpose.
    fn dir(&self) -> PathBuf {
        let memory = PathBuf::from("/dev/shm");
        match &self.dir {
            Some(dir) => dir.clone(),
            None if memory.is_dir() => memory,
            None => std::env::temp_dir(),
        }
    }

    fn program(&self) -> Result<Option<PathBuf>> {
        if let Some(binary) = &self.binary {
            return Ok(Some(binary.clone()));
        }
        let beside = std::env::current_exe()?.with_file_name("annals");
        Ok(beside.is_file().then_some(beside))
    }
}

impl Cli {
    /// Does it, and tells whether all held.
    ///
    /// # Errors
    ///
    /// If it cannot be done.
    pub fn run(&self) -> Result<bool> {
        match &self.command {
            Command::Cycles(args) => run_cycles(args),
            Command::Kills(args) => run_kills(args),
            Command::Damage(args) => run_damage(args),
            Command::Planted(args) => planted::run(args.only.as_deref(), args.cycles),
            Command::Drive(args) => {
                let workload = Workload::named(&args.workload)?;
                workload.drive(&args.store, &args.marks, args.seed)?;
                Ok(true)
            }
        }
    }
}

fn run_cycles(args: &CyclesArgs) -> Result<bool> {
    recorder()?;
    let plan = Plan {
        seed: args.seed,
        cycles: args.cycles,
        only: args.only,
        keep: args.keep.clone(),
        stops: args.first,
        threads: args.place.threads,
        dir: args.place.dir(),
        runner: Runner {
            program: std::env::current_exe()?,
            random: args.seed,
        },
        program: args.place.program()?,
    };
    if plan.program.is_none() {
        tell("the program annals is not asked: build it with cargo build --release -p annals-cli");
    }
    let report = cycles::run(&plan)?;
    say(&report.to_string())?;
    for found in &report.found {
        say(&found.to_string())?;
        let (seed, cycle) = (args.seed, found.cycle);
        let cycles = args.cycles;
        say(&format!(
            "  again: cycles --seed {seed} --cycles {cycles} --only {cycle} --keep DIR"
        ))?;
    }
    Ok(report.found.is_empty())
}

fn run_kills(args: &KillsArgs) -> Result<bool> {
    let Some(program) = args.place.program()? else {
        bail!(
            "there is no annals beside this program; build it with cargo build --release -p annals-cli"
        );
    };
    let report = kills::run(&kills::Plan {
        seed: args.seed,
        count: args.count,
        threads: args.place.threads,
        dir: args.place.dir(),
        program,
        recorder: recorder()?.to_owned(),
    })?;
    say(&report.to_string())?;
    Ok(report.found.is_empty())
}

fn run_damage(args: &DamageArgs) -> Result<bool> {
    let report = damage::run(&damage::Plan {
        seed: args.seed,
        every: args.every,
        writes_every: args.writes_every,
        only: args.only.clone(),
        threads: args.place.threads,
        dir: args.place.dir(),
    })?;
    say(&report.to_string())?;
    Ok(report.found.is_empty())
}
