//! The kinds that a store knows: [`Store::kinds`].
//!
//! They are declared by events in a stream of their own, and known from the
//! position of their declaration on, whatever is asked about and whenever it was
//! published.

use std::sync::{Arc, Mutex, PoisonError};

use event_model::id::{Position, Slug};
use event_model::kinds;
use event_model::own_kinds::{self, Kinds, declared};
use event_model::time::{Day, Instant};
use projection::basis::{Cuts, Placed};
use projection::standing::Standing;

use crate::error::Error;
use crate::store::Store;

/// The events that declare kinds, once somebody asked.
#[derive(Debug, Default)]
pub(crate) struct Declarations(Mutex<Option<Arc<[Placed]>>>);

impl Declarations {
    /// Forgets them, since they became more.
    pub(crate) fn forget(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

impl Store {
    /// The kinds that are known by a recorded cut: the built-in ones, and those
    /// that were declared by then.
    ///
    /// # Errors
    ///
    /// [`Error::Log`] if they cannot be read.
    pub fn kinds(&self, recorded: Position) -> Result<Kinds, Error> {
        Ok(kinds_of(&self.declarations()?, recorded))
    }

    /// The events of the stream of declarations, as far as the log goes now.
    pub(crate) fn declarations(&self) -> Result<Arc<[Placed]>, Error> {
        let kept = &self.kept_declarations().0;
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(declarations) = &*kept {
            return Ok(Arc::clone(declarations));
        }
        let declarations: Arc<[Placed]> = match own_kinds::COMPANY.parse::<Slug>() {
            Ok(stream) => self.history(&stream, self.head().position)?.into(),
            Err(_) => [].into(),
        };
        *kept = Some(Arc::clone(&declarations));
        Ok(declarations)
    }
}

/// The kinds that are declared by some events, which are in the order of their
/// positions.
pub(crate) fn kinds_of(events: &[Placed], recorded: Position) -> Kinds {
    let mut kinds = Kinds::built_in();
    if events.is_empty() {
        return kinds;
    }
    let cuts = Cuts {
        known: Instant::LAST,
        on: Day::MAX,
        recorded,
    };
    for stood in Standing::of(events, &cuts).counting() {
        let event = &stood.placed.event;
        // One that an earlier version of this software took and this one refuses is
        // as good as none: its events are kept as those of an unknown kind.
        if &*event.kind == kinds::KIND_DECLARATION
            && let Ok(kind) = declared(&event.data)
        {
            kinds.add(kind);
        }
    }
    kinds
}

/// Whether a stream is that of declarations, and of no company.
pub(crate) fn is_of_kinds(stream: &Slug) -> bool {
    stream.as_str() == own_kinds::COMPANY
}
