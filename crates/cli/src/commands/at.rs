//! `annals at`

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
            if args.json && !args.no_events {
                out.json(&store.at(&company, &basis)?)?;
            } else if args.json {
                out.json(&store.at_without_events(&company, &basis)?)?;
            } else {
                let answer = store.at_without_events(&company, &basis)?;
                out.text(&render::timeline::timeline(&answer, out.is_terminal()))?;
            }
        }
        None if args.json && !args.no_events => {
            for answer in store.at_all(&basis) {
                out.json_line(&answer?)?;
            }
        }
        None if args.json => {
            for answer in store.at_all_without_events(&basis) {
                out.json_line(&answer?)?;
            }
        }
        None => {
            let answers = store.at_all_without_events(&basis);
            let answers = answers.collect::<Result<Vec<_>, _>>()?;
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
