//! `annals diff`

use annals::projection::diff::diff;
use serde_json::json;

use crate::cli::DiffArgs;
use crate::error::CommandError;
use crate::output::Output;
use crate::render;
use crate::session::Session;

pub(crate) fn run(
    session: &Session,
    args: &DiffArgs,
    out: &mut Output,
) -> Result<(), CommandError> {
    let store = session.open_to_read()?;
    let before = session.basis(&store, &args.from, &args.cuts)?;
    let after = session.basis(&store, &args.to, &args.cuts)?;
    let company = store.find(&args.company, &after.cuts)?;
    let was = store.at_without_events(&company, &before)?;
    let is = store.at_without_events(&company, &after)?;
    let changes = diff(&was.timeline, &is.timeline);
    if args.json {
        out.json(&json!({
            "company": company,
            "from": before,
            "to": after,
            "changes": changes,
        }))?;
    } else {
        out.page();
        out.text(&render::changes::changes(
            &changes,
            &was,
            &is,
            out.is_terminal(),
        ))?;
    }
    out.finish()?;
    Ok(store.close()?)
}
