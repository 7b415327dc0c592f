//! `annals verify`

use annals::KeptHead;
use serde_json::json;

use crate::cli::VerifyArgs;
use crate::error::CommandError;
use crate::output::{Output, say};
use crate::progress::Progress;
use crate::session::Session;

pub(crate) fn run(
    session: &Session,
    args: &VerifyArgs,
    out: &mut Output,
) -> Result<(), CommandError> {
    let store = session.open_to_read()?;
    let progress = Progress::of(store.head().position.0);
    let verified = store.verify(&args.since, &mut |position| progress.reach(position.0));
    progress.end();
    let verified = verified?;
    let (events, head) = (verified.events, verified.head);
    if args.json {
        let since: Vec<String> = args.since.iter().map(KeptHead::to_string).collect();
        out.json(&json!({
            "events": events,
            "head": {"position": head.position, "hash": head.hash.to_string()},
            "since": since,
        }))?;
    } else {
        out.line(&format!("{events} events hold, up to"))?;
        out.line(&KeptHead::from(head).to_string())?;
        for kept in &args.since {
            let more = head.position.0.saturating_sub(kept.position.0);
            out.line(&format!(
                "nothing up to position {} was changed since; {more} more came",
                kept.position
            ))?;
        }
    }
    out.finish()?;
    if args.since.is_empty() {
        say("note: a head kept elsewhere proves more: annals verify --since HEAD");
    }
    Ok(store.close()?)
}
