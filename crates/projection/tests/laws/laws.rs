//! What holds of every answer, whatever the history.

use event_model::event::Event;
use event_model::id::{EventId, Position};
use event_model::own_kinds::Kinds;
use event_model::time::Instant;
use event_model::vocabulary::{Certainty, Fault, Level};
use projection::basis::{Cuts, Placed};
use projection::fold::fold;
use projection::standing::Standing;
use projection::thread::threads;
use projection::timeline::Timeline;
use proptest::prelude::*;
use serde_json::Value;
use std::collections::HashSet;
use std::sync::Arc;
use uuid::Uuid;

use crate::second_reading::histories::history_and_cuts;
use crate::{config, placed};

fn answer(events: &[Placed], cuts: &Cuts) -> Timeline {
    let slug = events.first().map_or_else(
        || "alibaba".parse().unwrap(),
        |placed| placed.event.company.clone(),
    );
    fold(&slug, events, cuts)
}

/// The answer without its list of events, which also holds what is struck.
fn told(timeline: &Timeline) -> Value {
    let mut value = serde_json::to_value(timeline).unwrap();
    value.as_object_mut().unwrap().remove("events");
    value
}

/// The same with one id written as another.
fn told_with(timeline: &Timeline, id: EventId, as_id: EventId) -> Value {
    let text = told(timeline).to_string();
    serde_json::from_str(&text.replace(&id.to_string(), &as_id.to_string())).unwrap()
}

fn referred(events: &[Placed]) -> HashSet<EventId> {
    let of = |placed: &Placed| [placed.event.strikes(), placed.event.repeats];
    events.iter().flat_map(of).flatten().collect()
}

fn new_id() -> EventId {
    EventId(Uuid::from_u128(0xffff_ffff_ffff_4fff_8fff_ffff_ffff_ffff))
}

/// The history with an event of ours at its end.
fn with(events: &[Placed], event: Event) -> Vec<Placed> {
    let last = events.last().map_or(0, |placed| placed.position.0);
    let mut longer = events.to_vec();
    longer.push(Placed::new(Position(last + 1), event));
    longer
}

proptest! {
    #![proptest_config(config(1_000))]

    /// Nothing that was published after the cut, nor anything recorded after
    /// it, is among the events of an answer.
    #[test]
    fn an_answer_never_sees_later_knowledge((history, (known, on, recorded)) in history_and_cuts()) {
        let events = placed(&history);
        let timeline = answer(&events, &Cuts { known, on, recorded });
        for view in timeline.events.iter().flatten() {
            prop_assert!(view.event.published.instant() <= known);
            let position = events.iter().find(|placed| placed.event.id == view.event.id);
            prop_assert!(position.unwrap().position <= recorded);
        }
    }

    /// Taking away an event that neither counts nor strikes, and that nothing
    /// refers to, changes nothing.
    #[test]
    fn what_neither_counts_nor_strikes_does_not_interfere(
        (history, (known, on, recorded)) in history_and_cuts(),
    ) {
        let events = placed(&history);
        let cuts = Cuts { known, on, recorded };
        let before = told(&answer(&events, &cuts));
        let counting: HashSet<EventId> =
            Standing::of(&events, &cuts).counting().map(|stood| stood.placed.event.id).collect();
        // What a correction that counts or strikes corrects gives it its place.
        let corrected: HashSet<EventId> =
            events.iter().filter_map(|placed| placed.event.supersedes).collect();
        let mut fewer = events.clone();
        fewer.retain(|placed| {
            let id = placed.event.id;
            counting.contains(&id) || placed.event.strikes().is_some() || corrected.contains(&id)
        });
        if !fewer.is_empty() {
            prop_assert_eq!(before, told(&answer(&fewer, &cuts)));
        }
    }

    /// A log that had an error of ours and mended it answers like one that
    /// never had it, whatever the error was in, its publication included.
    #[test]
    fn a_mended_error_of_ours_leaves_no_trace(
        (history, (known, on, _)) in history_and_cuts(),
        at in any::<prop::sample::Index>(),
        wrong in any::<prop::sample::Index>(),
    ) {
        let clean = placed(&history);
        let cuts = Cuts { known, on, recorded: Position::LAST };
        let referred = referred(&clean);
        let plain: Vec<usize> = (0..clean.len())
            .filter(|at| {
                let event = &clean[*at].event;
                event.strikes().is_none() && event.repeats.is_none() && !referred.contains(&event.id)
            })
            .collect();
        prop_assume!(!plain.is_empty());
        let at = plain[at.index(plain.len())];
        let right = Event::clone(&clean[at].event);
        let other = &clean[wrong.index(clean.len())].event;
        let mut dirty = clean.clone();
        let same_kind = other.kind == right.kind;
        let (data, thread) = match same_kind {
            true => (other.data.clone(), other.thread.clone()),
            false => (right.data.clone(), right.thread.clone()),
        };
        dirty[at].event = Arc::new(Event {
            data,
            thread,
            confirmation: other.confirmation,
            published: other.published.clone(),
            certainty: other.certainty,
            occurred: None,
            level: other.level,
            ..right.clone()
        });
        let mending = Event {
            id: new_id(),
            supersedes: Some(right.id),
            fault: Some(Fault::Record),
            ..right.clone()
        };
        let dirty = with(&dirty, mending);
        let expected = told(&answer(&clean, &cuts));
        let mended = told_with(&answer(&dirty, &cuts), new_id(), right.id);
        prop_assert_eq!(expected, mended);
    }

    /// A claim that is taken back as our error might as well not be there, on
    /// every known date.
    #[test]
    fn a_retracted_error_of_ours_leaves_no_trace((history, (known, on, _)) in history_and_cuts()) {
        let events = placed(&history);
        let cuts = Cuts { known, on, recorded: Position::LAST };
        let (clean, last) = (&events[..events.len() - 1], &*events[events.len() - 1].event);
        prop_assume!(!clean.is_empty() && last.strikes().is_none());
        let json = serde_json::json!({"target": last.id});
        let retraction = Event {
            id: new_id(),
            kind: "retraction".into(),
            thread: last.id.to_string().into(),
            data: json.as_object().unwrap().into(),
            fault: Some(Fault::Record),
            repeats: None,
            ..last.clone()
        };
        let struck = with(&events, retraction);
        prop_assert_eq!(told(&answer(clean, &cuts)), told(&answer(&struck, &cuts)));
    }

    /// A retraction that is itself retracted restores what it struck.
    #[test]
    fn a_retracted_retraction_restores((history, (known, on, _)) in history_and_cuts()) {
        let events = placed(&history);
        let cuts = Cuts { known, on, recorded: Position::LAST };
        let strike = |id: EventId, target: EventId| Event {
            id,
            kind: "retraction".into(),
            thread: target.to_string().into(),
            data: serde_json::json!({"target": target}).as_object().unwrap().into(),
            fault: Some(Fault::Record),
            repeats: None,
            supersedes: None,
            ..Event::clone(&events[0].event)
        };
        let second = EventId(Uuid::from_u128(7));
        let struck = with(&events, strike(new_id(), events[0].event.id));
        let restored = with(&struck, strike(second, new_id()));
        prop_assert_eq!(told(&answer(&events, &cuts)), told(&answer(&restored, &cuts)));
    }

    /// Threads that are made one and then two again are as they were.
    #[test]
    fn a_link_that_is_taken_back_leaves_no_trace(
        (history, (known, on, _)) in history_and_cuts(),
        picks in any::<(prop::sample::Index, prop::sample::Index)>(),
        ours in any::<bool>(),
    ) {
        let events = placed(&history);
        let cuts = Cuts { known, on, recorded: Position::LAST };
        let (from, into) = (&events[picks.0.index(events.len())], &events[picks.1.index(events.len())]);
        let (from, into) = (&from.event, &into.event);
        prop_assume!(from.kind == into.kind && from.thread != into.thread);
        let json = serde_json::json!({"of": from.kind, "from": from.thread, "into": into.thread});
        let link = Event {
            id: new_id(),
            kind: "thread_link".into(),
            thread: "a-link".into(),
            data: json.as_object().unwrap().into(),
            level: Level::Fact,
            fault: None,
            repeats: None,
            supersedes: None,
            ..Event::clone(from)
        };
        let linked = with(&events, link.clone());
        let json = serde_json::json!({"target": link.id});
        let split = with(&linked, Event {
            id: EventId(Uuid::from_u128(7)),
            kind: "retraction".into(),
            data: json.as_object().unwrap().into(),
            fault: Some(if ours { Fault::Record } else { Fault::Source }),
            ..link
        });
        prop_assert_eq!(told(&answer(&events, &cuts)), told(&answer(&split, &cuts)));
        // A link that counts is seen in whatever both threads say.
        let says = |timeline: &Timeline, name: &str| {
            let mut all = timeline.threads().map(|(_, view)| view);
            all.any(|view| view.kind_name() == &*from.kind && view.thread() == name)
        };
        let before = answer(&events, &cuts);
        let after = answer(&linked, &cuts);
        if from.published.instant() <= known && says(&before, &from.thread) && says(&before, &into.thread) {
            prop_assert_ne!(told(&before), told(&after));
        }
    }

    /// Where no two publications are at the same instant, the order in which
    /// claims were recorded plays no part.
    #[test]
    fn the_order_of_import_does_not_matter((history, (known, on, _)) in history_and_cuts()) {
        let mut events = placed(&history);
        let mut instants: HashSet<Instant> = HashSet::new();
        events.retain(|placed| {
            placed.event.strikes().is_none()
                && placed.event.repeats.is_none()
                && instants.insert(placed.event.published.instant())
        });
        prop_assume!(events.len() > 1);
        let cuts = Cuts { known, on, recorded: Position::LAST };
        let mut reversed: Vec<Placed> = events.iter().rev().cloned().collect();
        for (at, placed) in reversed.iter_mut().enumerate() {
            placed.position = Position(at as u64 + 1);
        }
        let (before, after) = (answer(&events, &cuts), answer(&reversed, &cuts));
        prop_assert_eq!(
            serde_json::to_value(&before).unwrap(),
            serde_json::to_value(&after).unwrap()
        );
    }

    /// What comes to be known late about an earlier stage does not change the
    /// stage that is reached, if that certainly came later.
    #[test]
    fn late_history_never_changes_a_stage(
        (history, (known, on, recorded)) in history_and_cuts(),
        at in any::<prop::sample::Index>(),
        stage in any::<prop::sample::Index>(),
    ) {
        let events = placed(&history);
        let cuts = Cuts { known, on, recorded };
        let standing = Standing::of(&events, &cuts);
        let threads = threads(&standing, &Kinds::default());
        let staged: Vec<_> = threads
            .iter()
            .filter_map(|thread| {
                let view = thread.view(on)?;
                let lead = thread.claims().iter().find(|claim| claim.id() == view.lead.id)?;
                let before = lead.bounds.earliest?.pred_opt()?;
                let certain = lead.is_certain_by(on)
                    && lead.event.stage()? != "denied"
                    && lead.event.level.is_about_what_is();
                certain.then(|| (thread, Event::clone(&lead.event), before, lead.bounds))
            })
            .collect();
        prop_assume!(!staged.is_empty());
        let (thread, lead, before, bounds) = staged[at.index(staged.len())].clone();
        let stages: Vec<&str> = lead
            .kind()
            .and_then(|kind| kind.life.as_ref())
            .unwrap()
            .all()
            .filter(|word| *word != "denied" && Some(*word) != lead.stage())
            .collect();
        let stage = stages[stage.index(stages.len())];
        let field = lead.kind().unwrap().life.as_ref().unwrap().field;
        let mut late = Event {
            id: new_id(),
            occurred: Some(event_model::edtf::Edtf::day(before)),
            published: event_model::time::Published::parse(
                &known.to_string(),
                event_model::time::Zone::UTC,
            )
            .unwrap(),
            certainty: Certainty::Asserted,
            level: Level::Fact,
            repeats: None,
            supersedes: None,
            fault: None,
            ..lead.clone()
        };
        let mut data = late.data.to_map();
        data.insert(field.to_owned(), Value::from(stage));
        late.data = data.into();
        // A late fact can also narrow older claims of its own stage; then it is
        // no history but news of when that stage was.
        let narrows = thread.claims().iter().any(|claim| {
            claim.event.stage() == Some(stage) && claim.bounds.strictly_encloses(late.bounds())
        });
        prop_assume!(!narrows && known.day() >= before && bounds.certainly_after(late.bounds()));
        let later = Cuts { recorded: Position::LAST, ..cuts };
        let mut longer: Vec<Placed> = events
            .iter()
            .filter(|placed| placed.position <= recorded)
            .cloned()
            .collect();
        longer = with(&longer, late);
        let before = answer(&longer[..longer.len() - 1], &later);
        let after = answer(&longer, &later);
        let stage_in = |timeline: &Timeline| {
            let mut all = timeline.threads().map(|(_, view)| view);
            let of = |view: &&projection::view::ThreadView| {
                view.kind_name() == thread.kind_name() && view.thread() == thread.name()
            };
            all.find(of).and_then(|view| view.stage().map(str::to_owned))
        };
        prop_assert_eq!(stage_in(&before), stage_in(&after));
    }
}
