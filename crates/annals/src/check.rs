//! What is legal and yet doubtful: [`Store::check`], [`Store::check_all`].

use event_model::id::Slug;
use projection::basis::{Basis, Placed};
use projection::check::companies::{Card, check_companies};
use projection::check::{Check, Finding, check};

use crate::error::Error;
use crate::store::Store;

impl Store {
    /// Looks for what is doubtful of one company, with these checks alone. Those that
    /// hold companies against each other find nothing.
    ///
    /// # Errors
    ///
    /// [`Error::Log`] or [`Error::StoredEvent`] if events cannot be read.
    pub fn check(
        &self,
        company: &Slug,
        basis: &Basis,
        checks: &[&'static Check],
    ) -> Result<Vec<Finding>, Error> {
        self.reaches(basis)?;
        let events = self.history(company, basis.cuts.recorded)?;
        Ok(check(company, &events, basis, checks))
    }

    /// Looks for what is doubtful of every company of which something was known, in
    /// the order of their slugs; then of companies beside each other. Of each only the
    /// name and the identifiers are held in memory.
    ///
    /// # Errors
    ///
    /// [`Error::Log`] if events cannot be read; and what `take` gives.
    pub fn check_all<E: From<Error>>(
        &self,
        basis: &Basis,
        checks: &[&'static Check],
        mut take: impl FnMut(&Slug, &[Finding]) -> Result<(), E>,
    ) -> Result<(), E> {
        let is_across = checks.iter().any(|check| check.is_across());
        let mut cards = Vec::new();
        let look = |company: &Slug, events: &[Placed]| {
            let card = is_across.then(|| Card::of(company, events, &basis.cuts));
            (company.clone(), check(company, events, basis, checks), card)
        };
        self.each_company(basis, look, |(company, found, card)| {
            cards.extend(card);
            match found.is_empty() {
                true => Ok(()),
                false => take(&company, &found),
            }
        })?;
        let found = check_companies(&cards, checks);
        for of_one in found.chunk_by(|(one, _), (other, _)| one == other) {
            let findings: Vec<Finding> = of_one.iter().map(|(_, found)| found.clone()).collect();
            if let Some((company, _)) = of_one.first() {
                take(company, &findings)?;
            }
        }
        Ok(())
    }
}
