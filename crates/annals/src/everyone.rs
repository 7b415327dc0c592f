//! What could have been known of every company: [`Store::at_all`], or of those that
//! are asked for: [`Store::select_all`].
//!
//! The companies are gone through in ranges, side by side, and their answers
//! given in the order of their slugs. What is held at once is a few ranges.

use event_log::{LogError, Stored, StreamRange, side_by_side};
use event_model::id::{Position, Slug};
use event_model::own_kinds::Kinds;
use event_model::text::folded;
use projection::basis::{Basis, Cuts, Placed};
use projection::diff::{Change, Diff};
use projection::fold::{fold, fold_without_events};
use projection::identity::{Company, company, telling};
use projection::selection::{Selected, Selection};
use projection::standing::Standing;
use projection::thread::threads;
use projection::timeline::Answer;

use crate::error::Error;
use crate::kinds::is_of_kinds;
use crate::seen::Seen;
use crate::store::Store;
use crate::visiting::go_on;

/// About how many events a range has.
const RANGE_EVENTS: u64 = 4_096;
/// How many ranges there are at least, so that all cores have something to do to the end.
const RANGES_MIN: u64 = 16;

impl Store {
    /// What could have been known of every company of which something was, in
    /// the order of their slugs, with or without the lists of events.
    ///
    /// `made` makes something of each answer, on one of several threads;
    /// `take` is given what it made, in order. Whole timelines that end where they are
    /// taken hold those threads up: let `made` leave of each what is wanted of it.
    ///
    /// # Errors
    ///
    /// [`Error::Log`] if events cannot be read; and what `take` gives.
    pub fn at_all<T: Send, E: From<Error>>(
        &self,
        basis: &Basis,
        with_events: bool,
        made: impl Fn(Answer) -> T + Sync,
        take: impl FnMut(T) -> Result<(), E>,
    ) -> Result<(), E> {
        let fold = |company: &Slug, events: &[Placed]| match with_events {
            true => fold(company, events, basis),
            false => fold_without_events(company, events, basis),
        };
        let answer = |company: &Slug, events: &[Placed]| {
            made(Answer {
                basis: basis.clone(),
                timeline: fold(company, events),
            })
        };
        self.each_company(basis, answer, take)
    }

    /// What is believed differently of every company under a second basis, in the
    /// order of their slugs; companies of which all is as it was are left out.
    ///
    /// # Errors
    ///
    /// [`Error::Log`] if events cannot be read; and what `take` gives.
    pub fn diff_all<T: Send, E: From<Error>>(
        &self,
        (before, after): (&Basis, &Basis),
        made: impl Fn(&Slug, &[Change]) -> Option<T> + Sync,
        mut take: impl FnMut(T) -> Result<(), E>,
    ) -> Result<(), E> {
        // Both bases are told of the events up to the later cut.
        let both = [before, after];
        let reach = both.into_iter().max_by_key(|basis| basis.cuts.recorded);
        let known = both.into_iter().map(|basis| basis.cuts.known).max();
        let mut reach = reach.unwrap_or(after).clone();
        reach.cuts.known = known.unwrap_or(reach.cuts.known);
        let differs = |company: &Slug, events: &[Placed]| {
            let [was, is] = both.map(|basis| fold_without_events(company, events, basis));
            let changes = Diff::between(&was, &is).changes();
            (!changes.is_empty())
                .then(|| made(company, &changes))
                .flatten()
        };
        self.each_company(&reach, differs, |made| made.map_or(Ok(()), &mut take))
    }

    /// What a selection leaves of every company that it keeps, in the order of their
    /// slugs, with or without the lists of events.
    ///
    /// `made` makes something of each, on one of several threads; `take` is given
    /// what it made, in order.
    ///
    /// # Errors
    ///
    /// [`Error::Log`] if events cannot be read; and what `take` gives.
    pub fn select_all<T: Send, E: From<Error>>(
        &self,
        basis: &Basis,
        with_events: bool,
        selection: &Selection,
        made: impl Fn(&Selected<'_>) -> T + Sync,
        mut take: impl FnMut(T) -> Result<(), E>,
    ) -> Result<(), E> {
        let selected = |answer: Answer| selection.select(&answer).map(|selected| made(&selected));
        self.at_all(basis, with_events, selected, |made| match made {
            Some(made) => take(made),
            None => Ok(()),
        })
    }

    /// What was known of every company itself of which something was, in the
    /// order of their slugs, and how many of its events are visible. With a text,
    /// of those alone whose slug, name or symbol starts with it.
    ///
    /// # Errors
    ///
    /// [`Error::Log`] if events cannot be read; and what `take` gives.
    pub fn companies_known<E: From<Error>>(
        &self,
        basis: &Basis,
        start: Option<&str>,
        mut take: impl FnMut((Company, usize)) -> Result<(), E>,
    ) -> Result<(), E> {
        let start = start.map(folded);
        let known = |company: &Slug, events: &[Placed]| {
            let (company, events) = known_of(company, events, &basis.cuts);
            let is_meant = |start: &String| company.is_named(start) || company.has_symbol(start);
            start
                .as_ref()
                .is_none_or(is_meant)
                .then_some((company, events))
        };
        self.each_company(basis, known, |known| known.map_or(Ok(()), &mut take))
    }

    /// Makes something of the events of every company of which something was
    /// known.
    pub(crate) fn each_company<T: Send, E: From<Error>>(
        &self,
        basis: &Basis,
        made: impl Fn(&Slug, &[Placed]) -> T + Sync,
        mut take: impl FnMut(T) -> Result<(), E>,
    ) -> Result<(), E> {
        self.reaches(basis)?;
        let parts = self
            .head()
            .position
            .0
            .div_ceil(RANGE_EVENTS)
            .max(RANGES_MIN);
        let parts = usize::try_from(parts).unwrap_or(usize::MAX);
        let ranges = self.log().stream_ranges(parts).map_err(Error::from)?;
        side_by_side(
            ranges.into_iter().map(Ok),
            |range| self.companies_in(&range, basis, &made),
            |made| made?.into_iter().try_for_each(&mut take),
        )
    }

    /// The same for the companies of a range.
    fn companies_in<T>(
        &self,
        range: &StreamRange,
        basis: &Basis,
        made: &impl Fn(&Slug, &[Placed]) -> T,
    ) -> Result<Vec<T>, Error> {
        let mut all = Vec::new();
        let mut history = History {
            company: None,
            seen: Seen::by(basis.cuts.known),
        };
        let mut failed = Ok(());
        let mut tell = |company: &Slug, events: &[Placed]| {
            // Otherwise nobody had heard of it.
            if !is_of_kinds(company) && events.iter().any(|placed| is_visible(placed, &basis.cuts))
            {
                all.push(made(company, events));
            }
        };
        let bounds = (Position(0), basis.cuts.recorded);
        self.log().visit_streams(range, bounds, &mut |stored| {
            go_on(history.add(&stored, &mut tell), &mut failed)
        })?;
        failed?;
        history.take(&mut tell)?;
        Ok(all)
    }
}

fn is_visible(placed: &Placed, cuts: &Cuts) -> bool {
    placed.event.published.instant() <= cuts.known
}

/// What is known of a company itself, and how many of its events are visible.
fn known_of(slug: &Slug, events: &[Placed], cuts: &Cuts) -> (Company, usize) {
    let visible = events.iter().filter(|placed| is_visible(placed, cuts));
    let visible = visible.count();
    let events = telling(events);
    let standing = Standing::of(&events, cuts);
    let threads = threads(&standing, &Kinds::built_in());
    (company(slug, &threads, cuts.on), visible)
}

/// The events of the company that is being read.
struct History {
    company: Option<Slug>,
    seen: Seen,
}

impl History {
    /// Gives the events to whoever tells of them, and begins anew.
    fn take(&mut self, tell: &mut impl FnMut(&Slug, &[Placed])) -> Result<(), LogError> {
        if let Some(company) = self.company.take() {
            tell(&company, self.seen.events(&company)?);
        }
        self.seen.clear();
        Ok(())
    }

    /// Takes in an event; the first of a company ends the one before.
    fn add(
        &mut self,
        stored: &Stored<'_>,
        tell: &mut impl FnMut(&Slug, &[Placed]),
    ) -> Result<(), LogError> {
        if self.company.as_ref() != Some(stored.company) {
            self.take(tell)?;
            self.company = Some(stored.company.clone());
        }
        self.seen.add(stored)
    }
}
