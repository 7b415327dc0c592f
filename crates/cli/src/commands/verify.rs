//! `annals verify`

use serde_json::json;

use crate::cli::VerifyArgs;
use crate::error::CommandError;
use crate::output::Output;
use crate::session::Session;

pub(crate) fn run(
    session: &Session,
    args: &VerifyArgs,
    out: &mut Output,
) -> Result<(), CommandError> {
    let store = session.open()?;
    let verified = store.verify(&mut |_| {})?;
    let (events, head) = (verified.events, verified.head);
    if args.json {
        out.json(&json!({
            "events": events,
            "head": {"position": head.position, "hash": head.hash.to_string()},
        }))?;
    } else {
        out.line(&format!("{events} events hold, up to {}", head.hash))?;
    }
    out.finish()?;
    Ok(store.close()?)
}
