//! `annals head`

use annals::KeptHead;
use serde_json::json;

use crate::cli::HeadArgs;
use crate::error::CommandError;
use crate::output::Output;
use crate::session::Session;

pub(crate) fn run(
    session: &Session,
    args: &HeadArgs,
    out: &mut Output,
) -> Result<(), CommandError> {
    let store = session.open_to_read()?;
    let head = store.head();
    let kept = KeptHead::from(head);
    if args.json {
        out.json(&json!({
            "head": kept.to_string(),
            "position": head.position,
            "recorded": head.recorded,
            "hash": head.hash.to_string(),
        }))?;
    } else {
        out.line(&kept.to_string())?;
    }
    out.finish()?;
    Ok(store.close()?)
}
