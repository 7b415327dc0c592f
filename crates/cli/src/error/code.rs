//! With which exit code a command ends that failed: [`code_of`].

use std::io;

use annals::Error;
use annals::log_errors::{AppendError, BackupError, EngineError, LogError, OpenError};

use crate::exit_code::ExitCode;

/// The exit code of an error.
pub(super) fn code_of(error: &Error) -> ExitCode {
    match error {
        Error::Lines { .. } | Error::NoEvents { .. } => ExitCode::Data,
        Error::InputTooLong { .. } => ExitCode::Data,
        Error::NothingChanged | Error::Import { .. } => ExitCode::Data,
        Error::CorrectsRetracted { .. }
        | Error::SetsOwnDay
        | Error::CorrectsOutOfOrder { .. }
        | Error::RetractsRedaction { .. }
        | Error::CorrectsRetraction { .. }
        | Error::CorrectsRedacted { .. }
        | Error::AmendedTwice { .. } => ExitCode::Data,
        Error::IdsReused { .. } => ExitCode::Conflict,
        Error::ExpectedOfMany { .. } | Error::AmbiguousCompany { .. } => ExitCode::Usage,
        Error::CompanyKey { .. } | Error::AmbiguousEvent { .. } => ExitCode::Usage,
        Error::Time(_) | Error::Moment(_) | Error::Range(_) => ExitCode::Usage,
        Error::RecordedLater { .. } | Error::AfterTree { .. } => ExitCode::NotFound,
        Error::TreePastHead { .. } => ExitCode::Usage,
        Error::OtherTree { .. } => ExitCode::CheckFailed,
        Error::NotText { .. } => ExitCode::Data,
        Error::PastHead { .. } | Error::CutInFuture { .. } => ExitCode::Usage,
        Error::CannotSet { .. } => ExitCode::Usage,
        Error::UnknownCompany { .. } | Error::UnknownEvent { .. } => ExitCode::NotFound,
        Error::UnknownKind { .. } | Error::NothingThere { .. } => ExitCode::NotFound,
        Error::StoredEvent { .. } => ExitCode::Damaged,
        Error::Io { .. } | Error::Input { .. } => ExitCode::Machine,
        Error::Open(error) => code_of_open(error),
        Error::Log(error) => code_of_log(error),
        Error::Append(error) => code_of_append(error),
        Error::Backup(error) => code_of_backup(error),
        _ => ExitCode::Bug,
    }
}

fn code_of_backup(error: &BackupError) -> ExitCode {
    match error {
        BackupError::Log(error) => code_of_log(error),
        BackupError::Open(error) => code_of_open(error),
        BackupError::Io { source, .. } if source.kind() == io::ErrorKind::NotFound => {
            ExitCode::NotFound
        }
        BackupError::Io { .. } | BackupError::Busy { .. } => ExitCode::Machine,
        BackupError::NotABackup { .. } | BackupError::Foreign { .. } => ExitCode::Usage,
        BackupError::OtherLog { .. } | BackupError::NotEmpty { .. } => ExitCode::Conflict,
        _ => ExitCode::Damaged,
    }
}

fn code_of_open(error: &OpenError) -> ExitCode {
    match error {
        OpenError::NoStore { .. } => ExitCode::NotFound,
        OpenError::NotAFolder { .. } | OpenError::NotAStore { .. } => ExitCode::Usage,
        OpenError::Io { source, .. } if is_of_another_sort(source) => ExitCode::Damaged,
        OpenError::Held { .. } | OpenError::Io { .. } => ExitCode::Machine,
        OpenError::Engine {
            source: EngineError::Io(_),
        } => ExitCode::Machine,
        OpenError::NewerFormat { .. } => ExitCode::Machine,
        _ => ExitCode::Damaged,
    }
}

/// A folder where a file of the store should be, or the reverse.
fn is_of_another_sort(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::IsADirectory | io::ErrorKind::NotADirectory
    )
}

fn code_of_log(error: &LogError) -> ExitCode {
    match error {
        LogError::Damaged { .. } | LogError::Cache { .. } => ExitCode::Damaged,
        LogError::Open { source } => code_of_open(source),
        _ => ExitCode::Machine,
    }
}

fn code_of_append(error: &AppendError) -> ExitCode {
    match error {
        AppendError::Conflict { .. } | AppendError::IdReused { .. } => ExitCode::Conflict,
        AppendError::TooLarge { .. }
        | AppendError::TooMuch { .. }
        | AppendError::NameTooLong { .. } => ExitCode::Data,
        AppendError::Read { source } => code_of_log(source),
        AppendError::OutcomeUnknown { source } => match source.as_ref() {
            EngineError::TurnOver(error) => code_of_log(error),
            EngineError::Damaged(_) => ExitCode::Damaged,
            _ => ExitCode::Machine,
        },
        AppendError::OtherCompany { .. } | AppendError::Encoding => ExitCode::Bug,
        _ => ExitCode::Machine,
    }
}
