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
    pub(super) fn read(
        store: &Store,
        slug: &Slug,
        question: &'q JoinQuestion,
        basis: &'q Basis,
    ) -> Result<Self, Error> {
        let events = events(store, slug, &question.fields, basis)?;
        let is_replayed = question.knowledge == Knowledge::Published && basis.filter.is_none();
        Ok(Self {
            fields: &question.fields,
            basis,
            told: match is_replayed {
                true => Told::Replay(Box::new(Replay::of(
                    slug.clone(),
                    events,
                    basis.kinds.clone(),
                ))),
                false => Told::Events(slug.clone(), events),
            },
        })
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

/// The events of a company, by the recorded cut, that bear on some fields: those of
/// their kinds, and whatever strikes or links.
fn events(
    store: &Store,
    slug: &Slug,
    fields: &[Path],
    basis: &Basis,
) -> Result<Vec<Placed>, Error> {
    let sections: Vec<Section> = fields.iter().flat_map(Path::sections).copied().collect();
    let bears = |kind: &str| {
        let section = Kind::named(kind).map_or(Section::Other, |kind| kind.section);
        sections.contains(&section) || kind == kinds::THREAD_LINK
    };
    let events = read(store, slug, basis, &bears)?;
    let ids: HashSet<EventId> = events.iter().map(|placed| placed.event.id).collect();
    let mut corrected = events.iter().filter_map(|placed| placed.event.supersedes);
    match corrected.all(|id| ids.contains(&id)) {
        true => Ok(events),
        // Something was corrected that is of another kind, and gives its place.
        false => read(store, slug, basis, &|_| true),
    }
}

fn read(
    store: &Store,
    slug: &Slug,
    basis: &Basis,
    bears: &dyn Fn(&str) -> bool,
) -> Result<Vec<Placed>, Error> {
    let mut events = Vec::new();
    let mut failed = Ok(());
    let recorded = basis.cuts.recorded;
    store.log().visit_stream(slug, recorded, &mut |stored| {
        if !stored.may_strike() && stored.kind().is_some_and(|kind| !bears(kind)) {
            return ControlFlow::Continue(());
        }
        match stored.event() {
            Ok(event) => {
                events.push(Placed::new(stored.position, event));
                ControlFlow::Continue(())
            }
            Err(error) => {
                failed = Err(error);
                ControlFlow::Break(())
            }
        }
    })?;
    failed?;
    Ok(events)
}
