//! `annals redact`

use annals::model::kinds::{KIND_DECLARATION, THREAD_LINK};
use annals::redact::{Redacted, Redaction, Tie};
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
    let store = session.open_to_amend(args.dry_run)?;
    let redacted = store.redact(&args.ids, &redaction);
    let redacted =
        redacted.map_err(|error| CommandError::from(error).in_flags().without_new_company())?;
    if !args.dry_run {
        out.tell_of_change();
    }
    for event in &redacted {
        tell(event, args, out)?;
    }
    out.finish()?;
    for event in &redacted {
        warn(event);
    }
    let known = redacted.iter().filter(|event| event.known).count();
    let new = redacted.len() - known;
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
    let state = match event.known {
        true => "known",
        false => "new",
    };
    let (id, position) = (event.id, event.position);
    if !args.json {
        return out.line(&format!("{id}  position {position}  redacted  {state}"));
    }
    // The event that is to say so is not there yet.
    let by = event.by.filter(|_| event.known || !args.dry_run);
    let guessable = guessable(event);
    out.json_line(&json!({
        "id": id,
        "company": event.company,
        "kind": event.kind,
        "thread": event.thread,
        "published": event.published.text(),
        "position": position,
        "by": by,
        "guessable": guessable.collect::<Vec<_>>(),
        "tied": event.tied,
        "state": state,
    }))
}

/// Says what stays of an event, what that tells, and what else it did.
fn warn(event: &Redacted) {
    let id = event.id;
    let (company, kind, thread) = (&event.company, &event.kind, &event.thread);
    let published = event.published.text();
    say(&format!(
        "note: {id} keeps its company ({company}), kind ({kind}), thread ({thread}) and time of \
         publication ({published})"
    ));
    for name in guessable(event) {
        say(&format!(
            "note: its {name} is a hash of what it said: a guess can be tested"
        ));
    }
    if !event.known {
        match &**kind {
            THREAD_LINK => say("note: it joined two threads, which are two again"),
            KIND_DECLARATION => say("note: it declared a kind, which is not known any more"),
            _ => {}
        }
    }
    for tied in &event.tied {
        let (other, tie) = (tied.event, words_of(tied.tie));
        say(&format!("note: {other} {tie}, and may say the same"));
    }
}

/// Which names of an event are hashes of what it said.
fn guessable(event: &Redacted) -> impl Iterator<Item = &'static str> {
    let names = [
        ("id", event.guessable.id),
        ("thread", event.guessable.thread),
    ];
    let names = names.into_iter().filter(|(_, guessable)| *guessable);
    names.map(|(name, _)| name)
}

fn words_of(tie: Tie) -> &'static str {
    match tie {
        Tie::Corrects => "corrects it",
        Tie::CorrectedBy => "is corrected by it",
        Tie::Retracts => "retracts it",
        Tie::RetractedBy => "is retracted by it",
        Tie::Repeats => "repeats it",
        Tie::RepeatedBy => "is repeated by it",
    }
}
