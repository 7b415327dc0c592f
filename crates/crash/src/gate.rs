//! Keeps processes from being started while a store is open in this one.
//!
//! A process that is being started has for a moment all files that are open here, and
//! with them their locks; a store that was just closed would seem to be in use.

use std::io;
use std::process::{Child, Command};
use std::sync::{PoisonError, RwLock};

static GATE: RwLock<()> = RwLock::new(());

/// Does something with a store.
pub(crate) fn with_store<T>(work: impl FnOnce() -> T) -> T {
    let _open = GATE.read().unwrap_or_else(PoisonError::into_inner);
    work()
}

/// Starts a process; it runs its own program when this returns.
pub(crate) fn start(command: &mut Command) -> io::Result<Child> {
    let _shut = GATE.write().unwrap_or_else(PoisonError::into_inner);
    command.spawn()
}
