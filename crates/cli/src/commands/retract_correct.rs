//! `annals retract` and `annals correct`

use std::collections::HashSet;
use std::path::Path;

use annals::amend::{Amending, Amendment, Target};
use annals::append::Appended;
use annals::model::vocabulary::Fault;
use annals::{Error, Store};

use crate::cli::{AmendArgs, CorrectArgs, FaultArg, RetractArgs};
use crate::commands::append::{name_of, open_input, options, tell};
use crate::error::CommandError;
use crate::output::{Output, say};
use crate::render::log::short_ids;
use crate::session::Session;

pub(crate) fn retract(
    session: &Session,
    args: &RetractArgs,
    out: &mut Output,
) -> Result<(), CommandError> {
    let amendment = amendment(&args.amend)?;
    let appended = match (&args.id, &args.file) {
        (Some(id), _) => {
            let store = session.open_to_amend(args.amend.options.dry_run)?;
            let target = target(&store, id)?;
            let appended = store.retract(&target, &amendment);
            close(store, appended.map_err(in_flags))?
        }
        (None, Some(file)) => amend_file(session, file, Amending::Retract, &amendment)?,
        (None, None) => return Err(CommandError::usage("nothing to retract")),
    };
    tell(&appended, &args.amend.options, false, out)
}

pub(crate) fn correct(
    session: &Session,
    args: &CorrectArgs,
    out: &mut Output,
) -> Result<(), CommandError> {
    let amendment = amendment(&args.amend)?;
    let appended = match (&args.id, &args.file) {
        (Some(id), _) => {
            let settings = settings(&args.set)?;
            let store = session.open_to_amend(args.amend.options.dry_run)?;
            let target = target(&store, id)?;
            let appended = store.correct(&target, &settings, &amendment);
            let moves = settings.iter().any(|(path, _)| path == "company");
            if !moves && appended.as_ref().is_ok_and(|appended| appended.new > 1) {
                say("note: what was said is told anew; what the log had instead is retracted");
            }
            close(store, appended.map_err(in_flags))?
        }
        (None, Some(file)) => amend_file(session, file, Amending::Correct, &amendment)?,
        (None, None) => return Err(CommandError::usage("nothing to correct")),
    };
    tell(&appended, &args.amend.options, false, out)
}

fn settings(given: &[String]) -> Result<Vec<(String, String)>, CommandError> {
    let setting = |setting: &String| match setting.split_once('=') {
        Some((path, value)) => Ok((path.to_owned(), value.to_owned())),
        None => Err(
            CommandError::usage(format!("--set {setting:?} has no value"))
                .hint("write it as PATH=VALUE: --set data.stage=considering"),
        ),
    };
    let settings: Vec<(String, String)> = given.iter().map(setting).collect::<Result<_, _>>()?;
    let mut known = HashSet::new();
    match settings
        .iter()
        .find(|(path, _)| !known.insert(path.as_str()))
    {
        None => Ok(settings),
        Some((twice, _)) => Err(CommandError::usage(format!("--set {twice} is given twice"))),
    }
}

fn amend_file(
    session: &Session,
    path: &Path,
    amending: Amending,
    amendment: &Amendment,
) -> Result<Appended, CommandError> {
    let mut input = open_input(path)?;
    let name = name_of(path);
    let store = session.open_to_amend(amendment.options.dry_run)?;
    let appended = store.amend_file(&name, &mut input, amending, amendment);
    let appended = appended.map_err(|error| {
        let hint = match error {
            Error::NoEvents { .. } => {
                Some("list an id a line, or give CSV or JSON Lines: see --help")
            }
            Error::Lines { .. } => Some("mend these, and amend all of them again: see --help"),
            _ => None,
        };
        let told = CommandError::from(error)
            .in_input(&name)
            .without_new_company();
        match hint {
            Some(hint) => told.hint(hint),
            None => told,
        }
    });
    close(store, appended)
}

/// Closes the store, which has what was appended whether or not that succeeds.
fn close(store: Store, appended: Result<Appended, CommandError>) -> Result<Appended, CommandError> {
    let appended = appended?;
    store.close()?;
    Ok(appended)
}

/// The event that is meant. Says what became of it already.
fn target(store: &Store, text: &str) -> Result<Target, CommandError> {
    let id = store.event(text)?.event.id;
    let target = store.target(id)?;
    let short = short_ids(store);
    if let Some(by) = target.corrected_by() {
        say(&format!(
            "note: {} was corrected by {}, which stands in its place",
            short(id),
            short(by)
        ));
    }
    if let Some(by) = target.retracted_by() {
        say(&format!(
            "note: {} was retracted by {}",
            short(id),
            short(by)
        ));
    }
    Ok(target)
}

fn in_flags(error: Error) -> CommandError {
    CommandError::from(error).in_flags().without_new_company()
}

fn amendment(args: &AmendArgs) -> Result<Amendment, CommandError> {
    Ok(Amendment {
        fault: match args.fault {
            FaultArg::Record => Fault::Record,
            FaultArg::Source => Fault::Source,
        },
        reason: Some(args.reason.clone()),
        published: args.published.clone(),
        source_name: args.source_name.clone(),
        source_url: args.source_url.clone(),
        options: options(&args.options)?,
    })
}
