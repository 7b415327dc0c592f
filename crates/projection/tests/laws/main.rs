//! The laws of time travel, over random histories.
//!
//! `PROPTEST_CASES=100000 cargo test --release -p projection --test laws` runs
//! more of them than the default does.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod across;
mod differences;
mod doubts;
mod equality;
mod filters;
mod inspection;
mod laws;
mod reasons;
mod redactions;
mod second_reading;
mod shortcuts;
mod tenures;
mod vintages;

use event_model::event::Event;
use event_model::id::Position;
use projection::basis::Placed;
use proptest::prelude::ProptestConfig;

/// So many cases, or as many as the variable says.
fn config(cases: u32) -> ProptestConfig {
    let said = std::env::var("PROPTEST_CASES").ok();
    let cases = said.and_then(|text| text.parse().ok()).unwrap_or(cases);
    ProptestConfig {
        cases,
        // Some laws are about histories of which only every third is one.
        max_global_rejects: cases.saturating_mul(20),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

fn placed(history: &[(Position, Event)]) -> Vec<Placed> {
    let place = |(position, event): &(Position, Event)| Placed::new(*position, event.clone());
    history.iter().map(place).collect()
}
