//! `annals at`

use annals::projection::timeline::Answer;

use crate::cli::AtArgs;
use crate::error::CommandError;
use crate::output::Output;
use crate::render;
use crate::session::Session;

pub(crate) fn run(session: &Session, args: &AtArgs, out: &mut Output) -> Result<(), CommandError> {
    let store = session.open()?;
    let basis = session.basis(&store, &args.date, &args.cuts)?;
    match &args.company {
        Some(key) => {
            let company = store.find(key, &basis.cuts)?;
            let answer = store.at(&company, &basis)?;
            if args.json {
                out.json(&shown(answer, args))?;
            } else {
                out.text(&render::timeline::timeline(&answer, out.is_terminal()))?;
            }
        }
        None if args.json => {
            for answer in store.at_all(&basis) {
                out.json_line(&shown(answer?, args))?;
            }
        }
        None => {
            let answers = store.at_all(&basis).collect::<Result<Vec<_>, _>>()?;
            out.text(&render::overview::overview(
                &answers,
                &basis,
                out.is_terminal(),
            ))?;
        }
    }
    out.finish()?;
    Ok(store.close()?)
}

/// The answer as JSON, without its events if they are not wanted.
fn shown(answer: Answer, args: &AtArgs) -> serde_json::Value {
    let mut value = serde_json::to_value(answer).unwrap_or_default();
    if let (true, Some(fields)) = (args.no_events, value.as_object_mut()) {
        fields.remove("events");
    }
    value
}
