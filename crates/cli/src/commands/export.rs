//! `annals export`

use std::io::Write;

use annals::Store;
use annals::model::id::Slug;
use annals::projection::basis::Basis;
use annals::projection::timeline::Answer;

use crate::cli::{ExportArgs, ExportFormat};
use crate::error::CommandError;
use crate::output::Output;
use crate::session::Session;

pub(crate) fn run(
    session: &Session,
    args: &ExportArgs,
    out: &mut Output,
) -> Result<(), CommandError> {
    let store = session.open_to_read()?;
    let basis = session.basis_of(&store, &args.ask)?;
    let company = match &args.company {
        Some(key) => Some(store.find(key, &basis.cuts)?),
        None => None,
    };
    out.write_to(args.output.as_deref(), |out| {
        write(&store, company.as_ref(), &basis, args.format, out)
    })?;
    Ok(store.close()?)
}

fn write(
    store: &Store,
    company: Option<&Slug>,
    basis: &Basis,
    format: ExportFormat,
    out: &mut dyn Write,
) -> Result<(), CommandError> {
    match (format, company) {
        (ExportFormat::Jsonl, company) => {
            for recorded in store.visible(company, basis) {
                let payload = recorded?.event.payload;
                out.write_all(&payload).map_err(CommandError::output)?;
                out.write_all(b"\n").map_err(CommandError::output)?;
            }
        }
        (ExportFormat::Json, Some(company)) => {
            let answer = store.at(company, basis)?;
            serde_json::to_writer_pretty(&mut *out, &answer).map_err(CommandError::json)?;
            out.write_all(b"\n").map_err(CommandError::output)?;
        }
        (ExportFormat::Json, None) => {
            let put = |out: &mut dyn Write, text: &str| {
                out.write_all(text.as_bytes()).map_err(CommandError::output)
            };
            put(out, "{\"basis\":")?;
            serde_json::to_writer(&mut *out, basis).map_err(CommandError::json)?;
            put(out, ",\"companies\":[")?;
            let mut count = 0;
            let text = |answer: Answer| serde_json::to_string(&answer);
            store.at_all(basis, true, text, |text| {
                put(out, if count == 0 { "\n" } else { ",\n" })?;
                count += 1;
                put(out, &text.map_err(CommandError::json)?)
            })?;
            put(out, &format!("\n],\"count\":{count}}}\n"))?;
        }
    }
    Ok(())
}
