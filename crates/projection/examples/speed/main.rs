//! How long a fold takes: microseconds an event, for companies of several sizes.
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
use event_model::time::{Day, Instant, Zone};
use projection::basis::{Cuts, Placed};
use projection::fold::{fold, fold_without_events};

use crate::workload::{DAYS, FIRST_DAY, company, day_of};

/// How many events are folded for each line that is printed.
const EVENTS: usize = 400_000;

fn main() {
    let slug: Slug = "alibaba".parse().unwrap();
    let asked: Vec<usize> = std::env::args()
        .skip(1)
        .map(|size| size.parse().unwrap())
        .collect();
    let sizes = if asked.is_empty() {
        vec![20, 1_000, 10_000, 100_000]
    } else {
        asked
    };
    for size in sizes {
        // Many small companies are not all in the nearest cache.
        let companies: Vec<Vec<Placed>> = (0..(20_000 / size).max(1))
            .map(|seed| company(seed as u64, size))
            .collect();
        let total = std::env::var("EV").map_or(EVENTS, |v| v.parse().unwrap());
        let rounds = (total / size / companies.len()).max(1);
        let cuts = at(day_of(FIRST_DAY + DAYS));
        let whole = if std::env::var("NOLIST").is_ok() { Duration::ZERO } else { measured(rounds, &companies, |events| {
            black_box(fold(&slug, events, &cuts));
        })};
        let told = measured(rounds, &companies, |events| {
            black_box(fold_without_events(&slug, events, &cuts));
        });
        let micros = |time| micros(time, rounds, size * companies.len());
        println!(
            "{size:>7} events: {:.2} µs an event, {:.2} with the list of events",
            micros(told),
            micros(whole)
        );
    }
}

fn at(day: Day) -> Cuts {
    Cuts {
        known: Instant::end_of(day, Zone::UTC),
        on: day,
        recorded: Position(u64::MAX),
    }
}

/// The shortest of three times.
fn measured(rounds: usize, companies: &[Vec<Placed>], mut ask: impl FnMut(&[Placed])) -> Duration {
    let mut once = || {
        let start = Clock::now();
        for _ in 0..rounds {
            companies.iter().for_each(|events| ask(events));
        }
        start.elapsed()
    };
    (0..3).map(|_| once()).min().unwrap()
}

fn micros(time: Duration, rounds: usize, events: usize) -> f64 {
    time.as_secs_f64() * 1e6 / (rounds * events) as f64
}
