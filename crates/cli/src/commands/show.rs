//! `annals show`

use crate::cli::ShowArgs;
use crate::error::CommandError;
use crate::output::Output;
use crate::render;
use crate::session::Session;

pub(crate) fn run(
    session: &Session,
    args: &ShowArgs,
    out: &mut Output,
) -> Result<(), CommandError> {
    let store = session.open_to_read()?;
    let recorded = store.event(&args.id)?;
    if args.json {
        out.json(&render::log::recorded_json(&recorded))?;
    } else {
        out.text(&render::log::recorded_text(&recorded))?;
    }
    out.finish()?;
    Ok(store.close()?)
}
