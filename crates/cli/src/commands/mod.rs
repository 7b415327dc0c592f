//! The commands, one a file.

pub(crate) mod append;
pub(crate) mod at;
pub(crate) mod backup;
pub(crate) mod check;
pub(crate) mod companies;
mod demo;
pub(crate) mod diff;
mod expectations;
mod export;
mod head;
pub(crate) mod history;
mod import;
pub(crate) mod join;
pub(crate) mod kind;
pub(crate) mod log;
pub(crate) mod prove;
mod rebuild;
pub(crate) mod redact;
mod retract_correct;
pub(crate) mod salvage;
mod schema;
pub(crate) mod show;
mod stats;
mod verify;
pub(crate) mod why;

use crate::cli::{Cli, Command, ImportFormat};
use crate::error::CommandError;
use crate::exit_code::ExitCode;
use crate::output::{Output, say};
use crate::session::Session;

/// Runs a command. One that only reads, and finds a cache damaged before it has
/// told anything, makes the caches again and runs once more: where the store takes no
/// writes, elsewhere.
pub(crate) fn run(cli: Cli, out: &mut Output) -> Result<(), CommandError> {
    if cli.no_pager {
        out.without_pager();
    }
    let session = Session::new(cli.store, cli.verbose)?;
    match run_in(&session, &cli.command, out) {
        Err(error) if error.is_of_cache() && reads(&cli.command) && out.take_back() => {
            match session.open() {
                Err(refused) if refused.code == ExitCode::Machine => {
                    session.keep_caches_elsewhere();
                }
                opened => {
                    say("note: a cache was damaged, and is made again");
                    let store = opened?;
                    store.rebuild()?;
                    store.close()?;
                }
            }
            run_in(&session, &cli.command, out)
        }
        ran => ran.map_err(|error| error.of_append_to(&session.dir)),
    }
}

/// Whether a command only reads, by the caches. `verify`, `backup` and `salvage` need none.
fn reads(command: &Command) -> bool {
    match command {
        Command::At(_)
        | Command::Diff(_)
        | Command::Log(_)
        | Command::Show(_)
        | Command::Companies(_)
        | Command::Export(_)
        | Command::Join(_)
        | Command::Why(_)
        | Command::History(_)
        | Command::Check(_)
        | Command::Head(_)
        | Command::Prove(_)
        | Command::Schema(_)
        | Command::Stats(_) => true,
        Command::Kind(args) => args.reads(),
        Command::Append(_)
        | Command::Retract(_)
        | Command::Correct(_)
        | Command::Redact(_)
        | Command::Import(_)
        | Command::Verify(_)
        | Command::Backup(_)
        | Command::Restore(_)
        | Command::Salvage(_)
        | Command::Rebuild
        | Command::Demo(_) => false,
    }
}

fn run_in(session: &Session, command: &Command, out: &mut Output) -> Result<(), CommandError> {
    match command {
        Command::Append(args) => append::run(session, args, out),
        Command::At(args) => at::run(session, args, out),
        Command::Diff(args) => diff::run(session, args, out),
        Command::Log(args) => log::run(session, args, out),
        Command::Show(args) => show::run(session, args, out),
        Command::Companies(args) => companies::run(session, args, out),
        Command::Check(args) => check::run(session, args, out),
        Command::Retract(args) => retract_correct::retract(session, args, out),
        Command::Correct(args) => retract_correct::correct(session, args, out),
        Command::Redact(args) => redact::run(session, args, out),
        Command::Export(args) => export::run(session, args, out),
        Command::Import(args) => match &args.format {
            ImportFormat::Edgar(args) => import::edgar(session, args, out),
        },
        Command::Why(args) => why::run(session, args, out),
        Command::History(args) => history::run(session, args, out),
        Command::Join(args) => join::run(session, args, out),
        Command::Kind(args) => kind::run(session, args, out),
        Command::Schema(args) => schema::run(session, args, out),
        Command::Head(args) => head::run(session, args, out),
        Command::Stats(args) => stats::run(session, args, out),
        Command::Prove(args) => prove::run(session, args, out),
        Command::Verify(args) => verify::run(session, args, out),
        Command::Backup(args) => backup::backup(session, args, out),
        Command::Restore(args) => backup::restore(session, args, out),
        Command::Salvage(args) => salvage::run(session, args, out),
        Command::Rebuild => rebuild::run(session, out),
        Command::Demo(args) => demo::run(session, args, out),
    }
}
