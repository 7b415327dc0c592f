//! What was to come by a day that is over.

use event_model::event::Event;
use event_model::id::EventId;

use super::days::to_come;
use super::{Case, Findings};
use crate::earnings::ResultsDate;
use crate::item::Item;
use crate::view::ThreadView;

/// The stages at which what was expected of a kind has come.
const REACHED: &[(&str, &[&str])] = &[
    ("capacity_project", &["operational"]),
    ("product", &["released", "updated"]),
    ("merger", &["completed"]),
];

/// Finds results that have not come.
pub(super) fn results(case: &Case<'_>, found: &mut Findings) {
    let earnings = &case.timeline.earnings;
    let open = earnings.next.iter().chain(&earnings.overdue);
    for date in open.filter(|date| date.overdue) {
        let text = date.view.text("date").unwrap_or_default();
        let since = date.bounds.latest.filter(|day| day.to_string() != text);
        let since = since.map_or_else(String::new, |day| format!(", over since {day},"));
        found.of_thread(
            name(&date.view),
            [event(date)],
            format!("its date {text}{since} is over, and no results are known"),
        );
    }
}

fn event(date: &ResultsDate) -> EventId {
    Item::Date(date).event("date").id
}

fn name(view: &ThreadView) -> (&str, &str) {
    (view.kind_name(), view.thread())
}

/// Finds forecasts that nobody came back to.
pub(super) fn forecasts(case: &Case<'_>, found: &mut Findings) {
    let open = case.timeline.other.iter();
    let open = open.filter(|view| view.kind_name() == "forecast" && view.is_open());
    for view in open {
        let Some(horizon) = view.fields.get("horizon") else {
            continue;
        };
        tell_if_over(case, (view, horizon.event, "horizon"), found);
    }
}

/// Finds dates by which something was expected that has not come.
pub(super) fn expectations(case: &Case<'_>, found: &mut Findings) {
    for view in case.timeline.other.iter().filter(|view| view.is_open()) {
        let of_kind = REACHED.iter().find(|(kind, _)| *kind == view.kind_name());
        let Some((_, reached)) = of_kind else {
            continue;
        };
        if view.stage().is_some_and(|stage| reached.contains(&stage)) {
            continue;
        }
        for field in ["expected", "expected_close"] {
            if let Some(expected) = view.fields.get(field) {
                tell_if_over(case, (view, expected.event, field), found);
            }
        }
    }
}

fn tell_if_over(
    case: &Case<'_>,
    (view, event, field): (&ThreadView, &Event, &str),
    found: &mut Findings,
) {
    let Some((bounds, text)) = to_come(event, field) else {
        return;
    };
    if bounds.latest.is_some_and(|latest| latest < case.today()) {
        let stage = view.stage().unwrap_or("open");
        found.of_thread(
            name(view),
            [event.id],
            format!("{field} {text} is over, and it is still {stage}"),
        );
    }
}
