//! Which events tell what companies are called, seen without reading the others.

use std::ops::ControlFlow;

use event_log::{Recorded, SledLog, Stored, StreamRange};
use event_model::id::Position;
use event_model::kinds;
use projection::basis::Placed;

use crate::error::Error;
use crate::store::Store;
use crate::visiting::go_on;

/// The events of a range of companies that may tell what they are called, or that
/// something was redacted.
pub(crate) fn naming(
    log: &SledLog,
    range: &StreamRange,
    bounds: (Position, Position),
) -> Result<Vec<Placed>, Error> {
    let mut found = Vec::new();
    let mut failed = Ok(());
    log.visit_streams(range, bounds, &mut |stored| {
        if !tells_of_names(&stored) {
            return ControlFlow::Continue(());
        }
        let event = stored.event();
        let added = event.map(|event| found.push(Placed::new(stored.position, event)));
        go_on(added, &mut failed)
    })?;
    failed?;
    Ok(found)
}

/// Whether an event may tell what a company is called, or that something was redacted.
pub(crate) fn tells_of_names(stored: &Stored<'_>) -> bool {
    stored.kind() == Some(kinds::REDACTION) || stored.may_name_a_company()
}

/// Whether an event tells that something was redacted.
pub(crate) fn tells_of_redaction(placed: &Placed) -> bool {
    placed.event.kind == kinds::REDACTION
}

/// Whether an event tells what a company is called, or strikes one that does, or one
/// that strikes another.
pub(crate) fn names_or_strikes(store: &Store, placed: &Placed) -> Result<bool, Error> {
    if placed.event.was() == kinds::COMPANY {
        return Ok(true);
    }
    let Some(target) = placed.event.strikes() else {
        return Ok(false);
    };
    let target = store.placed(target)?;
    Ok(target.is_some_and(|Placed { event, .. }| {
        event.was() == kinds::COMPANY || event.strikes().is_some()
    }))
}

/// Whether an event tells what a company is called, or may strike one that does.
/// Most do neither, and need not be read for it.
pub(crate) fn may_name_a_company(recorded: &Recorded) -> bool {
    const SUPERSEDES: &[u8] = b"\"supersedes\":";
    let kind = &*recorded.event.kind;
    [kinds::COMPANY, kinds::RETRACTION, kinds::REDACTED].contains(&kind)
        || recorded
            .event
            .payload
            .windows(SUPERSEDES.len())
            .any(|part| part == SUPERSEDES)
}
