//! Days that do not follow each other as they should.

use std::collections::HashMap;

use event_model::edtf::{Bounds, Edtf};
use event_model::event::Event;
use event_model::id::EventId;
use event_model::kind::Life;
use event_model::kinds;
use event_model::time::Day;
use event_model::vocabulary::Fault;

use super::{Case, Findings};
use crate::claim::{Claim, stage_of};
use crate::thread::Thread;

/// The fields that hold a date to come.
const TO_COME: &[&str] = &["date", "expected", "expected_close", "horizon"];

/// Finds days in an order that is odd.
pub(super) fn odd_order(case: &Case<'_>, found: &mut Findings) {
    for thread in case.matters() {
        if let Some(life) = thread.kind.and_then(|kind| kind.life.as_ref()) {
            stages(thread, life, found);
        }
        for claim in thread.counting() {
            let name = (thread.kind_name(), thread.name());
            over_when_told(name, claim, found);
            before_period_ends(name, claim, found);
        }
    }
    corrections(case, found);
}

/// A stage that happened before an earlier one of which it was told before.
fn stages(thread: &Thread, life: &Life, found: &mut Findings) {
    let usual = |stage: &str| life.stages.iter().position(|usual| *usual == stage);
    // Of each stage, the claim that begins last among those told so far.
    let mut told: Vec<Option<&Claim>> = vec![None; life.stages.len()];
    let mut furthest = 0;
    for claim in thread.counting().filter(|claim| claim.is_fact()) {
        let stage = stage_of(&claim.event, thread.kind);
        let Some((stage, at)) = stage.and_then(|stage| Some((stage, usual(stage)?))) else {
            continue;
        };
        let mut earlier = told.iter().take(at).flatten();
        let after = earlier.find(|earlier| earlier.bounds.certainly_after(claim.bounds));
        if let Some(after) = after {
            let of_after = stage_of(&after.event, thread.kind).unwrap_or_default();
            let text = format!(
                "{stage} is dated {}, before {of_after} on {}",
                dated(claim),
                dated(after)
            );
            found.of_thread(
                (thread.kind_name(), thread.name()),
                [claim.id(), after.id()],
                text,
            );
        }
        // A step back is no earlier stage of the same course.
        if at < furthest {
            continue;
        }
        furthest = at;
        let latest = told.get_mut(at);
        if let Some(latest) = latest
            && latest.is_none_or(|latest| latest.bounds.earliest < claim.bounds.earliest)
        {
            *latest = Some(claim);
        }
    }
}

fn dated(claim: &Claim) -> String {
    let occurred = claim.event.occurred.as_ref();
    let published = || claim.event.published.day().to_string();
    occurred.map_or_else(published, ToString::to_string)
}

/// The bounds of a date to come, with its text.
pub(super) fn to_come(event: &Event, field: &str) -> Option<(Bounds, String)> {
    let text = event.text(field)?;
    Some((Edtf::parse(text).ok()?.bounds(), text.to_owned()))
}

fn over_when_told(name: (&str, &str), claim: &Claim, found: &mut Findings) {
    let event = &claim.event;
    let is_cancelled = event.stage() == Some("cancelled");
    if !claim.is_about_what_is() || is_cancelled || event.supersedes.is_some() {
        return;
    }
    // In the zones that are furthest behind it is still the day before.
    let told = event.published.day().pred_opt();
    for field in TO_COME {
        let is_open = event.stage().is_none_or(|stage| {
            let reached = ["completed", "operational", "released", "updated"];
            !reached.contains(&stage)
        });
        let Some((bounds, text)) = to_come(event, field) else {
            continue;
        };
        let is_over = |told: Day| bounds.latest.is_some_and(|latest| latest < told);
        if is_open && told.is_some_and(is_over) {
            let text = format!(
                "{field} {text} was over when it was told, on {}",
                event.published.day()
            );
            found.of_thread(name, [event.id], text);
        }
    }
}

fn before_period_ends(name: (&str, &str), claim: &Claim, found: &mut Findings) {
    let event = &claim.event;
    let is_of_dates = &*event.kind == kinds::EARNINGS_DATE;
    let (Some((date, text)), Some((span, _))) =
        (to_come(event, "date"), to_come(event, "period_span"))
    else {
        return;
    };
    if is_of_dates
        && span
            .latest
            .zip(date.latest)
            .is_some_and(|(end, date)| date <= end)
    {
        let text = format!("results on {text}, before their period is over");
        found.of_thread(name, [event.id], text);
    }
}

/// Corrections of a source's error that are published before the error.
fn corrections(case: &Case<'_>, found: &mut Findings) {
    let striking = case.holding().map(|stood| &stood.placed.event);
    let striking = striking.filter(|event| event.fault == Some(Fault::Source));
    let striking: Vec<_> = striking
        .filter_map(|event| Some((event.strikes()?, event)))
        .collect();
    if striking.is_empty() {
        return;
    }
    let seen = case.standing.seen().map(|stood| &stood.placed.event);
    let events: HashMap<EventId, _> = seen.map(|event| (event.id, event)).collect();
    for (target, event) in striking {
        let Some(target) = events.get(&target) else {
            continue;
        };
        if event.published.instant() < target.published.instant() {
            let text = format!(
                "corrects on {} what was published on {}",
                event.published.text(),
                target.published.text()
            );
            let name = (&*target.kind, &*target.thread);
            found.of_thread(name, [event.id, target.id], text);
        }
    }
}
