//! `annals backup`, `annals restore`

use std::path::{Path, PathBuf};

use annals::{KeptHead, Store};
use clap::Args;
use serde_json::json;

use crate::commands::append::open_input;
use crate::error::CommandError;
use crate::exit_code::ExitCode;
use crate::output::{Output, say};
use crate::session::Session;
use crate::temporary;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  annals backup /mnt/backup/timelines
  annals backup - | ssh elsewhere 'cat > timelines.annals'

A backup in a folder grows by a file for what came since the last. All of it is
read and checked before it grows, and what is written is read once more. Others
may append meanwhile.")]
pub(crate) struct BackupArgs {
    /// The folder of the backup; - writes all of it to standard output
    #[arg(value_name = "DIR")]
    to: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  annals --store restored restore /mnt/backup/timelines
  ssh elsewhere 'cat timelines.annals' | annals --store restored restore -

Events have the positions, times, ids and hashes that they had. Nothing is
written over: the store must not be there yet.")]
pub(crate) struct RestoreArgs {
    /// The folder of the backup; - reads it from standard input
    #[arg(value_name = "DIR")]
    from: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

fn is_pipe(path: &Path) -> bool {
    path == Path::new("-")
}

pub(crate) fn backup(
    session: &Session,
    args: &BackupArgs,
    out: &mut Output,
) -> Result<(), CommandError> {
    let store = session.open_to_read()?;
    if is_pipe(&args.to) {
        let folder = temporary::folder("annals-")?;
        let head = store.back_up_to(&mut *out, &folder.path().join("backup"))?;
        out.finish()?;
        say(&format!("backed up {head}"));
        return Ok(store.close()?);
    }
    let done = store.back_up(&args.to)?;
    out.tell_of_change();
    if args.json {
        out.json(&json!({
            "after": done.after.to_string(),
            "head": done.head.to_string(),
            "file": done.file,
        }))?;
    } else {
        out.line(&match &done.file {
            Some(file) => {
                let count = done.head.position.0 - done.after.position.0;
                let events = if count == 1 { "event" } else { "events" };
                let (head, file) = (done.head, file.display());
                format!("backed up {count} {events}, up to {head}\n{file}")
            }
            None => format!("nothing new since {}", done.head),
        })?;
    }
    out.finish()?;
    Ok(store.close()?)
}

pub(crate) fn restore(
    session: &Session,
    args: &RestoreArgs,
    out: &mut Output,
) -> Result<(), CommandError> {
    let (dir, clock) = (&session.dir, session.clock());
    if args.from.is_file() && !is_pipe(&args.from) {
        let what = format!(
            "{} is a file, and not the folder of a backup",
            args.from.display()
        );
        let hint =
            "what `annals backup -` wrote is restored from standard input: annals restore - < FILE";
        return Err(CommandError::usage(what).hint(hint));
    }
    let restored = match is_pipe(&args.from) {
        true => Store::restore_from(open_input(&args.from)?, dir, clock),
        false => Store::restore(&args.from, dir, clock),
    };
    let store = restored.map_err(|error| {
        let told = CommandError::from(error);
        match told.code {
            ExitCode::Usage | ExitCode::NotFound => {
                told.hint("give the folder of a backup, or - and a backup on standard input")
            }
            _ => told,
        }
    })?;
    let head = store.head();
    store.close()?;
    out.tell_of_change();
    let kept = KeptHead::from(head);
    if args.json {
        out.json(&json!({
            "store": dir,
            "events": head.position,
            "head": kept.to_string(),
        }))?;
    } else {
        let events = head.position;
        out.line(&format!("restored {events} events, up to {kept}"))?;
        out.line(&dir.display().to_string())?;
    }
    out.finish()
}
