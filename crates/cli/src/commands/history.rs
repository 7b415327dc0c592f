//! `annals history`

use annals::projection::path::Path;
use annals::vintages::{Vintage, VintageClock};
use clap::{Args, ValueEnum};
use serde_json::json;

use crate::cli::AskArgs;
use crate::error::CommandError;
use crate::output::Output;
use crate::render;
use crate::session::Session;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  annals history alibaba 'earnings[fy2026-q3].date'
  annals history alibaba 'chips[amd-mi308].stage' --on 2025-12-23
  annals history alibaba earnings.next.date --clock recorded --at 2026-03-08

On the clock of publication the day asked about goes along with what is known,
as in `annals at`, unless --on holds it. On that of recording the question stays
the same, and the log grows.")]
pub(crate) struct HistoryArgs {
    /// A slug, LEI, CIK, ISIN, ticker, or the start of a name
    company: String,
    /// The value that is asked about: earnings[fy2026-q3].date
    path: Path,
    /// The clock on which the values follow each other
    #[arg(long, value_enum, default_value = "published")]
    clock: ClockArg,
    #[command(flatten)]
    ask: AskArgs,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ClockArg {
    /// As more was published
    Published,
    /// As the log grew
    Recorded,
}

pub(crate) fn run(
    session: &Session,
    args: &HistoryArgs,
    out: &mut Output,
) -> Result<(), CommandError> {
    let store = session.open_to_read()?;
    let basis = session.basis_of(&store, &args.ask)?;
    let company = store.find(&args.company, &basis.cuts)?;
    let clock = match (args.clock, &args.ask.cuts.on) {
        (ClockArg::Recorded, _) => VintageClock::Recorded,
        (ClockArg::Published, Some(_)) => VintageClock::PublishedOnDay,
        (ClockArg::Published, None) => VintageClock::Published,
    };
    let told = store.vintages(&company, &basis, clock, &args.path)?;
    if args.json {
        let mut fields = json!(told);
        if let Some(fields) = fields.as_object_mut() {
            fields.insert("basis".to_owned(), json!(basis));
            fields.insert("company".to_owned(), json!(company));
            fields.insert("path".to_owned(), json!(args.path));
        }
        out.json(&fields)?;
    } else {
        out.page();
        let firsts: Vec<_> = told.steps.iter().filter_map(Vintage::event).collect();
        let firsts: Vec<_> = firsts.iter().map(|event| event.id).collect();
        let ids = firsts.iter().copied().zip(store.short_ids(&firsts)?);
        out.text(&render::history::history(
            &told,
            (&company, &args.path, &basis),
            &ids.collect(),
            out.is_terminal(),
        ))?;
    }
    out.finish()?;
    Ok(store.close()?)
}
