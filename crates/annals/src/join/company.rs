//! The rows of one company: [`CompanyRows`].

use std::collections::HashSet;
use std::ops::ControlFlow;

use event_model::id::{EventId, Slug};
use event_model::kind::{Kind, Section};
use event_model::kinds;
use projection::basis::{Basis, Cuts, Lens, Placed};
use projection::fold::fold_without_events;
use projection::path::Path;
use projection::replay::Replay;
use projection::timeline::Timeline;
use serde_json::Value;

use super::{ALL, JoinQuestion, Knowledge};
use crate::error::Error;
use crate::store::Store;

/// The events of a company that bear on what is asked of it.
pub(super) struct CompanyRows<'q> {
    fields: &'q [Path],
    basis: &'q Basis,
    told: Told,
}

/// How its timeline is told.
enum Told {
    /// The log is read as far for every row.
    Replay(Box<Replay>),
    /// Each row has a cut or a filter of its own.
    Events(Slug, Vec<Placed>),
}

impl<'q> CompanyRows<'q> {
    pub(super) fn of(
        slug: &Slug,
        events: Vec<Placed>,
        question: &'q JoinQuestion,
        basis: &'q Basis,
    ) -> Self {
        let is_replayed = question.knowledge == Knowledge::Published && basis.filter.is_none();
        let kinds = || basis.kinds.clone();
        let told = match is_replayed {
            true => Told::Replay(Box::new(Replay::of(slug.clone(), events, kinds()))),
            false => Told::Events(slug.clone(), events),
        };
        Self {
            fields: &question.fields,
            basis,
            told,
        }
    }

    /// The values under these cuts.
    pub(super) fn at(&mut self, store: &Store, cuts: &Cuts) -> Result<Vec<Value>, Error> {
        let values = |timeline: &Timeline| {
            let fields = self.fields.iter();
            fields.map(|field| field.value(timeline)).collect()
        };
        Ok(match &mut self.told {
            Told::Replay(replay) => values(&replay.at(&Cuts {
                recorded: ALL,
                ..*cuts
            })),
            Told::Events(slug, events) => {
                let kinds = store.kinds(cuts.recorded)?;
                let lens = Lens {
                    cuts: *cuts,
                    kinds: &kinds,
                    filter: &self.basis.filter,
                };
                values(&fold_without_events(slug, events, lens))
            }
        })
    }
}

/// The events of some companies, by the recorded cut, that bear on some fields:
/// those of their kinds, and whatever strikes or links. The companies are in the
/// order of their slugs, and so are their events.
pub(super) fn events(
    store: &Store,
    companies: &[Slug],
    fields: &[Path],
    basis: &Basis,
) -> Result<Vec<Vec<Placed>>, Error> {
    let sections: Vec<Section> = fields.iter().flat_map(Path::sections).copied().collect();
    let bears = |kind: &str| {
        let section = Kind::named(kind).map_or(Section::Other, |kind| kind.section);
        sections.contains(&section) || kind == kinds::THREAD_LINK
    };
    let mut all = read(store, companies, basis, &bears)?;
    for (slug, events) in companies.iter().zip(&mut all) {
        if !has_what_it_corrects(events) {
            let whole = read(store, std::slice::from_ref(slug), basis, &|_| true)?;
            *events = whole.into_iter().next().unwrap_or_default();
        }
    }
    Ok(all)
}

/// Whether everything that is corrected is there, and gives its place. Something can
/// be corrected that is of another kind.
fn has_what_it_corrects(events: &[Placed]) -> bool {
    let mut corrected = events
        .iter()
        .filter_map(|placed| placed.event.supersedes)
        .peekable();
    if corrected.peek().is_none() {
        return true;
    }
    let ids: HashSet<EventId> = events.iter().map(|placed| placed.event.id).collect();
    corrected.all(|id| ids.contains(&id))
}

fn read(
    store: &Store,
    companies: &[Slug],
    basis: &Basis,
    bears: &dyn Fn(&str) -> bool,
) -> Result<Vec<Vec<Placed>>, Error> {
    let mut all = vec![Vec::new(); companies.len()];
    let mut at = 0;
    let mut failed = Ok(());
    let recorded = basis.cuts.recorded;
    store
        .log()
        .visit_streams_of(companies, recorded, &mut |stored| {
            if !stored.may_strike() && stored.kind().is_some_and(|kind| !bears(kind)) {
                return ControlFlow::Continue(());
            }
            while companies.get(at).is_some_and(|slug| slug < stored.company) {
                at += 1;
            }
            match (stored.event(), all.get_mut(at)) {
                (Ok(event), Some(events)) => {
                    events.push(Placed::new(stored.position, event));
                    ControlFlow::Continue(())
                }
                (Ok(_), None) => ControlFlow::Break(()),
                (Err(error), _) => {
                    failed = Err(error);
                    ControlFlow::Break(())
                }
            }
        })?;
    failed?;
    Ok(all)
}
