//! A [`Condition`]: what is to hold at a [`Path`] of a timeline, such as
//! `chips.stage=ordered`.
//!
//! - [`Operator`]: how the value there is compared
//! - [`ConditionError`]: why a text is no condition
//!
//! A condition is about threads, and holds of a company if it holds of some
//! thread of it. One that denies (`!=`) holds of a company if no thread has the
//! value, so that of `=` and `!=` always one holds and never both. `null` is no
//! value: a thread says nothing there, or it says something.
//! `docs/time-travel.md` says how values are compared.

mod compare;
mod read;

use std::fmt;

use event_model::kind::Shape;

use crate::condition::compare::{Reading, Wanted};
use crate::item::Item;
use crate::path::{FoundValue, Path};
use crate::same::is_nothing;

pub use self::read::ConditionError;

/// What is to hold at a path.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    text: String,
    path: Path,
    operator: Operator,
    /// What the value is compared with; `None` asks whether anything is said.
    wanted: Option<Wanted>,
}

/// How the value at a path is compared with the one that is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `=`
    Is,
    /// `!=`
    IsNot,
    /// `<`
    Below,
    /// `<=`
    AtMost,
    /// `>`
    Above,
    /// `>=`
    AtLeast,
    /// `~`
    Contains,
}

impl Operator {
    /// The operators as they are written. Of two that begin alike the longer is
    /// first; who doubles the sign of equality means it all the same.
    const SIGNS: &'static [(&'static str, Self)] = &[
        ("!=", Self::IsNot),
        ("<=", Self::AtMost),
        (">=", Self::AtLeast),
        ("==", Self::Is),
        ("=", Self::Is),
        ("<", Self::Below),
        (">", Self::Above),
        ("~", Self::Contains),
    ];

    /// Whether it asks what comes before the other.
    fn orders(self) -> bool {
        matches!(
            self,
            Self::Below | Self::AtMost | Self::Above | Self::AtLeast
        )
    }
}

impl Condition {
    /// The place that it is about.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it holds of a company only if it does of all threads that stand at the
    /// path: none has a value, or there is none.
    #[must_use]
    pub fn denies(&self) -> bool {
        let is_of_whole_threads = self.path.field().is_none();
        match self.operator {
            Operator::IsNot => self.wanted.is_some(),
            Operator::Is => self.wanted.is_none() && is_of_whole_threads,
            _ => false,
        }
    }

    /// Whether it holds of a thread, or of the company itself, given what was found
    /// of it at the path.
    #[must_use]
    pub fn holds_of(&self, found: &FoundValue<'_>) -> bool {
        let value = &found.value;
        match (&self.wanted, self.operator) {
            (None, Operator::IsNot) => !is_nothing(value),
            (None, _) => is_nothing(value),
            (Some(wanted), operator) => {
                let reading = found.item.map(|item| self.reading(item));
                let reading = reading.unwrap_or(Reading::Plain);
                compare::holds(operator, value, wanted, reading)
            }
        }
    }

    /// How the values of the field are read, of this thread.
    fn reading(&self, item: Item<'_>) -> Reading {
        let field = self.path.field().unwrap_or_default();
        let (kind, parts) = (item.view().kind(), self.path.parts());
        match parts.last() {
            Some(part) if part == "certainty" => Reading::of_common(part, None),
            _ => Reading::of_common(field, kind),
        }
        .unwrap_or_else(|| match kind.and_then(|kind| kind.field(field)) {
            Some(described) => match described.shape {
                Shape::Date => Reading::Days,
                Shape::Decimal | Shape::Money | Shape::Number | Shape::Quantity => Reading::Number,
                _ => Reading::Plain,
            },
            None => Reading::Plain,
        })
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

#[cfg(test)]
mod tests;
