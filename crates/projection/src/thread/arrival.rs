//! How the claims of a thread came in, and which of them decided a field after each.

use std::collections::BTreeMap;

use event_model::id::EventId;
use event_model::time::Day;

use super::counts::Counts;
use super::{Thread, Voice};
use crate::claim::Claim;
use crate::rule::{Contest, prevailing};

impl Thread {
    /// The claims that decided a field on a day, one after the other, as its claims came in
    /// by their publication. Of what was published at one instant only what prevails was ever
    /// known.
    pub(crate) fn deciding(&self, field: &str, on: Day) -> Vec<&Claim> {
        // Where no date gives way to a later one and all is certain, who is beaten stays so.
        let is_certain = self.counting().all(|claim| claim.is_certain_by(on));
        let is_steady = is_certain && self.stages.is_steady(&self.claims, &self.counts);
        let decided = match is_steady {
            true => self.by_one_contest(field),
            false => self.by_those_so_far(field, on),
        };
        let mut last: Option<EventId> = None;
        let is_other = |claim: &&Claim| last.replace(claim.id()) != Some(claim.id());
        decided.into_iter().filter(is_other).collect()
    }

    /// After each instant, the claim that prevails.
    fn by_one_contest(&self, field: &str) -> Vec<&Claim> {
        let mut decided = Vec::new();
        let mut contest = Contest::default();
        let mut unbeaten = BTreeMap::new();
        let stating = self.counting().filter(|claim| states(claim, field));
        let mut stating = stating.peekable();
        while let Some(claim) = stating.next() {
            contest.enter(claim);
            unbeaten.insert(claim.order(), claim);
            while unbeaten
                .last_entry()
                .is_some_and(|last| contest.beats(last.get()))
            {
                unbeaten.pop_last();
            }
            if stating.peek().is_some_and(|next| is_with(claim, next)) {
                continue;
            }
            decided.extend(unbeaten.last_key_value().map(|(_, claim)| *claim));
        }
        decided
    }

    /// The same, where a claim lets the days of others be other days.
    fn by_those_so_far(&self, field: &str, on: Day) -> Vec<&Claim> {
        let mut decided = Vec::new();
        let mut claims = self.claims.clone();
        let mut counts = Counts::none(claims.len());
        let mut coming = self.counts.iter().peekable();
        while let Some(at) = coming.next() {
            counts.toggle(std::iter::once(at));
            let next = coming.peek().and_then(|next| self.claims.get(*next));
            let claim = self.claims.get(at);
            if claim
                .zip(next)
                .is_some_and(|(claim, next)| is_with(claim, next))
            {
                continue;
            }
            self.stages.narrow(&mut claims, &counts);
            let so_far = || counts.iter().filter_map(|at| claims.get(at));
            let Some(voice) = Voice::on(on, so_far()) else {
                continue;
            };
            let stating = so_far().filter(|it| voice.is_through(it) && states(it, field));
            let prevails = prevailing(stating).map(Claim::id);
            decided.extend(
                self.claims
                    .iter()
                    .find(|claim| Some(claim.id()) == prevails),
            );
        }
        decided
    }
}

fn states(claim: &Claim, field: &str) -> bool {
    claim.event.text(field).is_some()
}

/// Whether two claims came in at one instant.
fn is_with(one: &Claim, other: &Claim) -> bool {
    one.place.published == other.place.published
}
