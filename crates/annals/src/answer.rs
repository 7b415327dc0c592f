//! Answers of a store: timelines, and the events behind them.

use std::collections::{HashMap, VecDeque};

use event_log::{EventLog, Recorded};
use event_model::id::{Position, Slug};
use event_model::kinds;
use projection::basis::{Basis, Cuts, Placed};
use projection::fold::{fold, fold_without_events};
use projection::identity::{self, Company};
use projection::standing::Standing;
use projection::thread::threads;
use projection::timeline::{Answer, Timeline};

use crate::error::Error;
use crate::store::{Store, placed};

impl Store {
    /// What could have been known of a company.
    ///
    /// # Errors
    ///
    /// [`Error::Log`] or [`Error::StoredEvent`] if its events cannot be read.
    pub fn at(&self, company: &Slug, basis: &Basis) -> Result<Answer, Error> {
        self.told(company, basis, fold)
    }

    /// The same without the list of events.
    ///
    /// # Errors
    ///
    /// As [`Store::at`].
    pub fn at_without_events(&self, company: &Slug, basis: &Basis) -> Result<Answer, Error> {
        self.told(company, basis, fold_without_events)
    }

    fn told(&self, company: &Slug, basis: &Basis, fold: Fold) -> Result<Answer, Error> {
        let events = self.history(company, basis)?;
        let timeline = fold(company, &events, &basis.cuts);
        Ok(Answer {
            basis: basis.clone(),
            timeline,
        })
    }

    /// The same of every company of which something was known, in the order of
    /// their slugs.
    pub fn at_all<'a>(
        &'a self,
        basis: &'a Basis,
    ) -> impl Iterator<Item = Result<Answer, Error>> + 'a {
        self.all_told(basis, fold)
    }

    /// The same without the lists of events.
    pub fn at_all_without_events<'a>(
        &'a self,
        basis: &'a Basis,
    ) -> impl Iterator<Item = Result<Answer, Error>> + 'a {
        self.all_told(basis, fold_without_events)
    }

    fn all_told<'a>(&'a self, basis: &'a Basis, fold: Fold) -> AllAnswers<'a> {
        AllAnswers {
            store: self,
            basis,
            fold,
            companies: self.companies(basis).into(),
            histories: VecDeque::new(),
        }
    }

    /// What is known of a company itself, and how many of its events are visible.
    ///
    /// # Errors
    ///
    /// [`Error::Log`] or [`Error::StoredEvent`] if its events cannot be read.
    pub fn company(&self, company: &Slug, basis: &Basis) -> Result<(Company, usize), Error> {
        let mut events = self.history(company, basis)?;
        let is_visible = |placed: &&Placed| placed.event.published.instant() <= basis.cuts.known;
        let visible = events.iter().filter(is_visible).count();
        events.retain(|placed| {
            &*placed.event.kind == kinds::COMPANY || placed.event.strikes().is_some()
        });
        let standing = Standing::of(&events, &basis.cuts);
        let threads = threads(&standing);
        let company = identity::company(company, &threads, basis.cuts.on);
        Ok((company, visible))
    }

    /// The slugs of the companies that the log knows by the recorded cut, in
    /// order.
    #[must_use]
    pub fn companies(&self, basis: &Basis) -> Vec<Slug> {
        let mut slugs = self.log().companies();
        slugs.retain(|slug| self.is_recorded_by(slug, basis));
        slugs.sort_unstable();
        slugs
    }

    fn is_recorded_by(&self, slug: &Slug, basis: &Basis) -> bool {
        let head = self.log().head().position;
        basis.cuts.recorded == head
            || self
                .log()
                .read_stream(slug, basis.cuts.recorded)
                .next()
                .is_some()
    }

    /// The events of a company that the log had by the recorded cut.
    ///
    /// # Errors
    ///
    /// [`Error::Log`] or [`Error::StoredEvent`] if they cannot be read.
    pub fn history(&self, company: &Slug, basis: &Basis) -> Result<Vec<Placed>, Error> {
        self.read_stream(company, basis.cuts.recorded)
            .map(|read| placed(read?))
            .collect()
    }

    /// The visible events, struck ones too, in the order of their positions: of
    /// one company, or of all.
    pub fn visible<'a>(
        &'a self,
        company: Option<&Slug>,
        basis: &'a Basis,
    ) -> Box<dyn Iterator<Item = Result<Recorded, Error>> + 'a> {
        let events = match company {
            Some(slug) => self.log().read_stream(slug, basis.cuts.recorded),
            None => self.log().read(Position(0), basis.cuts.recorded),
        };
        let known = basis.cuts.known;
        let is_visible = move |read: &Result<Recorded, _>| {
            read.as_ref()
                .map_or(true, |recorded| recorded.event.published <= known)
        };
        Box::new(
            events
                .filter(is_visible)
                .map(|read| read.map_err(Error::from)),
        )
    }
}

type Fold = fn(&Slug, &[Placed], &Cuts) -> Timeline;

/// How many events of several companies are held at once.
const EVENTS_AT_ONCE_MAX: u64 = 100_000;
/// How many events can be read in a row in the time in which one is looked up.
const READ_PER_LOOK_UP: u64 = 40;

/// Answers of one company after the other, whose events are read together.
struct AllAnswers<'a> {
    store: &'a Store,
    basis: &'a Basis,
    fold: Fold,
    companies: VecDeque<Slug>,
    histories: VecDeque<(Slug, Vec<Recorded>)>,
}

impl AllAnswers<'_> {
    /// Reads the events of the next companies: the whole log once, if they make
    /// up much of it.
    fn read_on(&mut self) -> Result<(), Error> {
        let mut count = 0;
        let mut next = Vec::new();
        while let Some(slug) = self.companies.pop_front() {
            count += self.store.version(&slug);
            next.push(slug);
            if count >= EVENTS_AT_ONCE_MAX {
                break;
            }
        }
        let upto = self.basis.cuts.recorded;
        if count.saturating_mul(READ_PER_LOOK_UP) < upto.0 {
            for slug in next {
                let events = self
                    .store
                    .read_stream(&slug, upto)
                    .collect::<Result<_, _>>()?;
                self.histories.push_back((slug, events));
            }
            return Ok(());
        }
        let mut histories: HashMap<&Slug, Vec<Recorded>> =
            next.iter().map(|slug| (slug, Vec::new())).collect();
        for recorded in self.store.read(Position(0), upto) {
            let recorded = recorded?;
            if let Some(history) = histories.get_mut(&recorded.event.company) {
                history.push(recorded);
            }
        }
        for slug in &next {
            let events = histories.remove(slug).unwrap_or_default();
            self.histories.push_back((slug.clone(), events));
        }
        Ok(())
    }
}

impl Iterator for AllAnswers<'_> {
    type Item = Result<Answer, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.histories.is_empty()
            && !self.companies.is_empty()
            && let Err(error) = self.read_on()
        {
            self.companies.clear();
            return Some(Err(error));
        }
        let (slug, events) = self.histories.pop_front()?;
        let known = self.basis.cuts.known;
        if !events
            .iter()
            .any(|recorded| recorded.event.published <= known)
        {
            // Nobody had heard of it.
            return self.next();
        }
        let events = events
            .into_iter()
            .map(placed)
            .collect::<Result<Vec<_>, _>>();
        Some(events.map(|events| Answer {
            basis: self.basis.clone(),
            timeline: (self.fold)(&slug, &events, &self.basis.cuts),
        }))
    }
}
