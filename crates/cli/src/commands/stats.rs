//! `annals stats`

use serde_json::json;

use crate::cli::StatsArgs;
use crate::error::CommandError;
use crate::output::Output;
use crate::session::Session;

pub(crate) fn run(
    session: &Session,
    args: &StatsArgs,
    out: &mut Output,
) -> Result<(), CommandError> {
    let store = session.open_to_read()?;
    let stats = store.stats()?;
    let head = store.head();
    if args.json {
        out.json(&json!({
            "store": store.dir(),
            "events": stats.events,
            "companies": stats.companies,
            "journal_events": stats.journal_events,
            "log_bytes": stats.log_bytes,
            "cache_bytes": stats.cache_bytes,
            "head": {
                "position": head.position,
                "recorded": head.recorded,
                "hash": head.hash.to_string(),
            },
        }))?;
    } else {
        out.line(&format!("store      {}", store.dir().display()))?;
        out.line(&format!("events     {}", stats.events))?;
        out.line(&format!("companies  {}", stats.companies))?;
        out.line(&format!(
            "log        {} bytes, {} events in the journal",
            stats.log_bytes, stats.journal_events
        ))?;
        out.line(&format!("cache      {} bytes", stats.cache_bytes))?;
        out.line(&format!("head       position {}", head.position))?;
        if let Some(recorded) = head.recorded {
            out.line(&format!("           recorded {recorded}"))?;
        }
        out.line(&head.hash.to_string())?;
    }
    out.finish()?;
    Ok(store.close()?)
}
