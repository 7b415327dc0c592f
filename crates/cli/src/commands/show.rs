//! `annals show`

use clap::Args;
use clap::builder::NonEmptyStringValueParser;

use crate::cli::AskArgs;
use crate::error::CommandError;
use crate::output::Output;
use crate::render;
use crate::session::Session;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  annals show a1000001
  annals show a1000001 --at 2025-12-23 --json")]
pub(crate) struct ShowArgs {
    /// The id of an event, or its first digits
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    id: String,
    #[command(flatten)]
    ask: AskArgs,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(
    session: &Session,
    args: &ShowArgs,
    out: &mut Output,
) -> Result<(), CommandError> {
    let store = session.open_to_read()?;
    let basis = session.basis_of(&store, &args.ask)?;
    let inspected = store.inspect(&args.id, &basis)?;
    if args.json {
        out.json(&render::event::event_json(&inspected, &basis))?;
    } else {
        out.page();
        let page = render::event::event_page(&inspected, &basis, out.is_terminal());
        out.text(&page)?;
    }
    out.finish()?;
    Ok(store.close()?)
}
