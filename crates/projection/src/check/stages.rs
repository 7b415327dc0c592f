//! Stages that step back.

use event_model::kind::{Life, Section};

use super::{Case, Findings};
use crate::claim::{Claim, stage_of};
use crate::regulation::{Force, ends_without_day, force};
use crate::thread::Thread;

/// The kind whose sources often tell a date as less firm than others do; only what
/// the company stood behind is a step.
const OF_MANY_SOURCES: &str = "earnings_date";

/// Finds steps back of which nobody says why.
pub(super) fn back_without_reason(case: &Case<'_>, found: &mut Findings) {
    for thread in case.matters() {
        if let Some(life) = thread.kind.and_then(|kind| kind.life.as_ref()) {
            steps_back(thread, life, found);
        }
    }
}

/// Finds rules that ended on no day, and so are in force on all that follow.
pub(super) fn ended_without_day(case: &Case<'_>, found: &mut Findings) {
    for thread in case.matters() {
        if thread.section() != Section::Regulation || force(thread, case.cuts.on) == Force::No {
            continue;
        }
        for claim in ends_without_day(thread) {
            let stage = stage_of(&claim.event, thread.kind).unwrap_or_default();
            found.of_thread(
                (thread.kind_name(), thread.name()),
                [claim.id()],
                format!("is {stage}, and in force still: `effective` does not say from when on"),
            );
        }
    }
}

/// Follows a thread by publication.
fn steps_back(thread: &Thread, life: &Life, found: &mut Findings) {
    let is_telling = |claim: &&Claim| {
        let of_many = thread.kind_name() == OF_MANY_SOURCES;
        claim.is_about_what_is() && (!of_many || claim.is_official())
    };
    let mut held: Option<(&Claim, &str)> = None;
    for claim in thread.counting().filter(is_telling) {
        let Some(stage) = stage_of(&claim.event, thread.kind) else {
            continue;
        };
        if let Some((before, held)) = held {
            if is_no_step(before, claim) {
                continue;
            }
            if is_back(life, held, stage) && claim.event.reason.is_none() {
                let text = match life.ends.contains(&held) {
                    true => format!("goes on with {stage} after {held}, and says no reason"),
                    false => format!("steps back from {held} to {stage}, and says no reason"),
                };
                found.of_thread(
                    (thread.kind_name(), thread.name()),
                    [claim.id(), before.id()],
                    text,
                );
            }
        }
        held = Some((claim, stage));
    }
}

/// Whether a claim tells of what came before, or is no match for the one held.
fn is_no_step(held: &Claim, claim: &Claim) -> bool {
    let is_late = held.bounds.certainly_after(claim.bounds);
    let is_weaker = held.is_official() && !claim.is_official();
    is_late || is_weaker
}

fn is_back(life: &Life, held: &str, stage: &str) -> bool {
    let usual = |stage: &str| life.stages.iter().position(|usual| *usual == stage);
    if life.ends.contains(&held) {
        return !life.ends.contains(&stage);
    }
    usual(held)
        .zip(usual(stage))
        .is_some_and(|(held, stage)| stage < held)
}
