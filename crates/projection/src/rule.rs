//! The rule by which one of several claims prevails.

use event_model::data::Field;
use event_model::event::Event;
use event_model::kinds;
use event_model::vocabulary::Certainty;

use crate::claim::Claim;

/// Why one claim beats another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// What is, beats what somebody foretells or thinks.
    Level,
    /// What certainly happened later beats what came before.
    Later,
    /// What alone is official beats what did not certainly happen later.
    Official,
}

/// Tells whether the first claim beats the second, and why.
///
/// Both are of one thread. What neither beats is decided by the order of
/// publication.
#[must_use]
pub fn beats(first: &Claim<'_>, second: &Claim<'_>) -> Option<Rule> {
    let is = |claim: &Claim<'_>| claim.event.level.is_about_what_is();
    if is(first) != is(second) {
        return is(first).then_some(Rule::Level);
    }
    let official = |claim: &Claim<'_>| claim.event.certainty == Certainty::Official;
    let alone_official = official(first) && !official(second);
    let outranked = official(second) && !official(first);
    if &*first.event.kind == kinds::EARNINGS_DATE {
        // A date to come is the company's own to set, whoever writes last.
        if alone_official {
            return Some(Rule::Official);
        }
        if outranked {
            return None;
        }
    }
    if first.bounds.certainly_after(second.bounds) {
        return Some(Rule::Later);
    }
    let second_is_later = second.bounds.certainly_after(first.bounds);
    (alone_official && !second_is_later).then_some(Rule::Official)
}

/// The claim that prevails: the last, by publication, of those that no other
/// beats. `claims` are in the order of publication.
#[must_use]
pub fn prevailing<'c, 'a>(claims: &[&'c Claim<'a>]) -> Option<&'c Claim<'a>> {
    let unbeaten = |claim: &&&Claim<'a>| !claims.iter().any(|other| beats(other, claim).is_some());
    claims.iter().rev().find(unbeaten).copied()
}

/// Whether a claim that says something else contests the one that prevails: it
/// came no sooner, and lost only because the other is surer.
#[must_use]
pub fn contests(lost: &Claim<'_>, won: &Claim<'_>) -> bool {
    let came_no_sooner = lost.place.published >= won.place.published;
    let same_instant = lost.place.published == won.place.published;
    let surer = same_instant && won.event.certainty > lost.event.certainty;
    if won.bounds.certainly_after(lost.bounds) {
        return false;
    }
    match beats(won, lost) {
        Some(Rule::Official) => came_no_sooner,
        None => surer,
        Some(Rule::Level | Rule::Later) => false,
    }
}

/// Whether a claim's quantity is shared with others, and so says nothing exact
/// of the company's own.
#[must_use]
pub fn quantity_is_shared(event: &Event) -> bool {
    let quantity = event.data.get("quantity");
    let quantity = quantity.filter(|quantity| quantity.json().contains("shared_with"));
    quantity
        .map(Field::to_value)
        .as_ref()
        .and_then(|quantity| quantity.get("shared_with"))
        .and_then(serde_json::Value::as_array)
        .is_some_and(|others| !others.is_empty())
}
