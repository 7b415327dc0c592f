//! How a command ended.

/// The exit code of a command, as the README lists them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ExitCode {
    /// It did what it was asked to.
    Done = 0,
    /// The data is at fault.
    Data = 1,
    /// The command line is at fault.
    Usage = 2,
    /// What was asked for is not there.
    NotFound = 3,
    /// It conflicts with what is there.
    Conflict = 4,
    /// A check found something.
    CheckFailed = 5,
    /// The store is damaged.
    Damaged = 6,
    /// The machine is in the way: disk, permission, lock.
    Machine = 7,
    /// Our bug.
    Bug = 70,
}
