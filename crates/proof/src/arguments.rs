//! What can be typed: [`read`].

use std::path::PathBuf;

use annals_proof::TreeHead;
use lexopt::{Arg, Parser, ValueExt};

/// What is asked for.
pub(crate) enum Asked {
    /// A help, or the version.
    Text(String),
    /// To check a file.
    Check(CheckArguments),
}

/// What is to be checked, against what.
pub(crate) struct CheckArguments {
    pub(crate) file: PathBuf,
    pub(crate) heads: Vec<TreeHead>,
    pub(crate) json: bool,
}

const HELP: &str = "\
Check a proof that annals made, without the store that it came from

Usage: annals-proof check [OPTIONS] FILE

Arguments:
  FILE  The proof, or - for standard input

Options:
      --head HEAD  A tree head that you trust; the proof must be about it
                   (repeatable)
      --json       Print JSON
  -h, --help       Print help
  -V, --version    Print version

Examples:
  annals-proof check a1000001.proof --head $(cat /mnt/elsewhere/tree)
  annals prove a1000001 | annals-proof check -

A proof names the heads that it is about. It proves something once you compare
them with one that you had from somebody you trust, or kept yourself: --head
does it.

Exit codes: 0 it holds, 1 the file is no proof, 2 usage, 5 it does not hold,
7 the machine is in the way.
";

/// Reads the command line.
pub(crate) fn read(mut parser: Parser) -> Result<Asked, lexopt::Error> {
    let (mut command, mut file) = (None, None);
    let (mut heads, mut json) = (Vec::new(), false);
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Short('h') | Arg::Long("help") => return Ok(Asked::Text(HELP.to_owned())),
            Arg::Short('V') | Arg::Long("version") => {
                let version = concat!("annals-proof ", env!("CARGO_PKG_VERSION"), "\n");
                return Ok(Asked::Text(version.to_owned()));
            }
            Arg::Long("head") => heads.push(parser.value()?.parse::<TreeHead>()?),
            Arg::Long("json") => json = true,
            Arg::Value(word) if command.is_none() && word == "check" => command = Some(word),
            Arg::Value(path) if command.is_some() && file.is_none() => {
                file = Some(PathBuf::from(path));
            }
            other => return Err(other.unexpected()),
        }
    }
    let file = file.ok_or("which file is to be checked?")?;
    Ok(Asked::Check(CheckArguments { file, heads, json }))
}
