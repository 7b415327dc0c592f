//! Answers of a store: timelines, and the events behind them.

use event_log::{EventLog, Recorded};
use event_model::id::Slug;
use event_model::kinds;
use projection::basis::{Basis, Placed};
use projection::claim;
use projection::fold::fold;
use projection::identity::{self, Company};
use projection::standing::Standing;
use projection::timeline::Answer;

use crate::error::Error;
use crate::store::{Store, placed};

impl Store {
    /// What could have been known of a company.
    ///
    /// # Errors
    ///
    /// [`Error::Log`] or [`Error::StoredEvent`] if its events cannot be read.
    pub fn at(&self, company: &Slug, basis: &Basis) -> Result<Answer, Error> {
        let events = self.history(company, basis)?;
        let timeline = fold(company, &events, &basis.cuts);
        Ok(Answer {
            basis: basis.clone(),
            timeline,
        })
    }

    /// The same of every company that the log knows by the recorded cut, in the
    /// order of their slugs.
    pub fn at_all(&self, basis: &Basis) -> impl Iterator<Item = Result<Answer, Error>> {
        self.companies(basis)
            .into_iter()
            .map(|slug| self.at(&slug, basis))
    }

    /// What is known of a company itself.
    ///
    /// # Errors
    ///
    /// [`Error::Log`] or [`Error::StoredEvent`] if its events cannot be read.
    pub fn company(&self, company: &Slug, basis: &Basis) -> Result<Company, Error> {
        let mut events = self.history(company, basis)?;
        events.retain(|placed| {
            &*placed.event.kind == kinds::COMPANY || placed.event.strikes().is_some()
        });
        let standing = Standing::of(&events, &basis.cuts);
        Ok(identity::company(
            company,
            &claim::threads(&standing),
            basis.cuts.on,
        ))
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
            None => self
                .log()
                .read(event_model::id::Position(0), basis.cuts.recorded),
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
