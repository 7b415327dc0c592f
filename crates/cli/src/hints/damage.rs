//! What to do about a store that is damaged.

use annals::Error;
use annals::log_errors::{AppendError, BackupError, Damage, EngineError, LogError, OpenError};

/// What to do about an error that says so.
pub(super) fn hint_for(error: &Error) -> Option<&'static str> {
    Some(match error {
        Error::Log(LogError::Cache { .. })
        | Error::Open(OpenError::Cache { .. })
        | Error::Append(AppendError::Read {
            source: LogError::Cache { .. },
        }) => "nothing is lost: `annals rebuild` makes it again from the log",
        Error::Open(OpenError::NewerFormat { .. }) => {
            "use a newer annals; if there is none, FORMAT is damaged: `annals salvage` brings \
             out all that is whole"
        }
        Error::Open(OpenError::OtherEngine { .. }) => {
            "if no other program wrote it, FORMAT is damaged: `annals salvage` brings out all \
             that is whole"
        }
        Error::Backup(BackupError::Damaged { .. } | BackupError::Gap { .. }) => {
            "this backup cannot be relied on: make a new one to another folder, or restore \
             from a copy"
        }
        Error::Open(OpenError::Rewritten { .. }) => {
            "nothing was removed: move that folder away if nobody was redacting; else \
             `annals salvage` brings out all that is whole"
        }
        Error::Open(
            OpenError::Damaged { .. }
            | OpenError::FormatDamaged { .. }
            | OpenError::FormatMissing { .. }
            | OpenError::LogMissing { .. }
            | OpenError::JournalForeign { .. }
            | OpenError::Engine {
                source: EngineError::Damaged(_) | EngineError::Sled(_),
            },
        ) => "keep a copy of the folder; `annals salvage` brings out all that is still whole",
        Error::Log(LogError::Damaged {
            what: Damage::Changed { .. } | Damage::CutOff { .. },
            ..
        }) => {
            "the head is of another store, or somebody changed this one: compare it with a \
             backup that reaches the head"
        }
        Error::Log(LogError::Damaged {
            what: Damage::NotRedacted { .. },
            ..
        }) => "`annals redact` erases what it says",
        Error::Log(LogError::Damaged {
            what: Damage::RedactedUnsaid,
            ..
        }) => "somebody changed this store: compare it with a backup",
        Error::Log(LogError::Damaged { .. })
        | Error::StoredEvent { .. }
        | Error::Backup(BackupError::Log(LogError::Damaged { .. }))
        | Error::Append(AppendError::Read {
            source: LogError::Damaged { .. },
        }) => "nothing was changed; `annals salvage` brings out all that is still whole",
        _ => return None,
    })
}
