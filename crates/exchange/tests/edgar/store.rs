//! A store with one company, as a list of events: [`Store`].

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use event_model::event::Event;
use event_model::id::{EventId, Slug};
use event_model::time::Instant;
use exchange::edgar::{Crawl, Plan, Report, plan};
use serde_json::Value;

pub(crate) fn now() -> Instant {
    "2026-08-01T00:00:00Z".parse().unwrap()
}

pub(crate) fn company() -> Slug {
    "c".parse().unwrap()
}

/// A store with one company.
#[derive(Default)]
pub(crate) struct Store {
    pub(crate) events: Vec<Event>,
}

impl Store {
    pub(crate) fn import(&mut self, crawls: &[Crawl]) -> Report {
        let plan = planned(crawls, &self.events);
        self.events.extend(plan.events);
        let ids: BTreeSet<EventId> = self.events.iter().map(|event| event.id).collect();
        assert_eq!(ids.len(), self.events.len(), "an id stands twice");
        plan.report
    }

    pub(crate) fn one_by_one<'c>(crawls: impl IntoIterator<Item = &'c Crawl>) -> Self {
        let mut store = Self::default();
        for crawl in crawls {
            store.import(std::slice::from_ref(crawl));
        }
        store
    }

    pub(crate) fn counting(&self) -> Vec<&Event> {
        let mut strikes: HashMap<EventId, Vec<&Event>> = HashMap::new();
        for event in &self.events {
            if let Some(target) = event.strikes() {
                strikes.entry(target).or_default().push(event);
            }
        }
        fn retracted(id: EventId, strikes: &HashMap<EventId, Vec<&Event>>) -> bool {
            let strikers = strikes.get(&id).into_iter().flatten();
            strikers
                .filter(|by| by.is_retraction())
                .any(|by| !retracted(by.id, strikes))
        }
        let struck = |id| {
            let strikers = strikes.get(&id).into_iter().flatten();
            strikers
                .into_iter()
                .any(|by: &&Event| !retracted(by.id, &strikes))
        };
        let counting = self
            .events
            .iter()
            .filter(|event| !struck(event.id) && event.repeats.is_none());
        counting.collect()
    }

    /// What counts for each filing: one claim, or the test fails.
    pub(crate) fn filings(&self) -> BTreeMap<String, String> {
        let mut filings = BTreeMap::new();
        for event in self
            .counting()
            .into_iter()
            .filter(|event| &*event.kind == "filing")
        {
            let accession = event.text("accession").unwrap().to_owned();
            let says = format!(
                "{} {:?} {}",
                event.published.text(),
                event.occurred.as_ref().map(|o| o.text()),
                Value::Object(event.data.to_map())
            );
            assert!(
                filings.insert(accession.clone(), says).is_none(),
                "{accession} counts twice"
            );
        }
        filings
    }

    /// The tickers that ended, with their days.
    pub(crate) fn ended(&self) -> BTreeSet<(String, String)> {
        let identifiers = self.counting().into_iter().flat_map(identifiers);
        identifiers
            .filter_map(|(_, value, to)| Some((value, to?)))
            .collect()
    }

    pub(crate) fn markers(&self) -> impl Iterator<Item = &Event> {
        self.events
            .iter()
            .filter(|event| event.source.covers.is_some())
    }

    pub(crate) fn strikes(&self) -> usize {
        self.events
            .iter()
            .filter(|event| event.strikes().is_some())
            .count()
    }
}

pub(crate) fn identifiers(event: &Event) -> Vec<(String, String, Option<String>)> {
    let Some(Value::Array(list)) = event.data.value("identifiers") else {
        return Vec::new();
    };
    let part = |item: &Value, name: &str| Some(item.get(name)?.as_str()?.to_owned());
    list.iter()
        .map(|item| {
            (
                part(item, "scheme").unwrap(),
                part(item, "value").unwrap(),
                part(item, "to"),
            )
        })
        .collect()
}

pub(crate) fn planned(crawls: &[Crawl], history: &[Event]) -> Plan {
    plan(&company(), crawls, history, &HashSet::new(), now()).unwrap()
}

pub(crate) fn permutations<T: Clone>(items: &[T]) -> Vec<Vec<T>> {
    let [first, rest @ ..] = items else {
        return vec![Vec::new()];
    };
    let mut all = Vec::new();
    for shorter in permutations(rest) {
        for at in 0..=shorter.len() {
            let mut longer = shorter.clone();
            longer.insert(at, first.clone());
            all.push(longer);
        }
    }
    all
}
