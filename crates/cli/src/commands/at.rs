//! `annals at`

use annals::projection::timeline::WithoutEvents;

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
            if args.json && args.no_events {
                out.json(&WithoutEvents(&answer))?;
            } else if args.json {
                out.json(&answer)?;
            } else {
                out.text(&render::timeline::timeline(&answer, out.is_terminal()))?;
            }
        }
        None if args.json => {
            for answer in store.at_all(&basis) {
                let answer = answer?;
                match args.no_events {
                    true => out.json_line(&WithoutEvents(&answer))?,
                    false => out.json_line(&answer)?,
                }
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
