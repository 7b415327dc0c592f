//! What is asked across companies: conditions, sections, what happens on a day, and
//! which claims are heard.
//!
//! The JSON of the answer is read again, plainly, and has to say the same.

use std::collections::HashSet;

use event_model::event::{Event, Source};
use event_model::id::EventId;
use event_model::own_kinds::Kinds;
use event_model::time::Day;
use event_model::vocabulary::Certainty;
use projection::basis::{Basis, Cuts, Filter, Lens, Placed};
use projection::condition::Condition;
use projection::fold::fold;
use projection::happening::{Days, Happening, happenings};
use projection::section::SectionName;
use projection::selection::Selection;
use projection::standing::Standing;
use projection::thread::Occurrence;
use projection::timeline::Answer;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Value, json};

use crate::second_reading::histories::{FIRST_DAY, history_and_cuts};
use crate::{config, placed};

/// Conditions of equality on the lists of threads that histories have, and the
/// values that they can have there.
const EQUATIONS: &[(&str, &[&str])] = &[
    ("chips.vendor", &["AMD", "nvidia"]),
    ("chips.stage", &["ordered", "negotiating", "denied"]),
    ("chips.open", &["true", "false"]),
    ("chips.certainty", &["official", "rumour"]),
    ("chips.occurrence", &["possible"]),
    ("chips.purpose", &["training"]),
    ("chips.quantity", &["null"]),
    ("strategy.from", &["e-commerce"]),
    ("strategy.stage", &["under_way", "paused"]),
    ("market.value", &["128.6"]),
    ("other.kind", &["weather", "statement"]),
    ("other.text", &["all goes well", "null"]),
    ("regulation.force", &["certain", "possible", "no"]),
    ("regulation.direction", &["eased"]),
];

fn answer(history: &[Placed], cuts: Cuts) -> Answer {
    let basis = Basis {
        cuts,
        head: String::new(),
        kinds: Kinds::built_in(),
        filter: Filter::default(),
        is_head: true,
    };
    let slug = history[0].event.company.clone();
    let timeline = fold(&slug, history, &basis);
    Answer { basis, timeline }
}

fn answers() -> impl Strategy<Value = Answer> {
    history_and_cuts().prop_map(|(history, (known, on, recorded))| {
        let cuts = Cuts {
            known,
            on,
            recorded,
        };
        answer(&placed(&history), cuts)
    })
}

/// One of [`EQUATIONS`], as its path, whether it is denied, and its value.
type Equation = (&'static str, bool, &'static str);

fn equation() -> impl Strategy<Value = Equation> {
    let equation = select(EQUATIONS).prop_flat_map(|(path, values)| (Just(path), select(values)));
    (equation, any::<bool>()).prop_map(|((path, value), denied)| (path, denied, value))
}

fn condition((path, denied, value): Equation) -> Condition {
    let sign = if denied { "!=" } else { "=" };
    format!("{path}{sign}{value}").parse().unwrap()
}

fn keeps(answer: &Answer, conditions: Vec<Condition>) -> bool {
    Selection::new(&[], conditions).keeps(&answer.timeline)
}

/// The threads of a section as the JSON has them.
fn threads<'v>(timeline: &'v Value, section: &str) -> &'v Vec<Value> {
    let list = match section {
        "strategy" => &timeline["strategy"]["pivots"],
        section => &timeline[section],
    };
    list.as_array().unwrap()
}

/// Whether a thread has the value, as one reads it in the JSON.
fn has(thread: &Value, field: &str, value: &str) -> bool {
    match &thread[field] {
        Value::Null => value == "null",
        Value::String(text) if field == "value" => text.trim_end_matches('0') == value,
        Value::String(text) => text.to_lowercase() == value.to_lowercase(),
        Value::Bool(is_so) => value == if *is_so { "true" } else { "false" },
        _ => false,
    }
}

/// Whether equations on one section hold of one thread together, and those that
/// deny of all.
fn plainly_keeps(timeline: &Value, section: &str, equations: &[Equation]) -> bool {
    let threads = threads(timeline, section);
    // Whether a thread says anything is asked of one, as everything that is not denied.
    let (of_all, of_one): (Vec<&Equation>, Vec<&Equation>) = equations
        .iter()
        .partition(|(_, denied, value)| *denied && *value != "null");
    let holds = |thread: &Value, (path, denied, value): &Equation| {
        let (_, field) = path.split_once('.').unwrap();
        has(thread, field, value) != *denied
    };
    let all_hold = |thread: &Value| equations.iter().all(|equation| holds(thread, equation));
    let each = threads.iter();
    of_all
        .iter()
        .all(|equation| threads.iter().all(|thread| holds(thread, equation)))
        && (of_one.is_empty() || each.clone().any(all_hold))
}

fn days() -> impl Strategy<Value = Days> {
    let first: Day = FIRST_DAY.parse().unwrap();
    // Days on which wide dates of histories begin or end.
    let edges = [
        "2025-12-15",
        "2025-12-18",
        "2025-12-20",
        "2025-12-28",
        "2025-12-31",
        "2026-01-04",
    ];
    let edge = select(edges.to_vec()).prop_map(|day| day.parse::<Day>().unwrap());
    let anywhere = (0..45_u64).prop_map(move |from| first + chrono::Days::new(from));
    (prop_oneof![edge, anywhere], 0..12_u64, any::<bool>()).prop_map(|(day, more, is_last)| {
        let more = chrono::Days::new(more);
        match is_last {
            true => Days {
                first: day - more,
                last: day,
            },
            false => Days {
                first: day,
                last: day + more,
            },
        }
    })
}

/// The dates of results that are not cancelled, as the JSON has them, with the first
/// and the last day that they leave open.
fn results_dates(timeline: &Value) -> Vec<(String, Option<String>, Option<String>)> {
    let earnings = &timeline["earnings"];
    let next = std::iter::once(&earnings["next"]);
    let lists = ["overdue", "upcoming", "closed"].map(|name| earnings[name].as_array().unwrap());
    let dates = next.chain(lists.into_iter().flatten());
    let said = dates.filter(|date| !date["date"].is_null() && date["status"] != "cancelled");
    let text = |value: &Value| value.as_str().map(str::to_owned);
    said.map(|date| {
        let name = date["thread"].as_str().unwrap().to_owned();
        (name, text(&date["earliest"]), text(&date["latest"]))
    })
    .collect()
}

proptest! {
    #![proptest_config(config(500))]

    /// A company is kept by a condition or by its denial, and never by both; that there
    /// are no threads is denied by one.
    #[test]
    fn a_condition_and_its_denial_part_the_companies(
        answer in answers(),
        (path, _, value) in equation(),
    ) {
        let (section, _) = path.split_once('.').unwrap();
        let path = if value == "null" { section } else { path };
        let kept = keeps(&answer, vec![condition((path, false, value))]);
        let denied = keeps(&answer, vec![condition((path, true, value))]);
        prop_assert_ne!(kept, denied, "{} {}", path, value);
    }

    /// Conditions on one section hold of one thread together, and those on several
    /// sections each by themselves: that is what one reads in the JSON.
    #[test]
    fn conditions_keep_what_the_json_shows(
        answer in answers(),
        equations in prop::collection::vec(equation(), 1..4),
    ) {
        let timeline = serde_json::to_value(&answer.timeline).unwrap();
        let sections: HashSet<&str> =
            equations.iter().map(|(path, ..)| path.split_once('.').unwrap().0).collect();
        let plainly = sections.iter().all(|section| {
            let is_of = |(path, ..): &&Equation| path.starts_with(&format!("{section}."));
            let of_section: Vec<Equation> = equations.iter().filter(is_of).copied().collect();
            plainly_keeps(&timeline, section, &of_section)
        });
        let conditions = equations.iter().copied().map(condition).collect();
        prop_assert_eq!(keeps(&answer, conditions), plainly);
    }

    /// One more condition never keeps more.
    #[test]
    fn conditions_only_take_away(
        answer in answers(),
        equations in prop::collection::vec(equation(), 1..4),
    ) {
        let conditions: Vec<Condition> = equations.into_iter().map(condition).collect();
        let fewer = conditions[1..].to_vec();
        prop_assert!(!keeps(&answer, conditions) || keeps(&answer, fewer));
    }

    /// A section that is asked for is that of the whole answer; with conditions, the
    /// threads of it that meet them.
    #[test]
    fn a_section_is_a_part_of_the_whole(
        answer in answers(),
        sections in subsequence(SectionName::ALL, 1..=SectionName::ALL.len()),
        equation in equation(),
    ) {
        let whole = serde_json::to_value(&answer).unwrap();
        let selection = Selection::new(&sections, Vec::new());
        let part = serde_json::to_value(selection.select(&answer).unwrap()).unwrap();
        let mut names = vec!["basis", "company", "events"];
        names.extend(sections.iter().map(|section| section.as_str()));
        for (name, value) in whole.as_object().unwrap() {
            let told = part.get(name);
            prop_assert_eq!(told.is_some(), names.contains(&name.as_str()), "{}", name);
            prop_assert!(told.is_none_or(|told| told == value), "{}", name);
        }
        let (path, denied, value) = equation;
        let (section, field) = path.split_once('.').unwrap();
        let selection = Selection::new(&[section.parse().unwrap()], vec![condition(equation)]);
        if let Some(part) = selection.select(&answer) {
            let part = serde_json::to_value(part).unwrap();
            let meets = |thread: &&Value| has(thread, field, value) != denied;
            let expected: Vec<&Value> = threads(&whole, section).iter().filter(meets).collect();
            prop_assert_eq!(threads(&part, section).iter().collect::<Vec<_>>(), expected);
        }
    }

    /// Results certainly come within some days if all days that their date leaves
    /// open are among these, and possibly if some are.
    #[test]
    fn results_come_when_the_json_says(answer in answers(), days in days()) {
        let timeline = serde_json::to_value(&answer.timeline).unwrap();
        let (first, last) = (days.first.to_string(), days.last.to_string());
        let mut expected = Vec::new();
        for (name, earliest, latest) in results_dates(&timeline) {
            let inside = earliest.as_ref().is_some_and(|day| *day >= first)
                && latest.as_ref().is_some_and(|day| *day <= last);
            let begins = earliest.is_none_or(|day| day <= last);
            let lasts = latest.is_none_or(|day| day >= first);
            if begins && lasts {
                expected.push((name, if inside { "certain" } else { "possible" }));
            }
        }
        expected.sort();
        let selection = Selection::default();
        let selected = selection.select(&answer).unwrap();
        let mut told: Vec<(String, &str)> = happenings(&selected, days)
            .iter()
            .map(|row| (row.item.name().to_owned(), word(row)))
            .collect();
        told.sort();
        prop_assert_eq!(told, expected);
    }

    /// What is possible within some days is possible on one of them, in every section;
    /// and what is certain on one of them is certain within all.
    #[test]
    fn days_together_say_what_they_say_one_by_one(
        answer in answers(),
        days in days(),
        section in select(&SectionName::ALL[1..]),
    ) {
        let selection = Selection::new(&[section], Vec::new());
        let selected = selection.select(&answer).unwrap();
        let of = |days: Days| -> HashSet<(String, &str, &str)> {
            let rows = happenings(&selected, days);
            rows.iter().map(|row| (row.item.name().to_owned(), row.field, word(row))).collect()
        };
        let together = of(days);
        let each = days.first.iter_days().take_while(|day| *day <= days.last);
        let one_by_one: HashSet<_> =
            each.flat_map(|day| of(Days { first: day, last: day })).collect();
        let dates = |rows: &HashSet<(String, &'static str, &str)>| -> HashSet<(String, &str)> {
            rows.iter().map(|(name, field, _)| (name.clone(), *field)).collect()
        };
        prop_assert_eq!(dates(&together), dates(&one_by_one));
        for certain in one_by_one.iter().filter(|(.., happens)| *happens == "certain") {
            prop_assert!(together.contains(certain), "{:?}", certain);
        }
    }

    /// A filter leaves claims out before anything is folded, and strikes none the
    /// less: of what counts without it, what is heard counts with it, and nothing
    /// else is told.
    #[test]
    fn who_is_not_heard_still_strikes(
        (history, (known, on, recorded)) in history_and_cuts(),
        one_source in any::<bool>(),
        least in prop::option::of(select(Certainty::ALL)),
    ) {
        let mut events = placed(&history);
        for (at, placed) in events.iter_mut().enumerate() {
            let name = if at % 3 == 0 { "Others" } else { "Somebody" };
            let event = Event::clone(&placed.event);
            let source = Source { name: name.into(), ..event.source.clone() };
            placed.event = Event { source, ..event }.into();
        }
        let filter = Filter {
            sources: one_source.then(|| "somebody".to_owned()).into_iter().collect(),
            min_certainty: least,
        };
        let cuts = Cuts { known, on, recorded };
        let kinds = Kinds::built_in();
        let lens = Lens { cuts, kinds: &kinds, filter: &filter };
        let counting = |standing: &Standing<'_>| -> HashSet<EventId> {
            standing.counting().map(|stood| stood.placed.event.id).collect()
        };
        let mut expected = counting(&Standing::of(&events, &cuts));
        let hears = |id: &EventId| {
            let mut all = events.iter();
            all.any(|placed| placed.event.id == *id && filter.hears(&placed.event))
        };
        expected.retain(hears);
        prop_assert_eq!(&counting(&Standing::of(&events, lens)), &expected);
        let timeline = fold(&events[0].event.company, &events, lens);
        for (_, view) in timeline.threads() {
            let told = view.events().chain(view.deciding_events());
            for id in told {
                prop_assert!(expected.contains(&id), "{}", id);
            }
        }
    }
}

fn word(row: &Happening<'_>) -> &'static str {
    match row.happens {
        Occurrence::Certain => "certain",
        Occurrence::Possible => "possible",
    }
}

#[test]
fn the_names_of_sections_are_those_of_the_json() {
    for (section, name) in SectionName::ALL.iter().zip(SectionName::NAMES) {
        assert_eq!(json!(section.as_str()), json!(name));
        assert_eq!(name.parse(), Ok(*section));
    }
}
