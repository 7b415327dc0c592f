//! The companies that are asked about again and again: [`Replays`].
//!
//! A company that was asked about twice is kept as a [`Replay`], which answers without
//! reading or folding its events again. What is kept is bounded by the number of events,
//! and answers as long as the stream of the company has the version that it had.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use event_model::id::{Slug, Version};
use projection::basis::{Basis, Placed};
use projection::replay::Replay;
use projection::timeline::Timeline;

/// The most events of all companies that are kept.
const EVENTS_MAX: usize = 250_000;
/// The most companies of which it is remembered that they were asked about.
const ASKED_MAX: usize = 10_000;

/// What is kept of companies.
#[derive(Debug, Default)]
pub(crate) struct Replays(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    /// Of each company that was asked about, its replay from the second time on.
    companies: HashMap<Slug, Option<Arc<OfCompany>>>,
    /// The companies with a replay, the oldest first, and how many events each has.
    ages: VecDeque<(Slug, usize)>,
    events: usize,
}

/// What is kept of one.
#[derive(Debug)]
struct OfCompany {
    /// Of its stream, whose events it was made of.
    version: Version,
    replay: Mutex<Replay>,
}

/// What is found of a company.
enum Found {
    Nothing,
    Asked,
    Kept(Arc<OfCompany>),
}

/// What is known of a company that is asked about.
pub(crate) enum Asked {
    /// It is asked about for the first time.
    First,
    /// It was asked about, and is to be kept now.
    Again,
    /// It is kept, and says this.
    Kept(Box<Timeline>),
}

impl Replays {
    /// Asks about a company whose stream has this version.
    pub(crate) fn ask(&self, company: &Slug, version: Version, basis: &Basis) -> Asked {
        match self.find(company) {
            Found::Kept(kept) if kept.version == version => kept.answer(basis),
            Found::Kept(_) | Found::Asked => Asked::Again,
            Found::Nothing => Asked::First,
        }
    }

    /// Hears that a company is asked about.
    fn find(&self, company: &Slug) -> Found {
        let mut kept = self.kept();
        match kept.companies.get(company) {
            Some(Some(found)) => Found::Kept(Arc::clone(found)),
            Some(None) => Found::Asked,
            None => {
                if kept.companies.len() >= ASKED_MAX {
                    kept.companies.retain(|_, replay| replay.is_some());
                }
                kept.companies.insert(company.clone(), None);
                Found::Nothing
            }
        }
    }

    /// Answers from all events of a company, the last of which has this version, and keeps
    /// them.
    pub(crate) fn keep(
        &self,
        company: &Slug,
        version: Version,
        events: Vec<Placed>,
        basis: &Basis,
    ) -> Timeline {
        let count = events.len();
        let mut replay = Replay::of(company.clone(), events, basis.kinds.clone());
        let timeline = replay.at(&basis.cuts);
        let mut kept = self.kept();
        kept.forget(company);
        kept.events += count;
        kept.ages.push_back((company.clone(), count));
        let of_company = OfCompany {
            version,
            replay: Mutex::new(replay),
        };
        kept.companies
            .insert(company.clone(), Some(Arc::new(of_company)));
        while kept.events > EVENTS_MAX
            && let Some((oldest, _)) = kept.ages.front().cloned()
        {
            kept.forget(&oldest);
        }
        timeline
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn forget(&mut self, company: &Slug) {
        if self.companies.remove(company).flatten().is_none() {
            return;
        }
        if let Some(at) = self.ages.iter().position(|(kept, _)| kept == company) {
            let count = self.ages.remove(at).map_or(0, |(_, count)| count);
            self.events -= count;
        }
    }
}

impl OfCompany {
    /// What it says, unless other kinds are known by the basis than when it was kept.
    fn answer(&self, basis: &Basis) -> Asked {
        let mut replay = self.replay.lock().unwrap_or_else(PoisonError::into_inner);
        match *replay.kinds() == basis.kinds {
            true => Asked::Kept(Box::new(replay.at(&basis.cuts))),
            false => Asked::Again,
        }
    }
}
