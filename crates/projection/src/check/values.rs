//! Values that say too little, and claims that disagree.

use event_model::event::Event;
use event_model::id::EventId;
use event_model::kind::{Kind, Shape};
use event_model::kinds;
use event_model::problem::near;
use event_model::scale::scale_of;

use super::{Case, Findings};
use crate::claim::Claim;

/// Finds that nobody says what the company is called.
pub(super) fn company_without_name(case: &Case<'_>, found: &mut Findings) {
    if case.timeline.company.name.is_none() {
        let first = case.holding().next().map(|stood| stood.placed.event.id);
        let on = case.cuts.on;
        found.of_company(first, format!("no name is known for it on {on}"));
    }
}

/// Finds kinds that nobody described.
pub(super) fn kind_unknown(case: &Case<'_>, found: &mut Findings) {
    let mut kinds: Vec<(&str, Vec<EventId>)> = Vec::new();
    for thread in case.matters().filter(|thread| thread.kind.is_none()) {
        let events = thread.counting().map(Claim::id);
        let name = thread.kind_name();
        match kinds.iter_mut().find(|(kind, _)| *kind == name) {
            Some((_, known)) => known.extend(events),
            None => kinds.push((name, events.collect())),
        }
    }
    for (name, events) in kinds {
        let known = case.kinds.iter().map(|kind| kind.name);
        let instead = match near(name, known).first() {
            Some(kind) => format!("; did you mean {kind}?"),
            None => String::new(),
        };
        found.of_company(events, format!("no kind is called {name:?}{instead}"));
    }
}

/// Finds amounts of which nobody says the currency.
pub(super) fn money_without_currency(case: &Case<'_>, found: &mut Findings) {
    for thread in case.matters() {
        let fields = thread.kind.map(money).unwrap_or_default();
        for claim in thread.counting() {
            let amounts = fields.iter().filter(|field| {
                let amount = claim.event.data.value(field);
                amount.is_some_and(|amount| !is_of_something(|part| amount.get(part).is_some()))
            });
            let price = is_price_of_nothing(&claim.event).then_some(&"value");
            for field in amounts.chain(price) {
                let text = format!("{field} is in no currency");
                let name = (thread.kind_name(), thread.name());
                found.of_thread(name, [claim.id()], text);
            }
        }
    }
}

/// Finds amounts whose unit multiplies them: they are compared as if it did not.
pub(super) fn number_scaled_by_unit(case: &Case<'_>, found: &mut Findings) {
    for thread in case.matters() {
        for claim in thread.counting() {
            let own = claim.event.text("unit");
            let own = own.map(|unit| ("value", unit.to_owned()));
            let amounts = claim.event.data.iter().filter_map(|(name, field)| {
                let unit = field.to_value().get("unit")?.as_str()?.to_owned();
                Some((name, unit))
            });
            for (field, unit) in own.into_iter().chain(amounts) {
                let Some(scale) = scale_of(&unit) else {
                    continue;
                };
                let text = format!("{field} is a number of {scale:?}");
                found.of_thread((thread.kind_name(), thread.name()), [claim.id()], text);
            }
        }
    }
}

fn money(kind: &'static Kind) -> Vec<&'static str> {
    let fields = kind.fields.iter();
    let fields = fields.filter(|field| matches!(field.shape, Shape::Money));
    fields.map(|field| field.name).collect()
}

/// Whether a figure is in a currency, or in a unit that is none.
fn is_of_something(has: impl Fn(&str) -> bool) -> bool {
    has("currency") || has("unit")
}

/// Whether an event tells a price, and not of what.
fn is_price_of_nothing(event: &Event) -> bool {
    let is_price = || matches!(event.text("measure"), Some("price" | "high" | "low"));
    &*event.kind == kinds::PRICE_OBSERVATION
        && is_price()
        && event.data.contains("value")
        && !is_of_something(|part| event.data.contains(part))
}

/// Finds threads whose claims disagree.
pub(super) fn contested(case: &Case<'_>, found: &mut Findings) {
    let contested = case.timeline.threads();
    for (_, view) in contested.filter(|(_, view)| view.is_contested()) {
        let count = view.events().count();
        found.of_thread(
            (view.kind_name(), view.thread()),
            view.events(),
            format!("{count} claims do not agree, and the surer prevails"),
        );
    }
}
