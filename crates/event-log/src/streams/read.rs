//! The events of one company out of one run: [`visit`].

use std::ops::ControlFlow;

use event_model::id::{Position, Slug};

use super::Entry;
use super::company::Company;
use super::error::StreamsError;
use super::run::Chunks;

/// What is called with each event until it has enough.
pub(crate) type Visitor<'v> = &'v mut dyn FnMut(Entry<'_>) -> ControlFlow<()>;

/// Gives the events of a company after one position and up to another.
pub(super) fn visit(
    chunks: &mut Chunks,
    (slug, company): (&Slug, &Company),
    (after, upto): (Position, Position),
    visitor: Visitor<'_>,
) -> Result<ControlFlow<()>, StreamsError> {
    if company.last <= after.0 || company.first > upto.0 {
        return Ok(ControlFlow::Continue(()));
    }
    let start = chunks.first_after(company, after.0)?;
    for number in start..company.first_chunk + company.chunks {
        let damaged = chunks
            .run()
            .source
            .damaged("a chunk does not have its events");
        let (place, chunk) = chunks.load(number)?;
        if number > start && place.first > upto.0 {
            break;
        }
        let first = company.first_event.max(place.first_event);
        for event_number in first..company.end_event().min(place.end_event) {
            let index = usize::try_from(event_number - place.first_event).unwrap_or(usize::MAX);
            let Some(event) = chunk.event(index) else {
                return Err(damaged);
            };
            if event.position <= after.0 {
                continue;
            }
            if event.position > upto.0 {
                return Ok(ControlFlow::Continue(()));
            }
            let Some(entry) = company.entry(slug, event_number, &event) else {
                return Err(damaged);
            };
            let flow = visitor(entry);
            if flow.is_break() {
                return Ok(flow);
            }
        }
    }
    Ok(ControlFlow::Continue(()))
}
