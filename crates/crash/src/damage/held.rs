//! What must hold of a store after a harm was done to it: [`check`].

use std::fs;
use std::path::Path;

use annals::log_errors::{LogError, OpenError};
use annals::{Error, Store};
use anyhow::Result;

use super::ask::{self, Answers, is_damage, told};
use super::blocks;
use super::harm::Harm;
use super::salvaged::Salvaged;
use super::victim::{SMALL, Victim, append, one_more};
use crate::check::Violation;
use crate::session::clock;

/// What came of a harm.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Outcome {
    /// All answers were right.
    pub(super) is_right: bool,
    /// `verify` found it.
    pub(super) is_found: bool,
    /// An append was accepted; `None` where none was tried.
    pub(super) is_appended: Option<bool>,
}

/// Does a harm to copies of a store in a folder, and holds what comes of it. Writes are
/// tried only where that is asked for.
pub(super) fn check(
    dir: &Path,
    victim: &Victim,
    harm: &Harm,
    writes: bool,
) -> Result<Result<Outcome, Violation>> {
    let mut outcome = match on_a_copy(dir, victim, harm, |dir| reads(dir, victim, harm))? {
        Ok(outcome) => outcome,
        Err(violation) => return Ok(Err(violation)),
    };
    if harm.path().starts_with("/cache") || writes {
        let mended = on_a_copy(dir, victim, harm, |dir| rebuild(dir, victim, harm))?;
        if let Err(violation) = mended {
            return Ok(Err(violation));
        }
    }
    if writes {
        match on_a_copy(dir, victim, harm, |dir| write(dir, victim))? {
            Ok(is_appended) => outcome.is_appended = Some(is_appended),
            Err(violation) => return Ok(Err(violation)),
        }
    }
    Ok(Ok(outcome))
}

fn on_a_copy<T>(
    dir: &Path,
    victim: &Victim,
    harm: &Harm,
    check: impl FnOnce(&Path) -> Result<T, Violation>,
) -> Result<Result<T, Violation>> {
    victim.tree.write(dir)?;
    harm.apply(dir, victim)?;
    let checked = check(dir);
    fs::remove_dir_all(dir)?;
    Ok(checked)
}

/// Holds that an error says that the store is damaged.
fn damage(check: &'static str, error: &Error) -> Result<(), Violation> {
    match is_damage(error) || is_newer(error) {
        true => Ok(()),
        false => Err(Violation::new(check, told(error))),
    }
}

/// A digit of `FORMAT` can become that of a newer format: only a program that knows it
/// could tell that there is none.
fn is_newer(error: &Error) -> bool {
    matches!(error, Error::Open(OpenError::NewerFormat { .. }))
}

/// Every answer is right, or says that the store is damaged.
fn reads(dir: &Path, victim: &Victim, harm: &Harm) -> Result<Outcome, Violation> {
    let is_right = match ask::all(dir) {
        Err(error) => damage("reads or is damaged", &error).map(|()| false)?,
        Ok(answers) => right_or_damage(&answers, victim)?,
    };
    let before = salvage(dir)?;
    let is_found = verify(dir, victim)?;
    nothing_lost("verify makes nothing worse", &before, dir)?;
    if must_be_found(harm, victim) && !is_found {
        return Err(Violation::new("verify finds it", "it passed"));
    }
    Ok(Outcome {
        is_right,
        is_found,
        is_appended: None,
    })
}

fn right_or_damage(answers: &Answers, victim: &Victim) -> Result<bool, Violation> {
    let mut is_right = true;
    for ((name, answer), (_, whole)) in answers.iter().zip(&victim.answers) {
        match (answer, whole) {
            (Ok(answer), Ok(whole)) if answer == whole => {}
            (Ok(answer), Ok(whole)) => return Err(Violation::new(name, difference(answer, whole))),
            (Err(error), _) => {
                damage(name, error)?;
                is_right = false;
            }
            (_, Err(error)) => return Err(Violation::new(name, told(error))),
        }
    }
    Ok(is_right)
}

/// The first line in which an answer is another.
fn difference(answer: &str, whole: &str) -> String {
    let mut lines = whole.lines();
    for line in answer.lines() {
        match lines.next() {
            Some(right) if right == line => {}
            right => return format!("{line:.200} instead of {:.200}", right.unwrap_or("nothing")),
        }
    }
    format!(
        "nothing instead of {:.200}",
        lines.next().unwrap_or("nothing")
    )
}

/// Whether a walk of the log finds that it is damaged, and where. If not, all of the log
/// must be there.
fn verify(dir: &Path, victim: &Victim) -> Result<bool, Violation> {
    const CHECK: &str = "verify";
    let store = match Store::open(dir, clock()) {
        Err(error) => return damage(CHECK, &error).map(|()| true),
        Ok(store) => store,
    };
    let verified = store.verify(&[], &mut |_| ());
    if let Err(error) = verified {
        damage(CHECK, &error)?;
        return names_a_place(&error).map(|()| true);
    }
    for (name, ask) in [
        ("log", ask::log as fn(&Store) -> _),
        ("export", ask::export),
    ] {
        let answer = ask(&store).map_err(|error| Violation::new(CHECK, told(&error)))?;
        let whole = victim.answers.iter().find(|(asked, _)| *asked == name);
        match whole {
            Some((_, Ok(whole))) if *whole == answer => {}
            Some((_, Ok(whole))) => return Err(Violation::new(CHECK, difference(&answer, whole))),
            _ => {}
        }
    }
    let closed = store.close();
    closed.map_err(|error| Violation::new(CHECK, told(&error)))?;
    Ok(false)
}

/// An error of the whole log says at least which file, or at which position.
fn names_a_place(error: &Error) -> Result<(), Violation> {
    let text = told(error);
    let names = ["position", "cache/", "log/", "journal/"];
    match names.iter().any(|name| text.contains(name)) {
        true => Ok(()),
        false => Err(Violation::new("verify says where", text)),
    }
}

/// Whether it is in bytes that count for sure: the blocks, the frames of the journal, and
/// what says what the folder is.
fn must_be_found(harm: &Harm, victim: &Victim) -> bool {
    let Harm::Flip { path, at, .. } = harm else {
        return false;
    };
    if path == "/FORMAT" || path == "/log/blocks" {
        return true;
    }
    let bytes = victim.tree.0.get(path).and_then(Option::as_ref);
    let end = bytes.and_then(|bytes| blocks::frames(bytes).pop());
    path.starts_with("/journal/") && end.is_some_and(|end| *at < end as u64)
}

/// After `rebuild` all is right, where only the caches were damaged; elsewhere it makes
/// nothing worse.
fn rebuild(dir: &Path, victim: &Victim, harm: &Harm) -> Result<(), Violation> {
    const CHECK: &str = "rebuild mends the caches";
    let failed = |error: Error| Violation::new(CHECK, told(&error));
    let before = salvage(dir)?;
    let rebuilt = Store::open(dir, clock()).and_then(|store| {
        store.rebuild()?;
        store.verify(&[], &mut |_| ())?;
        store.close()
    });
    nothing_lost("rebuild makes nothing worse", &before, dir)?;
    match rebuilt {
        Err(error) if !harm.path().starts_with("/cache") => return damage(CHECK, &error),
        rebuilt => rebuilt.map_err(failed)?,
    }
    let answers = ask::all(dir).map_err(failed)?;
    match right_or_damage(&answers, victim)? {
        true => Ok(()),
        false => Err(Violation::new(CHECK, "an answer is still refused")),
    }
}

fn salvage(dir: &Path) -> Result<Salvaged, Violation> {
    match Salvaged::of(dir) {
        Ok(events) => Ok(events),
        Err(error) if is_damage(&error) || is_nothing(&error) => Ok(Salvaged::default()),
        Err(error) => Err(Violation::new("salvage", told(&error))),
    }
}

fn is_nothing(error: &Error) -> bool {
    matches!(error, Error::Open(OpenError::NoStore { .. }))
}

/// An append is refused, or takes nothing away: what could be read can be read, and what
/// could be salvaged can be.
fn write(dir: &Path, victim: &Victim) -> Result<bool, Violation> {
    const CHECK: &str = "an append makes nothing worse";
    let before = salvage(dir)?;
    let is_appended = match Store::create_or_open_with(dir, clock(), SMALL) {
        Err(error) => damage(CHECK, &error).map(|()| false)?,
        Ok(store) => {
            // The second of them seals the journal.
            let claims = [one_more(), long()];
            let mut appended = claims
                .iter()
                .map(|claim| append(&store, std::slice::from_ref(claim)));
            match appended.try_for_each(|appended| appended) {
                Ok(()) => holds_still(&store, victim).map(|()| true)?,
                Err(error) => damage(CHECK, &error).map(|()| false)?,
            }
        }
    };
    nothing_lost(CHECK, &before, dir)?;
    Ok(is_appended)
}

/// What could be salvaged before can be salvaged.
fn nothing_lost(check: &'static str, before: &Salvaged, dir: &Path) -> Result<(), Violation> {
    match before.lost_in(&salvage(dir)?) {
        None => Ok(()),
        Some((first, count)) => {
            let what = format!("{count} events from position {first} on could be salvaged before");
            Err(Violation::new(check, what))
        }
    }
}

/// A claim so long that what came before it is sealed.
fn long() -> String {
    crate::claims::Claims::new(crate::random::Random::new(u64::MAX - 1)).claim_of(Some(1), 7_000)
}

/// All earlier events are there after an append that was accepted.
fn holds_still(store: &Store, victim: &Victim) -> Result<(), Violation> {
    const CHECK: &str = "an append makes nothing worse";
    let answer = match ask::log(store) {
        Ok(answer) => answer,
        Err(error @ Error::Log(LogError::Cache { .. })) => {
            return damage(CHECK, &error);
        }
        Err(error) => return Err(Violation::new(CHECK, told(&error))),
    };
    let whole = victim.answers.iter().find(|(asked, _)| *asked == "log");
    match whole {
        Some((_, Ok(whole))) if !answer.starts_with(whole.as_str()) => {
            Err(Violation::new(CHECK, difference(&answer, whole)))
        }
        _ => Ok(()),
    }
}
