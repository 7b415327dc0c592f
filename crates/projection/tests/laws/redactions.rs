//! What was redacted says nothing any more, and acts as before.

use event_model::event::Event;
use event_model::id::{EventId, Position};
use event_model::own_kinds::Kinds;
use projection::basis::{Cuts, Filter, Placed};
use projection::fold::{fold, fold_without_events};
use projection::replay::{Limits, Replay, ReplayClock};
use projection::standing::{Standing, Status};
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::second_reading::histories::history_and_cuts;
use crate::{config, placed};

fn redaction_id() -> EventId {
    EventId(Uuid::from_u128(0xffff_ffff_ffff_4fff_8fff_ffff_ffff_fffe))
}

/// The event that says that another was redacted.
fn redaction(of: &Event) -> Event {
    let json = json!({
        "id": redaction_id(), "company": of.company, "kind": "redaction", "thread": "r",
        "published": "2026-01-01", "certainty": "official", "confirmation": "unstated",
        "level": "fact", "source": {"name": "keeper"}, "reason": "a court order",
        "data": {"target": of.id, "left": "sha256:00"},
    });
    Event::from_stored(1, json.to_string().as_bytes()).unwrap()
}

/// The history with one of its events redacted, and what says so at its end.
fn redacted(events: &[Placed], at: usize) -> Vec<Placed> {
    let mut redacted = events.to_vec();
    let whole = &events[at];
    redacted[at] = Placed::new(whole.position, whole.event.redacted());
    let last = events.last().unwrap().position;
    redacted.push(Placed::new(Position(last.0 + 1), redaction(&whole.event)));
    redacted
}

fn told(events: &[Placed], cuts: &Cuts) -> Value {
    let slug = &events[0].event.company;
    let mut told = serde_json::to_value(fold_without_events(slug, events, cuts)).unwrap();
    told.as_object_mut().unwrap().remove("redacted");
    told
}

proptest! {
    #![proptest_config(config(1_000))]

    /// What nothing refers to is gone from the answer as if it had never been there.
    #[test]
    fn what_was_redacted_says_nothing(
        (history, (known, on, _)) in history_and_cuts(), at in any::<Index>(),
    ) {
        let events = placed(&history);
        let at = at.index(events.len());
        let cuts = Cuts { known, on, recorded: Position::LAST };
        let event = &events[at].event;
        let refers = |other: &Placed| {
            [other.event.strikes(), other.event.repeats, other.event.supersedes].contains(&Some(event.id))
        };
        prop_assume!(event.strikes().is_none() && !events.iter().any(refers));
        let mut fewer = events.clone();
        fewer.remove(at);
        prop_assume!(!fewer.is_empty());
        prop_assert_eq!(told(&redacted(&events, at), &cuts), told(&fewer, &cuts));
    }

    /// What it struck stays struck, and what struck others still does.
    #[test]
    fn what_was_redacted_acts_as_before(
        (history, (known, on, recorded)) in history_and_cuts(), at in any::<Index>(),
    ) {
        let events = placed(&history);
        let at = at.index(events.len());
        let after = redacted(&events, at);
        let cuts = Cuts { known, on, recorded };
        for (before, after) in Standing::of(&events, &cuts).events.iter().zip(Standing::of(&after, &cuts).events) {
            prop_assert_eq!(before.visible, after.visible);
            prop_assert_eq!(before.place, after.place);
            // What it told again it tells no more, nor does what tells it again fall with that.
            if before.placed.event.repeats.is_none() {
                prop_assert_eq!(before.struck, after.struck);
            }
        }
    }

    /// It is told of wherever it could be seen, and no later knowledge with it.
    #[test]
    fn what_was_redacted_is_told_of(
        (history, (known, on, recorded)) in history_and_cuts(), at in any::<Index>(),
    ) {
        let events = placed(&history);
        let at = at.index(events.len());
        let after = redacted(&events, at);
        let event = &events[at].event;
        let cuts = Cuts { known, on, recorded };
        let answer = fold(&event.company, &after, &cuts);
        let is_seen = event.published.instant() <= known && events[at].position <= recorded;
        let statuses: Vec<Status> = answer.events.iter().flatten()
            .filter(|view| view.event.id == event.id)
            .map(|view| view.status)
            .collect();
        prop_assert_eq!(statuses, if is_seen { vec![Status::Redacted] } else { vec![] });
        prop_assert_eq!(answer.redacted.len(), usize::from(is_seen));
        let told = redaction(event);
        let tells = told.published.instant() <= known && after[events.len()].position <= recorded;
        for redacted in &answer.redacted {
            prop_assert_eq!(redacted.event, event.id);
            prop_assert_eq!(&redacted.kind, &event.kind);
            prop_assert_eq!(redacted.by, tells.then_some(told.id));
            prop_assert_eq!(&redacted.reason, &told.reason.clone().filter(|_| tells));
        }
    }

    /// Shorter ways tell the same.
    #[test]
    fn a_replay_tells_of_it_as_the_fold_does(
        (history, (known, on, recorded)) in history_and_cuts(), at in any::<Index>(),
    ) {
        let events = placed(&history);
        let after = redacted(&events, at.index(events.len()));
        let slug = events[0].event.company.clone();
        for clock in [ReplayClock::Published, ReplayClock::Recorded(known)] {
            let kinds = (Kinds::default(), (clock, Filter::default()));
            let mut replay = Replay::within(Limits::default(), slug.clone(), after.clone(), kinds);
            for recorded in [recorded, Position::LAST] {
                let cuts = Cuts { known, on, recorded };
                prop_assert_eq!(replay.at(&cuts), fold_without_events(&slug, &after, &cuts));
            }
        }
    }
}
