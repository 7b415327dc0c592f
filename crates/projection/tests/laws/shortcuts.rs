//! Shorter ways give what the plain rules give.

use event_model::edtf::Bounds;
use event_model::event::Event;
use event_model::id::Position;
use event_model::kinds::THREAD_LINK;
use event_model::own_kinds::Kinds;
use event_model::time::Day;
use event_model::vocabulary::{Certainty, Level};
use projection::basis::{Cuts, Filter, Lens, Placed};
use projection::claim::Claim;
use projection::fold::{fold, fold_without_events};
use projection::parts::{Inseparable, Parts, Share};
use projection::replay::{Limits, Replay, ReplayClock};
use projection::rule::{beats, prevailing};
use projection::standing::Place;
use projection::timeline::Timeline;
use proptest::prelude::*;
use proptest::sample::select;

use crate::second_reading::histories::{FIRST_DAY, cuts, history};
use crate::{config, placed};

/// The rule as it is said: the last of those that no other beats.
fn plainly_prevailing(claims: &[Claim]) -> Option<&Claim> {
    let beaten = |claim: &Claim| claims.iter().any(|other| beats(other, claim).is_some());
    claims.iter().rev().find(|claim| !beaten(claim))
}

/// Bounds of few days, so that they touch, cross, enclose and equal each other.
fn bounds() -> impl Strategy<Value = Bounds> {
    let first: Day = FIRST_DAY.parse().unwrap();
    let day = move |number: u64| first.checked_add_days(chrono::Days::new(number));
    (0..6_u64, 0..4_u64, 0..8_u8).prop_map(move |(from, more, open)| Bounds {
        earliest: day(from).filter(|_| open & 3 != 3),
        latest: day(from + more).filter(|_| open != 4),
    })
}

/// Claims of one thread in any order, their events but a frame.
fn claims(event: Event) -> impl Strategy<Value = Vec<Claim>> {
    let levels = vec![Level::Fact, Level::Fact, Level::Inference, Level::Opinion];
    let sure = vec![Certainty::Official, Certainty::Asserted, Certainty::Rumour];
    let claim = (bounds(), select(levels), select(sure));
    (any::<bool>(), prop::collection::vec(claim, 1..12)).prop_map(
        move |(is_results_date, claims)| {
            let claim = |(at, (bounds, level, certainty))| {
                let event = Event {
                    level,
                    certainty,
                    ..event.clone()
                };
                let placed = Placed::new(Position(at), event);
                Claim {
                    bounds,
                    is_results_date,
                    ..Claim::of(&placed, Place::of(&placed), None)
                }
            };
            (1..).zip(claims).map(claim).collect()
        },
    )
}

fn has_link(events: &[Placed]) -> bool {
    events
        .iter()
        .any(|placed| &*placed.event.kind == THREAD_LINK)
}

proptest! {
    #![proptest_config(config(2_000))]

    /// Asking once what is to be known of all claims is asking each of them.
    #[test]
    fn one_pass_finds_what_prevails(
        claims in history().prop_flat_map(|history| claims(history[0].1.clone())),
    ) {
        let found = prevailing(claims.iter()).map(|claim| claim.position);
        let expected = plainly_prevailing(&claims).map(|claim| claim.position);
        prop_assert_eq!(found, expected);
    }

    /// The list of events adds to an answer and changes nothing else in it.
    #[test]
    fn the_list_of_events_changes_nothing_else(
        (history, all) in history().prop_flat_map(|history| {
            let all = prop::collection::vec(cuts(&history), 1);
            (Just(history), all)
        }),
    ) {
        let events = placed(&history);
        let slug = history[0].1.company.clone();
        for (known, on, recorded) in all {
            let cuts = Cuts { known, on, recorded };
            let whole = fold(&slug, &events, &cuts);
            let visible = whole.events.as_ref().map_or(0, Vec::len);
            prop_assert_eq!(visible, whole.tally.visible);
            let without = Timeline { events: None, ..whole };
            prop_assert_eq!(without, fold_without_events(&slug, &events, &cuts));
        }
    }

    /// A company that is told in parts is told as by the fold, or not at all; each part
    /// from no more than its own claims and what strikes.
    #[test]
    fn parts_equal_the_fold(
        (history, all) in history().prop_flat_map(|history| {
            let all = prop::collection::vec(cuts(&history), 1..6);
            (Just(history), all)
        }),
        shares in 1..5_u64,
        is_filtered in any::<bool>(),
    ) {
        let events = placed(&history);
        let slug = history[0].1.company.clone();
        let filter = Filter {
            min_certainty: is_filtered.then(|| "asserted".parse().unwrap()),
            ..Filter::default()
        };
        let kinds = Kinds::default();
        for (known, on, recorded) in all {
            let cuts = Cuts { known, on, recorded };
            let lens = Lens { cuts, kinds: &kinds, filter: &filter };
            let mut parts = Parts::of(slug.clone(), lens);
            let told: Result<Vec<()>, Inseparable> = Share::all(shares)
                .map(|share| {
                    let mut needed = events.clone();
                    needed.retain(|Placed { event, .. }| {
                        share.has(&event.kind, &event.thread) || event.strikes().is_some()
                    });
                    parts.tell(share, &needed)
                })
                .collect();
            match told {
                Ok(_) => {
                    let whole = fold_without_events(&slug, &events, lens);
                    prop_assert_eq!(parts.into_timeline(), whole);
                }
                Err(Inseparable) => prop_assert!(shares > 1 || has_link(&events)),
            }
        }
    }

    /// A replay says what the fold says on either clock, whatever it was asked before.
    #[test]
    fn a_replay_equals_the_fold(
        (history, all) in history().prop_flat_map(|history| {
            let all = prop::collection::vec(cuts(&history), 1..12);
            (Just(history), all)
        }),
        run in 1..4_usize,
        regions in 1..3_usize,
        block in 1..4_usize,
        is_recorded in any::<bool>(),
        is_filtered in any::<bool>(),
    ) {
        let events = placed(&history);
        let slug = history[0].1.company.clone();
        let limits = Limits { run, regions, block };
        let filter = Filter {
            min_certainty: is_filtered.then(|| "asserted".parse().unwrap()),
            ..Filter::default()
        };
        let kinds = Kinds::default();
        let clock = match is_recorded {
            true => ReplayClock::Recorded(all[0].0),
            false => ReplayClock::Published,
        };
        let told = (kinds.clone(), (clock, filter.clone()));
        let mut replay = Replay::within(limits, slug.clone(), events.clone(), told);
        let mut regions = Vec::new();
        for (known, on, recorded) in &all {
            let (known, on, recorded) = (*known, *on, *recorded);
            let here = match clock {
                ReplayClock::Published => Cuts { known, on, recorded: Position::LAST },
                ReplayClock::Recorded(known) => Cuts { known, on, recorded },
            };
            for cuts in [here, Cuts { known, on, recorded }] {
                let lens = Lens { cuts, kinds: &kinds, filter: &filter };
                let expected = fold_without_events(&slug, &events, lens);
                prop_assert_eq!(&replay.at(&cuts), &expected);
                // Where it says that it answered the same before, it did.
                for (region, answer) in &regions {
                    if replay.stays(region, &cuts) {
                        prop_assert_eq!(answer, &expected);
                    }
                }
                let (answer, region) = replay.at_with_region(&cuts);
                prop_assert_eq!(&answer, &expected);
                regions.extend(region.map(|region| (region, answer)));
            }
        }
    }
}
