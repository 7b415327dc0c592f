//! Ids that an import makes: the same for the same key, for ever. By them it knows its own.

use event_model::id::EventId;
use event_model::time::Instant;
use uuid::Uuid;

use super::crawl::Crawl;

/// Made once for this importer; it never changes.
const NAMESPACE: Uuid = Uuid::from_u128(0x5b0f_41d2_6c7e_5a90_8f13_2d94_e7a6_0b1c);

/// The id (UUID v5) of a key such as `filing/0001318605/0001318605-26-000005`.
pub(super) fn id_of(key: &str) -> EventId {
    EventId(Uuid::new_v5(&NAMESPACE, key.as_bytes()))
}

/// Under how many ids an import looks for an event of its own.
const SAME_KEY_MAX: usize = 8;

/// The ids of a key, of which the first that is free is taken.
pub(super) fn ids_of(key: &str) -> impl Iterator<Item = EventId> {
    let nth = move |nth: u32| match nth {
        1 => id_of(key),
        nth => id_of(&format!("{key}/{nth}")),
    };
    (1_u32..).map(nth)
}

/// Whether an id is one of a key.
pub(super) fn is_of(key: &str, id: EventId) -> bool {
    ids_of(key).take(SAME_KEY_MAX).any(|own| own == id)
}

/// The key of a claim about a filing. Several companies may have filed the same document,
/// each with its claim.
pub(super) fn filing_key(cik: &str, accession: &str) -> String {
    format!("filing/{cik}/{accession}")
}

/// The key of a claim about a filing that corrects the one that counted.
pub(super) fn correction_key(
    filing: &str,
    content: EventId,
    corrected: EventId,
    edition: Instant,
) -> String {
    // A crawl may go back to what an earlier one said.
    format!("{filing}/{content}/{corrected}/{edition}")
}

/// The key of the retraction of an event of an import.
pub(super) fn retraction_key(target: EventId) -> String {
    format!("older/{target}")
}

/// The key of the facts of a company, as a crawl has them.
pub(super) fn facts_key(crawl: &Crawl) -> String {
    format!("facts/{}/{}/{}", crawl.cik, crawl.locator, crawl.edition)
}

/// The ids by which a store has what a crawl says, if it has it.
pub fn ids(crawl: &Crawl) -> impl Iterator<Item = EventId> + '_ {
    let filings = crawl.rows.iter();
    let filings = filings.map(|row| id_of(&filing_key(&crawl.cik, &row.accession)));
    std::iter::once(id_of(&facts_key(crawl))).chain(filings)
}
