//! A [`Replay`]: the events of a company arranged for being asked about often.
//!
//! What a thread says changes only where the known cut passes a publication of
//! one of its claims or of what strikes one, and where the day asked about
//! passes a day on which one of them begins or ends to be possible. Between
//! those edges lies a region in which it stays the same,
//! and is remembered.

mod shelf;
mod sight;
mod spans;
mod stretch;

use std::sync::Arc;

use event_model::id::Slug;
use event_model::kind::Section;
use event_model::own_kinds::Kinds;
use event_model::time::Instant;
use foldhash::{HashMap, HashMapExt, HashSet};

pub use self::sight::ReplayClock;
pub use self::stretch::Region;

use self::shelf::{Known, Shelf, Spanned};
use self::sight::Sight;
use crate::basis::{Cuts, Filter, Lens, Placed};
use crate::earnings::{ResultsDate, closed_periods, earnings, results_date};
use crate::fold::{fold_without_events, is_telling};
use crate::identity::{company, turning_days};
use crate::links::{Links, is_link};
use crate::redacted::{Redacted, is_about_redaction, redacted};
use crate::regulation::{Regulation, regulation};
use crate::standing::{Place, Ties, is_claim};
use crate::thread::{Thread, gather};
use crate::timeline::{Strategy, Tally, Timeline};
use crate::view::ThreadView;

/// The events of a company up to some position, and what was told of them.
///
/// It answers as [`fold_without_events`] does, and is filled by asking: what an
/// answer was made of is remembered for the next.
#[derive(Debug)]
pub struct Replay {
    slug: Slug,
    events: Vec<Placed>,
    kinds: Kinds,
    sight: Sight,
    /// Which threads are one depends on what is known, so that nothing of an
    /// answer can be arranged beforehand.
    is_linked: bool,
    tallies: Tallies,
    /// What was redacted, and what says so.
    redacting: Vec<Placed>,
    declaring: Vec<Known<()>>,
    pivots: Shelf<Arc<ThreadView>>,
    chips: Shelf<Arc<ThreadView>>,
    market: Shelf<Arc<ThreadView>>,
    other: Shelf<Arc<ThreadView>>,
    rules: Shelf<Regulation>,
    dates: Vec<Known<ResultsDate>>,
    reported: Vec<Known<Reported>>,
}

/// How much a [`Replay`] remembers.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// How many threads of a single claim are put together, to be told at once.
    pub run: usize,
    /// Under how many regions is remembered what a thread or a run says.
    pub regions: usize,
    /// About how many claims of a thread are weighed together.
    pub block: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            run: 128,
            regions: 4,
            block: 32,
        }
    }
}

/// The results of a period, and the periods that they close.
#[derive(Debug, Clone)]
struct Reported {
    view: Arc<ThreadView>,
    closes: Arc<[Arc<str>]>,
}

impl Replay {
    /// Arranges all events of a company that the log has up to some position;
    /// they are in the order of their positions, and `kinds` are those that are
    /// known by then.
    #[must_use]
    pub fn of(slug: Slug, events: Vec<Placed>, kinds: Kinds) -> Self {
        let all = (ReplayClock::Published, Filter::default());
        Self::within(Limits::default(), slug, events, (kinds, all))
    }

    /// The same on a clock and through a filter, remembering so much.
    #[must_use]
    pub fn within(
        limits: Limits,
        slug: Slug,
        events: Vec<Placed>,
        (kinds, (clock, filter)): (Kinds, (ReplayClock, Filter)),
    ) -> Self {
        let sight = Sight { clock, filter };
        let is_linked = events.iter().any(|placed| is_link(&placed.event));
        let arranged = if is_linked { &[] } else { &*events };
        let mut threads = threads(arranged, &kinds, &sight);
        let mut take = |section: Section| -> Vec<Spanned> {
            let is_there = |spanned: &mut Spanned| spanned.thread.section() == section;
            threads.extract_if(.., is_there).collect()
        };
        Self {
            tallies: Tallies::of(&events, &sight),
            redacting: events
                .iter()
                .filter(|placed| is_about_redaction(&placed.event))
                .cloned()
                .collect(),
            declaring: Known::all(take(Section::Company), limits),
            pivots: Shelf::of(take(Section::Strategy), limits),
            chips: Shelf::of(take(Section::Chips), limits),
            market: Shelf::of(take(Section::Market), limits),
            other: Shelf::of(take(Section::Other), limits),
            rules: Shelf::of(take(Section::Regulation), limits),
            dates: Known::all(take(Section::EarningsDate), limits),
            reported: Known::all(take(Section::EarningsResult), limits),
            slug,
            events,
            kinds,
            sight,
            is_linked,
        }
    }

    /// The kinds that it knows.
    #[must_use]
    pub fn kinds(&self) -> &Kinds {
        &self.kinds
    }

    /// Its events, in the order of their positions.
    #[must_use]
    pub fn events(&self) -> &[Placed] {
        &self.events
    }

    /// What could have been known of the company under these cuts, without the
    /// list of events.
    ///
    /// What the other clock passes is folded each time, with the kinds that it knows:
    /// on the clock of publication a recorded cut before its last event, on that of
    /// recording another known cut than its own.
    #[must_use]
    pub fn at(&mut self, cuts: &Cuts) -> Timeline {
        let mut region = Region::ALL;
        match self.is_folded(cuts) {
            true => self.fold(cuts),
            false => self.tell(cuts, &mut region),
        }
    }

    /// The same, with the cuts around these under which it [stays] so; `None` where it
    /// is folded.
    ///
    /// [stays]: Replay::stays
    #[must_use]
    pub fn at_with_region(&mut self, cuts: &Cuts) -> (Timeline, Option<Region>) {
        if self.is_folded(cuts) {
            return (self.fold(cuts), None);
        }
        let mut region = Region::ALL;
        let timeline = self.tell(cuts, &mut region);
        self.end(&mut region, &timeline, cuts);
        (timeline, Some(region))
    }

    /// Whether under these cuts it would answer as it did when it gave a region.
    #[must_use]
    pub fn stays(&self, region: &Region, cuts: &Cuts) -> bool {
        !self.is_folded(cuts) && region.contains(&self.sight.point(cuts))
    }

    fn is_folded(&self, cuts: &Cuts) -> bool {
        self.is_linked || !self.is_on_clock(cuts)
    }

    fn fold(&self, cuts: &Cuts) -> Timeline {
        let lens = Lens {
            cuts: *cuts,
            kinds: &self.kinds,
            filter: &self.sight.filter,
        };
        fold_without_events(&self.slug, &self.events, lens)
    }

    /// Tells it out of its threads. The region ends where one of them would say something
    /// else.
    fn tell(&mut self, cuts: &Cuts, region: &mut Region) -> Timeline {
        let asked = cuts;
        let cuts = &self.sight.point(cuts);
        let Cuts { known, on, .. } = *cuts;
        let view = |thread: &Thread| thread.view(on).map(Arc::new);
        let date = |thread: &Thread| results_date(thread, on);
        let dates = self.dates.iter_mut();
        let dates: Vec<ResultsDate> = dates
            .filter_map(|known| known.at(cuts, region, date))
            .collect();
        let reported = self.reported.iter_mut();
        let reported =
            reported.filter_map(|known| known.at(cuts, region, |thread| reported_by(thread, cuts)));
        let (mut results, mut closed) = (Vec::new(), HashSet::default());
        for Reported { view, closes } in reported {
            closed.extend(closes.iter().cloned());
            results.push(view);
        }
        for declaring in &mut self.declaring {
            declaring.hear(known);
            region.within(&declaring.region(cuts), cuts);
        }
        let declaring = self.declaring.iter().map(Known::thread);
        Timeline {
            company: company(&self.slug, declaring, on),
            strategy: Strategy {
                pivots: self.pivots.at(cuts, region, view),
            },
            earnings: earnings(dates, &closed, results.into_iter().collect(), asked),
            chips: self.chips.at(cuts, region, view),
            regulation: self.rules.at(cuts, region, |thread| regulation(thread, on)),
            market: self.market.at(cuts, region, view),
            other: self.other.at(cuts, region, view),
            redacted: self.redacted(known),
            tally: self.tallies.by(known),
            events: None,
        }
    }

    /// Ends a region where something else changes than what threads say.
    fn end(&self, region: &mut Region, timeline: &Timeline, asked: &Cuts) {
        let cuts = &self.sight.point(asked);
        // More is counted, and perhaps redacted.
        region.end_around(&self.tallies.visible, cuts);
        // A date is overdue.
        for date in timeline.earnings.dates() {
            if let Some(last) = date.bounds.latest {
                region.end_after(last, cuts);
            }
        }
        // An identifier begins to be the company's, or ceases to be.
        for declaring in &self.declaring {
            for claim in declaring.thread().claims() {
                for day in turning_days(&claim.event) {
                    region.end_at_day(day, cuts);
                }
            }
        }
    }

    fn redacted(&self, known: Instant) -> Vec<Redacted> {
        let seen_from = |placed: &Placed| self.sight.seen_from(placed);
        let is_seen = |placed: &&Placed| seen_from(placed).is_some_and(|from| from <= known);
        redacted(self.redacting.iter().filter(is_seen))
    }

    fn is_on_clock(&self, cuts: &Cuts) -> bool {
        match self.sight.clock {
            ReplayClock::Published => {
                let last = self.events.last().map(|placed| placed.position);
                last <= Some(cuts.recorded)
            }
            ReplayClock::Recorded(known) => known == cuts.known,
        }
    }
}

/// Every thread of these events, with all claims that count under some cut.
fn threads(events: &[Placed], kinds: &Kinds, sight: &Sight) -> Vec<Spanned> {
    let ties = Ties::among(events);
    let mut places: HashMap<usize, Place> = HashMap::new();
    places.extend(ties.places(events));
    let spans = spans::counting(events, &ties, sight);
    let claims = events.iter().zip(&spans).enumerate();
    let claims = claims.filter(|(_, (placed, spans))| is_claim(placed) && !spans.is_never());
    let claims = claims.map(|(at, (placed, _))| {
        let place = places.get(&at).copied();
        (placed, place.unwrap_or_else(|| Place::of(placed)))
    });
    let spanned = |thread: Thread| {
        let spans = thread.claims().iter().map(|claim| {
            let at = events.partition_point(|placed| placed.position < claim.position);
            spans.get(at).cloned().unwrap_or_default()
        });
        Spanned {
            spans: spans.collect(),
            thread,
        }
    };
    let threads = gather(claims, events.len(), &Links::default(), kinds);
    threads.into_iter().map(spanned).collect()
}

fn reported_by(thread: &Thread, cuts: &Cuts) -> Option<Reported> {
    Some(Reported {
        view: Arc::new(thread.view(cuts.on)?),
        closes: closed_periods(thread, cuts.on).collect(),
    })
}

/// What a [`Tally`] is counted from, each in order.
#[derive(Debug)]
struct Tallies {
    /// When the events came in sight.
    visible: Vec<Instant>,
    /// When those did that do not only tell what the company is called.
    telling: Vec<Instant>,
    /// When the first of those did, of each source.
    sources: Vec<Instant>,
}

impl Tallies {
    fn of(events: &[Placed], sight: &Sight) -> Self {
        let seen = |placed: &Placed| sight.seen_from(placed);
        let telling = events.iter().filter(|placed| is_telling(&placed.event));
        let mut sources: HashMap<&str, Instant> = HashMap::new();
        for placed in telling.clone() {
            if let Some(seen) = seen(placed) {
                let first = sources.entry(&placed.event.source.name).or_insert(seen);
                *first = seen.min(*first);
            }
        }
        let sorted = |mut instants: Vec<Instant>| {
            instants.sort_unstable();
            instants
        };
        Self {
            visible: sorted(events.iter().filter_map(seen).collect()),
            telling: sorted(telling.filter_map(seen).collect()),
            sources: sorted(sources.into_values().collect()),
        }
    }

    fn by(&self, known: Instant) -> Tally {
        let count = |instants: &[Instant]| instants.partition_point(|at| *at <= known);
        Tally {
            visible: count(&self.visible),
            telling: count(&self.telling),
            sources: count(&self.sources),
        }
    }
}
