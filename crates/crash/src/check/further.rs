//! The chain, the caches against the log, and what is appended next.

use std::path::Path;

use annals::append::AppendOptions;
use annals::{Error, Moment, Question, Recorded, Store};

use super::Violation;
use crate::claims::Claims;
use crate::random::Random;
use crate::session::clock;

/// A seed that no workload has, so that its ids are new.
const OF_ITS_OWN: u64 = u64::MAX;

/// Days that are asked about.
const DAYS: [&str; 2] = ["2025-06-15", "2026-06-30"];

/// Holds that a store which is open again is good for all that a store is for.
pub(super) fn check(dir: &Path, history: &[Recorded]) -> Result<(), Violation> {
    let at = |check| move |error: Error| Violation::of(check, &error);
    let store = Store::open(dir, clock()).map_err(at("opens again"))?;
    let verified = store.verify(&[], &mut |_| {}).map_err(at("verifies"))?;
    if verified.events != history.len() as u64 {
        let what = format!("{} events of {}", verified.events, history.len());
        return Err(Violation::new("verifies", what));
    }
    let before = answers(&store).map_err(at("answers"))?;
    store.rebuild().map_err(at("rebuilds"))?;
    let after = answers(&store).map_err(at("answers"))?;
    if before != after {
        let what = "the caches answered otherwise than those made again";
        return Err(Violation::new("caches agree with the log", what));
    }
    let appended = append(&store, history.is_empty()).map_err(at("takes an append"))?;
    store.close().map_err(at("closes"))?;
    let store = Store::open(dir, clock()).map_err(at("opens after an append"))?;
    let head = store.head();
    if head.position.0 != appended {
        let what = format!("the log ends at {}, not at {appended}", head.position.0);
        return Err(Violation::new("a further append stays", what));
    }
    store.verify(&[], &mut |_| {}).map_err(at("verifies"))?;
    Ok(())
}

/// What is told of all companies, as text.
fn answers(store: &Store) -> Result<Vec<String>, Error> {
    let mut answers = Vec::new();
    for day in DAYS {
        let Ok(moment) = Moment::parse(day) else {
            continue;
        };
        let basis = store.basis(&Question::at(moment))?;
        for company in store.companies(&basis)? {
            let answer = store.at(&company, &basis)?;
            answers.push(format!("{answer:?}"));
            if let Some(name) = &answer.timeline.company.name {
                let found = store.find(name, &basis.cuts);
                answers.push(format!("{:?}", found.map_err(|error| error.to_string())));
            }
        }
    }
    Ok(answers)
}

/// Appends a claim, and a company before it where there is none; tells the position.
fn append(store: &Store, is_empty: bool) -> Result<u64, Error> {
    let mut claims = Claims::new(Random::new(OF_ITS_OWN));
    let companies = claims.companies();
    let mut lines = match is_empty {
        true => companies,
        false => Vec::new(),
    };
    lines.push(claims.claim_of(Some(0), 100));
    let text = lines.join("\n");
    let options = AppendOptions::default();
    let before = store.head().position.0;
    store.append_lines("the check", &mut text.as_bytes(), options)?;
    Ok(before + lines.len() as u64)
}
