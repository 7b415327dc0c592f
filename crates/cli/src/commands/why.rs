//! `annals why`

use annals::projection::path::Path;
use clap::Args;
use serde_json::{Value, json};

use crate::cli::AskArgs;
use crate::error::CommandError;
use crate::output::Output;
use crate::render;
use crate::render::log::short_ids;
use crate::session::Session;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  annals why alibaba earnings.next.date
  annals why alibaba 'chips[amd-mi308].stage' --at 2025-12-23
  annals why alibaba regulation.in_force --at 2026-01-31 --on 2026-01-15

A path is section[thread].field; every field of the JSON of `annals at` can be
named. `docs/time-travel.md` tells more.")]
pub(crate) struct WhyArgs {
    /// A slug, LEI, CIK, ISIN, ticker, or the start of a name
    company: String,
    /// The value that is asked about: chips[amd-mi308].stage
    path: Path,
    #[command(flatten)]
    ask: AskArgs,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(session: &Session, args: &WhyArgs, out: &mut Output) -> Result<(), CommandError> {
    let store = session.open_to_read()?;
    let basis = session.basis_of(&store, &args.ask)?;
    let company = store.find(&args.company, &basis.cuts)?;
    let why = store.why(&company, &basis, &args.path)?;
    if args.json {
        let mut fields = why.to_json();
        fields.insert("basis".to_owned(), json!(basis));
        fields.insert("company".to_owned(), json!(company));
        fields.insert("path".to_owned(), json!(args.path));
        out.json(&Value::Object(fields))?;
    } else {
        out.page();
        let (place, short_id) = ((&company, &args.path), short_ids(&store));
        out.text(&render::why::why(&why, place, &basis, &short_id))?;
    }
    out.finish()?;
    Ok(store.close()?)
}
