//! What to do next about an error: [`hint_for`].

mod damage;

use annals::Error;
use annals::log_errors::{AppendError, BackupError, LogError, OpenError};
use annals::model::time::TimeError;

use crate::temporary;

/// What to do about an id that another event has.
pub(crate) const ID_TAKEN: &str =
    "an id keeps its content; to say it otherwise use `annals correct ID`";

/// What to do where it is not known whether something was stored.
pub(crate) const UNKNOWN: &str =
    "see to the cause, and append the same again: what was stored is told as known";

/// What to do about an error, if there is one thing to do.
pub(crate) fn hint_for(error: &Error) -> Option<&'static str> {
    Some(match error {
        Error::Open(OpenError::NoStore { .. }) => {
            "append to make one, try `annals demo`, or say where it is with --store DIR"
        }
        Error::InputTooLong { .. } => "split it, and give its parts one after the other",
        Error::Open(OpenError::NotAStore { .. } | OpenError::NotAFolder { .. }) => {
            "give a folder that is a store, is empty, or is not there yet"
        }
        Error::Open(OpenError::Held { .. }) => {
            "one process at a time: wait for that one, or end it, and try again"
        }
        Error::Log(LogError::Io { path, .. }) | Error::Open(OpenError::Io { path, .. })
            if *path == std::env::temp_dir() =>
        {
            temporary::HINT
        }
        Error::Backup(BackupError::Foreign { .. }) => "move it away and try again",
        Error::Backup(BackupError::NotABackup { .. }) => {
            "give the folder of a backup, one that is empty, or one that is not there yet"
        }
        Error::Backup(BackupError::Busy { .. }) => "wait for it to end, and try again",
        Error::Backup(BackupError::OtherLog { .. }) => {
            "back this store up to another folder; `annals verify --since HEAD` tells whether \
             it was changed"
        }
        Error::Backup(BackupError::NotEmpty { .. }) => {
            "nothing was written over: say with --store where the restored store is to be"
        }
        Error::Append(AppendError::Conflict { .. }) => {
            "somebody appended since; look at `annals log` and try again"
        }
        Error::Append(AppendError::IdReused { .. }) => ID_TAKEN,
        Error::Append(AppendError::DiskFull { .. }) => {
            "make room and try again; nothing was written"
        }
        Error::Append(AppendError::OutcomeUnknown { .. }) => UNKNOWN,
        Error::Append(AppendError::Displaced { .. }) => {
            "nothing was written: see what stands there now, and append again"
        }
        Error::PastHead { .. } => "`annals stats` tells the head",
        Error::TreePastHead { .. } => "`annals stats` tells the head; leave --size out for all",
        Error::AfterTree { .. } => "leave --size out, or give the position of the event or more",
        Error::OtherTree { .. } => {
            "the tree head is of another store, or somebody changed this one: compare it with a \
             backup"
        }
        Error::RecordedLater { .. } => "leave --recorded out, or ask up to that position",
        Error::Range(_) => {
            "write it as A..B, either side left out: 2026-01-01.., ..today, 2025-12..2026-02"
        }
        Error::UnknownEvent { .. } => {
            "`annals log COMPANY` lists the ids; four digits or more will do"
        }
        Error::Time(TimeError::UnknownZone { .. }) => {
            "a zone is written Asia/Shanghai, America/New_York, UTC or +08:00"
        }
        Error::CutInFuture { .. } => "leave --recorded out for the log as it stands now",
        Error::Time(_) | Error::Moment(_) => {
            "a day is written 2025-12-23, an instant 2025-12-23T09:30:00Z; \
             'last friday' and '3 months ago' will do"
        }
        Error::NoEvents { .. } => "give one JSON object a line",
        Error::UnknownKind { .. } => "`annals kind list` lists the kinds that were declared",
        Error::ExpectedOfMany { .. } => "leave --expect-version out, or append company by company",
        Error::CorrectsRetracted { .. } => {
            "retract that retraction first, or correct what was said in its place"
        }
        Error::CorrectsOutOfOrder { .. } => {
            "take the later one back (retract, --fault record), correct, and correct again"
        }
        Error::SetsOwnDay => {
            "--published dates the correction; --set published= mends our error alone"
        }
        Error::RetractsRedaction { .. } => "what was erased is gone; say it anew if you may",
        Error::CorrectsRetraction { .. } => "retract it instead: what it struck counts again",
        Error::NothingChanged => "set a field to another value: --set data.stage=considering",
        other => return damage::hint_for(other),
    })
}
