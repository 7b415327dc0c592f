//! A company of which not all events are in memory at once: [`Parts`].
//!
//! Its threads are dealt out to shares, and of each share only the events are held that
//! it is told from.

use std::hash::BuildHasher;

use event_model::event::Event;
use event_model::id::Slug;
use event_model::kind::Section;
use event_model::text::Text;
use foldhash::HashSet;
use foldhash::fast::FixedState;

use crate::basis::{Lens, Placed};
use crate::bearing::bearing;
use crate::fold::{Sections, Tallying};
use crate::identity::company;
use crate::links::{Links, is_link};
use crate::redacted::{is_about_redaction, redacted};
use crate::standing::Standing;
use crate::thread::{Thread, gather};
use crate::timeline::{Tally, Timeline};

/// Some of the threads of a company, one share of several.
#[derive(Debug, Clone, Copy)]
pub struct Share {
    number: u64,
    shares: u64,
}

impl Share {
    /// All shares of so many; a thread is in one of them.
    pub fn all(shares: u64) -> impl Iterator<Item = Self> {
        (0..shares).map(move |number| Self { number, shares })
    }

    /// Whether a thread of this kind and name is in it.
    #[must_use]
    pub fn has(self, kind: &str, thread: &str) -> bool {
        FixedState::default().hash_one((kind, thread)) % self.shares == self.number
    }

    fn has_that_of(self, event: &Event) -> bool {
        self.has(&event.kind, &event.thread)
    }
}

/// The company as far as it was told, share by share.
///
/// Once all shares were told it is what [`fold_without_events`] makes of all events.
///
/// [`fold_without_events`]: crate::fold::fold_without_events
pub struct Parts<'l> {
    slug: Slug,
    lens: Lens<'l>,
    sections: Sections,
    declaring: Vec<Thread>,
    redacting: Vec<Placed>,
    tally: Tally,
    sources: HashSet<Text>,
}

/// The threads of a share are not told apart from those of others: some are told under
/// the name of another, or a claim stands in the place of one of another thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Inseparable;

impl<'l> Parts<'l> {
    /// Nothing of a company yet.
    #[must_use]
    pub fn of(slug: Slug, lens: impl Into<Lens<'l>>) -> Self {
        Self {
            slug,
            lens: lens.into(),
            sections: Sections::default(),
            declaring: Vec::new(),
            redacting: Vec::new(),
            tally: Tally::default(),
            sources: HashSet::default(),
        }
    }

    /// Tells the threads of a share.
    ///
    /// `events` are those of its threads, and whatever strikes others, in the order of
    /// their positions; others do no harm. What was published after the known cut and
    /// strikes nothing can be left out, unless another refers to it.
    ///
    /// # Errors
    ///
    /// [`Inseparable`] if that takes all events of the company at once.
    pub fn tell(&mut self, share: Share, events: &[Placed]) -> Result<(), Inseparable> {
        if events.iter().any(|placed| is_link(&placed.event)) {
            return Err(Inseparable);
        }
        let events = bearing(events, |event| share.has_that_of(event)).ok_or(Inseparable)?;
        let standing = Standing::of(&events, self.lens);
        let is_of_share = |placed: &Placed| share.has_that_of(&placed.event);
        let seen = || standing.seen().filter(|stood| is_of_share(stood.placed));
        let mut tally = Tallying::default();
        tally.count(seen());
        self.add(&tally);
        let seen = seen().map(|stood| stood.placed);
        let redacting = seen.filter(|placed| is_about_redaction(&placed.event));
        self.redacting.extend(redacting.cloned());
        let claims = standing.counting();
        let claims = claims.filter(|stood| is_of_share(stood.placed));
        let claims = claims.map(|stood| (stood.placed, stood.place));
        let links = Links::default();
        for thread in gather(claims, events.len(), &links, self.lens.kinds) {
            self.sections.hear(&thread, self.lens.cuts.on);
            if thread.section() == Section::Company {
                self.declaring.push(thread);
            }
        }
        Ok(())
    }

    fn add(&mut self, tallying: &Tallying<'_>) {
        let Tally {
            visible, telling, ..
        } = tallying.tally();
        self.tally.visible += visible;
        self.tally.telling += telling;
        for source in tallying.sources() {
            if !self.sources.contains(source) {
                self.sources.insert(source.into());
            }
        }
    }

    /// The timeline, once all shares were told.
    #[must_use]
    pub fn into_timeline(mut self) -> Timeline {
        let cuts = &self.lens.cuts;
        self.redacting
            .sort_unstable_by_key(|placed| placed.position);
        let redacted = redacted(self.redacting.iter());
        let tally = Tally {
            sources: self.sources.len(),
            ..self.tally
        };
        let company = company(&self.slug, &self.declaring, cuts.on);
        self.sections
            .into_timeline(company, (redacted, tally), cuts)
    }
}
