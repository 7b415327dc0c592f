//! The command line as it was typed: [`parse`].
//!
//! Which flags `append` has for a kind of one's own is known only by the store. So
//! where such a kind is named, the store is asked, and all is parsed once more.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use annals::model::problem::brief;
use clap::error::{ContextKind, ContextValue};
use clap::{CommandFactory, FromArgMatches, Parser};

use crate::cli::{Cli, Command};
use crate::error::CommandError;
use crate::kind_flags;
use crate::session::Session;

/// Why a command line says nothing that can be done.
pub(crate) enum ParseError {
    /// The parser tells; it may be help that was asked for.
    Clap(Box<clap::Error>),
    /// The store tells.
    Command(CommandError),
}

impl From<clap::Error> for ParseError {
    fn from(error: clap::Error) -> Self {
        Self::Clap(Box::new(shortened(error)))
    }
}

/// Tells no more of what was typed than a person reads, and no way to pass it as a value
/// of nothing: `-- -1` ends in another error.
fn shortened(mut error: clap::Error) -> clap::Error {
    error.insert(ContextKind::Suggested, ContextValue::None);
    let short = |(kind, value): (ContextKind, &ContextValue)| match value {
        ContextValue::String(text) => Some((kind, brief(text).into_owned())),
        _ => None,
    };
    let texts: Vec<_> = error.context().filter_map(short).collect();
    for (kind, text) in texts {
        error.insert(kind, ContextValue::String(text));
    }
    error
}

/// Parses the command line.
pub(crate) fn parse() -> Result<Cli, ParseError> {
    let cli = Cli::try_parse()?;
    let Command::Append(append) = &cli.command else {
        return Ok(cli);
    };
    let Some((name, typed)) = append.kind_from_elsewhere() else {
        return Ok(cli);
    };
    let store = store_behind(&typed).or_else(|| cli.store.clone());
    let session = Session::new(store, false).map_err(ParseError::Command)?;
    let kinds = session.kinds().map_err(ParseError::Command)?;
    kind_flags::kind_with_flags(name, &kinds).map_err(ParseError::Command)?;
    let command = Cli::command().mut_subcommand("append", |append| {
        append.subcommands(kinds.own().map(kind_flags::command))
    });
    let matches = command.try_get_matches_from(std::env::args_os())?;
    Ok(Cli::from_arg_matches(&matches)?)
}

/// The store that is named among what was typed behind a kind.
fn store_behind(typed: &[OsString]) -> Option<PathBuf> {
    const FLAG: &str = "--store";
    let next = |at: usize| typed.get(at + 1).map(PathBuf::from);
    let joined = |word: &OsStr| {
        let word = word.to_str()?.strip_prefix(FLAG)?.strip_prefix('=')?;
        Some(PathBuf::from(word))
    };
    let mut words = typed.iter().enumerate();
    words.find_map(|(at, word)| match word == FLAG {
        true => next(at),
        false => joined(word),
    })
}
