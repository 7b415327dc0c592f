//! Whose events a block holds: [`Directory`].
//!
//! ```text
//! u8       number of companies
//! each:    u8 length, slug
//! each event: u8 which company, 16 bytes of id
//! ```

use event_model::id::{EventId, Slug};

use crate::chain::Sealed;
use crate::error::Damage;

const ENTRY_BYTES: usize = 17;

/// The companies of a block, and the company and id of each event.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Directory {
    companies: Vec<Slug>,
    entries: Vec<(usize, EventId)>,
}

/// The directory of these events, as bytes.
pub(super) fn encode(events: &[Sealed]) -> Result<Vec<u8>, Damage> {
    let mut companies: Vec<&Slug> = Vec::new();
    let mut entries = Vec::with_capacity(events.len() * ENTRY_BYTES);
    for event in events {
        let known = companies.iter().position(|&slug| *slug == event.company);
        let index = known.unwrap_or_else(|| {
            companies.push(&event.company);
            companies.len() - 1
        });
        entries.push(u8::try_from(index).map_err(|_| Damage::BlockDirectory)?);
        entries.extend_from_slice(event.id.0.as_bytes());
    }
    let mut bytes = vec![u8::try_from(companies.len()).map_err(|_| Damage::BlockDirectory)?];
    for company in companies {
        let slug = company.as_str().as_bytes();
        bytes.push(u8::try_from(slug.len()).map_err(|_| Damage::BlockDirectory)?);
        bytes.extend_from_slice(slug);
    }
    bytes.extend_from_slice(&entries);
    Ok(bytes)
}

impl Directory {
    pub(super) fn decode(bytes: &[u8], count: usize) -> Result<Self, Damage> {
        let (&companies_count, mut rest) = bytes.split_first().ok_or(Damage::BlockDirectory)?;
        let mut companies = Vec::with_capacity(usize::from(companies_count));
        for _ in 0..companies_count {
            let (&length, after) = rest.split_first().ok_or(Damage::BlockDirectory)?;
            let (slug, after) = after
                .split_at_checked(usize::from(length))
                .ok_or(Damage::BlockDirectory)?;
            rest = after;
            let slug = std::str::from_utf8(slug).map_err(|_| Damage::BlockDirectory)?;
            companies.push(slug.parse().map_err(|_| Damage::BlockDirectory)?);
        }
        if rest.len() != count * ENTRY_BYTES {
            return Err(Damage::BlockDirectory);
        }
        let mut entries = Vec::with_capacity(count);
        for entry in rest.chunks_exact(ENTRY_BYTES) {
            let (&index, id) = entry.split_first().ok_or(Damage::BlockDirectory)?;
            let id = uuid::Uuid::from_slice(id).map_err(|_| Damage::BlockDirectory)?;
            let index = usize::from(index);
            if index >= companies.len() {
                return Err(Damage::BlockDirectory);
            }
            entries.push((index, EventId(id)));
        }
        Ok(Self { companies, entries })
    }

    /// The company and id of each event, in order.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&Slug, EventId)> {
        self.entries
            .iter()
            .filter_map(|&(index, id)| Some((self.companies.get(index)?, id)))
    }
}
