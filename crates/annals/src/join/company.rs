//! The rows of one company: [`CompanyRows`].

use std::ops::ControlFlow;

use event_model::id::{Position, Slug};
use projection::basis::{Basis, Cuts, Lens, Placed};
use projection::bearing::bearing_on;
use projection::fold::fold_without_events;
use projection::path::Path;
use projection::replay::{Limits, Region, Replay, ReplayClock};
use serde_json::Value;

use super::{JoinQuestion, Knowledge};
use crate::error::Error;
use crate::store::Store;
use crate::visiting::go_on;

/// The events of a company that bear on what is asked of it.
pub(super) struct CompanyRows<'q, T> {
    fields: &'q [Path],
    basis: &'q Basis,
    told: Told,
    before: Option<Before<T>>,
}

/// How its timeline is told.
enum Told {
    /// The log is read as far for every row.
    Replay(Box<Replay>),
    /// Each row has a cut of its own.
    Events(Slug, Vec<Placed>),
}

/// What was answered before.
struct Before<T> {
    /// Where a replay would answer the same.
    region: Option<Region>,
    values: Vec<Value>,
    made: T,
}

impl<'q, T: Clone> CompanyRows<'q, T> {
    pub(super) fn of(
        slug: &Slug,
        events: Vec<Placed>,
        question: &'q JoinQuestion,
        basis: &'q Basis,
    ) -> Self {
        let told = match question.knowledge {
            Knowledge::Published => {
                let told = (ReplayClock::Published, basis.filter.clone());
                let told = (basis.kinds.clone(), told);
                let limits = Limits::default();
                let replay = Replay::within(limits, slug.clone(), events, told);
                Told::Replay(Box::new(replay))
            }
            Knowledge::Recorded => Told::Events(slug.clone(), events),
        };
        Self {
            fields: &question.fields,
            basis,
            told,
            before: None,
        }
    }

    /// What is made of the values under these cuts. Equal values share it.
    pub(super) fn at(
        &mut self,
        store: &Store,
        cuts: &Cuts,
        made: &impl Fn(&[Value]) -> T,
    ) -> Result<T, Error> {
        if let Some(before) = self.before.as_ref().filter(|it| self.stays(it, cuts)) {
            return Ok(before.made.clone());
        }
        let (values, region) = self.values(store, cuts)?;
        let made = match self.before.take() {
            Some(before) if before.values == values => before.made,
            _ => made(&values),
        };
        self.before = Some(Before {
            region,
            values,
            made: made.clone(),
        });
        Ok(made)
    }

    fn stays(&self, before: &Before<T>, cuts: &Cuts) -> bool {
        match (&self.told, &before.region) {
            (Told::Replay(replay), Some(region)) => replay.stays(region, &of_replay(cuts)),
            _ => false,
        }
    }

    fn values(
        &mut self,
        store: &Store,
        cuts: &Cuts,
    ) -> Result<(Vec<Value>, Option<Region>), Error> {
        let (timeline, region) = match &mut self.told {
            Told::Replay(replay) => replay.at_with_region(&of_replay(cuts)),
            Told::Events(slug, events) => {
                let kinds = store.kinds(cuts.recorded)?;
                let lens = Lens {
                    cuts: *cuts,
                    kinds: &kinds,
                    filter: &self.basis.filter,
                };
                (fold_without_events(slug, events, lens), None)
            }
        };
        let values = self.fields.iter().map(|field| field.value(&timeline));
        Ok((values.collect(), region))
    }
}

/// A replay has no events but those that the log is read for.
fn of_replay(cuts: &Cuts) -> Cuts {
    Cuts {
        recorded: Position::LAST,
        ..*cuts
    }
}

/// What is told of each company: its events.
type Take<'t> = &'t mut dyn FnMut(&Slug, Vec<Placed>) -> Result<(), Error>;

/// Gives, of each of some companies, the events by the recorded cut that bear on some
/// fields: those of their kinds, and whatever strikes or links. The companies are in
/// the order of their slugs, and are told in it.
pub(super) fn each(
    store: &Store,
    companies: &[Slug],
    fields: &[Path],
    basis: &Basis,
    take: Take<'_>,
) -> Result<(), Error> {
    let bears = |kind: &str| fields.iter().any(|field| field.bears_on(kind));
    read(store, companies, basis, &bears, &mut |slug, events| {
        if let Some(events) = bearing_on(&events, fields) {
            return take(slug, events);
        }
        // Something was corrected that is of another kind.
        let slug = std::slice::from_ref(slug);
        read(store, slug, basis, &|_| true, &mut |slug, events| {
            let bearing = bearing_on(&events, fields);
            take(slug, bearing.unwrap_or(events))
        })
    })
}

/// Gives the events of each of some companies that bear on something.
fn read(
    store: &Store,
    companies: &[Slug],
    basis: &Basis,
    bears: &dyn Fn(&str) -> bool,
    take: Take<'_>,
) -> Result<(), Error> {
    let mut gathered = Gathered {
        rest: companies,
        events: Vec::new(),
        take,
    };
    let mut failed = Ok(());
    let recorded = basis.cuts.recorded;
    store
        .log()
        .visit_streams_of(companies, recorded, &mut |stored| {
            if !stored.may_strike() && stored.kind().is_some_and(|kind| !bears(kind)) {
                return ControlFlow::Continue(());
            }
            let event = stored.event().map_err(Error::from);
            let added = event.and_then(|event| {
                gathered.reach(Some(stored.company))?;
                gathered.events.push(Placed::new(stored.position, event));
                Ok(())
            });
            go_on(added, &mut failed)
        })?;
    failed?;
    gathered.reach(None)
}

/// The events of the company that is being read, and the companies from it on.
struct Gathered<'c, 't> {
    rest: &'c [Slug],
    events: Vec<Placed>,
    take: Take<'t>,
}

impl Gathered<'_, '_> {
    /// Tells of the companies before one, or of all that are left.
    fn reach(&mut self, company: Option<&Slug>) -> Result<(), Error> {
        while let Some((slug, rest)) = self.rest.split_first()
            && company.is_none_or(|company| slug < company)
        {
            self.rest = rest;
            (self.take)(slug, std::mem::take(&mut self.events))?;
        }
        Ok(())
    }
}
