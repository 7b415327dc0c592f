//! How far the streams of companies go: [`Heads`].

use std::sync::{Arc, Mutex};

use event_model::id::{Position, Slug, Version};
use foldhash::{HashMap, HashMapExt};

use super::error::StreamsError;
use super::run::Run;
use crate::sync;

/// The last version and position of a company, if it has an event.
pub(super) type StreamHead = Option<(Version, Position)>;

/// How many answers are kept of companies that were asked for one by one.
const ANSWERS_MAX: usize = 4_096;
/// Runs with more records of companies are not read whole for it.
const RECORDS_MAX: u64 = 1 << 19;
/// How many records are read in the time that it takes to look for one company in a run.
const RECORDS_PER_LOOK: u64 = 16;
/// So many are looked for one by one in any case.
const LOOKS_MIN: u64 = 16;

/// The heads of streams, which never change, for who asks again. An append asks before it
/// queues up and again when it is its turn, and a seal asks for every company of the
/// journal. Where many are asked for, all are read at once.
#[derive(Debug, Default)]
pub(super) struct Heads(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    heads: HashMap<Slug, StreamHead>,
    /// Whether a company that is not among them has no event.
    are_all: bool,
    /// How many were looked for.
    looks: u64,
}

impl Heads {
    /// The head of a company in these runs, which are always the same.
    pub(super) fn of(&self, company: &Slug, runs: &[Arc<Run>]) -> Result<StreamHead, StreamsError> {
        let looks = {
            let mut known = sync::lock(&self.0);
            match known.heads.get(company) {
                Some(head) => return Ok(*head),
                None if known.are_all => return Ok(None),
                None => known.looks += 1,
            }
            known.looks
        };
        // One of those who ask reads them, and the others go on.
        if Some(looks) == looks_before_all(runs) && self.read_all(runs).is_ok() {
            return Ok(sync::lock(&self.0).heads.get(company).copied().flatten());
        }
        let found = look(company, runs)?;
        let mut known = sync::lock(&self.0);
        if !known.are_all {
            if known.heads.len() >= ANSWERS_MAX {
                known.heads.clear();
            }
            known.heads.insert(company.clone(), found);
        }
        Ok(found)
    }

    fn read_all(&self, runs: &[Arc<Run>]) -> Result<(), StreamsError> {
        let heads = all(runs)?;
        let mut known = sync::lock(&self.0);
        known.heads = heads;
        known.are_all = true;
        Ok(())
    }

    /// What is known after more events, of which these are the heads. It is taken over:
    /// who still reads the streams before them has to look again.
    pub(super) fn grown(&self, grown: impl Iterator<Item = (Slug, StreamHead)>) -> Self {
        let mut known = std::mem::take(&mut *sync::lock(&self.0));
        known.heads.extend(grown);
        known.looks = 0;
        Self(Mutex::new(known))
    }
}

/// After how many looks all are read; `None` where there are too many.
fn looks_before_all(runs: &[Arc<Run>]) -> Option<u64> {
    let records: u64 = runs.iter().map(|run| run.footer.slugs.records).sum();
    let a_look = RECORDS_PER_LOOK * runs.len().max(1) as u64;
    (records <= RECORDS_MAX).then_some(LOOKS_MIN + records / a_look)
}

fn look(company: &Slug, runs: &[Arc<Run>]) -> Result<StreamHead, StreamsError> {
    for run in runs.iter().rev() {
        if let Some(found) = run.company(company)? {
            let version = Version(found.last_version());
            return Ok(Some((version, Position(found.last))));
        }
    }
    Ok(None)
}

fn all(runs: &[Arc<Run>]) -> Result<HashMap<Slug, StreamHead>, StreamsError> {
    let mut heads = HashMap::new();
    for run in runs {
        let mut companies = run.companies();
        while let Some((slug, company)) = companies.next()? {
            let version = Version(company.last_version());
            heads.insert(slug, Some((version, Position(company.last))));
        }
    }
    Ok(heads)
}
