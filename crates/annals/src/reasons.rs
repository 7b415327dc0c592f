//! What values follow from: [`Store::why`].

use event_model::id::Slug;
use projection::basis::Basis;
use projection::fold::fold_without_events;
use projection::path::Path;
use projection::why::{Why, why};

use crate::error::Error;
use crate::store::Store;

impl Store {
    /// Tells what the value of a path follows from: who made it, who lost and by
    /// which rule, and what does not hold.
    ///
    /// # Errors
    ///
    /// [`Error::NothingThere`] if the path finds no thread; [`Error::Log`] or
    /// [`Error::StoredEvent`] if events cannot be read.
    pub fn why(&self, company: &Slug, basis: &Basis, path: &Path) -> Result<Why, Error> {
        self.reaches(basis)?;
        let events = self.history(company, basis.cuts.recorded)?;
        let told = why(company, &events, basis, path);
        if !told.explanations.is_empty() {
            return Ok(told);
        }
        let timeline = fold_without_events(company, &events, basis);
        Err(Error::NothingThere {
            path: path.to_string(),
            threads: path.names(&timeline),
        })
    }
}
