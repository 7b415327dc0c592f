//! `annals salvage`

use std::io::Write;
use std::ops::RangeInclusive;
use std::path::PathBuf;

use annals::log_errors::OpenError;
use annals::{Error, Salvage, SalvagedFrom};
use clap::Args;

use crate::error::CommandError;
use crate::exit_code::ExitCode;
use crate::output::{Output, say};
use crate::session::Session;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  annals salvage damaged -o saved.jsonl
  annals --store again append --file saved.jsonl --new-company

The events come as JSON Lines, in the order of the log, without what the log
gave them. The store is only read, and need not open; no other process may be
writing it. Which positions are missing is told on standard error; the exit
code is then 6.")]
pub(crate) struct SalvageArgs {
    /// The folder of the store [default: that of --store]
    #[arg(value_name = "DIR")]
    dir: Option<PathBuf>,
    /// Write to this file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// How many ranges of missing positions are told.
const RANGES_MAX: usize = 20;

pub(crate) fn run(
    session: &Session,
    args: &SalvageArgs,
    out: &mut Output,
) -> Result<(), CommandError> {
    let dir = args.dir.as_ref().unwrap_or(&session.dir);
    let salvage = Salvage::look(dir).map_err(|error| {
        let hint = match &error {
            OpenError::Held { .. } => "let that process end, or salvage a copy of the folder",
            _ => "give the folder of a store",
        };
        CommandError::from(Error::from(error)).hint(hint)
    })?;
    let mut told = Told::default();
    out.write_to(args.output.as_deref(), |out| told.write(&salvage, out))?;
    told.say(&salvage);
    match told.missing.is_empty() {
        true => Ok(()),
        false => Err(CommandError::new(
            ExitCode::Damaged,
            format!("missing: {}", ranges(&told.missing)),
        )
        .hint("a backup may have them: `annals restore` makes a store of it")),
    }
}

/// What came out.
#[derive(Default)]
struct Told {
    from_log: u64,
    from_cache: u64,
    missing: Vec<RangeInclusive<u64>>,
}

impl Told {
    fn write(&mut self, salvage: &Salvage, out: &mut dyn Write) -> Result<(), CommandError> {
        let (mut from_log, mut from_cache) = (0, 0);
        self.missing = salvage.events(|salvaged| {
            match salvaged.from {
                SalvagedFrom::Log => from_log += 1,
                SalvagedFrom::Cache => from_cache += 1,
            }
            out.write_all(&salvaged.event.payload)
                .and_then(|()| out.write_all(b"\n"))
                .map_err(CommandError::output)
        })?;
        (self.from_log, self.from_cache) = (from_log, from_cache);
        Ok(())
    }

    fn say(&self, salvage: &Salvage) {
        let count = self.from_log + self.from_cache;
        let last = salvage.last();
        let events = if count == 1 { "event" } else { "events" };
        say(&format!("salvaged {count} {events} of {last} positions"));
        if self.from_cache > 0 {
            say(&format!(
                "note: {} from the caches alone, which the chain does not cover",
                self.from_cache
            ));
        }
    }
}

fn ranges(missing: &[RangeInclusive<u64>]) -> String {
    let mut told: Vec<String> = missing
        .iter()
        .take(RANGES_MAX)
        .map(|range| match range.start() == range.end() {
            true => range.start().to_string(),
            false => format!("{}..{}", range.start(), range.end()),
        })
        .collect();
    if missing.len() > RANGES_MAX {
        told.push(format!("and {} ranges more", missing.len() - RANGES_MAX));
    }
    told.join(", ")
}
