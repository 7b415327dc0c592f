//! Answers of a store: timelines, and the events behind them.

use std::ops::ControlFlow;

use event_log::{EventLog, Recorded, Stored};
use event_model::id::{Position, Slug, Version};
use projection::basis::{Basis, Cuts, Placed};
use projection::fold::{fold, fold_without_events};
use projection::parts::{Inseparable, Parts, Share};
use projection::timeline::{Answer, Timeline};

use crate::error::Error;
use crate::kinds::is_of_kinds;
use crate::replays::Asked;
use crate::seen::Seen;
use crate::store::Store;
use crate::visiting::go_on;

/// A company is told in parts of about so many events.
const PART_EVENTS: u64 = 25_000;

impl Store {
    /// What could have been known of a company. Of one that is not in the store it is as
    /// little as of one of which nothing was published yet; [`Store::find`] tells them apart.
    ///
    /// # Errors
    ///
    /// [`Error::PastHead`] for a basis that goes on after the log, as this store sees it;
    /// [`Error::Log`] or [`Error::StoredEvent`] if its events cannot be read.
    pub fn at(&self, company: &Slug, basis: &Basis) -> Result<Answer, Error> {
        self.reaches(basis)?;
        let mut seen = self.seen(company, &basis.cuts, |_| true)?;
        Ok(Answer {
            basis: basis.clone(),
            timeline: fold(company, seen.events(company)?, basis),
        })
    }

    /// The same without the list of events. A company that is asked about again
    /// is kept in memory, and then told of many times as fast.
    ///
    /// # Errors
    ///
    /// As [`Store::at`].
    pub fn at_without_events(&self, company: &Slug, basis: &Basis) -> Result<Answer, Error> {
        self.reaches(basis)?;
        let version = Version(self.version(company)?);
        let asked = match basis.filter.is_none() {
            true => self.replays().ask(company, version, basis),
            false => Asked::First,
        };
        let recorded = basis.cuts.recorded;
        let timeline = match asked {
            Asked::Kept(timeline) => *timeline,
            // What is kept has all events, whichever cut is asked about later.
            Asked::Again if recorded == self.head().position => {
                let events = self.history(company, recorded)?;
                self.replays().keep(company, version, events, basis)
            }
            Asked::First | Asked::Again => self.tell(company, basis, version.0 / PART_EVENTS)?,
        };
        Ok(Answer {
            basis: basis.clone(),
            timeline,
        })
    }

    /// The same, told in so many parts, one after the other, so that the events of one
    /// part alone are in memory at once. [`Store::at_without_events`] does so where there
    /// are many.
    ///
    /// # Errors
    ///
    /// As [`Store::at`].
    pub fn at_in_parts(&self, company: &Slug, basis: &Basis, parts: u64) -> Result<Answer, Error> {
        self.reaches(basis)?;
        Ok(Answer {
            basis: basis.clone(),
            timeline: self.tell(company, basis, parts)?,
        })
    }

    /// What could have been known of a company that is not kept.
    fn tell(&self, company: &Slug, basis: &Basis, parts: u64) -> Result<Timeline, Error> {
        if parts > 1
            && let Some(timeline) = self.tell_in(parts, company, basis)?
        {
            return Ok(timeline);
        }
        let mut seen = self.seen(company, &basis.cuts, |_| true)?;
        Ok(fold_without_events(company, seen.events(company)?, basis))
    }

    /// The same in parts; `None` where that takes all events at once.
    fn tell_in(
        &self,
        parts: u64,
        company: &Slug,
        basis: &Basis,
    ) -> Result<Option<Timeline>, Error> {
        let mut told = Parts::of(company.clone(), basis);
        for share in Share::all(parts) {
            let is_of_share = |stored: &Stored<'_>| {
                let thread = stored.thread();
                thread.is_none_or(|(kind, thread)| share.has(kind, thread))
            };
            let mut seen = self.seen(company, &basis.cuts, is_of_share)?;
            if let Err(Inseparable) = told.tell(share, seen.events(company)?) {
                return Ok(None);
            }
        }
        Ok(Some(told.into_timeline()))
    }

    /// The slugs of the companies that the log knows by the recorded cut, in
    /// order, whenever what is said of them was published: of whom something was known,
    /// [`Store::companies_known`] tells. The stream of declarations is no company.
    ///
    /// # Errors
    ///
    /// [`Error::Log`] if they cannot be read.
    pub fn companies(&self, basis: &Basis) -> Result<Vec<Slug>, Error> {
        self.reaches(basis)?;
        let mut slugs = self.log().companies()?;
        slugs.retain(|slug| !is_of_kinds(slug));
        if basis.cuts.recorded != self.head().position {
            let known = slugs.into_iter().map(|slug| {
                let is_known = self.is_recorded_by(&slug, basis)?;
                Ok(is_known.then_some(slug))
            });
            slugs = known
                .filter_map(Result::transpose)
                .collect::<Result<_, Error>>()?;
        }
        slugs.sort_unstable();
        Ok(slugs)
    }

    fn is_recorded_by(&self, slug: &Slug, basis: &Basis) -> Result<bool, Error> {
        let mut is_recorded = false;
        self.log()
            .visit_stream(slug, basis.cuts.recorded, &mut |_| {
                is_recorded = true;
                ControlFlow::Break(())
            })?;
        Ok(is_recorded)
    }

    /// The events of a company that the log had by the recorded cut.
    ///
    /// # Errors
    ///
    /// [`Error::Log`] if they cannot be read.
    pub fn history(&self, company: &Slug, recorded: Position) -> Result<Vec<Placed>, Error> {
        self.history_of(company, recorded, |_| true)
    }

    /// Those of them that are meant.
    pub(crate) fn history_of(
        &self,
        company: &Slug,
        recorded: Position,
        is_meant: impl Fn(&Stored<'_>) -> bool,
    ) -> Result<Vec<Placed>, Error> {
        let mut history = Vec::new();
        let mut failed = Ok(());
        self.log().visit_stream(company, recorded, &mut |stored| {
            if !is_meant(&stored) {
                return ControlFlow::Continue(());
            }
            let event = stored.event();
            let added = event.map(|event| history.push(Placed::new(stored.position, event)));
            go_on(added, &mut failed)
        })?;
        failed?;
        Ok(history)
    }

    /// Those of them that are meant, or strike others, and bear on what could be known.
    fn seen(
        &self,
        company: &Slug,
        cuts: &Cuts,
        is_meant: impl Fn(&Stored<'_>) -> bool,
    ) -> Result<Seen, Error> {
        let mut seen = Seen::by(cuts.known);
        let mut failed = Ok(());
        let upto = cuts.recorded;
        self.log().visit_stream(company, upto, &mut |stored| {
            if !is_meant(&stored) && !stored.may_strike() {
                return ControlFlow::Continue(());
            }
            go_on(seen.add(&stored), &mut failed)
        })?;
        failed?;
        Ok(seen)
    }

    /// The visible events, struck ones too, in the order of their positions: of
    /// one company, or of all. Among all are the declarations of kinds, which are
    /// known from their position on.
    pub fn visible<'a>(
        &'a self,
        company: Option<&Slug>,
        basis: &'a Basis,
    ) -> Box<dyn Iterator<Item = Result<Recorded, Error>> + Send + 'a> {
        let events = match company {
            Some(slug) => self.log().read_stream(slug, basis.cuts.recorded),
            None => self.log().read(Position(0), basis.cuts.recorded),
        };
        let known = basis.cuts.known;
        let is_visible = move |read: &Result<Recorded, _>| {
            read.as_ref().map_or(true, |Recorded { event, .. }| {
                event.published <= known || is_of_kinds(&event.company)
            })
        };
        let events = events.filter(is_visible);
        let events = events.map(|read| read.map_err(Error::from));
        match self.reaches(basis) {
            Ok(()) => Box::new(events),
            Err(error) => Box::new(std::iter::once(Err(error))),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use event_log::{Expected, NewEvent};
    use event_model::time::Instant;

    use super::*;
    use crate::append::AppendOptions;
    use crate::{Moment, Question};

    fn statement(number: usize) -> String {
        format!(
            r#"{{"company":"alibaba","kind":"statement","published":"2026-01-0{number}",
            "certainty":"asserted","source":{{"name":"paper"}},"data":{{"text":"{number}"}}}}"#
        )
        .replace('\n', " ")
    }

    #[test]
    fn a_company_that_is_kept_answers_with_what_came_since() {
        let dir = tempfile::tempdir().unwrap();
        let now: Instant = "2026-03-01T00:00:00Z".parse().unwrap();
        let store = Store::create_or_open(&dir.path().join("store"), Arc::new(move || now));
        let store = store.unwrap();
        let new_company = AppendOptions {
            new_company: true,
            ..AppendOptions::default()
        };
        let append = |number| {
            let line = statement(number);
            let name = "a test";
            store
                .append_lines(name, &mut line.as_bytes(), new_company)
                .unwrap();
        };
        append(1);
        append(2);
        let company: Slug = "alibaba".parse().unwrap();
        let basis = || {
            let question = Question::at(Moment::parse("2026-02-01").unwrap());
            store.basis(&question).unwrap()
        };
        let told = || store.at_without_events(&company, &basis()).unwrap();
        (0..3).for_each(|_| drop(told()));
        // As an append of another thread is seen that has not ended yet.
        let last = store.history(&company, Position(2)).unwrap().pop().unwrap();
        let again = NewEvent {
            id: store.new_id(),
            ..NewEvent::of(&last.event)
        };
        let log = store.log();
        log.append(&company, Expected::Any, vec![again]).unwrap();
        for _ in 0..3 {
            let whole = store.at(&company, &basis()).unwrap();
            assert_eq!(told().timeline.tally, whole.timeline.tally);
        }
    }
}
