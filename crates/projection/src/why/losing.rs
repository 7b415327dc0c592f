//! By which rule a claim lost: [`Rule`].

use event_model::id::EventId;
use event_model::time::Day;
use serde::Serialize;

use crate::claim::Claim;
use crate::rule::{self, beats};

/// Why a claim did not prevail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// A forecast or an opinion, against a fact or an inference.
    Level,
    /// The other certainly happened later.
    Later,
    /// The other alone is official.
    Official,
    /// The other was published later.
    Published,
    /// Published at the same instant, and the other is surer.
    Certainty,
    /// The same in both, and the other was recorded later.
    Position,
    /// A quantity that is shared with others, against one's own.
    Shared,
    /// It may not have happened by the day, and others certainly have.
    Possible,
    /// It had not happened by the day.
    Silent,
    /// Its effect had not begun on the day, or was over.
    NotInEffect,
    /// Its span does not cover the day.
    NotThen,
    /// It contests a value that prevails only because its claim is surer.
    Contests,
}

/// By which rule a claim lost, and against which event.
///
/// `rivals` are the claims that were heard and had a say, in the order of
/// publication; the one that prevails is one of them. Of the claim itself it is told
/// whether it was heard, and whether it was set aside as one shared with others.
pub(super) fn lost(
    claim: &Claim,
    won: Option<&Claim>,
    rivals: &[&Claim],
    (is_heard, is_set_aside): (bool, bool),
    on: Day,
) -> (Rule, Option<EventId>) {
    let winner = won.map(Claim::id);
    if !is_heard {
        return match claim.is_possible_by(on) {
            true => (Rule::Possible, winner),
            false => (Rule::Silent, None),
        };
    }
    if is_set_aside {
        return (Rule::Shared, winner);
    }
    // The one that prevails need not be the one that beats it.
    let others = won.into_iter().chain(rivals.iter().copied());
    let beaten = others.into_iter().find_map(|other| {
        let rule = beats(other, claim)?;
        Some((rule, other.id()))
    });
    if let Some((rule, by)) = beaten {
        let rule = match rule {
            rule::Rule::Level => Rule::Level,
            rule::Rule::Later => Rule::Later,
            rule::Rule::Official => Rule::Official,
        };
        return (rule, Some(by));
    }
    let by_order = won.map_or(Rule::Silent, |won| {
        if won.place.published != claim.place.published {
            Rule::Published
        } else if won.certainty != claim.certainty {
            Rule::Certainty
        } else {
            Rule::Position
        }
    });
    (by_order, winner)
}
