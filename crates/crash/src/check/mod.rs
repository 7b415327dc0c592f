//! What must hold of a store after a crash: [`check`].
//!
//! - `opened`: what an opened store holds, against what was appended
//! - `further`: the chain, the caches, and what is appended next
//! - `binary`: the same, asked of the program

mod binary;
mod further;
mod opened;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use annals::Recorded;

use crate::gate;
use crate::random::Random;
use crate::recording::Told;

pub use binary::check_by_program;

/// What a store must hold.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'e> {
    /// All that was ever appended, in order.
    pub history: &'e [Recorded],
    /// What the client was told.
    pub told: &'e Told,
}

/// Something that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// What was checked.
    pub check: &'static str,
    /// What was found instead.
    pub what: String,
}

impl Violation {
    pub(crate) fn new(check: &'static str, what: impl ToString) -> Self {
        let what = what.to_string();
        Self { check, what }
    }

    /// The same of an error, with all that led to it.
    fn of(check: &'static str, error: &dyn std::error::Error) -> Self {
        let mut what = error.to_string();
        let mut source = error.source();
        while let Some(error) = source {
            what.push_str(&format!(": {error}"));
            source = error.source();
        }
        Self { check, what }
    }
}

/// Holds a store against what it must hold. It is changed by that.
///
/// # Errors
///
/// The first thing that does not hold.
pub fn check(dir: &Path, expected: &Expected<'_>, random: &mut Random) -> Result<(), Violation> {
    let checked = catch_unwind(AssertUnwindSafe(|| {
        gate::with_store(|| {
            let upto = opened::check(dir, expected, random)?;
            further::check(dir, expected.history.get(..upto).unwrap_or_default())
        })
    }));
    checked.unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<String>().cloned();
        let said = said.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        Err(Violation::new("no panic", said.unwrap_or_default()))
    })
}
