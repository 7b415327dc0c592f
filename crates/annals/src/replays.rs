//! The companies that are asked about again and again: [`Replays`].
//!
//! A company that was asked about twice is kept as a [`Replay`], which answers without
//! reading or folding its events again. What is kept is bounded by the number of events.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use event_model::id::Slug;
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
    companies: HashMap<Slug, Option<Arc<Mutex<Replay>>>>,
    /// The companies with a replay, the oldest first, and how many events each has.
    ages: VecDeque<(Slug, usize)>,
    events: usize,
    /// How often companies grew.
    growths: u64,
}

/// How often companies had grown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Growths(u64);

/// What is known of a company that is asked about.
pub(crate) enum Asked {
    /// It is asked about for the first time.
    First,
    /// It was asked about, and is to be kept now, if nothing grows meanwhile.
    Again(Growths),
    /// It is kept.
    Kept(Arc<Mutex<Replay>>),
}

impl Replays {
    /// Hears that a company is asked about.
    pub(crate) fn ask(&self, company: &Slug) -> Asked {
        let mut kept = self.kept();
        match kept.companies.get(company) {
            Some(Some(replay)) => Asked::Kept(Arc::clone(replay)),
            Some(None) => Asked::Again(Growths(kept.growths)),
            None => {
                if kept.companies.len() >= ASKED_MAX {
                    kept.companies.retain(|_, replay| replay.is_some());
                }
                kept.companies.insert(company.clone(), None);
                Asked::First
            }
        }
    }

    /// Answers from all events of a company, which were read after it was asked
    /// about, and keeps them.
    pub(crate) fn keep(
        &self,
        company: &Slug,
        events: Vec<Placed>,
        basis: &Basis,
        asked: Growths,
    ) -> Timeline {
        let count = events.len();
        let mut replay = Replay::of(company.clone(), events, basis.kinds.clone());
        let timeline = replay.at(&basis.cuts);
        let mut kept = self.kept();
        if Growths(kept.growths) != asked {
            // They may be too few by now.
            return timeline;
        }
        kept.forget(company);
        kept.events += count;
        kept.ages.push_back((company.clone(), count));
        let replay = Some(Arc::new(Mutex::new(replay)));
        kept.companies.insert(company.clone(), replay);
        while kept.events > EVENTS_MAX
            && let Some((oldest, _)) = kept.ages.front().cloned()
        {
            kept.forget(&oldest);
        }
        timeline
    }

    /// Forgets all of them, since what their events mean is not the same.
    pub(crate) fn forget_all(&self) {
        let mut kept = self.kept();
        *kept = Kept {
            growths: kept.growths + 1,
            ..Kept::default()
        };
    }

    /// Forgets companies that have grown.
    pub(crate) fn forget<'c>(&self, companies: impl IntoIterator<Item = &'c Slug>) {
        let mut kept = self.kept();
        kept.growths += 1;
        for company in companies {
            kept.forget(company);
        }
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

/// What a kept company says, unless other kinds are known by the basis than when
/// it was kept.
pub(crate) fn answer(replay: &Mutex<Replay>, basis: &Basis) -> Option<Timeline> {
    let mut replay = replay.lock().unwrap_or_else(PoisonError::into_inner);
    let knows_the_same = *replay.kinds() == basis.kinds;
    knows_the_same.then(|| replay.at(&basis.cuts))
}
