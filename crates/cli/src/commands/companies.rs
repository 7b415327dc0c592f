//! `annals companies`

use clap::Args;

use crate::cli::AskArgs;
use crate::error::CommandError;
use crate::output::{Output, say};
use crate::render::overview::{companies_heading, company_line};
use crate::session::Session;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  annals companies
  annals companies ali --at 2020-01-01
  annals companies --json | jq -r .slug")]
pub(crate) struct CompaniesArgs {
    /// Only those whose slug, name or symbol starts so
    start: Option<String>,
    #[command(flatten)]
    ask: AskArgs,
    /// Print JSON Lines
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(
    session: &Session,
    args: &CompaniesArgs,
    out: &mut Output,
) -> Result<(), CommandError> {
    let store = session.open_to_read()?;
    let basis = session.basis_of(&store, &args.ask)?;
    if !args.json {
        out.page();
    }
    let mut found = false;
    store.companies_known(&basis, args.start.as_deref(), |(company, events)| {
        let is_first = !std::mem::replace(&mut found, true);
        if !args.json {
            if is_first {
                out.line(&companies_heading())?;
            }
            return out.line(&company_line(&company, events, out.is_terminal()));
        }
        let mut value = serde_json::to_value(&company).unwrap_or_default();
        if let Some(fields) = value.as_object_mut() {
            fields.insert("events".to_owned(), events.into());
        }
        out.json_line(&value)
    })?;
    if !found {
        say(&match &args.start {
            Some(start) => format!("note: no company that was known starts with {start:?}"),
            None => "note: no company was known".to_owned(),
        });
    }
    out.finish()?;
    Ok(store.close()?)
}
