//! `annals redact`

use annals::redact::{Redacted, Redaction};
use clap::Args;
use serde_json::json;

use crate::error::CommandError;
use crate::output::{Output, say};
use crate::session::Session;

#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  annals redact a1000005 --reason 'personal data, by order of the court'

What the event said goes from the log and the caches. Its id, company, thread,
time and hash stay: the chain still verifies, and the timeline says that it was
redacted. Backups and exports that were made before hold it still.

The log is written anew, so there must be room on the disk for it twice.")]
pub(crate) struct RedactArgs {
    /// The ids of the events, or their first digits
    #[arg(required = true, value_name = "ID")]
    ids: Vec<String>,
    /// Why; everybody will read it
    #[arg(long)]
    reason: String,
    /// Who says so [default: keeper of the store]
    #[arg(long, value_name = "NAME")]
    source_name: Option<String>,
    /// Tell what would be redacted, and do nothing
    #[arg(long)]
    dry_run: bool,
    /// Print JSON Lines
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(
    session: &Session,
    args: &RedactArgs,
    out: &mut Output,
) -> Result<(), CommandError> {
    let redaction = Redaction {
        reason: args.reason.clone(),
        source_name: args.source_name.clone(),
        dry_run: args.dry_run,
    };
    let redacted = session.open()?.redact(&args.ids, &redaction);
    let redacted =
        redacted.map_err(|error| CommandError::from(error).in_flags().without_new_company())?;
    for event in &redacted {
        tell(event, args, out)?;
    }
    out.finish()?;
    for event in &redacted {
        for other in &event.tied {
            say(&format!(
                "note: {other} is tied to it, and may say the same"
            ));
        }
    }
    let new = redacted.iter().filter(|event| event.by.is_some()).count();
    let known = redacted.len() - new;
    match args.dry_run {
        true => say(&format!(
            "dry run: {new} to redact and {known} redacted before; nothing was changed"
        )),
        false => say(&format!("{new} redacted, {known} redacted before")),
    }
    if new > 0 && !args.dry_run {
        say("note: backups and exports that were made before hold it still");
    }
    Ok(())
}

fn tell(event: &Redacted, args: &RedactArgs, out: &mut Output) -> Result<(), CommandError> {
    let state = match event.by {
        Some(_) => "new",
        None => "known",
    };
    // The event that is to say so is not there yet.
    let by = event.by.filter(|_| !args.dry_run);
    if args.json {
        return out.json_line(&json!({
            "id": event.id,
            "company": event.company,
            "position": event.position,
            "by": by,
            "tied": event.tied,
            "state": state,
        }));
    }
    let (id, position) = (event.id, event.position);
    out.line(&format!("{id}  position {position}  redacted  {state}"))
}
