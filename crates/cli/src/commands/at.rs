//! `annals at`

use annals::projection::timeline::Answer;

use crate::cli::AtArgs;
use crate::error::CommandError;
use crate::output::Output;
use crate::render;
use crate::session::Session;

pub(crate) fn run(session: &Session, args: &AtArgs, out: &mut Output) -> Result<(), CommandError> {
    let store = session.open_to_read()?;
    let basis = session.basis(&store, &args.date, &args.cuts)?;
    if !args.json {
        out.page();
    }
    match &args.company {
        Some(key) => {
            let company = store.find(key, &basis.cuts)?;
            if args.json && !args.no_events {
                out.json(&store.at(&company, &basis)?)?;
            } else if args.json {
                out.json(&store.at_without_events(&company, &basis)?)?;
            } else {
                let answer = store.at_without_events(&company, &basis)?;
                let tenures = store.tenures(&company, &basis.cuts)?;
                let page = render::timeline::timeline(&answer, &tenures, out.is_terminal());
                out.text(&page)?;
            }
        }
        None if args.json => {
            let line = |answer: Answer| serde_json::to_string(&answer);
            store.at_all(&basis, !args.no_events, line, |line| {
                out.line(&line.map_err(CommandError::json)?)
            })?;
        }
        None => {
            let mut answers = Vec::new();
            store.at_all(
                &basis,
                false,
                |answer| answer,
                |answer| {
                    answers.push(answer);
                    Ok::<_, CommandError>(())
                },
            )?;
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
