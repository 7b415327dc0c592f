//! A [`Thread`]: the claims about one matter, and what it says through them on
//! the day asked about.

mod arrival;
mod blocks;
mod column;
pub(crate) mod counts;

use std::collections::hash_map::Entry;
use std::sync::Arc;

use event_model::data::Field;
use event_model::event::Event;
use event_model::id::EventId;
use event_model::kind::{Kind, Section};
use event_model::own_kinds::Kinds;
use event_model::time::Day;
use event_model::vocabulary::Confirmation;
use foldhash::{HashMap, HashMapExt};
use serde::Serialize;

use self::blocks::Blocks;
use self::column::{Column, Stating, columns};
use self::counts::{CountingIds, Counts};
use crate::basis::Placed;
use crate::claim::{Claim, Stages, stage_of};
use crate::links::Links;
use crate::rule::{Contest, contests, prevailing, prevailing_in};
use crate::same::say_the_same;
use crate::standing::{Place, Standing};
use crate::view::{Decision, Fields, Naming, ThreadView};

/// The claims of a company about one matter.
#[derive(Debug)]
pub struct Thread {
    /// The description of its kind, if it is known.
    pub kind: Option<&'static Kind>,
    /// Its claims in the order of publication, one at least.
    claims: Vec<Claim>,
    /// Which of them count; those that do not have no say.
    counts: Counts,
    /// The ids of all, for views to list; `None` for a single claim.
    ids: Option<Arc<[EventId]>>,
    /// Those that tell what the parties say; not looked for where there is one.
    confirming: Stating,
    /// The fields that they state; empty for a single claim.
    columns: Vec<Column>,
    stages: Stages,
    /// Only of a long thread, whose claims have no stages.
    blocks: Option<Blocks>,
    /// What it is called, where its first claim does not tell.
    naming: Option<Arc<Naming>>,
}

/// Whether something happened by a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Occurrence {
    /// It can have happened.
    Possible,
    /// It has, whichever day it was.
    Certain,
}

/// Which of its claims a thread speaks through.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Voice {
    /// Those that certainly happened by a day.
    Certain(Day),
    /// Those that possibly did, where none certainly did.
    Possible(Day),
    /// All, whatever the day: of a rule that is in force before the day on
    /// which it was made.
    All,
}

impl Voice {
    /// How these claims, which all count, speak on a day, if they say anything.
    pub(crate) fn on<'c>(day: Day, claims: impl Iterator<Item = &'c Claim>) -> Option<Self> {
        let mut voice = None;
        for claim in claims {
            if claim.is_certain_by(day) {
                return Some(Self::Certain(day));
            }
            if claim.is_possible_by(day) {
                voice = Some(Self::Possible(day));
            }
        }
        voice
    }

    /// Whether the thread speaks through this claim, which counts.
    pub(crate) fn is_through(self, claim: &Claim) -> bool {
        match self {
            Self::Certain(day) => claim.is_certain_by(day),
            Self::Possible(day) => claim.is_possible_by(day),
            Self::All => true,
        }
    }

    fn occurrence(self) -> Occurrence {
        match self {
            Self::Certain(_) => Occurrence::Certain,
            Self::Possible(_) | Self::All => Occurrence::Possible,
        }
    }
}

/// Gathers the counting events into threads, each with its days narrowed, in
/// the order in which they came up.
#[must_use]
pub fn threads(standing: &Standing<'_>, kinds: &Kinds) -> Vec<Thread> {
    let counting = standing.counting();
    let counting = counting.map(|stood| (stood.placed, stood.place));
    let links = Links::among(standing);
    gather(counting, standing.events.len(), &links, kinds)
}

/// Gathers claims into threads; there are at most so many.
pub(crate) fn gather<'a>(
    claims: impl Iterator<Item = (&'a Placed, Place)>,
    most: usize,
    links: &Links<'a>,
    kinds: &Kinds,
) -> Vec<Thread> {
    // Most threads have few claims.
    let mut threads: Vec<Thread> = Vec::with_capacity(most);
    let mut index: HashMap<(&str, &str), usize> = HashMap::with_capacity(most);
    for (placed, place) in claims {
        let event = &placed.event;
        let name = links.name(&event.kind, &event.thread);
        match index.entry((&event.kind, name)) {
            Entry::Occupied(at) => {
                if let Some(thread) = threads.get_mut(*at.get()) {
                    let claim = Claim::of(placed, place, thread.kind);
                    thread.claims.push(claim);
                }
            }
            Entry::Vacant(new) => {
                new.insert(threads.len());
                let kind = kinds.named(&event.kind);
                threads.push(Thread::of_one(Claim::of(placed, place, kind), kind));
            }
        }
    }
    if !links.is_empty() {
        for ((_, name), at) in index {
            if let Some(thread) = threads.get_mut(at) {
                thread.naming = Naming::of(name, &thread.claims, links);
            }
        }
    }
    threads.iter_mut().for_each(Thread::arrange);
    threads
}

impl Thread {
    /// The thread of a claim. Others are pushed, and then arranged with it.
    pub(crate) fn of_one(claim: Claim, kind: Option<&'static Kind>) -> Self {
        Self {
            kind,
            claims: vec![claim],
            counts: Counts::all(1),
            ids: None,
            confirming: Stating::All,
            columns: Vec::new(),
            stages: Stages::default(),
            blocks: None,
            naming: None,
        }
    }

    /// Puts its claims in the order of publication, and makes them ready to be
    /// heard.
    pub(crate) fn arrange(&mut self) {
        if self.claims.len() < 2 {
            return;
        }
        if !self.claims.is_sorted_by_key(Claim::order) {
            self.claims.sort_unstable_by_key(Claim::order);
        }
        self.ids = Some(self.claims.iter().map(Claim::id).collect());
        self.counts = Counts::all(self.claims.len());
        let says = |claim: &Claim| claim.confirmation != Confirmation::Unstated;
        let claims = self.claims.iter().enumerate();
        let confirming = claims.filter(|(_, claim)| says(claim));
        self.confirming = Stating::These(confirming.map(|(at, _)| at).collect());
        self.columns = columns(&mut self.claims, self.kind);
        self.stages = Stages::of(&self.claims, self.kind);
        self.stages.narrow(&mut self.claims, &self.counts);
    }

    /// Lets none of its claims count. Those that turn after that are heard in blocks
    /// of about so many.
    pub(crate) fn silence(&mut self, block: usize) {
        let claims = self.claims.len();
        self.counts = Counts::none(claims);
        let has_blocks = claims > block && self.stages.is_empty();
        self.blocks = has_blocks.then(|| Blocks::of_none(claims, block));
    }

    /// Lets those of these claims count that did not, and the others not.
    pub(crate) fn turn(&mut self, claims: impl Iterator<Item = usize>) {
        self.counts.toggle(claims);
        self.stages.narrow(&mut self.claims, &self.counts);
        if let Some(blocks) = &mut self.blocks {
            blocks.follow(&self.counts, &self.claims);
        }
    }

    /// The name of its kind.
    #[must_use]
    pub fn kind_name(&self) -> &str {
        self.claims.first().map_or("", |claim| &claim.event.kind)
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        let of_first = || self.claims.first().map_or("", |claim| &claim.event.thread);
        let naming = self.naming.as_ref();
        naming.map_or_else(of_first, |naming| &naming.name)
    }

    /// The section in which a timeline shows it.
    #[must_use]
    pub fn section(&self) -> Section {
        self.kind.map_or(Section::Other, |kind| kind.section)
    }

    /// Its claims in the order of publication.
    #[must_use]
    pub fn claims(&self) -> &[Claim] {
        &self.claims
    }

    /// The claims through which it speaks on a day: those that certainly
    /// happened by then, or, where there are none, those that possibly did.
    pub fn speaking(&self, on: Day) -> impl DoubleEndedIterator<Item = &Claim> + Clone {
        let voice = self.voice(on);
        let is_heard = move |claim: &&Claim| voice.is_some_and(|voice| voice.is_through(claim));
        self.counting().filter(is_heard)
    }

    /// Which of its claims it speaks through on a day, if through any.
    pub(crate) fn voice(&self, on: Day) -> Option<Voice> {
        Voice::on(on, self.counting())
    }

    /// What it says, if it says anything on that day.
    #[must_use]
    pub fn view(&self, on: Day) -> Option<ThreadView> {
        self.view_through(self.voice(on)?)
    }

    /// What it says through all its claims, whatever the day: of a rule that is
    /// in force before the day on which it was made.
    #[must_use]
    pub fn view_of_all(&self) -> Option<ThreadView> {
        self.view_through(Voice::All)
    }

    fn view_through(&self, voice: Voice) -> Option<ThreadView> {
        let mut counting = self.counting();
        if let (Some(claim), None) = (counting.next(), counting.next()) {
            return Some(ThreadView {
                naming: self.naming.clone(),
                ..ThreadView::of_one(claim, self.kind, voice.occurrence())
            });
        }
        let speaking = self.counting().filter(|claim| voice.is_through(claim));
        let contest = match (voice, &self.blocks) {
            (Voice::Certain(day), Some(blocks)) => blocks.contest(&self.counts, &self.claims, day),
            _ => Contest::among(speaking.clone()),
        };
        let current = speaking.clone().rev().find(|claim| !contest.beats(claim))?;
        let mut lead = current;
        let life_field = self.kind.and_then(|kind| kind.life.as_ref());
        let life_field = life_field.map(|life| life.field);
        let mut contesting: Option<&Claim> = None;
        let mut fields = Vec::with_capacity(self.columns.len());
        for column in &self.columns {
            let stating = self.stating(column, voice);
            let won = match column.stating {
                Stating::All => Some(current),
                Stating::These(_) => prevailing_in(&contest, stating.clone()),
            };
            let Some(won) = won else {
                continue;
            };
            let otherwise = |claim: &Claim| self.is_otherwise(column, claim, won);
            contesting = later(contesting, last_contesting(stating, won, otherwise));
            if life_field == Some(&*column.name) {
                lead = won;
            }
            fields.push(Decision {
                name: column.name.clone(),
                event: Arc::clone(&won.event),
            });
        }
        let confirming = self.heard_of(&self.confirming, voice);
        let confirmed = prevailing_in(&contest, confirming.clone());
        if let Some(won) = confirmed {
            let otherwise = |claim: &Claim| claim.confirmation != won.confirmation;
            contesting = later(contesting, last_contesting(confirming, won, otherwise));
        }
        Some(ThreadView {
            kind: self.kind,
            naming: self.naming.clone(),
            lead: Arc::clone(&lead.event),
            fields: Fields::of_many(fields),
            dated: self.dated(lead),
            occurrence: voice.occurrence(),
            confirmed_by: confirmed.map(|won| Arc::clone(&won.event)),
            contested_by: contesting.map(|claim| Arc::clone(&claim.event)),
            events: self.ids.as_ref().map(|ids| CountingIds {
                of_all: Arc::clone(ids),
                counts: self.counts.clone(),
            }),
            order: lead.list_order(),
        })
    }

    /// Decides a field among the claims that state it.
    #[must_use]
    pub fn decide(&self, field: &str, on: Day) -> Option<&Claim> {
        let voice = self.voice(on)?;
        if let [claim] = self.claims.as_slice() {
            return claim.event.data.contains(field).then_some(claim);
        }
        let column = self.columns.iter().find(|column| column.name == field)?;
        prevailing(self.stating(column, voice))
    }

    /// The claims that count.
    pub(crate) fn counting(&self) -> impl DoubleEndedIterator<Item = &Claim> + Clone {
        let counting = self.counts.iter();
        counting.filter_map(|at| self.claims.get(at))
    }

    /// Those of some claims through which it speaks.
    fn heard_of(
        &self,
        stating: &Stating,
        voice: Voice,
    ) -> impl DoubleEndedIterator<Item = &Claim> + Clone {
        let reach = self.counts.reach();
        let (all, these) = match stating {
            Stating::All => (reach, &[][..]),
            Stating::These(these) => (0, these.as_slice()),
        };
        let reached = these.partition_point(|at| *at < reach);
        let these = these.iter().take(reached).copied();
        let claims = (0..all).chain(these);
        let counting = claims.filter(|at| self.counts.hold(*at));
        let counting = counting.filter_map(|at| self.claims.get(at));
        counting.filter(move |claim| voice.is_through(claim))
    }

    /// The claims that state a field. A quantity shared with others never
    /// replaces one's own.
    fn stating(
        &self,
        column: &Column,
        voice: Voice,
    ) -> impl DoubleEndedIterator<Item = &Claim> + Clone {
        let stating = self.heard_of(&column.stating, voice);
        let has_own = column.name == "quantity" && {
            let mut stating = stating.clone();
            stating.any(|claim| !claim.shares_quantity)
        };
        stating.filter(move |claim| !(has_own && claim.shares_quantity))
    }

    /// Whether two claims that state a field say something else of it.
    fn is_otherwise(&self, column: &Column, one: &Claim, other: &Claim) -> bool {
        let name = &*column.name;
        let said = |claim: &Claim| claim.event.data.get(name).map(Field::to_value);
        one.event.data.get(name) != other.event.data.get(name)
            && said(one)
                .zip(said(other))
                .is_none_or(|(one, other)| !say_the_same(self.kind, name, &one, &other))
    }

    /// The more precise claim that the leading one gave way to, and that tells
    /// its date.
    fn dated(&self, lead: &Claim) -> Option<Arc<Event>> {
        if lead.bounds == lead.stated {
            return None;
        }
        let stage = stage_of(&lead.event, self.kind);
        let precise = self.counting().find(|claim| {
            claim.stated == lead.bounds && stage_of(&claim.event, self.kind) == stage
        });
        precise.map(|claim| Arc::clone(&claim.event))
    }
}

/// The last claim that says something else than the one that prevails and lost
/// only because that is surer. `stating` are in the order of publication.
fn last_contesting<'c>(
    stating: impl DoubleEndedIterator<Item = &'c Claim>,
    won: &Claim,
    is_otherwise: impl Fn(&Claim) -> bool,
) -> Option<&'c Claim> {
    let came_no_sooner = |claim: &&Claim| claim.place.published >= won.place.published;
    let mut later = stating.rev().take_while(came_no_sooner);
    later.find(|claim| contests(claim, won) && is_otherwise(claim))
}

/// The later one by publication of those that there are.
fn later<'c>(one: Option<&'c Claim>, other: Option<&'c Claim>) -> Option<&'c Claim> {
    let claims = one.into_iter().chain(other);
    claims.max_by_key(|claim| (claim.place, claim.position))
}
