//! `annals retract` and `annals correct`

use annals::amend::Amendment;
use annals::model::id::EventId;
use annals::model::vocabulary::Fault;
use annals::{Error, Store};

use crate::cli::{AmendArgs, CorrectArgs, FaultArg, RetractArgs};
use crate::commands::append::{options, tell};
use crate::error::CommandError;
use crate::output::Output;
use crate::session::Session;

pub(crate) fn retract(
    session: &Session,
    args: &RetractArgs,
    out: &mut Output,
) -> Result<(), CommandError> {
    let amendment = amendment(&args.amend)?;
    let store = session.open()?;
    let id = id(&store, &args.id)?;
    let appended = store.retract(id, &amendment).map_err(in_flags)?;
    store.close()?;
    tell(&appended, &args.amend.options, false, out)
}

pub(crate) fn correct(
    session: &Session,
    args: &CorrectArgs,
    out: &mut Output,
) -> Result<(), CommandError> {
    let amendment = amendment(&args.amend)?;
    let mut settings = Vec::new();
    for setting in &args.set {
        let Some((path, value)) = setting.split_once('=') else {
            return Err(
                CommandError::usage(format!("--set {setting:?} has no value"))
                    .hint("write it as PATH=VALUE: --set data.stage=considering"),
            );
        };
        settings.push((path.to_owned(), value.to_owned()));
    }
    let store = session.open()?;
    let id = id(&store, &args.id)?;
    let appended = store.correct(id, &settings, &amendment).map_err(in_flags)?;
    store.close()?;
    tell(&appended, &args.amend.options, false, out)
}

fn id(store: &Store, text: &str) -> Result<EventId, CommandError> {
    Ok(store.event(text)?.event.id)
}

fn in_flags(error: Error) -> CommandError {
    CommandError::from(error).in_flags()
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
