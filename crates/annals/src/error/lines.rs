//! What is wrong with the lines of a batch: [`LineProblem`], [`IdReused`].

use event_model::id::{EventId, Position};
use event_model::problem::Problem;

/// A line of a batch, and all that is wrong with it.
#[derive(Debug, Clone, PartialEq)]
pub struct LineProblems {
    /// The number of the line, from 1.
    pub line: u64,
    /// What is wrong.
    pub problems: Vec<LineProblem>,
}

/// One thing that is wrong with a line.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum LineProblem {
    /// Not UTF-8.
    #[error("not UTF-8")]
    NotUtf8 {
        /// The byte, from 1.
        column: usize,
    },
    /// Longer than a line may be.
    #[error("longer than {most} bytes")]
    TooLong {
        /// The limit.
        most: usize,
    },
    /// Not JSON.
    #[error("{message}")]
    NotJson {
        /// The column, from 1.
        column: usize,
        /// What the parser says.
        message: String,
    },
    /// Not an event.
    #[error("{0}")]
    Event(Box<Problem>),
    /// So many problems more.
    #[error("and {more} more")]
    More {
        /// How many there are.
        more: usize,
    },
    /// Not what a line of this file may be.
    #[error("{why}")]
    Refused {
        /// Why.
        why: String,
    },
}

impl LineProblem {
    /// Where in the line it is, from 1, if it is in one place.
    #[must_use]
    pub fn column(&self) -> Option<usize> {
        match self {
            Self::NotUtf8 { column } | Self::NotJson { column, .. } => Some(*column),
            Self::TooLong { .. } | Self::Event(_) | Self::More { .. } | Self::Refused { .. } => {
                None
            }
        }
    }
}

/// A line whose id belongs to another event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdReused {
    /// The number of the line, from 1.
    pub line: u64,
    /// The id.
    pub id: EventId,
    /// Whether the batch has what was left of it when it was redacted elsewhere, and the
    /// log has it whole.
    pub is_redacted: bool,
    /// The other event: its position in the log, or its line in the batch.
    pub other: OtherEvent,
}

/// Where the event stands that an id belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OtherEvent {
    /// In the log.
    Position(Position),
    /// In the same batch, on an earlier line.
    Line(u64),
}
