//! `annals import`

use std::io::Read;
use std::path::Path;

use annals::import::{ImportFile, Imported};
use serde_json::json;

use crate::cli::EdgarArgs;
use crate::error::CommandError;
use crate::output::{Output, say};
use crate::render::table::Table;
use crate::session::Session;

pub(crate) fn edgar(
    session: &Session,
    args: &EdgarArgs,
    out: &mut Output,
) -> Result<(), CommandError> {
    let files = args
        .files
        .iter()
        .map(|path| read(path))
        .collect::<Result<Vec<_>, _>>()?;
    let imported = session.appending(args.dry_run, |store| {
        Ok(store.import_edgar(&files, args.cik.as_deref(), args.dry_run)?)
    })?;
    let mut table = Table::new(out.is_terminal());
    table.header([
        "company",
        "rows",
        "new",
        "known",
        "corrected",
        "older",
        "facts",
    ]);
    for Imported {
        company,
        files,
        report,
    } in &imported
    {
        if args.json {
            out.json_line(&json!({
                "company": company,
                "files": files,
                "rows": report.rows,
                "new": report.new,
                "known": report.known,
                "corrected": report.corrected,
                "older": report.older,
                "told_again": report.told_again,
                "facts_new": report.facts_new,
                "facts_known": report.facts_known,
            }))?;
        } else {
            let counts = [
                report.rows,
                report.new,
                report.known,
                report.corrected,
                report.older,
                report.facts_new,
            ];
            let mut row = vec![company.to_string()];
            row.extend(counts.map(|count| count.to_string()));
            table.row(row);
        }
    }
    if !args.json {
        out.text(&table.to_string())?;
    }
    out.finish()?;
    let total = |count: fn(&Imported) -> usize| imported.iter().map(count).sum::<usize>();
    let new = total(|one| one.report.new + one.report.facts_new);
    let corrected = total(|one| one.report.corrected + one.report.older);
    match args.dry_run {
        true => say("dry run: nothing was appended"),
        false => say(&format!(
            "{new} new, {corrected} corrected, of {} files",
            files.len()
        )),
    }
    Ok(())
}

fn read(path: &Path) -> Result<ImportFile, CommandError> {
    let input = |error| CommandError::input(path, &error);
    let mut bytes = Vec::new();
    if path == Path::new("-") {
        std::io::stdin()
            .lock()
            .read_to_end(&mut bytes)
            .map_err(input)?;
        return Ok(ImportFile {
            name: "standard input".to_owned(),
            bytes,
        });
    }
    let bytes = std::fs::read(path).map_err(input)?;
    let name = path.file_name().unwrap_or(path.as_os_str());
    Ok(ImportFile {
        name: name.to_string_lossy().into_owned(),
        bytes,
    })
}
