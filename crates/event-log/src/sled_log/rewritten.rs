//! Whether a log that was written anew can take the place of the one before: [`check`].
//!
//! What was there before is removed for it, so it has to be whole, and go at least as
//! far. A folder of its name may have been put there by hand, or damaged since a crash.

use event_model::id::Position;

use super::open::tail_of;
use super::seal::follow_all;
use super::{guard, index};
use crate::error::{Damage, OpenError};
use crate::event_log::Head;
use crate::hash::Hash;
use crate::head_mark;
use crate::journal::Contents;
use crate::layout::format::{BlocksIn, Format};
use crate::layout::{Layout, exists};

/// A position, and the hash that the chain has there.
type Known = (Position, Hash);

/// Refuses a log that was written anew and cannot take the place of the one before.
/// Nothing is changed, but that the index of the blocks may be made again.
pub(super) fn check(layout: &Layout, format: &Format) -> Result<(), OpenError> {
    let new = layout.rewritten();
    let (has_log, has_journal) = (exists(&new.log())?, exists(&new.journal())?);
    if !has_log && !has_journal {
        // All of it is in its place, or it never was more than a folder.
        return Ok(());
    }
    // The journal goes last; without it nothing tells how far the blocks are to go.
    let checked = Contents::read_newest(&new.journal(), format.store).map_err(OpenError::from);
    let blocks = if has_log { &new } else { layout };
    let checked = checked.and_then(|journal| {
        let known = known(layout, format);
        check_goes_on(journal.base, &known)?;
        check_blocks(blocks, format, journal.base, &known)
    });
    checked.map_err(|error| match error {
        error @ (OpenError::Damaged { .. }
        | OpenError::LogMissing { .. }
        | OpenError::JournalForeign { .. }) => OpenError::Rewritten {
            path: new.dir().to_owned(),
            source: Box::new(error),
        },
        error => error,
    })
}

/// What can still be told of the log before: where it ends, and where it did when it was
/// last closed. Before it was written anew all of it was sealed.
fn known(layout: &Layout, format: &Format) -> Vec<Known> {
    let journal = Contents::read_newest(&layout.journal(), format.store).ok();
    let head = journal.and_then(|journal| Some(tail_of(&journal).ok()?.head()));
    let ended = head.map(|head| (head.position, head.hash));
    let marked = head_mark::load(&layout.head_mark(), format.store);
    ended.into_iter().chain(marked).collect()
}

fn check_goes_on(base: Head, known: &[Known]) -> Result<(), OpenError> {
    match known.iter().any(|(position, _)| *position > base.position) {
        true => Err(OpenError::Damaged {
            position: Position(base.position.0 + 1),
            what: Damage::TailLost,
        }),
        false => Ok(()),
    }
}

/// Holds that blocks follow each other up to a head, and have what is known where they
/// end. sled, where it has the blocks, would take away what it does not understand, and
/// is not asked.
fn check_blocks(
    layout: &Layout,
    format: &Format,
    base: Head,
    known: &[Known],
) -> Result<(), OpenError> {
    if format.blocks == BlocksIn::Sled {
        return guard::check_log(layout, format.blocks);
    }
    let mut engine = index::open(layout, base)?;
    let start = (Position(0), Hash::ZERO);
    let followed = follow_all(&engine, start, base, |block| {
        let is_other = |known: &Known| known.0 == block.last && known.1 != block.hash;
        match known.iter().any(is_other) {
            true => Err((block.last, Damage::Chain)),
            false => Ok(()),
        }
    });
    let closed = engine.close();
    followed?;
    closed.map_err(|source| OpenError::Engine { source })
}
