//! Whether a rule is in force.

use std::sync::Arc;

use event_model::edtf::Bounds;
use event_model::event::Event;
use event_model::time::Day;
use serde::Serialize;

use crate::claim::{Claim, ListOrder, stage_of};
use crate::listing::Listed;
use crate::thread::Thread;
use crate::view::ThreadView;

/// A rule, and whether it is in force.
#[derive(Debug, Clone, PartialEq)]
pub struct Regulation {
    /// What its thread says.
    pub view: Arc<ThreadView>,
    /// Whether it is in force on the day asked about.
    pub force: Force,
    /// The event that prevails and says that it never was.
    pub denied_by: Option<Arc<Event>>,
}

impl Listed for Regulation {
    fn order(&self) -> ListOrder {
        self.view.order
    }
}

/// Whether a rule is in force on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Force {
    /// It is, whichever days are meant.
    Certain,
    /// It can be.
    Possible,
    /// It is not.
    No,
}

/// What is known on a day of a rule, and of one that is in force on it though
/// it was made later.
pub(crate) fn regulation(thread: &Thread, on: Day) -> Option<Regulation> {
    let denied_by = denied_by(thread);
    let force = match denied_by {
        None => in_effect(thread, on),
        Some(_) => Force::No,
    };
    let in_force_before = || (force != Force::No).then(|| thread.view_of_all()).flatten();
    let view = thread.view(on).or_else(in_force_before)?;
    Some(Regulation {
        view: Arc::new(view),
        force,
        denied_by,
    })
}

/// The event that says of a rule that it never was, if that prevails among all its claims.
/// As with what begins it and ends it, the day plays no part.
fn denied_by(thread: &Thread) -> Option<Arc<Event>> {
    if !thread.counting().any(|claim| claim.is_denial) {
        return None;
    }
    let view = thread.view_of_all()?;
    (view.stage() == Some("denied")).then_some(view.lead)
}

/// Tells whether the rule of a thread is in force on a day: it has come into
/// effect by then, nothing that ends it has, and it is not denied. When each was said plays
/// no part.
#[must_use]
pub fn force(thread: &Thread, on: Day) -> Force {
    match denied_by(thread) {
        None => in_effect(thread, on),
        Some(_) => Force::No,
    }
}

fn in_effect(thread: &Thread, on: Day) -> Force {
    let (mut begun, mut ended) = (Force::No, Force::No);
    for (begins, day) in effects(thread) {
        let side = if begins { &mut begun } else { &mut ended };
        if day.certainly_by(on) {
            *side = Force::Certain;
        } else if day.possibly_by(on) && *side == Force::No {
            *side = Force::Possible;
        }
    }
    match (begun, ended) {
        (Force::Certain, Force::No) => Force::Certain,
        (Force::No, _) | (_, Force::Certain) => Force::No,
        _ => Force::Possible,
    }
}

/// When the claims of a rule take effect, and of each whether it begins the rule
/// or ends it.
pub(crate) fn effects(thread: &Thread) -> impl Iterator<Item = (bool, Bounds)> {
    effects_by_claim(thread).map(|(_, begins, days)| (begins, days))
}

/// The same with the claims.
pub(crate) fn effects_by_claim(thread: &Thread) -> impl Iterator<Item = (&Claim, bool, Bounds)> {
    let about_what_is = thread.counting().filter(|claim| claim.is_about_what_is());
    about_what_is.filter_map(|claim| {
        let begins = begins(claim, thread)?;
        Some((claim, begins, claim.event.date("effective")?.bounds()))
    })
}

/// The claims that end a rule since it was made last, where none of them tells from when on.
pub(crate) fn ends_without_day(thread: &Thread) -> Vec<&Claim> {
    let about_what_is = thread.counting().filter(|claim| claim.is_about_what_is());
    let acting: Vec<_> = about_what_is
        .filter_map(|claim| Some((claim, begins(claim, thread)?)))
        .collect();
    let ends: Vec<&Claim> = acting
        .rsplit(|(_, begins)| *begins)
        .next()
        .unwrap_or_default()
        .iter()
        .map(|(claim, _)| *claim)
        .collect();
    match ends
        .iter()
        .all(|claim| claim.event.date("effective").is_none())
    {
        true => ends,
        false => Vec::new(),
    }
}

/// Whether a claim begins the rule of its thread, or ends it.
fn begins(claim: &Claim, thread: &Thread) -> Option<bool> {
    match stage_of(&claim.event, thread.kind)? {
        "announced" | "published" | "amended" => Some(true),
        "repealed" | "expired" | "withdrawn" | "struck_down" => Some(false),
        _ => None,
    }
}
