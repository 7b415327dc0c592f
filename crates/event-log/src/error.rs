//! What can go wrong, one file an operation.
//!
//! - [`OpenError`]: a store cannot be opened or created
//! - [`AppendError`], [`BatchError`]: events were not accepted
//! - [`LogError`]: the log cannot be read
//! - [`Damage`], [`EngineError`]: what is beneath them

mod append;
mod damage;
mod engine;
mod log;
mod open;

use event_model::id::Position;

pub use append::{AppendError, BatchError};
pub use damage::Damage;
pub(crate) use damage::{Wrong, damaged};
pub use engine::EngineError;
pub use log::LogError;
pub use open::OpenError;

/// Where the log is damaged; zero stands for its files as a whole.
fn place(position: Position) -> String {
    match position {
        Position(0) => "in log/".to_owned(),
        position => format!("at position {position}"),
    }
}
