//! The rule by which one of several claims prevails.

use event_model::edtf::Bounds;
use event_model::time::Day;

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
pub fn beats(first: &Claim, second: &Claim) -> Option<Rule> {
    if first.is_about_what_is() != second.is_about_what_is() {
        return first.is_about_what_is().then_some(Rule::Level);
    }
    let alone_official = first.is_official() && !second.is_official();
    let outranked = second.is_official() && !first.is_official();
    if first.is_results_date {
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
pub fn prevailing<'c>(
    claims: impl DoubleEndedIterator<Item = &'c Claim> + Clone,
) -> Option<&'c Claim> {
    let contest = Contest::among(claims.clone());
    claims.rev().find(|claim| !contest.beats(claim))
}

/// The same among some claims of a contest.
///
/// What none of all beats, none of some beats; and mostly the last is such.
#[must_use]
pub fn prevailing_in<'c>(
    contest: &Contest,
    claims: impl DoubleEndedIterator<Item = &'c Claim> + Clone,
) -> Option<&'c Claim> {
    let last = claims.clone().next_back()?;
    if contest.beats(last) {
        prevailing(claims)
    } else {
        Some(last)
    }
}

/// What is to be known of all claims of a contest to tell of each whether
/// another [`beats`] it, without asking each other one.
///
/// A claim that is beaten stays so, whatever else enters.
#[derive(Debug, Clone, Default)]
pub struct Contest {
    /// Of the claims about what is.
    is: Class,
    /// Of the forecasts and opinions.
    may_be: Class,
}

/// The claims of a contest among which their level does not decide.
#[derive(Debug, Clone, Default)]
struct Class {
    /// The last of their first days.
    begun: Option<Day>,
    /// Some of them is official.
    has_official: bool,
    /// The last first day of the official ones.
    official_begun: Option<Day>,
    /// The last day on which an official one can have been; `None` is any.
    official_over: Option<Day>,
    has_any: bool,
}

impl Class {
    /// Lets official claims take part, with the last of their first and of their
    /// last days.
    fn enter_official(&mut self, begun: Option<Day>, over: Option<Day>) {
        self.official_begun = self.official_begun.max(begun);
        self.official_over = match (self.has_official, self.official_over, over) {
            (true, Some(one), Some(other)) => Some(one.max(other)),
            (true, _, _) => None,
            (false, _, over) => over,
        };
        self.has_official = true;
    }

    fn join(&mut self, other: &Self) {
        self.begun = self.begun.max(other.begun);
        if other.has_official {
            self.enter_official(other.official_begun, other.official_over);
        }
        self.has_any |= other.has_any;
    }
}

impl Contest {
    /// The contest of these claims.
    #[must_use]
    pub fn among<'c>(claims: impl Iterator<Item = &'c Claim>) -> Self {
        let mut contest = Self::default();
        claims.for_each(|claim| contest.enter(claim));
        contest
    }

    /// Lets a claim take part.
    pub fn enter(&mut self, claim: &Claim) {
        let class = if claim.is_about_what_is() {
            &mut self.is
        } else {
            &mut self.may_be
        };
        let Bounds { earliest, latest } = claim.bounds;
        class.begun = class.begun.max(earliest);
        if claim.is_official() {
            class.enter_official(earliest, latest);
        }
        class.has_any = true;
    }

    /// Lets all those take part that take part in another.
    pub(crate) fn join(&mut self, other: &Self) {
        self.is.join(&other.is);
        self.may_be.join(&other.may_be);
    }

    /// Whether one of those that take part beats this one of them.
    #[must_use]
    pub fn beats(&self, claim: &Claim) -> bool {
        let class = if claim.is_about_what_is() {
            &self.is
        } else if self.is.has_any {
            return true;
        } else {
            &self.may_be
        };
        let Bounds { earliest, latest } = claim.bounds;
        let is_before = |begun: Option<Day>| begun.zip(latest).is_some_and(|(a, b)| a > b);
        let outranked = class.has_official && !claim.is_official();
        if claim.is_results_date && class.has_official {
            return outranked || is_before(class.official_begun);
        }
        let is_later = |over: Option<Day>| earliest.zip(over).is_some_and(|(a, b)| a > b);
        is_before(class.begun) || (outranked && !is_later(class.official_over))
    }
}

/// Whether a claim that says something else contests the one that prevails: it
/// came no sooner, and lost only because the other is surer.
#[must_use]
pub fn contests(lost: &Claim, won: &Claim) -> bool {
    let came_no_sooner = lost.place.published >= won.place.published;
    let same_instant = lost.place.published == won.place.published;
    let surer = same_instant && won.certainty > lost.certainty;
    if won.bounds.certainly_after(lost.bounds) {
        return false;
    }
    match beats(won, lost) {
        Some(Rule::Official) => came_no_sooner,
        None => surer,
        Some(Rule::Level | Rule::Later) => false,
    }
}
