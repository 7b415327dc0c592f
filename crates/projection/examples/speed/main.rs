//! How long answers take, for companies of several sizes: of a plain fold in
//! microseconds an event, and of a replay in microseconds an answer.
//!
//! `cargo run --release -p projection --example speed -- [SIZE…]`

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "it measures, and a measurement that cannot go on ends"
)]

mod workload;

use std::hint::black_box;
use std::time::{Duration, Instant as Clock};

use event_model::id::{Position, Slug};
use event_model::time::{Instant, Zone};
use projection::basis::{Cuts, Placed};
use projection::fold::{fold, fold_without_events};
use projection::replay::Replay;

use crate::workload::{DAYS, FIRST_DAY, Random, company, day_of};

/// How many events are held at least, so that not all are in the nearest cache,
/// and how many are folded for a figure.
const EVENTS_HELD: usize = 20_000;
const EVENTS_FOLDED: usize = 400_000;
/// On how many days a replay is asked.
const QUESTIONS: usize = 400;

fn main() {
    let asked = std::env::args().skip(1);
    let asked: Vec<usize> = asked.map(|size| size.parse().unwrap()).collect();
    for size in if asked.is_empty() {
        vec![20, 1_000, 10_000, 100_000]
    } else {
        asked
    } {
        let seeds = 0..(EVENTS_HELD / size).max(1) as u64;
        let companies: Vec<Vec<Placed>> = seeds.map(|seed| company(seed, size)).collect();
        folds(size, &companies);
        replays(&companies[0]);
    }
}

fn folds(size: usize, companies: &[Vec<Placed>]) {
    let slug: Slug = "alibaba".parse().unwrap();
    let cuts = at(FIRST_DAY + DAYS);
    let events = size * companies.len();
    let rounds = (EVENTS_FOLDED / events).max(1);
    let told = shortest(rounds, || {
        for events in companies {
            black_box(fold_without_events(&slug, events, &cuts));
        }
    });
    let whole = shortest(rounds, || {
        for events in companies {
            black_box(fold(&slug, events, &cuts));
        }
    });
    println!(
        "{size:>7} events: fold {:.2} µs an event, {:.2} with the list of events",
        micros(told) / events as f64,
        micros(whole) / events as f64
    );
}

fn replays(events: &[Placed]) {
    let slug: Slug = "alibaba".parse().unwrap();
    let start = Clock::now();
    let mut replay = Replay::of(slug, events.to_vec());
    let built = start.elapsed();
    let mut random = Random(7);
    let mut days: Vec<u64> = (0..QUESTIONS)
        .map(|_| FIRST_DAY + random.below(DAYS))
        .collect();
    // Of each question the shortest time, since others use the machine too.
    let mut asked = |name: &str, days: &[u64], rounds: usize| {
        let mut times = vec![Duration::MAX; days.len()];
        for _ in 0..rounds {
            for (day, time) in days.iter().zip(&mut times) {
                let start = Clock::now();
                drop(black_box(replay.at(&at(*day))));
                *time = start.elapsed().min(*time);
            }
        }
        times.sort_unstable();
        println!(
            "{:>16} replay, {name}: median {:.0} µs, 99 of 100 in {:.0} µs",
            "",
            micros(times[times.len() / 2]),
            micros(times[times.len() * 99 / 100])
        );
    };
    asked("on any day, cold", &days, 1);
    asked("on any day, warm", &days, 5);
    days.sort_unstable();
    asked("day after day", &days, 5);
    asked("on one day", &[FIRST_DAY + DAYS / 2; 100], 5);
    println!("{:>16} replay, made in {:.0} µs", "", micros(built));
}

fn at(day: u64) -> Cuts {
    let on = day_of(day);
    Cuts {
        known: Instant::end_of(on, Zone::UTC),
        on,
        recorded: Position(u64::MAX),
    }
}

fn shortest(rounds: usize, mut ask: impl FnMut()) -> Duration {
    let once = |_| {
        let start = Clock::now();
        ask();
        start.elapsed()
    };
    (0..rounds).map(once).min().unwrap()
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}
