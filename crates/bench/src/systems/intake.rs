//! The check of a line outside annals, by the same rules: [`check_line`].

use annals::model::draft::{Draft, Referent};
use annals::model::event::Event;
use annals::model::id::{EventId, Slug};
use annals::model::identifier::CompanyKey;
use annals::model::kinds;
use annals::model::problem::Defect;
use annals::model::time::Instant;
use anyhow::{Result, bail};

/// What a line is checked against.
pub(crate) trait Past {
    /// Whether a company is declared.
    fn has_company(&self, slug: &Slug) -> bool;

    /// What is known of an event that a line refers to.
    fn referent(&self, id: EventId) -> Option<Referent>;
}

/// Reads a line as an event, and checks it as annals would.
pub(crate) fn check_line(line: &str, past: &impl Past, now: Instant) -> Result<Event> {
    let draft = Draft::parse(line)?;
    let company = match (draft.company(), draft.kind()) {
        (Some(CompanyKey::Slug(slug)), Some(kinds::COMPANY)) => Ok(slug.clone()),
        (Some(CompanyKey::Slug(slug)), _) if past.has_company(slug) => Ok(slug.clone()),
        (Some(key), _) => Err(Defect::UnknownCompany {
            key: key.to_string(),
            near: Vec::new(),
            held: Vec::new(),
        }),
        (None, _) => Err(Defect::Missing),
    };
    match draft.finish(company, |id| past.referent(id), now) {
        Ok(event) => Ok(event),
        Err(problems) => bail!("{problems:?} in {line}"),
    }
}
