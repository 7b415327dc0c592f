//! A small store that has everything in it, and what it answers: [`Victim`].

use std::path::Path;

use annals::append::AppendOptions;
use annals::{Settings, Store};
use anyhow::{Context, Result};
use serde_json::json;

use super::ask::{self, Answers};
use crate::claims::{self, Claims};
use crate::random::Random;
use crate::session::clock;
use crate::tree::Tree;

/// A store whose files are to be damaged.
#[derive(Debug)]
pub(super) struct Victim {
    /// Its files.
    pub(super) tree: Tree,
    /// What it answers.
    pub(super) answers: Answers,
    /// Its files as they were when it was half as long.
    pub(super) older: Tree,
    /// The files of another store of the same make.
    pub(super) other: Tree,
}

/// How many claims are appended one by one before the older copy is taken, and after.
const CLAIMS: [usize; 2] = [70, 60];

/// Sizes at which a hundred claims make a few blocks.
pub(super) const SMALL: Settings = Settings {
    journal_bytes_max: 6 << 10,
    direct_bytes_min: 4 << 10,
    run_bytes_max: 4 << 10,
    ids_at_once_max: 16,
    selection_bytes_max: 16 << 20,
    selection_first: 16,
};

impl Victim {
    /// Makes one in a folder, which is used up.
    ///
    /// # Errors
    ///
    /// If it cannot be made.
    pub(super) fn make(dir: &Path, seed: u64) -> Result<Self> {
        let (older, tree) = grow(&dir.join("one"), seed)?;
        let (_, other) = grow(&dir.join("other"), seed + 1)?;
        let asked = dir.join("asked");
        tree.write(&asked)?;
        let answers = ask::all(&asked).context("asking the whole store")?;
        Ok(Self {
            tree,
            answers,
            older,
            other,
        })
    }
}

/// A store as it was half-way, and at its end: both closed.
fn grow(dir: &Path, seed: u64) -> Result<(Tree, Tree)> {
    let mut claims = Claims::new(Random::new(seed));
    let [before, after] = CLAIMS;
    let store = Store::create_or_open_with(dir, clock(), SMALL)?;
    append(&store, &claims.companies())?;
    append(&store, &claims.batch(12, 300))?;
    for _ in 0..before {
        append(&store, &[claims.claim_of(None, 20)])?;
    }
    store.close()?;
    let older = Tree::read(dir)?;
    let store = Store::create_or_open_with(dir, clock(), SMALL)?;
    append(&store, &[kind_of_its_own(), struck(&claims)])?;
    for _ in 0..after {
        append(&store, &[claims.claim_of(None, 20)])?;
    }
    // Where the caches stay behind the log until somebody asks.
    store.rebuild()?;
    for _ in 0..3 {
        append(&store, &claims.batch(2, 20))?;
    }
    store.close()?;
    Ok((older, Tree::read(dir)?))
}

pub(super) fn append(store: &Store, lines: &[String]) -> Result<(), annals::Error> {
    let options = AppendOptions::default();
    let text = lines.join("\n");
    store.append_lines("claims", &mut text.as_bytes(), options)?;
    Ok(())
}

/// A claim that no store has yet.
pub(super) fn one_more() -> String {
    Claims::new(Random::new(u64::MAX)).claim_of(Some(0), 60)
}

fn kind_of_its_own() -> String {
    json!({
        "company": "annals", "kind": "kind_declaration", "published": "2025-12-23",
        "certainty": "official", "source": {"name": "us"},
        "data": {"name": "own", "about": "x", "schema": {"properties": {"a": {"type": "string"}}}},
    })
    .to_string()
}

/// The first claim, taken back.
fn struck(claims: &Claims) -> String {
    let (id, company) = claims.made.first().cloned().unwrap_or_default();
    json!({
        "company": claims::slug(company), "kind": "retraction", "published": "2025-12-23",
        "certainty": "official", "source": {"name": "us"}, "fault": "source", "reason": "r",
        "data": {"target": id},
    })
    .to_string()
}
