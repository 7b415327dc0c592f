//! What damaged streams still hold whole.
//!
//! Nothing but the runs is asked, whatever the manifest says: a chunk, and a page of
//! a table, tells by its own checksum that it is whole.

use std::fs;
use std::ops::RangeInclusive;
use std::path::Path;
use std::sync::Arc;

use event_model::id::Slug;
use uuid::Uuid;

use super::Entry;
use super::company::Company;
use super::run::{Chunks, Run};

/// The runs in a folder that have a footer, the newest first.
fn runs(dir: &Path) -> Vec<Arc<Run>> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    let paths = entries.map(|entry| entry.path());
    let mut runs: Vec<_> = paths
        .filter(|path| path.extension().is_some_and(|end| end == "run"))
        .filter_map(|path| Run::open(&path).ok().map(Arc::new))
        .collect();
    runs.sort_by_key(|run| std::cmp::Reverse(run.footer.number));
    runs
}

/// The last position that a run has; zero if there is none.
pub(crate) fn last(dir: &Path, store: Option<Uuid>) -> u64 {
    let ours = runs(dir).into_iter().filter(|run| is_of(run, store));
    ours.map(|run| run.footer.last).max().unwrap_or(0)
}

/// Whether a run is of a store, where it is known of which.
fn is_of(run: &Run, store: Option<Uuid>) -> bool {
    store.is_none_or(|store| store == run.footer.store)
}

/// Gives the events of these positions that can be read, in no order, and one perhaps
/// more than once: first as the newest run has it.
pub(crate) fn events(
    dir: &Path,
    store: Option<Uuid>,
    wanted: &RangeInclusive<u64>,
    mut take: impl FnMut(Entry<'_>),
) {
    for run in runs(dir) {
        let footer = run.footer;
        if !is_of(&run, store) || footer.last < *wanted.start() || footer.first > *wanted.end() {
            continue;
        }
        let mut chunks = Chunks::new(&run);
        let mut companies = run.companies();
        loop {
            match companies.next() {
                Ok(Some((slug, company))) => {
                    if company.last >= *wanted.start() && company.first <= *wanted.end() {
                        of_company(&mut chunks, &slug, &company, wanted, &mut take);
                    }
                }
                Ok(None) => break,
                // The companies of a damaged page cannot be named.
                Err(_) => companies.skip_page(),
            }
        }
    }
}

fn of_company(
    chunks: &mut Chunks,
    slug: &Slug,
    company: &Company,
    wanted: &RangeInclusive<u64>,
    take: &mut impl FnMut(Entry<'_>),
) {
    let numbers = company.first_chunk..company.first_chunk.saturating_add(company.chunks);
    for number in numbers {
        let Ok((place, chunk)) = chunks.load(number) else {
            continue;
        };
        for at in 0..chunk.events() {
            let number = place.first_event + at as u64;
            let is_of = (company.first_event..company.end_event()).contains(&number);
            let Some(stored) = chunk.event(at).filter(|_| is_of) else {
                continue;
            };
            let entry = company.entry(slug, number, &stored);
            if let Some(entry) = entry.filter(|entry| wanted.contains(&entry.position.0)) {
                take(entry);
            }
        }
    }
}
